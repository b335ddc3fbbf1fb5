#!/usr/bin/env bash
# jenkinsapi asks Jenkins for Python literals and reads them as JSON, once it has written true, false and null in the place of
# each True, False and None, in texts too: the job "NoneSuch" is "nullSuch" to the program, which then asks for a job that
# is not there, and "True story" is "true story". Whether it does so goes by the answer: where nothing in it is None, True or
# False outside a text, it is JSON as it came, and the same name is right.
#
# Versions: jenkinsapi 0.3.23 (CPython 3.11).
# Source: jenkinsapi/jenkinsbase.py (get_data tries json.loads, and if that fails replaces in the whole text); Jenkins'
# own /api/python writes None for whatever has no value, so that its answers are of the second kind.
# Why it matters to a recorder: these answers are no JSON, though they look like it and most of their values do: what is to
# be changed or hidden in them by a path of JSON is not found. And to turn them into JSON on the way, or to leave out
# the one field that is None, changes other values: the text of a name that nobody touched, and with it the next URL.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check jenkinsapi==0.3.23
cat > look.py <<'PY'
import json
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from jenkinsapi.jenkins import Jenkins

logging.disable(logging.CRITICAL)
nothing = {}
asked = []


class Server(BaseHTTPRequestHandler):
    """A Jenkins that has one job."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path.replace(address, "HOST"))
        job = f"http://{address}/job/NoneSuch/"
        about = [("name", "NoneSuch"), ("url", job), ("color", "blue")]
        if "/job/" in self.path:
            about += [("description", "True story"), ("displayName", None)]
            fields = dict(about)
        else:
            fields = {"jobs": [dict(about)], "description": None}
        fields = {name: value for name, value in fields.items() if value is not None or nothing["is told"]}
        known = self.path.startswith(("/api/", "/job/NoneSuch/"))
        body = repr(fields).replace("'", '"').encode() if known else b"no such job"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/x-python;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"127.0.0.1:{server.server_port}"
print("jenkinsapi", version("jenkinsapi"))
for told in (True, False):
    nothing["is told"] = told
    asked.clear()
    jenkins = Jenkins(f"http://{address}", lazy=True)
    names = [name for name in jenkins.keys()]
    try:
        said = jenkins.get_data(f"http://{address}/job/{names[0]}/api/python")["description"]
    except Exception as error:
        said = type(error).__name__
    print(f"None in the answer: {told}: jobs {names}, then {asked[-1]}: {said}")
    right = jenkins.get_data(f"http://{address}/job/NoneSuch/api/python")
    print("  by its right name:", json.dumps(right["name"]), json.dumps(right["description"]))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
jenkinsapi 0.3.23
None in the answer: True: jobs ['nullSuch'], then /job/nullSuch/api/python: HTTPError
  by its right name: "nullSuch" "true story"
None in the answer: False: jobs ['NoneSuch'], then /job/NoneSuch/api/python: True story
  by its right name: "NoneSuch" "True story"
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
