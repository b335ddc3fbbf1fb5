#!/usr/bin/env bash
# Google's client for its discovered APIs and pysolr ask by GET until the question is long, then by POST with the
# query as a form: from 2049 characters of URL and from 1024 of query on. The first says x-http-method-override: GET
# with it and the second nothing, so that to all who look at the method a search has become a write.
#
# Versions: google-api-python-client 2.202.0 with httplib2, pysolr 3.11.0 with requests (CPython 3.11 to 3.13).
# Source: googleapiclient/http.py (MAX_URI_LENGTH), pysolr.py (_select, and its _send_request for more-like-this).
# Why it matters to a recorder: where the question holds a list of ids or a date, one character more in a test's data
# makes another method, another URL and a body of what was the query, so that a cassette does not match and the
# nearest interaction is not of the same method; a scrubber of queries does not see the body. And what is repeated, or
# held for safe, by the method (GET and HEAD alone) treats the long question as a change.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check google-api-python-client==2.202.0 pysolr==3.11.0
cat > look.py <<'PY'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import httplib2
import pysolr
from googleapiclient.discovery import build


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        path, _, query = self.path.partition("?")
        asked = len(query or body) if "solr" in path else len(f"{url}{path}?{query or body.decode()}")
        override = self.headers["X-HTTP-Method-Override"]
        print(f"  of {asked}: {self.command} {path}, body {len(body) > 0}, override {override}")
        answer = b'{"response": {"docs": [], "numFound": 0}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
print("pysolr", version("pysolr"))
solr = pysolr.Solr(f"{url}/solr/core")
for length in (1013, 1014):
    solr.search("a" * length)
print("google-api-python-client", version("google-api-python-client"))
drive = build("drive", "v3", http=httplib2.Http(), static_discovery=True, client_options={"api_endpoint": url})
room = 2048 - len(f"{url}/files?q=&alt=json")
for length in (room, room + 1):
    drive.files().list(q="a" * length).execute()
PY
timeout 120 venv/bin/python -u look.py | tee found
cat > expected <<'END'
pysolr 3.11.0
  of 1023: GET /solr/core/select/, body False, override None
  of 1024: POST /solr/core/select/, body True, override None
google-api-python-client 2.202.0
  of 2048: GET /files, body False, override None
  of 2049: POST /files, body True, override GET
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
