#!/usr/bin/env bash
# Where its flags were refused GrowthBook's SDK for Python says that each flag is off, and no call raises, and sends the
# question anew with each flag that the program asks for: of twenty looks at a flag twenty-one requests, of which a
# program that got its answer sends one. A page of HTML with 200 and a 304 are refusals to it, too.
#
# Versions: growthbook 4.0.0 (CPython 3.11 to 3.13).
# Source: growthbook/growthbook.py (_get_eval_context makes sure of fresh features first, each time; FeatureRepository
# keeps what came for a minute, for all instances of the process, and nothing of what did not).
# Why it matters to a recorder: one request that is in no cassette is as many misses as the program has looks at flags,
# and the program goes the way of "off", in silence. A client of a second test in the same process sends nothing, so
# that its cassette stays empty, or has the request that the first one's lacks, by the order of the tests.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check growthbook==4.0.0
cat > look.py <<'PY'
import json
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from growthbook import GrowthBook

logging.disable(logging.CRITICAL)
FLAGS = json.dumps({"status": 200, "features": {"new-shop": {"defaultValue": True}}}).encode()
told = {}
asked = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        body = b"" if told["status"] == 304 else told["body"]
        self.send_response(told["status"])
        self.send_header("Content-Type", "application/json")
        if told["status"] != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def look(key, times):
    """Say how many requests this many looks at a flag send, and what they say."""
    asked.clear()
    try:
        client = GrowthBook(api_host=f"http://127.0.0.1:{origin.server_port}", client_key=key)
        client.load_features()
        said = {client.is_on("new-shop") for _ in range(times)}
    except Exception as error:
        said = type(error).__name__
    return f"{len(asked)} requests, on: {said}"


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("growthbook", version("growthbook"))
for name, status, body in (
    ("the flags", 200, FLAGS),
    ("the flags with 424", 424, FLAGS),
    ("an error with 503", 503, b"{}"),
    ("a page with 200", 200, b"<html>Log in</html>"),
    ("304", 304, b""),
):
    told.update(status=status, body=body)
    key = "sdk-" + name.replace(" ", "-")
    print(f"{name}: 20 looks, {look(key, 20)}")
told.update(status=200, body=FLAGS)
print(f"a second client, after the first had the flags: {look('sdk-the-flags', 20)}")
print(f"a second client, after the first was refused: {look('sdk-304', 20)}")
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
growthbook 4.0.0
the flags: 20 looks, 1 requests, on: {True}
the flags with 424: 20 looks, 21 requests, on: {False}
an error with 503: 20 looks, 21 requests, on: {False}
a page with 200: 20 looks, 21 requests, on: {False}
304: 20 looks, 21 requests, on: {False}
a second client, after the first had the flags: 0 requests, on: {True}
a second client, after the first was refused: 1 requests, on: {True}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
