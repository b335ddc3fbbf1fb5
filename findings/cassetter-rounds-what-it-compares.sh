#!/usr/bin/env bash
# cassetter keeps a JSON body as the values that it read: a transfer of 25000000000000000002 is answered
# by the one of ...001, which alone was sent, also where the body is to be the same, as what is beyond
# 64 bits becomes a float; and of an answer the program sees other numbers, no repeated names, and
# blanks at other places, under a Content-Length that is changed to fit and the recorded digest.
#
# Versions: cassetter 0.16.1, httpx 0.28.1 (CPython 3.11 to 3.13).
# Source: cassetter's README ("JSON bodies are stored as structured YAML", and "body" among what can
# be matched); the cassette shows the numbers. RFC 8259, section 6, sets no limit to numbers.
# Why it matters to a recorder: amounts in wei, and ids made of a random 128-bit number, are beyond
# 64 bits. A client that checks a signature or a checksum of what it got (a Content-Digest, botocore
# for DynamoDB) refuses at the replay what it took as it was recorded, and a converter cannot bring
# the bytes back. A body that is to be read in the file has to be kept as it was besides.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check cassetter==0.16.1 httpx==0.28.1
cat > look.py <<'PY'
import hashlib
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import httpx
from cassetter import use_cassette

for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]
ANSWER = b'{"balance": 25000000000000000001, "rate": 1E5, "tag": "a", "tag": "b"}\n'
came = []


class Origin(BaseHTTPRequestHandler):
    def do_POST(self):
        came.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Digest", hashlib.sha256(ANSWER).hexdigest())
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/transfer"


def ask(mode, body):
    with use_cassette("kept.yaml", record_mode=mode, match_on=["method", "uri", "body"]):
        return httpx.post(url, content=body, headers={"Content-Type": "application/json"})


recorded = ask("once", b'{"amount": 25000000000000000001}')
replayed = ask("none", b'{"amount": 25000000000000000002}')
try:
    ask("none", b'{"amount": 26000000000000000001}')
    refused = False
except Exception as error:
    refused = type(error).__name__ == "NoMatchError"
length = int(replayed.headers["Content-Length"])
same = replayed.headers["X-Digest"] == hashlib.sha256(replayed.content).hexdigest()
print("cassetter", version("cassetter"), "with match_on method, uri, body; sent:", came)
print("  recorded", recorded.content)
print("  replayed", replayed.content, f"to ...002; Content-Length {length}, {len(replayed.content)} bytes")
print("  its digest fits:", same, "; another amount is refused:", refused)
sys.exit(
    not (
        came == [b'{"amount": 25000000000000000001}']
        and recorded.content == ANSWER
        and replayed.content == b'{"balance": 2.5e+19, "rate": 100000.0, "tag": "b"}'
        and length == len(replayed.content)
        and not same
        and refused
    )
)
PY
timeout 60 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
