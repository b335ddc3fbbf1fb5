#!/usr/bin/env bash
# A query of OSMPythonTools for the map as of a past day makes each later one of the process a query for that day, of any object
# and without a word: the date stays in the default of an argument. Before each query goes a GET for the server's status;
# and a second run of the program in the same folder asks for nothing, as each answer is kept there, in ./cache,
# without an end, so that what it sees depends on what ran there before.
#
# Versions: osmpythontools 0.3.6 (CPython 3.11), of whose requirements only those are installed that its Overpass needs.
# Source: OSMPythonTools/overpass.py (_queryString: settings={} is written to; _waitForReady), internal/cacheObject.py (query),
# cachingStrategy/json.py.
# Why it matters to a recorder: what a test asks goes by which tests ran before it in its process: run alone, or in another
# order, it sends other queries than were recorded. And by its folder: a recording made where ./cache is has no request
# at all, and its replay elsewhere misses each.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
pip() { venv/bin/pip install -q --no-compile --disable-pip-version-check "$@"; }
pip ujson==6.1.0 geojson==3.3.0 beautifulsoup4==4.15.0 lxml==6.1.3 python-dateutil==4.0.0
pip --no-deps osmpythontools==0.3.6 2> /dev/null # names those of its requirements that are not there
cat > program.py <<'PY'
"""Asks a server, of its own, for four things, one of them as of 2020, and prints what it was asked."""
import http.server
import logging
import threading
import urllib.parse

logging.disable(logging.CRITICAL)
asked = []


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked.append(f"{self.path} {urllib.parse.parse_qs(form).get('data', [''])[0]}".strip())
        body = b"Rate limit: 0\n" if self.path.endswith("status") else b'{"elements": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


from OSMPythonTools.overpass import Overpass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/api/"
shared = Overpass(endpoint=url)
shared.query("node(1);out;")
shared.query("node(2);out;", date="2020-01-01T00:00:00Z")
shared.query("node(3);out;")
shared.query("node(1);out;")
Overpass(endpoint=url).query("node(4);out;")
print(f"{len(asked)} requests", *asked, sep="\n")
PY
venv/bin/python -c 'from importlib.metadata import version; print("osmpythontools", version("osmpythontools"))' > found
mkdir one two
for folder in one one two; do
  (cd "$folder" && timeout 50 ../venv/bin/python ../program.py 2> ../errors | sed "s/^/$folder: /") >> found
done
cat found
cat > expected <<'END'
osmpythontools 0.3.6
one: 10 requests
one: /api/status
one: /api/interpreter [timeout:25][out:json];node(1);out;
one: /api/status
one: /api/interpreter [timeout:25][date:"2020-01-01T00:00:00Z"][out:json];node(2);out;
one: /api/status
one: /api/interpreter [timeout:25][date:"2020-01-01T00:00:00Z"][out:json];node(3);out;
one: /api/status
one: /api/interpreter [timeout:25][date:"2020-01-01T00:00:00Z"][out:json];node(1);out;
one: /api/status
one: /api/interpreter [timeout:25][date:"2020-01-01T00:00:00Z"][out:json];node(4);out;
one: 0 requests
END
sed -n 's/^one: /two: /p' expected | head -11 >> expected
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
