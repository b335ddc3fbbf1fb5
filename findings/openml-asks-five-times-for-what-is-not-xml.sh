#!/usr/bin/env bash
# How often OpenML's client asks goes by the look of a refusal's body: a GET that is refused in XML it sends once, and
# one refused in text, in HTML or in nothing five times within ten seconds, whatever the status, a 404 and a 424 too.
# Of a DELETE and a POST it is the error alone that differs.
#
# Versions: openml 0.15.1 (CPython 3.11 to 3.13).
# Source: openml/_api_calls.py (_send_request asks again after an ExpatError, which __parse_server_exception raises
# where the refusal is no XML; of a POST or DELETE it raises at once).
# Why it matters to a recorder: a refusal of its own, in one line of text, is taken for an overloaded server and asked
# again, so that one request that is not in the cassette is five misses and ten seconds; and who rewrites
# a recorded refusal's body, as to take a name out of it, changes how many requests there are.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check openml==0.15.1
cat > look.py <<'PY'
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ.update(HOME=os.getcwd(), OPENML_CACHE_DIR=os.getcwd(), XDG_CONFIG_HOME=os.getcwd())
import openml

logging.disable(logging.ERROR)
XML = (
    '<oml:error xmlns:oml="http://openml.org/openml"><oml:code>111</oml:code>'
    "<oml:message>Unknown dataset</oml:message></oml:error>"
)
told = {}
asked = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(self.path)
        self.send_response(told["status"])
        self.send_header("Content-Length", str(len(told["body"])))
        self.end_headers()
        self.wfile.write(told["body"])

    do_DELETE = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
openml.config.server = f"http://127.0.0.1:{origin.server_port}/api"
openml.config.apikey = "key"
calls = {
    "list": lambda: openml.evaluations.list_evaluation_measures(),
    "delete": lambda: openml.datasets.delete_dataset(1),
}
print("openml", version("openml"))
for call, body in (("list", XML), ("list", "not recorded"), ("list", ""), ("delete", "not recorded")):
    for status in (404, 424):
        told.update(status=status, body=body.encode())
        asked.clear()
        try:
            said = calls[call]()
        except Exception as error:
            said = type(error).__name__
        print(f"{call}, {status}, {body[:12]!r}: asked {len(asked)}, {said}")
PY
timeout 200 venv/bin/python -u look.py | tee found
cat > expected <<'END'
openml 0.15.1
list, 404, '<oml:error x': asked 1, OpenMLServerNoResult
list, 424, '<oml:error x': asked 1, OpenMLServerNoResult
list, 404, 'not recorded': asked 5, OpenMLServerError
list, 424, 'not recorded': asked 5, OpenMLServerError
list, 404, '': asked 5, OpenMLServerError
list, 424, '': asked 5, OpenMLServerError
delete, 404, 'not recorded': asked 1, OpenMLServerError
delete, 424, 'not recorded': asked 1, OpenMLServerError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
