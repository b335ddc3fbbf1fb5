#!/usr/bin/env bash
# Which library sends cdsapi's requests is told by a colon in the key: with one it is its own code, which
# asks /status.json and posts to /resources; without one cdsapi.Client() gives an object of
# another package's class, with another User-Agent, another header for the key and other URLs, which
# first asks /catalogue/v1/messages for what it is to print.
#
# Versions: cdsapi 0.7.7, ecmwf-datastores-client 0.5.3 (CPython 3.11 to 3.13).
# Source: cdsapi's cdsapi/api.py (Client.__new__), ecmwf-datastores-client's
# ecmwf/datastores/legacy_client.py. The documentation of Copernicus has it that old keys, which had
# a colon, no longer work.
# Why it matters to a recorder: a test that puts any text for the key, as one does where nothing is sent,
# decides by that text what is asked: with "UID:KEY", as older examples have it, nothing of what was
# recorded with today's key matches. One exchange more, that no program asked for, is in each
# recording, and what it answers is printed as a warning.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY CDSAPI_URL CDSAPI_KEY CDSAPI_RC
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check cdsapi==0.7.7 ecmwf-datastores-client==0.5.3
cat > look.py <<'PY'
import http.server
import threading
import warnings
from importlib.metadata import version

import cdsapi

warnings.simplefilter("ignore")
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        how = [name for name in ("Authorization", "Private-Token") if name in self.headers]
        agent = self.headers["User-Agent"].split("/")[0]
        asked.append(f"{self.command} {self.path} by {agent}, the key in {' '.join(how)}")
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("cdsapi", version("cdsapi"), "ecmwf-datastores-client", version("ecmwf-datastores-client"))
for key in ("1234:abc", "abc"):
    asked.clear()
    client = cdsapi.Client(f"http://127.0.0.1:{origin.server_port}/api", key, quiet=True, retry_max=1)
    try:
        client.retrieve("rain", {"year": 2025}, "rain.nc")
    except Exception as error:
        print(f"{key}: {type(client).__module__}, {type(error).__name__}")
    for each in asked:
        print(f"  {each}")
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
cdsapi 0.7.7 ecmwf-datastores-client 0.5.3
1234:abc: cdsapi.api, Exception
  GET /api/status.json by cdsapi, the key in Authorization
  POST /api/resources/rain by cdsapi, the key in Authorization
abc: ecmwf.datastores.legacy_client, HTTPError
  GET /api/catalogue/v1/messages by ecmwf-datastores-client, the key in Private-Token
  GET /api/retrieve/v1/processes/rain by ecmwf-datastores-client, the key in Private-Token
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
