#!/usr/bin/env bash
# Google's client for its Maps APIs asks again after a 200, for a minute, where the body says that there
# were too many questions: whether one call is eleven requests or twelve goes by the waits between them,
# which are drawn by chance, and by the clock; and what the program is told at the end is a Timeout
# without a text, of an API that answered each of them at once.
#
# Versions: googlemaps 4.10.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: googlemaps' googlemaps/client.py (_request, whose waits are 0.5 * 1.5 ** n seconds by a factor between
# 0.5 and 1.5, until retry_timeout=60 has passed; retry_over_query_limit=False ends it at the first).
# Why it matters to a recorder: a test of what a program does at its limit is recorded with eleven
# equal requests and replayed with twelve, or the other way round: a miss, or unused answers, by chance, and
# a minute in each run though nothing leaves. The statuses are 200, so that nothing that goes by statuses
# sees a failure. Only where the same answer is given again and again does the replay end as recorded.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check googlemaps==4.10.0 requests==2.34.2
cat > look.py <<'PY'
"""Lets the minute pass at once: what the client sleeps is counted, and not waited for."""

import datetime
import http.server
import json
import threading
import time
from importlib.metadata import version

import googlemaps
import googlemaps.client

asked = []
passed = 0.0


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        body = json.dumps({"status": status, "results": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return START + datetime.timedelta(seconds=passed)


def sleep(seconds):
    global passed
    passed += seconds


START = datetime.datetime(2026, 1, 1)
googlemaps.client.datetime, time.sleep = Clock, sleep
origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("googlemaps", version("googlemaps"))
for status, runs in ("ZERO_RESULTS", 1), ("REQUEST_DENIED", 1), ("OVER_QUERY_LIMIT", 60):
    counts, said, waited = set(), set(), []
    for _ in range(runs):
        asked.clear()
        passed = 0.0
        client = googlemaps.Client(key="AIzaexample", queries_per_second=1000)
        client.base_url = f"http://127.0.0.1:{origin.server_port}"
        try:
            said.add(f"{len(client.geocode('Lima'))} places")
        except Exception as error:
            said.add(f"{type(error).__name__} {str(error)!r}")
        counts.add(len(asked))
        waited.append(passed)
        assert len(set(asked)) == 1
    print(f"{status}: {said.pop()};", "several counts" if len(counts) > 1 else f"{counts.pop()} request")
    if runs > 1:
        print("  of nine to fourteen:", 9 <= min(counts) and max(counts) <= 14)
        print("  a minute or more:", min(waited) > 60)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
googlemaps 4.10.0
ZERO_RESULTS: 0 places; 1 request
REQUEST_DENIED: ApiError 'REQUEST_DENIED'; 1 request
OVER_QUERY_LIMIT: Timeout ''; several counts
  of nine to fourteen: True
  a minute or more: True
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
