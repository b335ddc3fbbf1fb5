#!/usr/bin/env bash
# PRAW's transport waits before a request although nothing was refused: of a 200 that says 500 used,
# 500 remaining and 599 seconds to go it makes ten seconds of sleep before the next one, so as to
# spread what remains over the window. Where nothing remains and the window has ended (a reset
# of 0), it still sleeps for one second.
#
# Versions: prawcore 4.0.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: prawcore's prawcore/rate_limit.py (RateLimiter.update and delay, which runs
# before each request).
# Why it matters to a recorder: the wait is made by headers of good answers, which no recorder
# looks at for what was asked too often, and so a replay without latency takes ten seconds a
# request where its answers came in a busy window; by which of them is decided by what else used
# that account at the time. The sleep goes by the monotonic clock, so that a moved date does
# not shorten it; an x-ratelimit-reset of 0 does.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check prawcore==4.0.0 requests==2.34.2
cat > look.py <<'PY'
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import prawcore

for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)
limits = {}


class Reddit(BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"access_token": "example", "expires_in": 3600, "scope": "*"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.path.startswith("/item"):
            for name, value in limits.items():
                self.send_header(f"x-ratelimit-{name}", value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


reddit = ThreadingHTTPServer(("127.0.0.1", 0), Reddit)
threading.Thread(target=reddit.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{reddit.server_port}"


def second_after(remaining, used, reset):
    """Returns the seconds that the second of two requests takes, by what the first was told."""
    limits.update({"remaining": remaining, "used": used, "reset": reset})
    asks = prawcore.Requestor(user_agent="a test, by example", oauth_url=url, reddit_url=url)
    app = prawcore.TrustedAuthenticator(client_id="a", client_secret="b", requestor=asks)
    reader = prawcore.ReadOnlyAuthorizer(authenticator=app)
    reader.refresh()
    session = prawcore.Session(authorizer=reader)
    session.request(method="GET", path="/item")
    start = time.monotonic()
    session.request(method="GET", path="/item")
    took = time.monotonic() - start
    print(f"200, {remaining} remaining, {used} used, reset in {reset}: the next took {took:.1f} s")
    return took


print("prawcore", version("prawcore"))
half = second_after("500.0", "500", "599")
ended = second_after("500.0", "500", "0")
none = second_after("0.0", "1000", "0")
sys.exit(not (half >= 9.9 and ended < 0.9 and 0.9 <= none < 9))
PY
timeout 60 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
