#!/usr/bin/env bash
# What Kubernetes's client for Python gives of an answer that comes through its proxy to a pod or a service is, by its type, a
# text; of JSON it is the text that Python writes of it: {"paid": true, "id": null} is "{'paid': True, 'id': None}", which
# no reader of JSON takes, 1e3 is "1000.0", a price of 9007199254740993.10 is "9007199254740994.0", and null is None. Two lines
# of JSON under that type are a bare JSONDecodeError; as text/plain all come as they are, and so does a pod's log.
#
# Versions: kubernetes 37.0.2 (CPython 3.11).
# Source: kubernetes/client/rest.py and api_client.py (deserialize reads by the Content-Type and hands what it read to the
# type of the call, which is str: str(data)); the calls connect_get_namespaced_service_proxy_with_path and its kin, and
# read_namespaced_pod_log.
# Why it matters to a recorder: the header Content-Type of an answer decides what the program sees, so that a recording that
# loses or makes up that header changes the text; a log that comes through a gateway as application/json is Python's.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check kubernetes==37.0.2
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from kubernetes import client

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
configuration = client.Configuration()
configuration.host = url
api = client.CoreV1Api(client.ApiClient(configuration))
CALLS = {
    "service": lambda: api.connect_get_namespaced_service_proxy_with_path("shop", "default", "orders"),
    "pod": lambda: api.connect_get_namespaced_pod_proxy_with_path("shop-1", "default", "orders"),
    "log": lambda: api.read_namespaced_pod_log("shop-1", "default"),
}
print("kubernetes", version("kubernetes"))
for kind in ("text/plain", "application/json"):
    for body in (b'{"paid": true, "id": null}', b"1e3", b"9007199254740993.10", b"null", b'"open"', b'{"n": 1}\n{"n": 2}\n'):
        told.update(status=200, type=kind, body=body)
        seen = []
        for ask in CALLS.values():
            try:
                seen.append(repr(ask()))
            except Exception as error:
                seen.append(type(error).__name__)
        print(f"{kind}, {body.decode()!r}: " + (f"all give {seen[0]}" if len(set(seen)) == 1 else str(dict(zip(CALLS, seen, strict=True)))))
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
kubernetes 37.0.2
text/plain, '{"paid": true, "id": null}': all give '{"paid": true, "id": null}'
text/plain, '1e3': all give '1e3'
text/plain, '9007199254740993.10': all give '9007199254740993.10'
text/plain, 'null': all give 'null'
text/plain, '"open"': all give '"open"'
text/plain, '{"n": 1}\n{"n": 2}\n': all give '{"n": 1}\n{"n": 2}\n'
application/json, '{"paid": true, "id": null}': all give "{'paid': True, 'id': None}"
application/json, '1e3': all give '1000.0'
application/json, '9007199254740993.10': all give '9007199254740994.0'
application/json, 'null': all give None
application/json, '"open"': all give 'open'
application/json, '{"n": 1}\n{"n": 2}\n': all give JSONDecodeError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
