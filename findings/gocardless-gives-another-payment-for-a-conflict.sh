#!/usr/bin/env bash
# Refused with a 409 "idempotent_creation_conflict", GoCardless's client does not fail: it asks for the payment that
# the refusal names and gives that to the program as the one created, whatever its amount is: create(amount=100)
# returns one of 5.
#
# Versions: gocardless_pro 3.22.0 (CPython 3.11 to 3.13).
# Source: gocardless_pro/services/payments_service.py (create; each service that creates has the same), where
# raise_on_idempotency_conflict is off by default; the key is a uuid4() made anew by each call, or the caller's.
# Why it matters to a recorder: what is asked next is an id out of the body of a refusal, which a cassette must keep
# as it was: with that id redacted or restated the client asks for another payment, and without the GET in it the
# POST's own recorded answer is no use. A replay by which a payment of another test's answers looks like success to
# the program.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check gocardless_pro==3.22.0
cat > look.py <<'PY'
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import gocardless_pro

CONFLICT = {
    "error": {
        "type": "invalid_state",
        "code": 409,
        "message": "A resource has already been created with this idempotency key",
        "documentation_url": "",
        "request_id": "r1",
        "errors": [
            {
                "reason": "idempotent_creation_conflict",
                "message": "A resource has already been created with this idempotency key",
                "links": {"conflicting_resource_id": "PM9"},
            }
        ],
    }
}
keys = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        print(f"  {self.command} {self.path} {body}")
        keys.append(self.headers["Idempotency-Key"])
        posted = self.command == "POST"
        answer = json.dumps(CONFLICT if posted else {"payments": {"id": "PM9", "amount": 5}}).encode()
        self.send_response(409 if posted else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("gocardless_pro", version("gocardless_pro"))
url = f"http://127.0.0.1:{origin.server_port}"
client = gocardless_pro.Client(access_token="token", base_url=url, environment="sandbox")
for _ in range(2):
    made = client.payments.create(params={"amount": 100, "currency": "GBP"})
    print(f"  the program is given {made.id} of {made.amount}")
print("keys of the two posts are one:", keys[0] == keys[2])
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
gocardless_pro 3.22.0
  POST /payments {"payments": {"amount": 100, "currency": "GBP"}}
  GET /payments/PM9 
  the program is given PM9 of 5
  POST /payments {"payments": {"amount": 100, "currency": "GBP"}}
  GET /payments/PM9 
  the program is given PM9 of 5
keys of the two posts are one: False
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
