#!/usr/bin/env bash
# Each search by rcsb-api, the protein data bank's own client, carries a number drawn by chance in its body, once for
# each call of the query: two equal searches share no body. The call is a request, and each loop over what it gave
# sends the same one again. To import it is two more, for the lists of what can be searched, and where one is refused
# the import fails. A search is sent five times within half a minute after any refusal, a 400, a 404 and a 424 too; a
# 204 is no hit.
#
# Versions: rcsb-api 1.7.3 (CPython 3.11).
# Source: rcsbapi/search/search_query.py (SEARCH_SCHEMA is made as the module is read; Session.query_id is a uuid, and
# goes out as request_info.query_id; Session._single_query), config.py (MAX_RETRIES, RETRY_BACKOFF).
# Why it matters to a recorder: no search finds itself by its body in the next run, and one matched by path alone gets
# the answer of another. A test that imports the module within its cassette has two requests more than the next one of
# that process, and one that imports it at its head sends them where nothing is recorded. The number has to be left
# out of the comparison.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check rcsb-api==1.7.3
cat > look.py <<'PY'
import http.server
import importlib
import json
import logging
import sys
import threading
from importlib.metadata import version

from rcsbapi.config import config
from rcsbapi.const import const

logging.disable(logging.CRITICAL)
SCHEMA = {"title": "example", "$id": "example", "type": "object"}
SCHEMA["properties"] = {"rcsb_id": {"type": "string", "rcsb_search_context": ["exact-match"], "description": "example"}}
FOUND = {"query_id": "example", "result_type": "entry", "total_count": 1, "result_set": ["4HHB"]}
asked = []
told = {"lists": 200, "search": 200}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        asked.append((self.command, self.path, body))
        self.send_response(told["search" if self.path == "/search" else "lists"])
        text = json.dumps(FOUND if self.path == "/search" else SCHEMA)
        if told["search"] == 204:
            text = ""
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST

    def log_message(self, *_):
        pass


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
for name, path in (
    ("SEARCH_API_STRUCTURE_ATTRIBUTE_SCHEMA_URL", "/structures"),
    ("SEARCH_API_CHEMICAL_ATTRIBUTE_SCHEMA_URL", "/chemicals"),
    ("RCSB_SEARCH_API_QUERY_URL", "/search"),
):
    object.__setattr__(const, name, f"http://127.0.0.1:{service.server_port}{path}")
print("rcsb-api", version("rcsb-api"))
for status in (424, 200):
    told["lists"] = status
    asked.clear()
    try:
        search = importlib.import_module("rcsbapi.search")
        end = "imported"
    except RuntimeError as error:
        end = type(error).__name__
        for name in [each for each in sys.modules if each.startswith("rcsbapi.search")]:
            del sys.modules[name]
    print(f"import, answered by {status}: {', '.join(f'{method} {path}' for method, path, _ in asked)}: {end}")
query = search.TextQuery("hemoglobin")
asked.clear()
session = query()
counts = [len(asked)]
for _ in range(2):
    found = list(session)
    counts.append(len(asked))
print("found:", found, "- requests after the call, a first loop and a second:", *counts)
print("bodies of these:", len({body for _, _, body in asked}))
query()
one, other = (json.loads(asked[each][2]) for each in (0, -1))
numbers = [each["request_info"].pop("query_id") for each in (one, other)]
print("a second call: the numbers differ:", numbers[0] != numbers[1], "- all else is equal:", one == other)
print("tries:", config.MAX_RETRIES)
config.RETRY_BACKOFF = 0
for status in (204, 400, 404, 424, 500):
    told["search"] = status
    asked.clear()
    try:
        end = list(query())
    except Exception as error:
        end = type(error).__name__
    print(f"search answered by {status}: {len(asked)} requests, {len({body for _, _, body in asked})} body, {end}")
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
rcsb-api 1.7.3
import, answered by 424: GET /structures: RuntimeError
import, answered by 200: GET /structures, GET /chemicals: imported
found: ['4HHB'] - requests after the call, a first loop and a second: 1 2 3
bodies of these: 1
a second call: the numbers differ: True - all else is equal: True
tries: 5
search answered by 204: 2 requests, 1 body, []
search answered by 400: 5 requests, 1 body, HTTPStatusError
search answered by 404: 5 requests, 1 body, HTTPStatusError
search answered by 424: 5 requests, 1 body, HTTPStatusError
search answered by 500: 5 requests, 1 body, HTTPStatusError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
