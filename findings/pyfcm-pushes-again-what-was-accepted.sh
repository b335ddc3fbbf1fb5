#!/usr/bin/env bash
# pyfcm, a usual client of Google's push messages, sends a message again for as long as the answer has a Retry-After above zero,
# whatever the status is: one that was accepted by a 200 goes out a second time, and the program sees the last answer alone;
# a 404 and a 424 with the header are asked again, too. A Retry-After that is a date is a ValueError after the message
# was accepted.
#
# Versions: pyfcm 2.1.1 (CPython 3.11).
# Source: pyfcm/baseapi.py (BaseAPI.send_request looks for the header before it looks at the status, sleeps, and calls itself;
# below it urllib3's Retry has POST among its methods). RFC 9110, section 10.2.3, has the header with 503, 429 and redirects.
# Why it matters to a recorder: a gateway before the API, or a recorder that carries headers over, can make one push two.
# Both are in the cassette as equal POSTs of which the second's answer counts, so that a replay has to give each answer once and
# in order; and a time in a recorded header that is written anew in the other form makes the program fail after the push.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pyfcm==2.1.1
cat > look.py <<'PY'
import datetime
import http.server
import json
import threading
from importlib.metadata import version

from google.oauth2.credentials import Credentials
from pyfcm import FCMNotification

asked = []
said = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, after = said[len(asked) - 1]
        body = json.dumps({"name": f"messages/{len(asked)}"}).encode()
        self.send_response(status)
        if after is not None:
            self.send_header("Retry-After", after)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Known(Credentials):
    """Has a token, without asking for one."""

    def refresh(self, request):
        self.token = "example"
        self.expiry = datetime.datetime(2099, 1, 1)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("pyfcm", version("pyfcm"))
for said in (
    [(200, None)],
    [(200, "0")],
    [(200, "1"), (200, None)],
    [(200, "1"), (200, "1"), (200, None)],
    [(404, None)],
    [(404, "1"), (200, None)],
    [(424, "1"), (424, None)],
    [(200, "Mon, 30 Nov 2026 09:00:00 GMT")],
):
    asked.clear()
    client = FCMNotification(credentials=Known("example"), project_id="shop")
    client.FCM_END_POINT_BASE = f"http://127.0.0.1:{origin.server_port}/v1/projects"
    try:
        told = client.notify(fcm_token="example", notification_title="paid")
    except Exception as error:
        told = type(error).__name__
    equal = all(each == asked[0] for each in asked)
    print(f"{said}: {len(asked)} requests, equal {equal}, {told}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pyfcm 2.1.1
[(200, None)]: 1 requests, equal True, {'name': 'messages/1'}
[(200, '0')]: 1 requests, equal True, {'name': 'messages/1'}
[(200, '1'), (200, None)]: 2 requests, equal True, {'name': 'messages/2'}
[(200, '1'), (200, '1'), (200, None)]: 3 requests, equal True, {'name': 'messages/3'}
[(404, None)]: 1 requests, equal True, FCMNotRegisteredError
[(404, '1'), (200, None)]: 2 requests, equal True, {'name': 'messages/2'}
[(424, '1'), (424, None)]: 2 requests, equal True, FCMServerError
[(200, 'Mon, 30 Nov 2026 09:00:00 GMT')]: 1 requests, equal True, ValueError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
