#!/usr/bin/env bash
# mwclient, the usual client of Wikipedia's API, posts an edit again, 25 times within hours, after any status that is neither
# 200 nor an error, as a 201, a 202 and a 204; and after a 200 that says that the edit was made, where the answer has the
# header X-Database-Lag. A 404 without that header raises at once, and one with it is posted again.
#
# Versions: mwclient 0.11.0 (CPython 3.11).
# Source: mwclient/client.py (raw_call looks for x-database-lag before it looks at the status, and calls raise_for_status,
# which says nothing of a status below 400, for all but 200 and 5xx) and mwclient/sleep.py (no wait before the second
# request, half a minute more before each later one; here the half minute is set to nothing).
# Why it matters to a recorder: that header decides what a request does, and no name says so: where it is left out of a
# cassette the refusal is the answer, and where an answer of an edit has it the replay is to give another answer for each
# of the equal POSTs. A second POST is sent at once, the third half a minute later: a single such answer costs a test
# nothing that one would notice, save that its cassette has one more interaction than the program has calls.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mwclient==0.11.0
cat > look.py <<'PY'
import json
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import mwclient

logging.disable(logging.CRITICAL)
DONE = {"edit": {"result": "Success", "pageid": 7, "title": "Orders"}}
told = []
edits = []


class Wiki(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        edits.append(self.rfile.read(int(self.headers["Content-Length"])))
        status, headers, body = told[min(len(edits), len(told)) - 1]
        body = b"" if status == 204 else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def edit(*answers):
    """Edit a page once; say what came of it, how many requests it was and how many bodies these had."""
    edits.clear()
    told[:] = answers
    address = f"127.0.0.1:{server.server_port}"
    options = {"scheme": "http", "do_init": False, "retry_timeout": 0}
    site = mwclient.Site(address, **options)
    try:
        said = site.post("edit", title="Orders", appendtext="7", token="example")["edit"]["result"]
    except Exception as error:
        said = type(error).__name__
    return f"{said}, {len(edits)} requests, {len(set(edits))} bodies"


server = ThreadingHTTPServer(("127.0.0.1", 0), Wiki)
threading.Thread(target=server.serve_forever, daemon=True).start()
done = json.dumps(DONE).encode()
lag = {"X-Database-Lag": "1", "Retry-After": "0"}
print("mwclient", version("mwclient"))
print("200:", edit((200, {}, done)))
print("200 with a lag, then without:", edit((200, lag, done), (200, {}, done)))
print("404 with a lag, then 200:", edit((404, lag, done), (200, {}, done)))
for status in (201, 202, 204, 404, 424):
    print(f"{status} always:", edit((status, {}, done)))
print("200 with a page of HTML:", edit((200, {}, b"<p>Log in</p>")))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
mwclient 0.11.0
200: Success, 1 requests, 1 bodies
200 with a lag, then without: Success, 2 requests, 1 bodies
404 with a lag, then 200: Success, 2 requests, 1 bodies
201 always: MaximumRetriesExceeded, 26 requests, 1 bodies
202 always: MaximumRetriesExceeded, 26 requests, 1 bodies
204 always: MaximumRetriesExceeded, 26 requests, 1 bodies
404 always: HTTPError, 1 requests, 1 bodies
424 always: HTTPError, 1 requests, 1 bodies
200 with a page of HTML: InvalidResponse, 1 requests, 1 bodies
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
