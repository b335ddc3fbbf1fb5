#!/usr/bin/env bash
# Whether an event arrived Amplitude's SDK reads in the body, field "code", and not in the status: a 500, a 403 or a 424 whose
# body says {"code": 200} is "Event sent successfully", and a 200 whose body says 500 is sent again, twelve times by default.
# Where a refusal's body has no such field, each status of the four hundreds, a 404 and a 424 too, is sent again as often; a
# 200 whose body is no JSON, or a 204, ends the event without a word: neither success nor failure is told.
#
# Versions: amplitude-analytics 1.3.0 (CPython 3.11).
# Source: amplitude/http_client.py (Response.parse takes code from the body, also of an HTTPError; json.loads of a success
# stands outside of what is caught) and amplitude/processor.py (INVALID_REQUEST: all events but those that the answer
# lists as invalid are pushed again, and a bare refusal lists none).
# Why it matters to a recorder: who edits or redacts a recorded body changes what the client takes the status for. The 424 of
# a miss is sent again, each time as a miss of its own, and of an answer that was recorded without its body the program
# hears nothing at all.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check amplitude-analytics==1.3.0
cat > look.py <<'PY'
import http.server
import logging
import threading
import time
from importlib.metadata import version

from amplitude import Amplitude, BaseEvent, Config

logging.disable(logging.CRITICAL)
asked = []
told = {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        asked.append(self.path)
        self.send_response(told["status"])
        if told["status"] != 204:
            self.send_header("Content-Length", str(len(told["body"])))
        self.end_headers()
        self.wfile.write(told["body"])

    def log_message(self, *_):
        pass


def settled(said, seconds=60):
    """Waits until the program was told, or until nothing has come for two seconds."""
    until = time.monotonic() + seconds
    quiet = 0
    seen = -1
    while not said and quiet < 20 and time.monotonic() < until:
        quiet = quiet + 1 if len(asked) == seen and seen > 0 else 0
        seen = len(asked)
        time.sleep(0.1)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/2/httpapi"
print("amplitude-analytics", version("amplitude-analytics"))
print("tries by default:", Config().flush_max_retries)
for status, body in (
    (200, b'{"code": 200}'),
    (500, b'{"code": 200}'),
    (403, b'{"code": 200}'),
    (424, b'{"code": 200}'),
    (200, b'{"code": 500}'),
    (404, b"no such page"),
    (424, b'{"error": "missing"}'),
    (200, b"ok"),
    (204, b""),
):
    told.update(status=status, body=body)
    asked.clear()
    said = []
    client = Amplitude(
        "key",
        Config(
            server_url=url,
            flush_interval_millis=50,
            flush_max_retries=4,
            callback=lambda event, code, message: said.append((code, message)),
        ),
    )
    client.track(BaseEvent("paid", user_id="example-user"))
    settled(said)
    client.shutdown()
    print(f"{status} {body.decode() or 'no body'}: {len(asked)} requests, told {said}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
amplitude-analytics 1.3.0
tries by default: 12
200 {"code": 200}: 1 requests, told [(200, 'Event sent successfully.')]
500 {"code": 200}: 1 requests, told [(200, 'Event sent successfully.')]
403 {"code": 200}: 1 requests, told [(200, 'Event sent successfully.')]
424 {"code": 200}: 1 requests, told [(200, 'Event sent successfully.')]
200 {"code": 500}: 4 requests, told [(500, 'Event reached max retry times 4.')]
404 no such page: 4 requests, told [(404, 'Event reached max retry times 4.')]
424 {"error": "missing"}: 4 requests, told [(424, 'Event reached max retry times 4.')]
200 ok: 1 requests, told []
204 no body: 1 requests, told []
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
