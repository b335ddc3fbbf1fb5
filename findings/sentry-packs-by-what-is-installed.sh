#!/usr/bin/env bash
# Sentry's SDK for Python packs what it sends with brotli as soon as the environment has a module of
# that name, and with gzip otherwise. mitmproxy brings the module: where it is installed beside the
# program, the recorder itself changes what is recorded.
#
# Versions: sentry-sdk 2.75.0, mitmproxy 11.0.2, which wants Brotli (CPython 3.11 to 3.13).
# Source: sentry_sdk/transport.py (HttpTransport: "br" if brotli can be imported); the SDK's
# requirements do not name the module. RFC 9110, section 8.4: a coding is there for the recipient,
# who in case of a request cannot say beforehand what it takes.
# Why it matters to a recorder: a body recorded in development is br and the one of a production
# image, or of a CI job which runs the recorder elsewhere, is gzip: neither equals the other byte
# by byte, nor has the same length. What undoes gzip alone in a request, as most tools do, finds
# no user and no address in it to hide, and writes them out, packed; and an own server in Sentry's
# place, or a mock, that knows gzip passes on one machine and fails on the other.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check sentry-sdk==2.75.0
cat > look.py <<'PY'
import gzip
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)
came = []


class Sentry(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        came.append((self.headers["Content-Encoding"], body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Sentry)
threading.Thread(target=server.serve_forever, daemon=True).start()

import sentry_sdk

sentry_sdk.init(dsn=f"http://example@127.0.0.1:{server.server_port}/1")
sentry_sdk.set_user({"email": "ann@example.com"})
sentry_sdk.capture_message("a message")
sentry_sdk.flush(10)
coding, body = came[0]
if coding == "gzip":
    text = gzip.decompress(body)
else:
    import brotli

    text = brotli.decompress(body)
print(f"sentry-sdk {version('sentry-sdk')}: {coding}; the address is in it:", b"ann@example" in text)
sys.exit(coding != sys.argv[1] or b"ann@example.com" not in text)
PY
timeout 60 venv/bin/python look.py gzip || { echo "the behaviour has changed"; exit 1; }
venv/bin/pip install -q --disable-pip-version-check mitmproxy==11.0.2 'cryptography<45'
echo "with mitmproxy beside it, which wants:"
venv/bin/python -c '
from importlib.metadata import requires
print("  ", *(each for each in requires("mitmproxy") if each.lower().startswith("brotli")))'
timeout 60 venv/bin/python look.py br || { echo "the behaviour has changed"; exit 1; }
