#!/usr/bin/env bash
# What hvac, the usual client of Vault for Python, returns goes by the status: the secret as a dictionary where it is 200 and
# the body is JSON, and an object of requests, which has no fields and is true, for a 201, 202, 203, 206 and 304 with the
# same JSON, and for a 200 that is a page of HTML. Nothing is raised, so that read_secret()["data"] fails where it is used.
#
# Versions: hvac 2.4.0, requests 2.34.2 (CPython 3.11).
# Source: hvac/adapters.py (JSONAdapter.request: if response.status_code == 200, response.json(), else response).
# Why it matters to a recorder: a proxy's 203, by which HTTP lets it say that it changed something, a log-in's page and an
# answer that was told to be unchanged are successes of another type; a recorder that edits answers must leave the
# number 200 as it is.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check hvac==2.4.0 requests==2.34.2
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import hvac

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
client = hvac.Client(url=url, token="example")
print("hvac", version("hvac"))
print("requests", version("requests"))
SECRET = b'{"data": {"data": {"word": "open"}, "metadata": {}}}'
for status, kind, body in (
    (200, "application/json", SECRET),
    (201, "application/json", SECRET),
    (202, "application/json", SECRET),
    (203, "application/json", SECRET),
    (206, "application/json", SECRET),
    (200, "text/plain", SECRET),
    (200, "text/html", b"<p>Log in</p>"),
    (304, "application/json", b""),
    (424, "application/json", SECRET),
):
    told.update(status=status, type=kind, body=body)
    try:
        answer = client.secrets.kv.v2.read_secret_version("a", raise_on_deleted_version=True)
        said = f"{type(answer).__name__}, {bool(answer)}"
        said += f", {answer['data']['data']}" if isinstance(answer, dict) else ""
    except Exception as error:
        said = f"raises {type(error).__name__}"
    print(f"{status} {kind}{' of ' + body.decode() if b'<' in body else ''}: {said}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
hvac 2.4.0
requests 2.34.2
200 application/json: dict, True, {'word': 'open'}
201 application/json: Response, True
202 application/json: Response, True
203 application/json: Response, True
206 application/json: Response, True
200 text/plain: dict, True, {'word': 'open'}
200 text/html of <p>Log in</p>: Response, True
304 application/json: Response, True
424 application/json: raises UnexpectedError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
