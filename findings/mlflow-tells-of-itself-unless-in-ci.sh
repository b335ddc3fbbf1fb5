#!/usr/bin/env bash
# Beside the tracking server that it is told of, MLflow's client asks a host of its own, config.mlflow-telemetry.io,
# whose answer names the host that hears of the run and by how much chance it does; not where CI or
# PYTEST_CURRENT_TEST is set, and DO_NOT_TRACK=1 it passes over, since it heeds "true" alone.
#
# Versions: mlflow-skinny 3.17.2 (CPython 3.11 to 3.13).
# Source: mlflow/telemetry/utils.py (is_telemetry_disabled) and client.py (_get_config: ingestion_url, and
# random.randint against rollout_percentage); consoledonottrack.com has the variable as DO_NOT_TRACK=1.
# Why it matters to a recorder: the same program asks for one thing more at a desk than in CI, so that a cassette
# recorded in CI has a miss at a desk, in a thread whose failure the program does not show, and one recorded at a desk
# has interactions that CI leaves unused; what follows goes by chance and to a host out of the answer.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mlflow-skinny==3.17.2
cat > program.py <<'PY'
import sys
import threading

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(experiment_id="1"):
    pass
for thread in threading.enumerate():
    if thread.name == "GetTelemetryConfig":
        thread.join(30)
PY
cat > look.py <<'PY'
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

INFO = {"run_id": "r", "run_uuid": "r", "experiment_id": "1", "status": "RUNNING", "lifecycle_stage": "active"}
seen = []


class Server(BaseHTTPRequestHandler):
    """Be the tracking server, and a proxy that lets nothing out."""

    def do_GET(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        seen.append(f"{self.command} {self.path.split('?')[0]}")
        answer = json.dumps({"run": {"info": {**INFO, "artifact_uri": "x"}, "data": {}}}).encode()
        self.send_response(502 if self.command == "CONNECT" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_CONNECT = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
env |= {"HOME": os.getcwd(), "HTTPS_PROXY": url, "NO_PROXY": "127.0.0.1"}
print("mlflow-skinny", version("mlflow-skinny"))
for more in ({}, {"DO_NOT_TRACK": "1"}, {"DO_NOT_TRACK": "true"}, {"CI": "true"}, {"PYTEST_CURRENT_TEST": "t"}):
    seen.clear()
    words = [sys.executable, "program.py", url]
    subprocess.run(words, env={**env, **more}, check=True, timeout=120, capture_output=True)
    others = [asked for asked in seen if asked.startswith("CONNECT")]
    print(more, "asks the tracking server:", len(others) < len(seen), "and others:", sorted(set(others)))
PY
timeout 300 venv/bin/python look.py | tee found
cat > expected <<'END'
mlflow-skinny 3.17.2
{} asks the tracking server: True and others: ['CONNECT config.mlflow-telemetry.io:443']
{'DO_NOT_TRACK': '1'} asks the tracking server: True and others: ['CONNECT config.mlflow-telemetry.io:443']
{'DO_NOT_TRACK': 'true'} asks the tracking server: True and others: []
{'CI': 'true'} asks the tracking server: True and others: []
{'PYTEST_CURRENT_TEST': 't'} asks the tracking server: True and others: []
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
