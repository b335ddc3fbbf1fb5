#!/usr/bin/env bash
# A payment whose answer is a 200 with a page of HTML, with half its JSON or with nothing is one without any field to
# Adyen's SDK for Python: message is {} and nothing is raised, so that resultCode is missing, where the same body with
# any status that is not of the two hundreds is an error.
#
# Versions: Adyen 16.0.0, requests 2.34.2 (CPython 3.11).
# Source: Adyen/client.py (_handle_response: what json.loads refuses is taken for {}) and Adyen/httpclient.py
# (requests where that is installed, else pycurl, else urllib).
# Why it matters to a recorder: a log-in's page, a cut body or a recording whose body was left out is no error but a
# payment that nobody can say anything of; the next call of the program asks for something with no reference.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check Adyen==16.0.0 requests==2.34.2
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import Adyen

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
client = Adyen.Adyen(xapikey="example", platform="test")
client.client._determine_api_url = lambda *_, **__: url
for name in ("Adyen", "requests"):
    print(name, version(name))
PAID = b'{"pspReference": "1", "resultCode": "Authorised"}'
ORDER = {"amount": {"value": 10, "currency": "EUR"}, "reference": "1", "merchantAccount": "shop", "returnUrl": "https://shop.example"}
for status, kind, body in (
    (200, "application/json", PAID),
    (200, "text/html", b"<p>Log in</p>"),
    (200, "application/json", PAID[:-12]),
    (200, "application/json", b""),
    (204, "application/json", b""),
    (200, "application/json", b"[]"),
    (424, "application/json", PAID),
    (500, "text/html", b"<p>Sorry</p>"),
):
    told.update(status=status, type=kind, body=body)
    asked.clear()
    try:
        answer = client.checkout.payments_api.payments(dict(ORDER))
        said = f"status_code {answer.status_code}, message {answer.message}"
    except Exception as error:
        said = f"raises {type(error).__name__}"
    print(f"{status} {body.decode() or 'nothing'}: {said}, asked {len(asked)} times")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
Adyen 16.0.0
requests 2.34.2
200 {"pspReference": "1", "resultCode": "Authorised"}: status_code 200, message {'pspReference': '1', 'resultCode': 'Authorised'}, asked 1 times
200 <p>Log in</p>: status_code 200, message {}, asked 1 times
200 {"pspReference": "1", "resultCode": ": status_code 200, message {}, asked 1 times
200 nothing: status_code 200, message {}, asked 1 times
204 nothing: status_code 204, message {}, asked 1 times
200 []: raises AttributeError, asked 1 times
424 {"pspReference": "1", "resultCode": "Authorised"}: raises AdyenAPIResponseError, asked 1 times
500 <p>Sorry</p>: raises AdyenAPICommunicationError, asked 1 times
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
