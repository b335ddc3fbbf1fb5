#!/usr/bin/env bash
# aiohttp makes its TLS context when it is imported: SSL_CERT_FILE counts only if it is set
# before, and a session that is made later with the variable set refuses the server.
#
# Versions: aiohttp 3.14.5 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: aiohttp's aiohttp/connector.py (_SSL_CONTEXT_VERIFIED is made at module level).
# Why it matters to a recorder: a fixture that sets the variable for one test, as it does
# for requests, urllib and httpx, comes too late for aiohttp, whose import some plugin has
# done long before. The variables must be there before the interpreter starts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check aiohttp==3.14.5 trustme==1.2.1
# server.pem, server.key and, with the authority's certificate, client.pem
"$work/venv/bin/python" -m trustme -q -d "$work" -i localhost
cat > "$work/look.py" <<'PY'
import asyncio
import os
import ssl
import sys

folder, when = sys.argv[1:]


def trust():
    os.environ["SSL_CERT_FILE"] = os.path.join(folder, "client.pem")


if when == "before":
    trust()
import aiohttp  # noqa: E402
from aiohttp import web  # noqa: E402

if when == "after":
    trust()


async def answer(request):
    return web.Response(text="answered")


async def main():
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server).start()
    url = f"https://localhost:{runner.addresses[0][1]}/"
    for how, context in ("by default", True), ("context made now", ssl.create_default_context()):
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(url, ssl=context) as response:
                    print(f"set {when} the import, {how}: {await response.text()}")
            except aiohttp.ClientConnectorCertificateError as error:
                print(f"set {when} the import, {how}: {type(error).__name__}")
    await runner.cleanup()


asyncio.run(main())
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^(aiohttp|trustme) '
found=$(for when in before after; do "$work/venv/bin/python" "$work/look.py" "$work" "$when"; done)
echo "$found"
[ "$found" = "set before the import, by default: answered
set before the import, context made now: answered
set after the import, by default: ClientConnectorCertificateError
set after the import, context made now: answered" ]
