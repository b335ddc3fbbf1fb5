#!/usr/bin/env bash
# Whether a good answer is an error to Elasticsearch's client goes by a header, X-Elastic-Product, and by which answer came
# first: without it a document that was written by a 201 raises UnsupportedProductError, and once a good answer to that client
# had it no later one needs it; a 404 or a 424 that has it does not count. What was refused by a 502, 503, 504 or 429 it sends
# four times in all at once, a document without an id too, of which there may be four then; a Retry-After makes no wait.
#
# Versions: elasticsearch 9.5.1 with elastic-transport 9.4.2 (CPython 3.11).
# Source: elasticsearch/_sync/client/_base.py (_perform_request: _verified_elasticsearch), elastic_transport/_transport.py
# (max_retries 3, retry_on_status) and elasticsearch/_sync/client/__init__.py.
# Why it matters to a recorder: one that keeps a list of headers, and not that one, makes an error of each recorded success;
# and a test that passes in a suite, behind another that had the header, fails by itself. A program that is told of a failed
# write has written.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check elasticsearch==9.5.1 elastic-transport==9.4.2
cat > look.py <<'PY'
import http.server
import json
import logging
import threading
import time
from importlib.metadata import version

from elasticsearch import Elasticsearch

logging.disable(logging.CRITICAL)
asked = []
answer = ()


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        asked.append(self.command)
        status, product, after = answer
        body = json.dumps({"_index": "a", "_id": "1", "result": "created"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if product:
            self.send_header("X-Elastic-Product", product)
        if after:
            self.send_header("Retry-After", after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()


def look(what, *answers):
    global answer
    client = Elasticsearch(f"http://127.0.0.1:{server.server_address[1]}")
    told = []
    for answer in answers:
        asked.clear()
        began = time.monotonic()
        try:
            result = client.index(index="a", document={"name": "ann"})["result"]
        except Exception as error:
            result = type(error).__name__
        late = ", waited" if time.monotonic() - began > 30 else ""
        told.append(f"{answer[0]} {answer[1] or 'without the header'}: POST x {len(asked)}, {result}{late}")
    print(what, *told, sep="\n  ")


for name in ("elasticsearch", "elastic-transport"):
    print(name, version(name))
look("one client", (201, None, None), (201, None, None), (201, "elasticsearch", None))
look("another", (201, "Elasticsearch", None), (201, None, None))
look("another", (404, "Elasticsearch", None), (201, None, None))
look("another", (424, "Elasticsearch", None), (201, None, None))
look("another", (424, None, None), (201, None, None))
for status in (429, 500, 502, 503, 504):
    look("refused", (status, "Elasticsearch", "60"))
PY
timeout 200 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
elasticsearch 9.5.1
elastic-transport 9.4.2
one client
  201 without the header: POST x 1, UnsupportedProductError
  201 without the header: POST x 1, UnsupportedProductError
  201 elasticsearch: POST x 1, UnsupportedProductError
another
  201 Elasticsearch: POST x 1, created
  201 without the header: POST x 1, created
another
  404 Elasticsearch: POST x 1, NotFoundError
  201 without the header: POST x 1, UnsupportedProductError
another
  424 Elasticsearch: POST x 1, ApiError
  201 without the header: POST x 1, UnsupportedProductError
another
  424 without the header: POST x 1, ApiError
  201 without the header: POST x 1, UnsupportedProductError
refused
  429 Elasticsearch: POST x 4, ApiError
refused
  500 Elasticsearch: POST x 1, ApiError
refused
  502 Elasticsearch: POST x 4, ApiError
refused
  503 Elasticsearch: POST x 4, ApiError
refused
  504 Elasticsearch: POST x 4, ApiError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
