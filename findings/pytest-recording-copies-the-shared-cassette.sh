#!/usr/bin/env bash
# A test that pytest-recording gives a shared cassette beside its own copies all of it into
# its own when that is recorded, also in the mode "rewrite", and from then on reads the copy:
# the shared one recorded anew has no effect. In the mode once it cannot record at all, as
# the shared one counts as recorded.
#
# Versions: pytest-recording 0.14.1, vcrpy 9.4.2, pytest 9.2.0 (CPython 3.11 to 3.13).
# Source: pytest-recording's README (named cassettes are used "in addition to the default
# one"; rewrite makes cassettes "from scratch") and pytest_recording/_vcr.py, whose
# CombinedPersister "saves only the first one": all that was loaded is in what it saves.
# Why it matters to a recorder: a log-in that is shared so that it stands in one file stands
# in as many as there are tests. Who renews it, or takes a secret out of it, changes the one
# that nobody reads; and who converts the folder gets each of its answers several times.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  pytest-recording==0.14.1 vcrpy==9.4.2 pytest==9.2.0
mkdir tests
cat > tests/test_it.py <<'PY'
import os
import urllib.request

import pytest


def get(path):
    return urllib.request.urlopen(os.environ["ORIGIN"] + path, timeout=30).read().decode()


@pytest.mark.vcr
def test_login():
    print("seen", get("/login"))


@pytest.mark.vcr("test_login.yaml")
def test_item():
    print("seen", get("/login"), get("/item"))
PY
cat > look.py <<'PY'
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

PYTEST = ["venv/bin/python", "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"]


class Origin(BaseHTTPRequestHandler):
    asked = []
    day = "Monday"

    def do_GET(self):
        self.asked.append(self.path)
        body = f"{self.path[1:]}-of-{self.day}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {**os.environ, "ORIGIN": f"http://127.0.0.1:{origin.server_port}"}


def run(test, mode):
    Origin.asked.clear()
    words = [*PYTEST, f"--record-mode={mode}", f"tests/test_it.py::{test}"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=120)
    seen = [line.split("seen ")[1] for line in done.stdout.splitlines() if "seen " in line]
    refused = ["no match"] if "CannotOverwriteExistingCassette" in done.stdout else []
    print(f"{test} {mode}:", *seen, *refused, "| asked", *(Origin.asked or ["nothing"]))
    own = Path("tests/cassettes/test_it/test_item.yaml")
    if test == "test_item" and own.exists():
        held = yaml.safe_load(own.read_text())["interactions"]
        print("  its own cassette:", *(each["response"]["body"]["string"] for each in held))


run("test_login", "once")
run("test_item", "once")
run("test_item", "rewrite")
Origin.day = "Tuesday"
run("test_login", "rewrite")
run("test_login", "none")
run("test_item", "none")
PY
venv/bin/pip list --disable-pip-version-check 2> /dev/null | grep -E "^(pytest|pytest-recording|vcrpy) "
env -u CI venv/bin/python look.py | tee found
cat > expected <<'END'
test_login once: login-of-Monday | asked /login
test_item once: no match | asked nothing
test_item rewrite: login-of-Monday item-of-Monday | asked /item
  its own cassette: login-of-Monday item-of-Monday
test_login rewrite: login-of-Tuesday | asked /login
test_login none: login-of-Tuesday | asked nothing
test_item none: login-of-Monday item-of-Monday | asked nothing
  its own cassette: login-of-Monday item-of-Monday
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
