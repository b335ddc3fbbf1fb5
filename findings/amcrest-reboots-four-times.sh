#!/usr/bin/env bash
# A command to an Amcrest or Dahua camera, which is a GET, its usual client for Python sends four times at once where it is
# refused, be it by a 400, a 403, a 404 or a 424: reboot() asks four times for a reboot. Before the first one it asks for the
# camera's name, and whether the login was good it reads out of that name: a camera called "Terrorless" has
# "Invalid credentials", and no command is sent.
#
# Versions: amcrest 1.9.9 (CPython 3.11).
# Source: amcrest/http.py (_command: a loop over each requests.RequestException, of which HTTPError is one; _generate_token:
# "invalid" or "error" anywhere in the answer), amcrest/config.py (MAX_RETRY_HTTP_CONNECTION).
# Why it matters to a recorder: each miss is four requests, the equal four of a recorded refusal too. A redaction that writes
# a text with one of the two words into the recorded name of a device logs the program out.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check amcrest==1.9.9
cat > look.py <<'PY'
import http.server
import logging
import threading
from importlib.metadata import version

from amcrest import AmcrestCamera

logging.disable(logging.CRITICAL)
asked = []
told = {}


class Camera(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        action = self.path.partition("action=")[2]
        asked.append(action)
        known = {"getMachineName": f"name={told['name']}", "getSerialNo": "sn=example"}
        body = known.get(action, "OK").encode()
        self.send_response(200 if action in known else told["status"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


camera = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera)
threading.Thread(target=camera.serve_forever, daemon=True).start()
print("amcrest", version("amcrest"))
for name, status in (
    ("Door", 200),
    ("Door", 400),
    ("Door", 403),
    ("Door", 404),
    ("Door", 424),
    ("Door", 501),
    ("Door", 401),
    ("Terrorless", 200),
):
    told.update(name=name, status=status)
    asked.clear()
    try:
        said = AmcrestCamera("127.0.0.1", camera.server_port, "example", "example").camera.reboot().strip()
    except Exception as error:
        said = type(error).__name__
    print(f"{name} {status}: {' '.join(asked)}; {said}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
amcrest 1.9.9
Door 200: getMachineName getSerialNo reboot; OK
Door 400: getMachineName getSerialNo reboot reboot reboot reboot; CommError
Door 403: getMachineName getSerialNo reboot reboot reboot reboot; CommError
Door 404: getMachineName getSerialNo reboot reboot reboot reboot; CommError
Door 424: getMachineName getSerialNo reboot reboot reboot reboot; CommError
Door 501: getMachineName getSerialNo reboot reboot reboot reboot; CommError
Door 401: getMachineName getSerialNo reboot; LoginError
Terrorless 200: getMachineName; LoginError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
