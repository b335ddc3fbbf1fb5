#!/usr/bin/env bash
# Once Zendesk has said 429 to it, zenpy sends a ticket again for as long as the answers have a Retry-After above zero, also
# where the answer is the 201 that made it: it looks at the status before the first repeat and at the header alone from then
# on. A first 429 with "Retry-After: 0" or without one is final, one whose Retry-After is a date is a ValueError, and a 503
# with the header, which says the same, is final too.
#
# Versions: zenpy 2.0.57 (CPython 3.11).
# Source: zenpy/lib/api.py (_call_api: if 429, then a loop while 'retry-after' is in the headers and above zero); RFC 9110,
# section 10.2.3: a number of seconds or a date, with any status.
# Why it matters to a recorder: which answers have the header decides how many tickets there are; a recorder that replays
# the last equal answer for ever, Retry-After and all, has the program post for ever, one second apart.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check zenpy==2.0.57
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

import requests
import zenpy.lib.api
from zenpy import Zenpy
from zenpy.lib.api_objects import Ticket

zenpy.lib.api.sleep = lambda seconds: None
asked = []
answers = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        status, after = answers[min(len(asked), len(answers) - 1)]
        asked.append(status)
        body = json.dumps({"ticket": {"id": len(asked)}, "audit": {"id": 1, "events": []}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if after is not None:
            self.send_header("Retry-After", after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Here(requests.adapters.HTTPAdapter):
    def send(self, request, **options):
        request.url = f"http://127.0.0.1:{origin.server_address[1]}/api/v2/tickets.json"
        return super().send(request, **options)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
session = requests.Session()
session.mount("https://", Here())
client = Zenpy(subdomain="example", email="user@example.com", token="example", session=session)
print("zenpy", version("zenpy"))
for answers in (
    [(201, None)],
    [(201, "1")],
    [(429, "1"), (201, None)],
    [(429, "1"), (201, "1"), (201, "1"), (201, "1"), (201, None)],
    [(429, "1"), (404, "1"), (424, "1"), (201, None)],
    [(429, "0"), (201, None)],
    [(429, None), (201, None)],
    [(429, "Wed, 21 Oct 2099 07:28:00 GMT"), (201, None)],
    [(503, "1"), (201, None)],
):
    asked.clear()
    try:
        told = f"ticket {client.tickets.create(Ticket(subject='Help', description='Help')).ticket.id}"
    except Exception as error:
        told = type(error).__name__
    given = ", ".join(f"{status} {after}" for status, after in answers)
    print(f"{given}: {len(asked)} requests, {told}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
zenpy 2.0.57
201 None: 1 requests, ticket 1
201 1: 1 requests, ticket 1
429 1, 201 None: 2 requests, ticket 2
429 1, 201 1, 201 1, 201 1, 201 None: 5 requests, ticket 5
429 1, 404 1, 424 1, 201 None: 4 requests, ticket 4
429 0, 201 None: 1 requests, APIException
429 None, 201 None: 1 requests, APIException
429 Wed, 21 Oct 2099 07:28:00 GMT, 201 None: 1 requests, ValueError
503 1, 201 None: 1 requests, APIException
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
