#!/usr/bin/env bash
# Each request of Rucio's client, by which physicists move the data of their experiments, has the program's own command line in
# a header, as far as its first argument: X-Rucio-Script: program.py::--run=7. Whether it logs in first goes by a file that an
# earlier run left. What makes something, a POST, it sends three times where the connection ends without an answer, at once,
# and after a 502, 503 or 504, where no Retry-After counts.
#
# Versions: rucio-clients 41.5.1, requests 2.34.2 (CPython 3.11).
# Source: rucio/client/baseclient.py (script_id = '::'.join(sys.argv[0:2]); _send_request: AUTH_RETRIES, STATUS_CODES_TO_RETRY;
# __read_token, by default in a folder of the system's temporary one, named for the user).
# Why it matters to a recorder: a path of the machine, or a secret that was given as the first argument, stands in a header
# that no list of secrets names, in each interaction; one test alone, or run by a runner, sends another than among others. A
# recording of a first run has a log-in which the second never asks for.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check rucio-clients==41.5.1 requests==2.34.2
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
import sys, time
waits = []
time.sleep = waits.append
from rucio.client import Client
try:
    client = Client(ca_cert=False)
    client.add_scope("me", "a")
    end = "done"
except Exception as error:
    end = type(error).__name__
print(end, "waited", sum(waits), "s")
"""
asked = []
told = {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        path = self.path.partition("?")[0]
        asked.append(f"{self.command} {path}")
        told["script"].add(self.headers["X-Rucio-Script"])
        status = told["status"] if self.command == "POST" else 200
        if status is None:
            self.close_connection = True
            return
        body = json.dumps({"version": "41.5.1"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Rucio-Auth-Token", "example")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def look(what, *arguments, status=201, temporary=None):
    asked.clear()
    told.update(status=status, script=set())
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("program.py", PROGRAM), ("rucio.cfg", SETTINGS % (origin.server_port, origin.server_port, temporary))):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        run = subprocess.run(
            [sys.executable, "program.py", *arguments], cwd=folder, capture_output=True, text=True, timeout=60,
            env={**os.environ, "RUCIO_CONFIG": os.path.join(folder, "rucio.cfg")},
        )
    sys.stderr.write(run.stderr)
    print(f"{what}: {run.stdout.strip()}; script {', '.join(sorted(told['script']))}; asked {', '.join(asked)}")


SETTINGS = """[client]
rucio_host = http://127.0.0.1:%d
auth_host = http://127.0.0.1:%d
auth_type = userpass
username = me
password = example
account = me
auth_token_file_path = %s/token
"""
origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("rucio-clients", version("rucio-clients"))
with tempfile.TemporaryDirectory() as temporary:
    look("a first run", temporary=temporary)
    look("a second run, with arguments", "--run=7", "-v", temporary=temporary)
for status in (424, 503, None):
    with tempfile.TemporaryDirectory() as temporary:
        look(f"a first run, {status}", status=status, temporary=temporary)
PY
timeout 300 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
rucio-clients 41.5.1
a first run: done waited 0 s; script program.py; asked GET /auth/userpass, POST /accounts/me/scopes/a
a second run, with arguments: done waited 0 s; script program.py::--run=7; asked POST /accounts/me/scopes/a
a first run, 424: RucioException waited 0 s; script program.py; asked GET /auth/userpass, POST /accounts/me/scopes/a
a first run, 503: RucioException waited 1.75 s; script program.py; asked GET /auth/userpass, POST /accounts/me/scopes/a, POST /accounts/me/scopes/a, POST /accounts/me/scopes/a
a first run, None: ServerConnectionException waited 0 s; script program.py; asked GET /auth/userpass, POST /accounts/me/scopes/a, POST /accounts/me/scopes/a, POST /accounts/me/scopes/a
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
