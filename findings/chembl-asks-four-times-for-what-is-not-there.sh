#!/usr/bin/env bash
# ChEMBL's own client asks four times, over twelve seconds, for a molecule that is not there, and then
# says that there were too many retries, not 404; a query, which it sends as a POST, it asks once,
# and says 404. A query that was answered it never sends again, in any program of this user, for
# a day: it keeps POSTs too, in the user's home.
#
# Versions: chembl_webresource_client 0.10.9, requests-cache 1.3.3, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: chembl_webresource_client's query.py (Retry with each status from 400 to 420, whose methods
# leave POST out; CachedSession with allowable_methods GET and POST, in ~/.chembl_ws_client__...).
# Why it matters to a recorder: a refusal with 404, 410 or 418 is four requests and many seconds, one with 424 is
# one; of a test that wants the error of a missing molecule the recording has four equal answers.
# A recording is empty where somebody ran the program yesterday, and what a replay answered is
# what tomorrow's real program gets. Each recording and each replay needs a home of its own.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check chembl_webresource_client==0.10.9 \
  requests-cache==1.3.3 requests==2.34.2
cat > look.py <<'PY'
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

PROGRAM = """
import sys
from chembl_webresource_client.settings import Settings
settings = Settings.Instance()
settings.NEW_CLIENT_URL = sys.argv[1]
from chembl_webresource_client.new_client import new_client
how, what = sys.argv[2:]
try:
    if how == "query":
        print(list(new_client.molecule.filter(name=what)))
    else:
        print(new_client.molecule.get(what))
except Exception as error:
    print(type(error).__name__)
"""
MOLECULE = {"resource_name": "molecule", "collection_name": "molecules", "formats": ["json"]}
SPORE = {"methods": {"GET_dispatch_detail": {**MOLECULE, "default_format": "application/json"}}}
came = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/spore":
            self.give(200, "application/json", json.dumps(SPORE))
            return
        came.append(f"{self.command} {self.path}")
        self.give(404 if self.path.endswith("gone") else 424, "application/json", "{}")

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        came.append(f"{self.command} {self.path} as {self.headers['X-HTTP-Method-Override']}")
        page = {"molecules": [{"name": "aspirin"}], "page_meta": {"total_count": 1}}
        self.give(404 if b"gone" in asked else 200, "application/json", json.dumps(page))

    def give(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
found = []
for home, how, what in (
    ("one", "get", "gone"),
    ("one", "get", "refused"),
    ("one", "query", "gone"),
    ("one", "query", "aspirin"),
    ("one", "query", "aspirin"),
    ("two", "query", "aspirin"),
):
    came.clear()
    os.makedirs(home, exist_ok=True)
    call = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    call += [f"http://127.0.0.1:{server.server_port}", how, what]
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.abspath(home)}
    begun = time.monotonic()
    ran = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=120)
    took = time.monotonic() - begun
    found.append((ran.stdout.strip(), *came))
    print(f"{how} {what}, home {home}, {took:.0f} s:", *found[-1], ran.stderr[-300:])
    assert (how, what) != ("get", "gone") or took > 10
print("chembl_webresource_client", version("chembl_webresource_client"), os.listdir("one"))
query = "POST /molecule.json as GET"
assert found == [
    ("RetryError", *["GET /molecule/gone"] * 4),
    ("BaseHttpException", "GET /molecule/refused"),
    ("HttpNotFound", query),
    ("[{'name': 'aspirin'}]", query),
    ("[{'name': 'aspirin'}]",),
    ("[{'name': 'aspirin'}]", query),
]
PY
timeout 300 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
