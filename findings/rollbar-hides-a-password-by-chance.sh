#!/usr/bin/env bash
# Rollbar's SDK puts a row of asterisks for a password, and how many they are, three to twenty, is drawn anew for each place of
# each report: the same field of one message stands in its body twice, under two lengths, and two reports of one
# error differ in length by that alone. rollbar.init has no option against it.
#
# Versions: rollbar 1.5.0 (CPython 3.11).
# Source: rollbar/lib/transforms/scrub.py (ScrubTransform.redact: randomize_len is true unless it is given; rollbar.init makes the
# transform without it); rollbar/__init__.py (uuid, timestamp, host and pid beside it).
# Why it matters to a recorder: what was hidden is what varies. A recorder that takes the values of password fields for equal is
# not troubled; one that hides by the form of a secret, or compares lengths, is: the row is no secret, and never the same.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check rollbar==1.5.0
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

import rollbar

came = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/api/1/"
rollbar.init("example", "test", endpoint=url, handler="blocking", scrub_fields=["password"])
for _ in range(20):
    rollbar.report_message("paid", "info", extra_data={"password": "example", "amount": 10})
twice = [(each["custom"]["password"], each["body"]["message"]["password"]) for each in came]
rows = [row for both in twice for row in both]
print("rollbar", version("rollbar"))
print("reports:", len(came))
print("nothing but asterisks:", all(set(row) == {"*"} for row in rows))
print("three to twenty:", all(3 <= len(row) <= 20 for row in rows))
print("several lengths:", len({len(row) for row in rows}) > 1)
print("two lengths in one report:", any(len(first) != len(second) for first, second in twice))
print("what was not hidden:", {each["custom"]["amount"] for each in came})
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
rollbar 1.5.0
reports: 20
nothing but asterisks: True
three to twenty: True
several lengths: True
two lengths in one report: True
what was not hidden: {10}
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
