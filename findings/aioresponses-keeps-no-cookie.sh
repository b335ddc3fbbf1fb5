#!/usr/bin/env bash
# A cookie that an answer of aioresponses sets is in no jar: the log-in that a test mocks sends nothing back with the
# next request, which aiohttp itself would. No body counts, so that the mock of one payment answers each; a fragment,
# which is never sent, makes another URL, and a pattern fits whatever begins with it: of items/1 also items/12. With
# aiohttp 3.14.5 each answer of its newest release is a TypeError.
#
# Versions: aioresponses 0.7.9 with aiohttp 3.13.3 and 3.14.5 (CPython 3.11).
# Source: observed; aiohttp's session puts what an answer sets into its jar within the method that aioresponses
# replaces. RFC 3986, section 3.5: a fragment is the client's own.
# Why it matters to a recorder: a recorded log-in that is turned into such mocks is tested without its session, and a
# test that passes says nothing of what would be sent; requests that differ in their bodies get one answer.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check aioresponses==0.7.9 aiohttp==3.13.3
venv/bin/pip install -q --no-compile --disable-pip-version-check --no-deps --target newer aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import re
from importlib.metadata import version

import aiohttp
from aiohttp import web
from aioresponses import aioresponses

URL = "http://api.example/items"


async def origin():
    async def answer(request):
        seen.append(request.headers.get("Cookie", "none"))
        return web.Response(headers={"Set-Cookie": "sid=a"})

    seen = []
    app = web.Application()
    app.router.add_get("/items", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/items"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        for _ in range(2):
            async with session.get(url):
                pass
        print("by aiohttp itself: sent", seen, "in the jar", [cookie.key for cookie in session.cookie_jar])
    await runner.cleanup()


async def mocked():
    with aioresponses() as mocks:
        mocks.get(URL, headers={"Set-Cookie": "sid=a"}, repeat=True)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            async with session.get(URL) as answer:
                said = answer.headers["Set-Cookie"]
            print("by aioresponses: Set-Cookie", said, "in the jar", list(session.cookie_jar))


async def look(name, mock, *asked):
    for method, url, body in asked:
        with aioresponses() as mocks:
            mocks.add(mock, method, body="found")
            async with aiohttp.ClientSession() as session:
                try:
                    async with session.request(method, url, data=body) as answer:
                        said = await answer.text()
                except aiohttp.ClientConnectionError:
                    said = "none"
                except TypeError as error:
                    said = f"TypeError: {error}"
        print(f"mock of {name}, asked by {method} {url} {body or ''}".rstrip() + f": {said}")


async def main():
    print("aiohttp", version("aiohttp"))
    if version("aiohttp") == "3.13.3":
        await origin()
        await mocked()
        await look("any POST", URL, ("POST", URL, "pay=1"), ("POST", URL, "pay=1000"))
        await look("a host", URL, ("GET", "http://API.example/items", None))
        await look("a fragment", f"{URL}#top", ("GET", URL, None))
        await look("a pattern, items/1", re.compile(f"{URL}/1"), ("GET", f"{URL}/1", None), ("GET", f"{URL}/12", None))
    await look("a URL", URL, ("GET", URL, None))


asyncio.run(main())
PY
{
  venv/bin/python -W ignore look.py
  PYTHONPATH=newer venv/bin/python -W ignore look.py
} > found
cat found
cat > expected <<'END'
aiohttp 3.13.3
by aiohttp itself: sent ['none', 'sid=a'] in the jar ['sid']
by aioresponses: Set-Cookie sid=a in the jar []
mock of any POST, asked by POST http://api.example/items pay=1: found
mock of any POST, asked by POST http://api.example/items pay=1000: found
mock of a host, asked by GET http://API.example/items: found
mock of a fragment, asked by GET http://api.example/items: none
mock of a pattern, items/1, asked by GET http://api.example/items/1: found
mock of a pattern, items/1, asked by GET http://api.example/items/12: found
mock of a URL, asked by GET http://api.example/items: found
aiohttp 3.14.5
mock of a URL, asked by GET http://api.example/items: TypeError: ClientResponse.__init__() missing 1 required keyword-only argument: 'stream_writer'
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
