#!/usr/bin/env bash
# What the World Bank's server, or whoever stands for it, refuses once, wbdata takes for refused for a week: it
# writes each body into the user's cache before it looks at it, and at no status at all, so that each program of
# this user raises over the old text and sends nothing. Only a connection that was never made it does not
# keep. The session that a program gives its client, with its own proxy and trust, it never uses.
#
# Versions: wbdata 1.1.0, shelved-cache 0.3.1, cachetools 5.5.2 (CPython 3.11 to 3.13).
# Source: wbdata's fetcher.py (_get_response: the cache is written, and then the body is parsed) and cache.py
# (a folder of the user's, seven days; WBDATA_CACHE_PATH); client.py (the field session, which nothing reads).
# Why it matters to a recorder: a replay that refuses what it does not know spoils the machine: the next
# recording sends nothing, is empty, and fails with the words of the replay, days later and in another
# program. The remedy is a WBDATA_CACHE_PATH of its own for each run; to drop the cassette is none.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check wbdata==1.1.0 shelved-cache==0.3.1 \
  cachetools==5.5.2 setuptools==80.9.0
cat > program.py <<'PY'
"""Asks for the topics at the origin given, by the library's own client and its own cache."""
import sys

import requests
import wbdata
from requests.adapters import HTTPAdapter


class There(HTTPAdapter):
    def send(self, request, **given):
        request.url = request.url.replace("https://api.worldbank.org", sys.argv[1])
        return super().send(request, **given)


class Own(HTTPAdapter):
    """Stands in a session of the program's own, which never sends."""

    def send(self, request, **given):
        raise AssertionError("the program's own session was asked")


own = requests.Session()
own.mount("https://", Own())
client = wbdata.Client(session=own)
client.fetcher.session.trust_env = False
client.fetcher.session.mount("https://", There())
try:
    print(client.get_topics()[0]["value"])
except Exception as error:
    print(type(error).__name__, str(error).partition("\n")[0][:60])
PY
cat > look.py <<'PY'
import json
import os
import pathlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

PAGE = {"page": "1", "pages": "1", "per_page": "1000", "total": "1"}
GOOD = json.dumps([PAGE, [{"id": "1", "value": "Agriculture"}]])
came = []


class Origin(BaseHTTPRequestHandler):
    status, body = 200, GOOD

    def do_GET(self):
        came.append(self.path.partition("?")[0])
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body.encode())

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
nobody = "http://127.0.0.1:9"


def run(home, status, body, origin=url):
    """Returns what a program in this home says, and how many requests came."""
    came.clear()
    Origin.status, Origin.body = status, body
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.abspath(home)}
    call = [sys.executable, "-W", "ignore", "program.py", origin]
    ran = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=120)
    said = ran.stdout.strip()
    print(f"{home}, {status}:", said, "|", len(came), "requests", ran.stderr[-400:])
    return said, len(came)


print("wbdata", version("wbdata"))
for home in ("refused", "answered", "absent"):
    os.mkdir(home)
refusal = "no interaction of the cassette is left"
first, again = run("refused", 424, refusal), run("refused", 200, GOOD)
kept = [each for each in pathlib.Path("refused").rglob("*") if each.is_file()]
print("kept:", *kept)
for each in kept:
    each.unlink()
without = run("refused", 200, GOOD)
answered, refused_then = run("answered", 200, GOOD), run("answered", 500, "down")
absent, then = run("absent", 0, "", nobody), run("absent", 200, GOOD)
assert first[0].startswith("JSONDecodeError") and first[1] == 1
assert again == (first[0], 0) and kept
assert without == ("Agriculture", 1)
assert (answered, refused_then) == (("Agriculture", 1), ("Agriculture", 0))
assert absent[0].startswith("ConnectionError") and then == ("Agriculture", 1)
PY
unset WBDATA_CACHE_PATH WBDATA_CACHE_TTL_DAYS XDG_CACHE_HOME
timeout 200 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
