#!/usr/bin/env bash
# Making a QdrantClient sends a request, GET /, in a thread that ends with the program: a program
# that has its answer and ends within some milliseconds never sends it, one that goes on does, before
# or after its own first request. It goes by another HTTP client than the rest, to which nothing
# of what the program set up for it (verify, a transport, limits) applies.
#
# Versions: qdrant-client 1.20.0, httpx 0.28.1 (CPython 3.11 to 3.13).
# Source: qdrant_client/qdrant_remote.py (check_compatibility starts a daemon's thread) and
# common/version_check.py (httpx.get with the headers and the time-out alone); its documentation of
# check_compatibility says that the server's version is compared, and not when.
# Why it matters to a recorder: the same program's recording has this request or not by how busy the
# machine was; a replay then misses it, or leaves it unused, and its place among the others is by
# chance. The answer is of no consequence but for a warning, so that the miss, too, shows only in the
# recorder's report.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check qdrant-client==1.20.0 httpx==0.28.1
cat > program.py <<'PY'
import os
import sys
import time

from qdrant_client import QdrantClient

url, pause, check = sys.argv[1:]
client = QdrantClient(url=url, api_key="example", check_compatibility=check == "check")
if pause == "0":
    os._exit(0)  # as where the rest of the program is short
client.get_collections()
time.sleep(float(pause))
PY
cat > look.py <<'PY'
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

came = []


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        came.append(f"GET {self.path}")
        result = {"result": {"collections": []}, "status": "ok", "time": 0}
        body = json.dumps(result | {"title": "qdrant", "version": "1.20.0"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def run(pause, check="check"):
    came.clear()
    command = [sys.executable, "-W", "ignore", "program.py", url, pause, check]
    subprocess.run(command, env=env, check=True, timeout=60)
    print(f"  ends after {pause} s, {check}: {came}")
    return list(came)


print("qdrant-client", version("qdrant-client"))
quick, slow, again, off = run("0"), run("5"), run("5"), run("5", "no check")
both = ["GET /", "GET /collections"]
sys.exit(not (quick == [] and sorted(slow) == sorted(again) == both and off == both[1:]))
PY
timeout 110 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
