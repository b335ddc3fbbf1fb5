#!/usr/bin/env bash
# pygbif, the client of the catalogue of all living things, reads JSON only where its Content-Type is "application/json" to the
# letter: with a charset behind it, as most servers write it, or with a capital, the same answer is a NoResultException; without
# the header it is a KeyError.
#
# Versions: pygbif 0.7.0, requests 2.34.2 (CPython 3.11).
# Source: pygbif/gbifutils.py (stopifnot: x != ctype); RFC 9110, 8.3.1: types are the same in any case, and may have parameters.
# Why it matters to a recorder: one that writes headers in its own way, adds a charset to what it keeps as text, or answers
# from a list of types, breaks each call of this program; and what an exact comparison of it shows in a test is "no result".
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pygbif==0.7.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import threading
from importlib.metadata import version

from pygbif import species

told = {}
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        body = b'{"usageKey": 7, "results": []}'
        self.send_response(told["status"])
        if told["type"]:
            self.send_header("Content-Type", told["type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def look(kind, status=200):
    told.update(type=kind, status=status)
    try:
        end = species.name_usage(key=1)
    except Exception as error:
        end = f"{type(error).__name__} {error}".partition(" for url")[0]
    print(f"{status} {kind}: {end}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
species.name_usage.__globals__["gbif_baseurl"] = f"http://127.0.0.1:{origin.server_port}/"
print("pygbif", version("pygbif"))
for kind in ("application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON", "application/problem+json", None):
    look(kind)
look("application/json", 424)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
pygbif 0.7.0
200 application/json: {'usageKey': 7, 'results': []}
200 application/json; charset=utf-8: NoResultException content-type did not equal application/json
200 application/json;charset=UTF-8: NoResultException content-type did not equal application/json
200 Application/JSON: NoResultException content-type did not equal application/json
200 application/problem+json: NoResultException content-type did not equal application/json
200 None: KeyError 'content-type'
424 application/json: HTTPError 424 Client Error: Failed Dependency
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
