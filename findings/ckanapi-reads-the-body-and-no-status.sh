#!/usr/bin/env bash
# ckanapi, the usual client of data portals that run CKAN, looks at no status: a refusal by a 424, a 404 or a 500
# whose JSON says "success": true is a dataset that was made, and a 200 with anything else is an error. Which error it
# is goes by one word in the body, "__type": a 403 without it is a CKANAPIError and no NotAuthorized, and a 500 that
# says "Not Found Error" is NotFound; and where "error" is a text, as most APIs have it, the server is called
# incompatible.
#
# Versions: ckanapi 4.11, requests 2.34.2 (CPython 3.11).
# Source: ckanapi/common.py (reverse_apicontroller_action gets the status and puts it into messages alone).
# Why it matters to a recorder: a recorder's own refusal is told apart by its body here, so that one in JSON must not
# say success, nor "error" as a text; and where bodies of errors are left out of a recording, "not found" becomes
# another error.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check ckanapi==4.11 requests==2.34.2
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import ckanapi

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
portal = ckanapi.RemoteCKAN(url, apikey="example")
for name in ("ckanapi", "requests"):
    print(name, version(name))
MADE = {"success": True, "result": {"id": "1"}}
for status, body in (
    (200, MADE),
    (424, MADE),
    (404, MADE),
    (500, MADE),
    (403, {"success": False, "error": {"__type": "Authorization Error", "message": "Access denied"}}),
    (403, {"success": False, "error": {"message": "Access denied"}}),
    (403, {"success": False, "error": "Access denied"}),
    (500, {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}),
    (404, {}),
    (200, {"result": {"id": "1"}}),
):
    told.update(status=status, body=json.dumps(body).encode())
    try:
        said = f"a dataset, {portal.action.package_create(name='rivers')}"
    except Exception as error:
        said = type(error).__name__
    print(f"{status} {json.dumps(body)}: {said}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
ckanapi 4.11
requests 2.34.2
200 {"success": true, "result": {"id": "1"}}: a dataset, {'id': '1'}
424 {"success": true, "result": {"id": "1"}}: a dataset, {'id': '1'}
404 {"success": true, "result": {"id": "1"}}: a dataset, {'id': '1'}
500 {"success": true, "result": {"id": "1"}}: a dataset, {'id': '1'}
403 {"success": false, "error": {"__type": "Authorization Error", "message": "Access denied"}}: NotAuthorized
403 {"success": false, "error": {"message": "Access denied"}}: CKANAPIError
403 {"success": false, "error": "Access denied"}: ServerIncompatibleError
500 {"success": false, "error": {"__type": "Not Found Error", "message": "Not found"}}: NotFound
404 {}: CKANAPIError
200 {"result": {"id": "1"}}: CKANAPIError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
