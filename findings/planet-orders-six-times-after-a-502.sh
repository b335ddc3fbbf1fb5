#!/usr/bin/env bash
# An order of pictures at Planet, which costs, its SDK for Python posts six times within a minute after a 502, a 429 or where
# the connection ends without an answer, and twice where half an answer came, with the status 200 in it and the first order's
# number on its way; a 500, a 503 and a 504 are final, and no Retry-After is heeded.
#
# Versions: planet 3.7.0, httpx 0.28.1 (CPython 3.11).
# Source: planet/http.py (RETRY_EXCEPTIONS has RemoteProtocolError, BadGateway and TooManyRequests, for every method;
# MAX_RETRIES; _calculate_wait: 2 to the number of the try, and a part of a second by chance).
# Why it matters to a recorder: equal POSTs that each made an order stand in one recording, and a replay of the half answer
# has the second sent again; an origin that stumbled has two orders of one call, whose numbers differ, and the program has
# the last one. A 502 for a miss is six misses and a minute, a 424 is one.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check planet==3.7.0 httpx==0.28.1
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
from importlib.metadata import version

from planet import Auth, OrdersClient, Session

asked = []
answers = []
waits = []
ORDER = {"name": "a", "products": [{"item_ids": ["1"], "item_type": "PSScene", "product_bundle": "analytic_udm2"}]}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(self.command)
        status = answers[min(len(asked), len(answers)) - 1]
        if status is None or status == "half":
            if status:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{")
            self.close_connection = True
            return
        body = json.dumps({"id": "7"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "30")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


async def at_once(seconds, sleep=asyncio.sleep):
    if seconds >= 1:
        waits.append(int(seconds))  # the rest is by chance
        seconds = 0
    await sleep(seconds)


async def look(what, *given):
    asked.clear()
    waits.clear()
    answers[:] = given
    async with Session(auth=Auth.from_key("example")) as session:
        try:
            order = await OrdersClient(session, base_url=f"http://127.0.0.1:{origin.server_port}").create_order(ORDER)
            end = f"order {order['id']}"
        except Exception as error:
            end = type(error).__name__
    print(f"{what}: {len(asked)} x {asked[0]}, waited {waits}: {end}")


async def main():
    print("planet", version("planet"))
    asyncio.sleep = at_once
    await look("200", 200)
    for status in (502, 429, 500, 503, 504, 424):
        await look(f"{status}", status)
    await look("no answer", None)
    await look("half an answer", "half", 200)
    await look("502, then 200", 502, 200)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
planet 3.7.0
200: 1 x POST, waited []: order 7
502: 6 x POST, waited [2, 4, 8, 16, 32]: BadGateway
429: 6 x POST, waited [2, 4, 8, 16, 32]: TooManyRequests
500: 1 x POST, waited []: ServerError
503: 1 x POST, waited []: APIError
504: 1 x POST, waited []: APIError
424: 1 x POST, waited []: APIError
no answer: 6 x POST, waited [2, 4, 8, 16, 32]: RemoteProtocolError
half an answer: 2 x POST, waited [2]: order 7
502, then 200: 2 x POST, waited [2]: order 7
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
