#!/usr/bin/env bash
# A 503 or 429 whose Retry-After is a date, as HTTP allows, is a bare ValueError, "invalid literal for int()", to jira,
# the usual client of Jira for Python, and not the JIRAError of the refusal. Of one in seconds it waits between that
# and twice that, by chance, and of 0 a second or two; and a POST whose connection ends without an answer is sent again
# after ten to forty seconds, so that the issue is there twice.
#
# Versions: jira 3.10.5 (CPython 3.11 to 3.13).
# Source: jira/resilientsession.py (__recoverable: 2 * max(int(retry_after), 1), times a random factor; a
# ConnectionError is recoverable whatever the method is); RFC 9110, 10.2.3 has both forms.
# Why it matters to a recorder: a proxy or a cassette whose times are moved may write the one form for the other, and
# the program that handles refusals fails elsewhere. How long a suite takes is drawn anew in each run where a
# refusal was recorded, and of a POST that was sent twice both answers have to be kept.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check jira==3.10.5
cat > look.py <<'PY'
import json
import logging
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import jira

logging.disable(logging.CRITICAL)
asked = []
waits = []
told = {}


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        about = {"versionNumbers": [9, 0, 0], "deploymentType": "Server", "id": "1", "key": "A-1", "fields": {}}
        asked.append(self.command)
        if told["endings"] and self.path.endswith("/issue"):
            told["endings"] -= 1
            self.close_connection = True
            return
        refused = told["after"] is not None and self.path.endswith("/issue")
        answer = b"" if refused else json.dumps(about).encode()
        self.send_response(503 if refused else 201 if self.command == "POST" else 200)
        if refused:
            self.send_header("Retry-After", told["after"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
time.sleep = waits.append  # that a wait of a minute is noted and not waited
told.update(after=None, endings=0)
client = jira.JIRA(f"http://127.0.0.1:{origin.server_port}", basic_auth=("user", "word"))
print("jira", version("jira"))
for after, endings, low, high in (
    ("Mon, 30 Nov 2026 03:00:00 GMT", 0, 0, 0),
    ("5", 0, 5, 10),
    ("0", 0, 1, 2),
    (None, 2, 10, 40),
):
    told.update(after=after, endings=endings)
    asked.clear()
    waits.clear()
    fields = {"project": {"id": "1"}, "summary": "hello", "issuetype": {"id": "1"}}
    try:
        said = client.create_issue(fields=fields).key
    except Exception as error:
        said = type(error).__name__
    print(f"Retry-After {after}, {endings} connections end: {asked.count('POST')} posts, {said}")
    print(f"  waits of {low} to {high}: {all(low <= wait <= high for wait in waits)}", end=", ")
    print("all equal:", len(set(waits)) < 2)
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
jira 3.10.5
Retry-After Mon, 30 Nov 2026 03:00:00 GMT, 0 connections end: 1 posts, ValueError
  waits of 0 to 0: True, all equal: True
Retry-After 5, 0 connections end: 4 posts, JIRAError
  waits of 5 to 10: True, all equal: False
Retry-After 0, 0 connections end: 4 posts, JIRAError
  waits of 1 to 2: True, all equal: False
Retry-After None, 2 connections end: 3 posts, A-1
  waits of 10 to 40: True, all equal: False
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
