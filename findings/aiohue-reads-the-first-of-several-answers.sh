#!/usr/bin/env bash
# Told two things at once, on and how bright, a Hue bridge of the first generation answers with a list, an entry for each of
# them, and aiohue reads the first entry: an error in the second, as "parameter not available", is nothing to it, and an
# error in the first, with the second done, is the call's error. A command that met a 503 or 429 it sends up to 25 times, a
# POST that makes a scene too; the 24 waits, 81 seconds in all, go by no header.
#
# Versions: aiohue 4.9.0 (CPython 3.11).
# Source: aiohue/v1/__init__.py (request: MAX_RETRIES, retry_wait of a quarter of a second more each time; _raise_on_error:
# data[0] of a list).
# Why it matters to a recorder: which order a bridge's entries have decides whether a command failed; who writes recorded
# JSON anew must not sort its lists. A recorder that refuses by a 503 has a test wait for more than a minute for each miss.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check aiohue==4.9.0
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
from importlib.metadata import version

from aiohue.v1 import HueBridgeV1

DONE = {"success": {"/lights/1/state/on": True}}
FAILED = {"error": {"type": 6, "address": "/lights/1/state/bri", "description": "parameter not available"}}
asked = []
answers = []
waits = []


class Bridge(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        status, said = answers[min(len(asked), len(answers) - 1)]
        asked.append(self.command)
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST = answer

    def log_message(self, *_):
        pass


async def at_once(seconds, sleep=asyncio.sleep):
    waits.append(seconds)
    await sleep(0)


async def look(what, method, path, *given):
    asked.clear()
    waits.clear()
    answers[:] = given
    client = HueBridgeV1(f"127.0.0.1:{bridge.server_address[1]}", "example")
    try:
        told = await client.request(method, path, json={"on": True, "bri": 10})
    except Exception as error:
        told = type(error).__name__
    await client.close()
    print(f"{what}: {asked[0]} x {len(asked)}, waited {sum(waits)} s: {told}")


async def main():
    print("aiohue", version("aiohue"))
    asyncio.sleep = at_once
    await look("both done", "put", "lights/1/state", (200, [DONE, DONE]))
    await look("done, failed", "put", "lights/1/state", (200, [DONE, FAILED]))
    await look("failed, done", "put", "lights/1/state", (200, [FAILED, DONE]))
    await look("503 for ever", "post", "scenes", (503, {}))
    await look("429, then done", "post", "scenes", (429, {}), (200, [DONE]))
    await look("500", "post", "scenes", (500, {}))
    await look("424", "post", "scenes", (424, {}))


bridge = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
threading.Thread(target=bridge.serve_forever, daemon=True).start()
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
aiohue 4.9.0
both done: PUT x 1, waited 0 s: [{'success': {'/lights/1/state/on': True}}, {'success': {'/lights/1/state/on': True}}]
done, failed: PUT x 1, waited 0 s: [{'success': {'/lights/1/state/on': True}}, {'error': {'type': 6, 'address': '/lights/1/state/bri', 'description': 'parameter not available'}}]
failed, done: PUT x 1, waited 0 s: AiohueException
503 for ever: POST x 25, waited 81.0 s: BridgeBusy
429, then done: POST x 2, waited 0.5 s: [{'success': {'/lights/1/state/on': True}}]
500: POST x 1, waited 0 s: ClientResponseError
424: POST x 1, waited 0 s: ClientResponseError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
