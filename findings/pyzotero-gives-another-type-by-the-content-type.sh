#!/usr/bin/env bash
# What pyzotero, the usual client of Zotero's libraries for Python, gives of an answer goes by its Content-Type: the
# same JSON is a list of items as application/json, and bytes as text/html, text/plain or application/octet-stream, so
# that a page of HTML is a success. A Retry-After or Backoff on a 200 makes the next call wait that long; a 429
# without one is final.
#
# Versions: pyzotero 1.16.0 (CPython 3.11).
# Source: pyzotero/_decorators.py (retrieve: a table from the Content-Type to what to do with the body) and _client.py
# (_check_backoff before each request).
# Why it matters to a recorder: who loses or replaces the Content-Type of an answer changes the type that a program
# gets, without an error; and a header of a recorded 200 lets a replay sleep for as long as the service wanted.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyzotero==1.16.0
cat > look.py <<'PY'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from pyzotero import zotero

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
    slept.append(round(seconds))


slept = []
time.sleep = sleeping
print("pyzotero", version("pyzotero"))
ITEMS = b'[{"key": "A", "data": {"title": "Rivers"}}]'
for kind in ("application/json", "application/json; charset=utf-8", "application/vnd.api+json", "text/plain", "text/html", "application/octet-stream"):
    library = zotero.Zotero("1", "user", "example")
    library.endpoint = url
    told.update(status=200, type=kind, headers={}, body=ITEMS)
    try:
        answer = library.items()
        said = f"{type(answer).__name__} of {len(answer)}"
    except Exception as error:
        said = type(error).__name__
    print(f"{kind}: {said}")
for status, headers in ((200, {}), (200, {"Retry-After": "30"}), (200, {"Backoff": "30"}), (429, {}), (503, {"Retry-After": "30"})):
    library = zotero.Zotero("1", "user", "example")
    library.endpoint = url
    told.update(status=status, type="application/json", headers=headers, body=ITEMS)
    seen = []
    for _ in range(2):
        asked.clear()
        slept.clear()
        try:
            seen.append(f"{len(library.items())} items")
        except Exception as error:
            seen.append(type(error).__name__)
        seen[-1] += f", {len(asked)} sent, waited {sum(slept)} s"
    print(f"{status} {headers}: first {seen[0]}; then {seen[1]}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pyzotero 1.16.0
application/json: list of 1
application/json; charset=utf-8: list of 1
application/vnd.api+json: list of 1
text/plain: bytes of 43
text/html: bytes of 43
application/octet-stream: bytes of 43
200 {}: first 1 items, 1 sent, waited 0 s; then 1 items, 1 sent, waited 0 s
200 {'Retry-After': '30'}: first 1 items, 1 sent, waited 0 s; then 1 items, 1 sent, waited 30 s
200 {'Backoff': '30'}: first 1 items, 1 sent, waited 0 s; then 1 items, 1 sent, waited 30 s
429 {}: first TooManyRetriesError, 1 sent, waited 0 s; then TooManyRetriesError, 1 sent, waited 0 s
503 {'Retry-After': '30'}: first HTTPError, 1 sent, waited 0 s; then HTTPError, 1 sent, waited 0 s
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
