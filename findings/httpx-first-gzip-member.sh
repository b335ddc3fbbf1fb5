#!/usr/bin/env bash
# httpx, and httpx2 on which the SDKs of today stand, return the first member of a gzip
# body alone, without an error, where requests returns all of them.
#
# Versions: httpx 0.28.1, httpx2 2.16.2, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: RFC 1952, section 2.2: a gzip file is a series of members, whose contents follow
# one another. Both httpx decoders use one zlib.decompressobj, which ends with its member.
# Why it matters to a recorder: a server that closes a member for each event sends a valid
# body, of which such a client sees the first event. A recorder that decodes all, as Go's
# transport does, and replays the body in one member gives the client more than it ever got
# from the origin; one that stops where the client stops loses data for every other client.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check httpx==0.28.1 httpx2==2.16.2 requests==2.34.2
cat > "$work/look.py" <<'PY'
import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

import httpx
import httpx2
import requests

BODY = gzip.compress(b"first ") + gzip.compress(b"second")


class TwoMembers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *arguments):
        pass


origin = HTTPServer(("127.0.0.1", 0), TwoMembers)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/"
quiet = requests.Session()
quiet.trust_env = False
seen = {
    "httpx": httpx.get(url, trust_env=False).content,
    "httpx2": httpx2.get(url, trust_env=False).content,
    "requests": quiet.get(url).content,
}
origin.shutdown()
for name, body in seen.items():
    print(f"{name} {version(name)}: {body!r}")
assert seen == {
    "httpx": b"first ",
    "httpx2": b"first ",
    "requests": b"first second",
}, "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py"
