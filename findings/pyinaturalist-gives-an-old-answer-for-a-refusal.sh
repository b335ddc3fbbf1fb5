#!/usr/bin/env bash
# What an earlier run was told stands in for a refusal in pyinaturalist, the client of a catalogue of animals and plants that
# people saw: where the server says 424, or nothing, the program is given the earlier answer and no error; and without a
# Cache-Control in that answer it asks nothing at all in a second run of the same user. With max-age=0 or no-store it is not
# kept; with no-cache it is asked for again, and still stands in.
#
# Versions: pyinaturalist 0.21.1, requests-cache 1.3.3, requests 2.34.2 (CPython 3.11).
# Source: pyinaturalist/session.py (ClientSession: stale_if_error=True, cache_control=True, a database in the user's folder for
# data), requests-cache's policy.
# Why it matters to a recorder: a recording after an earlier run is empty, and a miss that is refused by whatever status is an
# old answer, so that the test passes with data of another time; and an answer that was replayed goes into the user's own
# cache, for programs that are no test. A folder of its own for each run, by HOME or XDG_DATA_HOME, ends both.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pyinaturalist==0.21.1 requests-cache==1.3.3 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from importlib.metadata import version

PROGRAM = """
import sys
from pyinaturalist import ClientSession
try:
    answer = ClientSession().request("GET", sys.argv[1], q="owl")
    print("bird", answer.json()["bird"])
except Exception as error:
    print(type(error).__name__)
"""
asked = []
told = {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        if told["status"] is None:
            self.close_connection = True
            return
        body = json.dumps({"bird": told["bird"]}).encode()
        self.send_response(told["status"])
        self.send_header("Content-Type", "application/json")
        if told["control"]:
            self.send_header("Cache-Control", told["control"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def run(home, bird, status=200, control=None):
    asked.clear()
    told.update(bird=bird, status=status, control=control)
    url = f"http://127.0.0.1:{origin.server_port}/v1/taxa"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, url],
        env=kept | {"HOME": home}, capture_output=True, text=True, timeout=60,
    )
    sys.stderr.write(ran.stderr)
    return f"{ran.stdout.strip()} ({len(asked)} requests)"


def look(what, first, second):
    with tempfile.TemporaryDirectory() as home:
        print(f"{what}: first {run(home, 1, *first)}, then {run(home, 2, *second)}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("pyinaturalist", version("pyinaturalist"))
look("a second run", (200,), (200,))
look("a second run, no-store", (200, "no-store"), (200,))
look("a second run, no-cache", (200, "no-cache"), (200,))
look("a second run, no-cache, a 424", (200, "no-cache"), (424,))
look("a second run, max-age=0, a 424", (200, "max-age=0"), (424,))
look("a second run, no-cache, no answer", (200, "no-cache"), (None,))
look("a first run with a 424", (424,), (200,))
PY
timeout 300 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
pyinaturalist 0.21.1
a second run: first bird 1 (1 requests), then bird 1 (0 requests)
a second run, no-store: first bird 1 (1 requests), then bird 2 (1 requests)
a second run, no-cache: first bird 1 (1 requests), then bird 2 (1 requests)
a second run, no-cache, a 424: first bird 1 (1 requests), then bird 1 (1 requests)
a second run, max-age=0, a 424: first bird 1 (1 requests), then HTTPError (1 requests)
a second run, no-cache, no answer: first bird 1 (1 requests), then bird 1 (1 requests)
a first run with a 424: first HTTPError (1 requests), then bird 2 (1 requests)
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
