#!/usr/bin/env bash
# Of three equal requests betamax records three in the mode once, only the last in the mode
# all, and in new_episodes it answers the second from what it has just recorded for the first
# and sends the third: the program sees a sequence that its origin never gave.
#
# Versions: betamax 0.9.0, requests 2.34.2, urllib3 2.8.0 (CPython 3.11 to 3.13).
# Source: betamax's betamax/cassette/cassette.py (Cassette.find_match, save_interaction) and
# betamax/adapter.py (send).
# Why it matters to a recorder: a program that polls until a job is done is recorded with one
# answer where there were many, so that its cassette cannot show the job under way. Whoever
# converts such a cassette cannot tell that anything is missing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  betamax==0.9.0 requests==2.34.2 urllib3==2.8.0
cat > "$work/look.py" <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import betamax
import requests


class Counts(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Counts.asked += 1
        body = b"%d" % Counts.asked
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Counts)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
for mode in "once", "new_episodes", "all":
    Counts.asked = 0
    session = requests.Session()
    recorder = betamax.Betamax(session, cassette_library_dir=".")
    with recorder.use_cassette(mode, record=mode):
        seen = [session.get(url).text for _ in range(3)]
    with open(f"{mode}.json") as file:
        recorded = json.load(file)["http_interactions"]
    kept = [each["response"]["body"]["string"] for each in recorded]
    print(f"{mode}: seen {' '.join(seen)}, recorded {' '.join(kept)}")
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^(betamax|requests|urllib3) '
found=$(cd "$work" && venv/bin/python look.py)
echo "$found"
[ "$found" = "once: seen 1 2 3, recorded 1 2 3
new_episodes: seen 1 1 2, recorded 1 2
all: seen 1 2 3, recorded 3" ]
