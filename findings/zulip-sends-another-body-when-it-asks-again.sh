#!/usr/bin/env bash
# Refused by any 5xx, Zulip's client for Python sends a message again, each second and up to eleven times in all, and
# each time but the first with another body: it puts "dont_block=true" into the program's own fields, a word that is
# for its questions about new events. A connection that ends without an answer is as good, but not the client's first.
#
# Versions: zulip 0.9.1, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: zulip's zulip/__init__.py (Client.do_api_query, error_retry; retry_on_errors is True unless the program says
# otherwise, or --no-retry; has_connected).
# Why it matters to a recorder: the second request is not the first one's equal and no other call's either, so that a
# recording of a stumbling server has two requests for one message, and a replay that answers the first at once never
# asks for the other. A message that was accepted before the 502 of a gateway is there twice. A 5xx that says "not
# recorded" costs ten seconds and ten misses, a 424 none.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check zulip==0.9.1 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

import zulip

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    """Refuses the first request of a round, and grants the others."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path, _, query = self.path.partition("?")
        asked.append(f"{self.command} {path.removeprefix('/api/v1')} {said or query}")
        status = refusal if len(asked) <= times else 200
        if status is None:
            self.close_connection = True
            return
        body = json.dumps({"result": "success" if status == 200 else "error", "msg": "", "id": 7, "zulip_version": "12"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def look(what, does):
    asked.clear()
    try:
        said = does()["result"]
    except zulip.UnrecoverableNetworkError as error:
        said = type(error).__name__
    print(f"{what}: {said}")
    print(*(f"  {each}" for each in asked), sep="\n")


def send():
    return client.send_message({"type": "stream", "to": "a", "topic": "b", "content": "c"})


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("zulip", version("zulip"))
refusal, times = 200, 0


def fresh():
    return zulip.Client(email="bot@example.com", api_key="example", site=f"http://127.0.0.1:{origin.server_port}")


client = fresh()
for refusal, times in ((424, 1), (500, 1), (503, 2), (None, 1)):
    look(f"a message, {times} x {refusal}", send)
refusal, times = 503, 1
look("a question, 1 x 503", client.get_members)
refusal = None
look("a new client, 1 x None", lambda: {"result": fresh()})
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
zulip 0.9.1
a message, 1 x 424: error
  POST /messages type=stream&to=a&topic=b&content=c
a message, 1 x 500: success
  POST /messages type=stream&to=a&topic=b&content=c
  POST /messages type=stream&to=a&topic=b&content=c&dont_block=true
a message, 2 x 503: success
  POST /messages type=stream&to=a&topic=b&content=c
  POST /messages type=stream&to=a&topic=b&content=c&dont_block=true
  POST /messages type=stream&to=a&topic=b&content=c&dont_block=true
a message, 1 x None: success
  POST /messages type=stream&to=a&topic=b&content=c
  POST /messages type=stream&to=a&topic=b&content=c&dont_block=true
a question, 1 x 503: success
  GET /users 
  GET /users dont_block=true
a new client, 1 x None: UnrecoverableNetworkError
  GET /server_settings 
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
