#!/usr/bin/env bash
# The body that python-fints posts to a bank is one line of base64 that calls itself text/plain; what is
# in it says that it is encrypted, with a cipher and a key's name, and is not: the customer's PIN
# stands in clear at the end of a segment, under no name. Two equal runs send two bodies, as
# seven digits are drawn by chance and the time of day is in it twice.
#
# Versions: fints 5.0.1 (CPython 3.11 to 3.13).
# Source: fints' fints/connection.py (FinTSHTTPSConnection.send) and fints/security.py (whose mechanism
# for PIN and TAN has "dummy" in its name); FinTS 3.0's volume on PIN and TAN leaves encryption to TLS.
# Why it matters to a recorder: no list of names finds this PIN, no form of a token does, and a search
# for it in the cassette finds nothing either, since base64 has it at a place that is no multiple of
# three; it has to be told the PIN beforehand, and look for it in base64. And no body is ever sent
# twice, so that a replay matches only if it is told what of the line to leave out.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check fints==5.0.1
cat > look.py <<'PY'
import base64
import http.server
import re
import sys
import threading
from importlib.metadata import version

from fints.client import FinTS3PinTanClient
from fints.exceptions import FinTSConnectionError

PIN = "made-up-pin"
sent = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sent.append((self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("fints", version("fints"))
for _ in range(2):
    url = f"http://127.0.0.1:{origin.server_port}"
    client = FinTS3PinTanClient("12345678", "jdoe", PIN, url, product_id="A" * 16)
    try:
        with client:
            raise AssertionError("the bank refused nothing")
    except FinTSConnectionError as error:
        print(type(error).__name__, error)
kind, body = sent[0]
plain = [base64.b64decode(each, validate=True) for _, each in sent]
segments = [each.split(b"'") for each in plain]
last = [each for each in segments[0] if each.startswith(b"HNSHA")]
print(f"{kind}, base64, with the PIN in it: {PIN.encode() in plain[0]}")
print("its cipher and key:", re.search(rb"HNVSK.*?\+(2:2:13):@8@\0{8}:5:1\+280:12345678:(jdoe)", plain[0]).groups())
print(re.sub(rb"\d{7}", b"#", last[0]).decode())
naive = base64.b64encode(PIN.encode()).rstrip(b"=")[:-1] in body
print(f"base64 of the PIN alone is in the body: {naive}; the two bodies are equal: {sent[0] == sent[1]}")
drawn = {re.search(rb"HNSHA:\d+:2\+(\d+)\+", each)[1] for each in plain}
sys.exit(not (PIN.encode() in plain[0] and len(drawn) == 2 and sent[0] != sent[1]))
PY
timeout 60 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
