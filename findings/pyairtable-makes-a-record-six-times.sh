#!/usr/bin/env bash
# pyairtable, the usual client of Airtable for Python, posts a new record again, up to five times within some seconds, where
# the connection ends without an answer, whether or not the first one made it; after a 500, a 502 or a 504 it does not, and
# after a 503 only with a Retry-After, of any form: a 413 with that header, too, which says that the body is too large, is
# posted again. After a 429 without the header it is posted again in any case.
#
# Versions: pyairtable 3.5.1, requests 2.34.2, urllib3 2.8.0 (CPython 3.11).
# Source: pyairtable/api/retrying.py (retry_strategy: status_forcelist (429,), allowed_methods None, total 5, the rest being
# urllib3's: Retry.is_retry obeys Retry-After for 413, 429 and 503, and errors of reading count for each method then).
# Why it matters to a recorder: one create of the program is six interactions that are equal, of which the last may be the
# answer; a replay that has one of them and no connection for the rest has to tell which. A refusal of a recorder's own
# must not close the connection without an answer, and bears no Retry-After.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyairtable==3.5.1 requests==2.34.2 urllib3==2.8.0
cat > look.py <<'PY'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import pyairtable

asked = []
told = {}


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        asked.append((self.command, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
        if told["status"] is None:
            self.close_connection = True
            return
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
table = pyairtable.Api("example", endpoint_url=url).table("app1", "orders")
for name in ("pyairtable", "requests", "urllib3"):
    print(name, version(name))
for status, headers in (
    (None, {}),
    (429, {}),
    (500, {}),
    (502, {}),
    (504, {}),
    (503, {}),
    (503, {"Retry-After": "2"}),
    (503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}),
    (413, {}),
    (413, {"Retry-After": "0"}),
    (424, {"Retry-After": "2"}),
):
    told.update(status=status, headers=headers, body=b'{"error": "no"}')
    asked.clear()
    slept.clear()
    try:
        said = table.create({"amount": 10})
    except Exception as error:
        said = type(error).__name__
    assert len(set(asked)) == 1, asked
    how = f"{status or 'no answer'}{' and ' if headers else ''}{', '.join(map(': '.join, headers.items()))}"
    print(f"{how}: {said}, posted {len(asked)} times")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pyairtable 3.5.1
requests 2.34.2
urllib3 2.8.0
no answer: ConnectionError, posted 6 times
429: RetryError, posted 6 times
500: HTTPError, posted 1 times
502: HTTPError, posted 1 times
504: HTTPError, posted 1 times
503: HTTPError, posted 1 times
503 and Retry-After: 2: HTTPError, posted 6 times
503 and Retry-After: Wed, 21 Oct 2026 07:28:00 GMT: HTTPError, posted 6 times
413: HTTPError, posted 1 times
413 and Retry-After: 0: HTTPError, posted 6 times
424 and Retry-After: 2: HTTPError, posted 1 times
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
