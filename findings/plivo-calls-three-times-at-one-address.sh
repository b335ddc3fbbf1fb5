#!/usr/bin/env bash
# Plivo's SDK for Python places a phone call again, at once, up to three times in all, where the answer is a 5xx: it falls
# back from one address to a second and a third, and all three are the same. Text messages, which go to that
# address too, it sends once. Of the fallback it tells the standard output of the program.
#
# Versions: plivo 4.63.0 (CPython 3.11).
# Source: plivo/rest/client.py (API_VOICE_BASE_URI and its two FALLBACKs; request() with is_voice_request, and print()).
# Why it matters to a recorder: one call of a program is three equal POSTs to one URL, so that a cassette has what looks like a
# loop of the program's own; one that is replayed with each answer used once needs all three. A 500 that a test
# plants rings somebody up three times. A program whose standard output is data has a line of the SDK's in it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check plivo==4.63.0
cat > look.py <<'PY'
import contextlib
import http.server
import io
import json
import threading
from importlib.metadata import version

import plivo
from plivo.rest import client as sdk

asked = []
told = {}
NAMES = ("API_VOICE_BASE_URI", "API_VOICE_BASE_URI_FALLBACK_1", "API_VOICE_BASE_URI_FALLBACK_2", "PLIVO_API_BASE_URI")


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked.append((self.path.split("/")[-2], body))
        answer = json.dumps({"api_id": "1", "message": "queued", "request_uuid": "2", "message_uuid": ["3"]}).encode()
        self.send_response(500 if len(asked) <= told["times"] else 201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


print("plivo", version("plivo"))
print("addresses:", {getattr(sdk, name) for name in NAMES})
origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
for name in NAMES:
    setattr(sdk, name, f"http://127.0.0.1:{origin.server_port}/v1/Account")
for times in (0, 1, 2, 9):
    for kind in ("call", "message"):
        client = plivo.RestClient("MAXXXXXXXXXXXXXXXXXX", "x" * 40)
        told["times"] = times
        asked.clear()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                if kind == "call":
                    client.calls.create(from_="100", to_="200", answer_url="http://localhost/")
                else:
                    client.messages.create(src="100", dst="200", text="paid")
                end = "done"
            except Exception as error:
                end = type(error).__name__
        equal = all(each == asked[0] for each in asked)
        lines = printed.getvalue().count("Fallback for URL")
        print(f"{kind}, {times} times 500: {len(asked)} requests, equal {equal}, {end}, lines {lines}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
plivo 4.63.0
addresses: {'https://api.plivo.com/v1/Account'}
call, 0 times 500: 1 requests, equal True, done, lines 0
message, 0 times 500: 1 requests, equal True, done, lines 0
call, 1 times 500: 2 requests, equal True, done, lines 1
message, 1 times 500: 1 requests, equal True, PlivoServerError, lines 0
call, 2 times 500: 3 requests, equal True, done, lines 2
message, 2 times 500: 1 requests, equal True, PlivoServerError, lines 0
call, 9 times 500: 3 requests, equal True, PlivoServerError, lines 3
message, 9 times 500: 1 requests, equal True, PlivoServerError, lines 0
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
