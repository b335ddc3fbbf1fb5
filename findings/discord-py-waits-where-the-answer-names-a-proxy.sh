#!/usr/bin/env bash
# discord.py takes a 429 for what it is only where the answer has the header Via, which says what proxies it came through:
# with it the client waits and sends the call again, without it the call fails at once, as if the program were banned.
# And an answer is JSON to it if its Content-Type is "application/json", letter for letter: with a charset behind it a
# user is a text, so that the program gets a TypeError for a good answer, and a 429 is a ban again.
#
# Versions: discord.py 2.7.1, aiohttp 3.14.5 (CPython 3.11).
# Source: discord/http.py (HTTPClient.request: not response.headers.get('Via') or isinstance(data, str); json_or_text). It
# also sends a call again after a reset connection, where the number of that error is macOS' or Windows' own, 54 or 10054.
# Why it matters to a recorder: Via belongs to the way and not to the answer, so that it is among the first headers that a
# recorder leaves out, and a proxy may put one in: either is another error, and another number of requests, in the replay. A
# recorder that writes Content-Type anew, as one does that keeps bodies as text in UTF-8, breaks each call.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check discord.py==2.7.1 aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import json
import logging
import os
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import discord
from aiohttp import web

logging.disable(logging.CRITICAL)
USER = {"id": "7", "username": "ann", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION = {
    "id": "7", "name": "shop", "description": "", "icon": None, "summary": "", "verify_key": "",
    "bot_public": False, "bot_require_code_grant": False, "hook": True, "flags": 0, "owner": USER,
}
LIMITED = {"message": "slow down", "retry_after": 0.1, "global": False}
told = []
asked = []


async def answer(request):
    asked.append(request.path)
    status, via, kind = told[min(len(asked), len(told)) - 1]
    good = APPLICATION if "applications" in request.path else USER
    headers = {"Content-Type": kind} | ({"Via": via} if via else {})
    return web.Response(status=status, headers=headers, body=json.dumps(good if status == 200 else LIMITED).encode())


async def fetch(client):
    try:
        return (await client.fetch_user(7)).name
    except Exception as error:
        return type(error).__name__


async def main():
    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    discord.http.Route.BASE = f"http://127.0.0.1:{runner.addresses[0][1]}"
    told[:] = [(200, None, PLAIN)]
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login("example")
        for answers in CASES:
            told[:] = answers
            asked.clear()
            said = await fetch(client)
            print(*[f"{status}, Via: {via}, {kind};" for status, via, kind in answers], f"{said}, asked {len(asked)} times")
    await runner.cleanup()


PLAIN, SAID = "application/json", "application/json; charset=utf-8"
GOOD = (200, None, PLAIN)
CASES = (
    [GOOD],
    [(200, None, SAID)],
    [(429, "1.1 gateway", PLAIN), GOOD],
    [(429, None, PLAIN), GOOD],
    [(429, "1.1 gateway", SAID), GOOD],
)
for name in ("discord.py", "aiohttp"):
    print(name, version(name))
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
discord.py 2.7.1
aiohttp 3.14.5
200, Via: None, application/json; ann, asked 1 times
200, Via: None, application/json; charset=utf-8; TypeError, asked 1 times
429, Via: 1.1 gateway, application/json; 200, Via: None, application/json; ann, asked 2 times
429, Via: None, application/json; 200, Via: None, application/json; HTTPException, asked 1 times
429, Via: 1.1 gateway, application/json; charset=utf-8; 200, Via: None, application/json; HTTPException, asked 1 times
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
