#!/usr/bin/env bash
# Told to wait when there were too many requests (wait_on_rate_limit), tweepy waits until the time in a header of the
# 429, by the clock of the machine, and where that has passed, or the header is missing, it does not wait at all: it
# posts again at once and for as long as the 429 comes, however often. Retry-After has no effect. A 503 and the like
# are final.
#
# Versions: tweepy 4.17.0, requests 2.34.2 (CPython 3.11).
# Source: tweepy/client.py (BaseClient.request: sleep_time = reset_time - int(time.time()) + 1, and the call of itself
# behind it).
# Why it matters to a recorder: a 429 that was recorded has its x-rate-limit-reset in the past by the time it is
# replayed, so that the fifteen minutes are none; good for a test, but a replay that gives the last answer for ever,
# where it has no other, is asked without an end. A gateway's 429 without the header is asked so live, too.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tweepy==4.17.0 requests==2.34.2
cat > look.py <<'PY'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import tweepy

asked = []
told = {}


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        asked.append((self.command, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
        if len(asked) > told["times"]:
            told.update(status=201, headers={}, body=b'{"data": {"id": "1", "text": "hi"}}')
        self.send_response(told["status"])
        self.send_header("Content-Type", told.get("type", "application/json"))
        for name, value in told.get("headers", {}).items():
            self.send_header(name, value)
        if told["status"] != 204:
            self.send_header("Content-Length", str(len(told["body"])))
        self.end_headers()
        self.wfile.write(told["body"])

    do_POST = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


def sleeping(seconds):
    slept.append(seconds)


slept = []
time.sleep = sleeping
now = time.time()
client = tweepy.Client("example", wait_on_rate_limit=True)
send = client.session.request
client.session.request = lambda method, asks, **more: send(method, f"{url}/{asks.split('/', 3)[3]}", **more)
for name in ("tweepy", "requests"):
    print(name, version(name))
for name, status, headers in (
    ("the limit ends in ten minutes", 429, {"x-rate-limit-reset": "600"}),
    ("the limit has ended", 429, {"x-rate-limit-reset": "-60"}),
    ("no time", 429, {}),
    ("Retry-After", 429, {"Retry-After": "60"}),
    ("Retry-After", 503, {"Retry-After": "60"}),
    ("no time", 424, {}),
):
    for times in (1, 30):
        reset = {one: str(int(now) + int(value)) if one.startswith("x") else value for one, value in headers.items()}
        told.update(status=status, headers=reset, times=times, body=b'{"title": "no"}')
        asked.clear()
        slept.clear()
        try:
            said = f"posted {client.create_tweet(text='hi', user_auth=False).data['id']}"
        except tweepy.HTTPException as error:
            said = type(error).__name__
        waits = f"{len(slept)} waits of up to ten minutes" if slept and max(slept) <= 601 and min(slept) > 0 else slept or "no wait"
        print(f"{status} {times} times, {name}: {said}, sent {len(asked)} times, {waits}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
tweepy 4.17.0
requests 2.34.2
429 1 times, the limit ends in ten minutes: posted 1, sent 2 times, 1 waits of up to ten minutes
429 30 times, the limit ends in ten minutes: posted 1, sent 31 times, 30 waits of up to ten minutes
429 1 times, the limit has ended: posted 1, sent 2 times, no wait
429 30 times, the limit has ended: posted 1, sent 31 times, no wait
429 1 times, no time: posted 1, sent 2 times, no wait
429 30 times, no time: posted 1, sent 31 times, no wait
429 1 times, Retry-After: posted 1, sent 2 times, no wait
429 30 times, Retry-After: posted 1, sent 31 times, no wait
503 1 times, Retry-After: TwitterServerError, sent 1 times, no wait
503 30 times, Retry-After: TwitterServerError, sent 1 times, no wait
424 1 times, no time: HTTPException, sent 1 times, no wait
424 30 times, no time: HTTPException, sent 1 times, no wait
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
