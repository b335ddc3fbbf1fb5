#!/usr/bin/env bash
# Which error Mollie's SDK for Python raises goes by the number "status" in the body of a refusal and not by its HTTP status: a
# 424 whose body says 404 is NotFoundError, a 404 whose body says 424 is none of its kinds, and a refusal that has the payment
# in it, whose status is a word, as a replay's or a gateway's may have, is a bare TypeError. Without that field each refusal
# is a ResponseHandlingError, which no test for NotFoundError meets.
#
# Versions: mollie-api-python 4.0.0 (CPython 3.11).
# Source: mollie/api/resources/base.py (perform_api_call: result["status"] < 200) and mollie/api/error.py
# (ResponseError.factory).
# Why it matters to a recorder: what the program sees of a refusal is in a field of the body, which a rule that edits or
# leaves out bodies of errors changes; and a recorder's own refusal without that field is an error of another class.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mollie-api-python==4.0.0
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from mollie.api.client import Client

asked = []
told = {}


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        asked.append((self.command, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
        if told["status"] is None:
            self.close_connection = True
            return
        self.send_response(told["status"])
        self.send_header("Content-Type", told.get("type", "application/json"))
        for name, value in told.get("headers", {}).items():
            self.send_header(name, value)
        if told["status"] != 204:
            self.send_header("Content-Length", str(len(told["body"])))
        self.end_headers()
        self.wfile.write(told["body"])

    do_POST = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
client = Client(api_endpoint=url)
client.set_api_key("test_" + "x" * 30)
print("mollie-api-python", version("mollie-api-python"))
for status, body in (
    (404, {"status": 404, "title": "Not Found", "detail": "no such payment"}),
    (404, {"title": "Not Found", "detail": "no such payment"}),
    (424, {"status": 404, "title": "Not Found", "detail": "no such payment"}),
    (404, {"status": 424, "title": "Failed", "detail": "no such payment"}),
    (404, {"status": 200, "title": "Not Found", "detail": "no such payment"}),
    (401, {"status": 422, "title": "Unauthorized", "detail": "no"}),
    (424, {"resource": "payment", "id": "tr_1", "status": "open"}),
    (200, {"status": 404, "title": "Not Found", "detail": "no such payment"}),
):
    told.update(status=status, body=json.dumps(body).encode())
    try:
        said = f"a payment, {dict(client.payments.get('tr_1'))}"
    except Exception as error:
        said = type(error).__name__
    print(f"{status} with {body.get('status', 'no status')} in it: {said}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
mollie-api-python 4.0.0
404 with 404 in it: NotFoundError
404 with no status in it: ResponseHandlingError
424 with 404 in it: NotFoundError
404 with 424 in it: ResponseError
404 with 200 in it: ResponseHandlingError
401 with 422 in it: UnprocessableEntityError
424 with open in it: TypeError
200 with 404 in it: a payment, {'status': 404, 'title': 'Not Found', 'detail': 'no such payment'}
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
