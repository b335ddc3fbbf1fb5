#!/usr/bin/env bash
# pygbif, the client of the catalogue of all living things, and overpy, one of OpenStreetMap's, read JSON only where its
# Content-Type is "application/json" to the letter: with a charset behind it, as many servers write it, or with a capital, the
# same answer is an error, and without the header another, a KeyError in pygbif.
#
# Versions: pygbif 0.7.0, requests 2.34.2, overpy 0.7 (CPython 3.11).
# Source: pygbif/gbifutils.py (stopifnot: x != ctype), overpy/__init__.py (query: content_type == "application/json"); RFC
# 9110, 8.3.1: types are the same in any case, and may have parameters.
# Why it matters to a recorder: one that writes headers in its own way, adds a charset to what it keeps as text, or answers
# from a list of types, breaks each call of these programs; and what a test shows of it is "no result".
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pygbif==0.7.0 requests==2.34.2 overpy==0.7
cat > look.py <<'PY'
import http.server
import threading
from importlib.metadata import version

import overpy
from pygbif import species

told = {}
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(self.path)
        body = b'{"usageKey": 7, "elements": []}'
        self.send_response(told["status"])
        if told["type"]:
            self.send_header("Content-Type", told["type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def tell(does):
    try:
        return does()
    except Exception as error:
        return f"{type(error).__name__} {error}".partition(" for url")[0]


def look(kind, status=200):
    told.update(type=kind, status=status)
    print(f"{status} {kind}:")
    print("  pygbif:", tell(lambda: species.name_usage(key=1)["usageKey"]))
    print("  overpy:", tell(lambda: len(overpy.Overpass(url=base).query("out;").nodes)))


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
base = species.name_usage.__globals__["gbif_baseurl"] = f"http://127.0.0.1:{origin.server_port}/"
print("pygbif", version("pygbif"), "overpy", version("overpy"))
for kind in ("application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON", "application/problem+json", None):
    look(kind)
look("application/json", 424)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
pygbif 0.7.0 overpy 0.7
200 application/json:
  pygbif: 7
  overpy: 0
200 application/json; charset=utf-8:
  pygbif: NoResultException content-type did not equal application/json
  overpy: OverpassUnknownContentType Unknown content type: application/json; charset=utf-8
200 application/json;charset=UTF-8:
  pygbif: NoResultException content-type did not equal application/json
  overpy: OverpassUnknownContentType Unknown content type: application/json;charset=UTF-8
200 Application/JSON:
  pygbif: NoResultException content-type did not equal application/json
  overpy: OverpassUnknownContentType Unknown content type: Application/JSON
200 application/problem+json:
  pygbif: NoResultException content-type did not equal application/json
  overpy: OverpassUnknownContentType Unknown content type: application/problem+json
200 None:
  pygbif: KeyError 'content-type'
  overpy: OverpassUnknownContentType No content type returned
424 application/json:
  pygbif: HTTPError 424 Client Error: Failed Dependency
  overpy: OverpassUnknownHTTPStatusCode Unknown/Unhandled status code: 424
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
