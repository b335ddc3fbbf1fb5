#!/usr/bin/env bash
# With pytest-recording a rerun is no second try: the answer that made the test fail is recorded by then, and each rerun
# of pytest-rerunfailures plays it again, so that a service that stumbled once fails the test four times, and in all
# runs to come. Without a cassette the same test passes at its second try; the modes all and rewrite ask anew.
#
# Versions: pytest-recording 0.14.1, pytest-rerunfailures 16.7, vcrpy 9.4.2, pytest 9.2.0 and requests 2.34.2.
# Source: pytest-recording's fixture vcr, which opens and saves a cassette for each try of a test, as each is set up
# anew; VCR.py's documentation of the mode once: replay what was recorded, once there is a file.
# Why it matters to a recorder: a suite has reruns because services stumble, and it is recorded against these. A recorder
# that has a cassette for each test has to know a second try from a second run, or it writes down the stumble.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY PYTEST_ADDOPTS
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pytest==9.2.0 pytest-recording==0.14.1 \
  pytest-rerunfailures==16.7 vcrpy==9.4.2 requests==2.34.2
cat > test_job.py <<'PY'
import os

import pytest
import requests


@pytest.mark.vcr
def test_job():
    assert requests.get(f"http://127.0.0.1:{os.environ['ORIGIN']}/job").status_code == 200
PY
cat > look.py <<'PY'
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading

seen = []


class Origin(http.server.BaseHTTPRequestHandler):
    """It stumbles at the first request, and is well from then on."""

    def do_GET(self):
        seen.append(self.path)
        self.send_response(500 if len(seen) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {**os.environ, "ORIGIN": str(origin.server_port), "NO_COLOR": "1"}


def run(what, *options):
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--reruns", "3", *options], env=env, capture_output=True, text=True
    ).stdout
    print(f"{what}: {re.findall(r'(.*) in [0-9.]+s', said)[-1].strip('= ')}; {len(seen)} asked so far")


run("without a cassette", "--disable-recording")
for mode in ("once", "new_episodes", "all", "rewrite"):
    seen.clear()
    shutil.rmtree("cassettes", ignore_errors=True)
    run(mode, f"--record-mode={mode}")
    run(f"{mode}, and then none", "--record-mode=none")
PY
timeout 150 venv/bin/python look.py | tee found
cat > expected <<'END'
without a cassette: 1 passed, 1 rerun; 2 asked so far
once: 1 failed, 3 rerun; 1 asked so far
once, and then none: 1 failed, 3 rerun; 1 asked so far
new_episodes: 1 failed, 3 rerun; 1 asked so far
new_episodes, and then none: 1 failed, 3 rerun; 1 asked so far
all: 1 passed, 1 rerun; 2 asked so far
all, and then none: 1 passed; 2 asked so far
rewrite: 1 passed, 1 rerun; 2 asked so far
rewrite, and then none: 1 passed; 2 asked so far
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
