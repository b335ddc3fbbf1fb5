#!/usr/bin/env bash
# How long bimmer_connected, the client for BMW's cars, waits before it sends a refused command again goes by the
# first digit of the refusal's message, doubled: "try again in 29 seconds" is four seconds to it, "in 10" two, and
# "will be replenished in 00:53:20", as a gateway writes it, none at all. Retry-After has no effect. After a 429, and
# after a 403 that has the word "quota" anywhere, in any case of letters, a command is sent four times; a 403 without
# it once.
#
# Versions: bimmer_connected 0.17.4 (CPython 3.11).
# Source: bimmer_connected/api/authentication.py (get_retry_wait_time goes through the message letter by letter;
# MyBMWAuthentication.async_auth_flow, by which each request of the client goes).
# Why it matters to a recorder: a command that locks or warms a car is up to four equal POSTs in a cassette, within no
# time or within a minute, by how a sentence is worded; a replay that keeps the recorded words keeps the waits, and a
# body that was left out, or is another language's, makes each of them four seconds.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check bimmer_connected==0.17.4
cat > look.py <<'PY'
import asyncio
import datetime
import http.server
import json
import threading
import time
from importlib.metadata import version

import httpx
from bimmer_connected.api.authentication import MyBMWAuthentication
from bimmer_connected.api.regions import Regions

asked = []
told = {}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(time.monotonic())
        refused = len(asked) <= told["times"]
        body = json.dumps({"message": told["message"]} if refused else {"eventId": "example"})
        self.send_response(told["status"] if refused else 200)
        if refused and told["retry_after"]:
            self.send_header("Retry-After", told["retry_after"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


async def look(status, message, retry_after="", times=1):
    told.update(status=status, message=message, retry_after=retry_after, times=times)
    asked.clear()
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    auth = MyBMWAuthentication("example", "example", Regions.NORTH_AMERICA, access_token="example", expires_at=later)
    async with httpx.AsyncClient(auth=auth, trust_env=False) as client:
        try:
            end = (await client.post(f"http://127.0.0.1:{service.server_port}/door-lock")).status_code
        except Exception as error:
            end = type(error).__name__
    waits = [round(after - before) for before, after in zip(asked, asked[1:])]
    said = f", Retry-After {retry_after}" if retry_after else ""
    print(f"{status} {message!r}{said}: {len(asked)} requests, waits {waits}, {end}")


async def main():
    await look(429, "Rate limit is exceeded. Try again in 29 seconds.")
    await look(429, "Rate limit is exceeded. Try again in 10 seconds.")
    await look(429, "Out of call volume quota. Quota will be replenished in 00:53:20.", times=9)
    await look(429, "Please wait.", retry_after="30")
    await look(403, "Out of QUOTA. 0")
    await look(403, "Forbidden. 0")


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
print("bimmer_connected", version("bimmer_connected"))
asyncio.run(main())
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
bimmer_connected 0.17.4
429 'Rate limit is exceeded. Try again in 29 seconds.': 2 requests, waits [4], 200
429 'Rate limit is exceeded. Try again in 10 seconds.': 2 requests, waits [2], 200
429 'Out of call volume quota. Quota will be replenished in 00:53:20.': 4 requests, waits [0, 0, 0], MyBMWQuotaError
429 'Please wait.', Retry-After 30: 2 requests, waits [4], 200
403 'Out of QUOTA. 0': 2 requests, waits [0], 200
403 'Forbidden. 0': 1 requests, waits [], MyBMWAuthError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
