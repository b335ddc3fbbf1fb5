#!/usr/bin/env bash
# aiohttp-retry, the usual helper of aiohttp for this, sends a POST again, three times in all, after a 5xx of any
# number, a 501 too, unless told otherwise, and at once, whatever Retry-After says, a day as well; a 429, and a
# connection that ended without an answer, it leaves to the program. Its like for httpx, httpx-retries, sends a POST
# once and never repeats a 500.
#
# Versions: aiohttp-retry 2.9.1 with aiohttp 3.14.5, httpx-retries 0.6.0 with httpx 0.28.1 (CPython 3.11).
# Source: aiohttp-retry's retry_options.py (methods has all of them, retry_all_server_errors is True, and a wait is made
# of the number of the try alone), httpx-retries' retry.py (RETRYABLE_METHODS has no POST, RETRYABLE_STATUS_CODES is
# 429, 502, 503 and 504). RFC 9110, section 9.2.2.
# Why it matters to a recorder: a refused payment is three interactions, of which the last may be a success; written by
# hand once, the refusal is missed by the second POST. A replay that refuses by a 5xx is asked three times for each
# miss.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check aiohttp-retry==2.9.1 aiohttp==3.14.5 httpx-retries==0.6.0 httpx==0.28.1
cat > look.py <<'PY'
import asyncio
import socketserver
import threading

import aiohttp
import httpx
from aiohttp_retry import ExponentialRetry, RetryClient
from httpx_retries import Retry, RetryTransport


def answer(path):
    word = path[1:]
    if word == "nothing":
        return b""
    day = b"Retry-After: 86400\r\n" if word == "503-and-a-day" else b""
    head = word[:3].encode() + b" Said\r\n" + day
    return b"HTTP/1.1 " + head + b"Content-Length: 4\r\nConnection: close\r\n\r\nsaid"


came = []


class Origin(socketserver.StreamRequestHandler):
    """It answers one request by its path, and ends the connection."""

    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length = 0
        while line := self.rfile.readline().decode().strip().lower():
            if line.startswith("content-length:"):
                length = int(line.partition(":")[2])
        body = self.rfile.read(length).decode()
        came.append(method + (" with the body" if body else ""))
        self.wfile.write(answer(path))


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_address[1]}"


async def by_aiohttp(method, to, body):
    async with RetryClient(retry_options=ExponentialRetry(start_timeout=0.01)) as client:
        async with client.request(method, to, data=body) as found:
            return found.status


def by_httpx(method, to, body):
    retry = Retry(total=2, backoff_factor=0.01)
    with httpx.Client(transport=RetryTransport(retry=retry)) as client:
        return client.request(method, to, content=body).status_code


clients = {"aiohttp-retry": lambda *asked: asyncio.run(by_aiohttp(*asked)), "httpx-retries": by_httpx}
for name, call in clients.items():
    for asked in ("POST 404", "POST 429", "POST 500", "POST 501", "POST 503", "POST nothing", "GET 500", "GET 501", "GET 503", "POST 503-and-a-day"):
        came.clear()
        method, path = asked.split()
        try:
            told = call(method, f"{url}/{path}", "pay=10" if method == "POST" else None)
        except (aiohttp.ClientError, httpx.TransportError) as error:
            told = "raised"
        print(f"{name}, {asked}: asked {len(came)}, {told}")
PY
venv/bin/pip list --disable-pip-version-check 2> /dev/null | grep -i -E '^(aiohttp-retry|aiohttp|httpx-retries|httpx) '
timeout 120 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
aiohttp-retry, POST 404: asked 1, 404
aiohttp-retry, POST 429: asked 1, 429
aiohttp-retry, POST 500: asked 3, 500
aiohttp-retry, POST 501: asked 3, 501
aiohttp-retry, POST 503: asked 3, 503
aiohttp-retry, POST nothing: asked 1, raised
aiohttp-retry, GET 500: asked 3, 500
aiohttp-retry, GET 501: asked 3, 501
aiohttp-retry, GET 503: asked 3, 503
aiohttp-retry, POST 503-and-a-day: asked 3, 503
httpx-retries, POST 404: asked 1, 404
httpx-retries, POST 429: asked 1, 429
httpx-retries, POST 500: asked 1, 500
httpx-retries, POST 501: asked 1, 501
httpx-retries, POST 503: asked 1, 503
httpx-retries, POST nothing: asked 1, raised
httpx-retries, GET 500: asked 1, 500
httpx-retries, GET 501: asked 1, 501
httpx-retries, GET 503: asked 3, 503
httpx-retries, POST 503-and-a-day: asked 1, 503
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
