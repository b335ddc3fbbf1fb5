#!/usr/bin/env bash
# What LaunchDarkly's SDK tells of a flag goes by the header Date of the answer to its last report: where the flag is to be watched
# until 2099, each report has the whole of the user in a "debug" event, until one answer's Date is past that day; then none
# has. And one 424, 404 or 401 to a report ends all reports of that client, without an error to the program, while a
# 400 and a 500 are sent again once.
#
# Versions: launchdarkly-server-sdk 9.20.0 (CPython 3.11).
# Source: ldclient/impl/events/event_processor_common.py (_should_debug_event compares debugEventsUntilDate with the clock and with the
# last Date; _handle_response disables the sender after any status that is not "recoverable").
# Why it matters to a recorder: an answer with no body and nothing of interest decides the next request's body. A recording of a
# watched flag holds debug events, and its replay, once that day has passed by the clock or by a Date that was moved to
# the present, sends other bodies. One miss early in a run silences the rest of it, so that a cassette which lacks
# one report seems to lack no other.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check launchdarkly-server-sdk==9.20.0
cat > look.py <<'PY'
import http.server
import json
import logging
import threading
import time
from importlib.metadata import version

import ldclient
from ldclient import Context
from ldclient.config import Config

logging.disable(logging.CRITICAL)
came = []
told = {}
IN_2099 = 4070908800000


def flags():
    flag = {"key": "new", "version": 1, "on": True, "variations": [True, False], "fallthrough": {"variation": 0}}
    flag |= {"offVariation": 1, "targets": [], "rules": [], "prerequisites": [], "salt": "s"}
    return {"flags": {"new": flag | {"debugEventsUntilDate": told["until"]}}, "segments": {}}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def give(self, status, body):
        self.send_response_only(status)
        if told["date"]:
            self.send_header("Date", told["date"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.give(200, json.dumps(flags()).encode())

    def do_POST(self):
        events = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        came.append("+".join(each["kind"] for each in events))
        self.give(told["status"], b"")

    def log_message(self, *_):
        pass


def settled():
    """Waits until nothing has come for two seconds."""
    seen, quiet = -1, 0
    while quiet < 20:
        quiet = quiet + 1 if len(came) == seen else 0
        seen = len(came)
        time.sleep(0.1)


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{service.server_port}"
print("launchdarkly-server-sdk", version("launchdarkly-server-sdk"))
for name, until, date, status in (
    ("watched until 2099", IN_2099, None, 202),
    ("watched until 2001", 978307200000, None, 202),
    ("watched until 2099, Date of 2100", IN_2099, "Fri, 01 Jan 2100 00:00:00 GMT", 202),
    ("400", 0, None, 400),
    ("500", 0, None, 500),
    ("401", 0, None, 401),
    ("404", 0, None, 404),
    ("424", 0, None, 424),
):
    told.update(until=until, date=date, status=status)
    came.clear()
    options = {"stream": False, "diagnostic_opt_out": True, "flush_interval": 3600}
    client = ldclient.LDClient(Config("sdk-example", base_uri=url, events_uri=url, **options), 30)
    for number in range(2):
        assert client.variation("new", Context.create(f"user-{number}"), False) is True
        client.flush()
        settled()
    client.close()
    print(f"{name}: {len(came)} reports: {', '.join(came)}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
launchdarkly-server-sdk 9.20.0
watched until 2099: 2 reports: index+debug+summary, index+debug+summary
watched until 2001: 2 reports: index+summary, index+summary
watched until 2099, Date of 2100: 2 reports: index+debug+summary, index+summary
400: 4 reports: index+summary, index+summary, index+summary, index+summary
500: 4 reports: index+summary, index+summary, index+summary, index+summary
401: 1 reports: index+summary
404: 1 reports: index+summary
424: 1 reports: index+summary
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
