#!/usr/bin/env bash
# Cerebras' SDK sends a GET /v1/tcp_warming, with the key, whenever a client is made, and with_options(timeout=5), by
# which a program changes one call, makes one: each call so written is two requests. A refusal of the first is passed
# over, but a 429 or a 503 of it is asked for three times before the program gets its client.
#
# Versions: cerebras-cloud-sdk 1.91.0 (CPython 3.11 to 3.13).
# Source: cerebras-cloud-sdk's cerebras/cloud/sdk/_client.py (Cerebras.__init__, warm_tcp_connection=True; copy()
# makes a client by the same constructor and does not hand that argument on, so that it is warmed also where the first
# client was told not to be); the option is in the README as a matter of latency.
# Why it matters to a recorder: a cassette has requests that no program wrote, as many as there are clients and
# changed timeouts; where they were left out as noise, a replay's "not recorded" is passed over if it is a 424 and
# waited for if it is a 503, 1.4 seconds for each client. An SDK of the same making (openai, anthropic) sends none.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check cerebras-cloud-sdk==1.91.0
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

from cerebras.cloud.sdk import Cerebras

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path.removeprefix("/v1/"))
        said = status if self.path.endswith("tcp_warming") else 200
        body = json.dumps({"object": "list", "data": []}).encode()
        self.send_response(said)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def new(does):
    """Tells what was asked while something is done."""
    asked.clear()
    made = does()
    print(f"  {' '.join(asked) or 'nothing'}")
    return made


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("cerebras-cloud-sdk", version("cerebras-cloud-sdk"))
given = {"api_key": "example", "base_url": f"http://127.0.0.1:{origin.server_port}"}
for status in (200, 404, 424, 429, 503):
    print("the warming is answered by", status)
    client = new(lambda: Cerebras(**given))
    new(lambda: client.models.list())
    new(lambda: client.with_options(timeout=5).models.list())
print("told not to warm")
status = 200
client = new(lambda: Cerebras(**given, warm_tcp_connection=False))
new(lambda: client.with_options(timeout=5).models.list())
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
cerebras-cloud-sdk 1.91.0
the warming is answered by 200
  tcp_warming
  models
  tcp_warming models
the warming is answered by 404
  tcp_warming
  models
  tcp_warming models
the warming is answered by 424
  tcp_warming
  models
  tcp_warming models
the warming is answered by 429
  tcp_warming tcp_warming tcp_warming
  models
  tcp_warming tcp_warming tcp_warming models
the warming is answered by 503
  tcp_warming tcp_warming tcp_warming
  models
  tcp_warming tcp_warming tcp_warming models
told not to warm
  nothing
  tcp_warming models
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
