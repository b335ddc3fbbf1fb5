#!/usr/bin/env bash
# PyLD, the usual reader of JSON-LD for Python, looks at no status of what it fetches: a 424 or a 404 whose body is JSON is the
# document, and of {"error": ...} it makes an empty list, without an error; a refused context in JSON is one without names,
# and the document expands to nothing as well. Only what is no JSON is an error.
#
# Versions: PyLD 3.3.0, requests 2.34.2 (CPython 3.11).
# Source: pyld/documentloader/requests.py (response.json() of whatever came), pyld/jsonld.py (expand: what no context names is
# dropped; a remote context without "@context" is an empty one).
# Why it matters to a recorder: a miss that is explained in JSON is an empty result of a good run, and a test that compares
# what was added sees nothing wrong; the same words in text/plain are an error.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pyld==3.3.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

from pyld import jsonld

told = {}
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        status, said, kind = told[self.path]
        body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status == 301:
            self.send_header("Location", "/moved")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def look(what, document, context, kind="application/ld+json"):
    asked.clear()
    told["/a"], told["/context"] = (*document, kind), (*context, kind)
    try:
        end = jsonld.expand(base + "/a")
    except Exception as error:
        end = f"{type(error).__name__} {error.code}"
    print(f"{what}: {end}; asked {', '.join(asked)}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{origin.server_port}"
print("PyLD", version("PyLD"))
PAGE = {"@context": base + "/context", "name": "A"}
NAMES = {"@context": {"name": "http://schema.org/name"}}
look("both there", (200, PAGE), (200, NAMES))
look("424 with JSON for the document", (424, {"error": "no answer"}), (200, NAMES))
look("404 with the document", (404, PAGE), (200, NAMES))
look("500 with the context", (200, PAGE), (500, NAMES))
look("424 with JSON for the context", (200, PAGE), (424, {"error": "no answer"}))
look("200 with an empty context", (200, PAGE), (200, {"@context": {}}))
look("424 in text for the document", (424, "no answer"), (200, NAMES))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
PyLD 3.3.0
both there: [{'http://schema.org/name': [{'@value': 'A'}]}]; asked /a, /context
424 with JSON for the document: []; asked /a
404 with the document: [{'http://schema.org/name': [{'@value': 'A'}]}]; asked /a, /context
500 with the context: [{'http://schema.org/name': [{'@value': 'A'}]}]; asked /a, /context
424 with JSON for the context: []; asked /a, /context
200 with an empty context: []; asked /a, /context
424 in text for the document: JsonLdError loading document failed; asked /a
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
