#!/usr/bin/env bash
# transmission-rpc, the usual client for Transmission's downloads, knows three statuses, 401, 403 and 409: with any other one,
# a 404, a 424 and a 503 too, it takes the body's word, and a torrent is added where that says "success". A 409, by which the
# daemon hands out its token, has the same POST sent three times, also where it always comes. No proxy that the environment
# names hears of it, and there is no option for one.
#
# Versions: transmission-rpc 7.0.12, requests 2.34.2 (CPython 3.11).
# Source: transmission_rpc/client.py (_http_query; trust_env = False on a session that the program is not given).
# Why it matters to a recorder: the client stands on requests, which goes through HTTP_PROXY, and yet nothing of it is
# recorded, nor replayed without a network; only a way in below the program has it. A refusal whose body is that of a
# recorded answer is a success to it, so that a miss wants a body of its own.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check transmission-rpc==7.0.12 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import os
import threading
from importlib.metadata import version

import transmission_rpc

asked = []
told = {}
through = []


class Daemon(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("http://"):
            through.append(self.path)
        status = 200 if query["method"] == "session-get" else told["status"]
        if query["method"] != "session-get":
            asked.append(query["method"])
        arguments = {"rpc-version": 17, "version": "4.0.5", "torrent-added": {"id": 7, "name": "a", "hashString": "b"}}
        body = json.dumps({"result": "success", "arguments": arguments}).encode()
        self.send_response(status)
        self.send_header("X-Transmission-Session-Id", "example")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def look(status):
    asked.clear()
    told["status"] = status
    client = transmission_rpc.Client(host="127.0.0.1", port=daemon.server_port)
    try:
        end = f"torrent {client.add_torrent('magnet:?xt=urn:btih:' + '0' * 40).id} is added"
    except Exception as error:
        end = type(error).__name__
    print(f"{status}: {len(asked)} requests: {end}")


daemon = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Daemon)
threading.Thread(target=daemon.serve_forever, daemon=True).start()
print("transmission-rpc", version("transmission-rpc"))
for status in (200, 404, 424, 429, 500, 503, 403, 409):
    look(status)
os.environ["http_proxy"] = f"http://127.0.0.1:{daemon.server_port}"
os.environ["no_proxy"] = ""
look(200)
print("through the proxy that the environment names:", len(through))
import requests

requests.post(f"http://127.0.0.1:{daemon.server_port}/", json={"method": "session-get"}, timeout=10)
print("of one request by requests itself:", len(through))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
transmission-rpc 7.0.12
200: 1 requests: torrent 7 is added
404: 1 requests: torrent 7 is added
424: 1 requests: torrent 7 is added
429: 1 requests: torrent 7 is added
500: 1 requests: torrent 7 is added
503: 1 requests: torrent 7 is added
403: 1 requests: TransmissionAuthError
409: 3 requests: TransmissionError
200: 1 requests: torrent 7 is added
through the proxy that the environment names: 0
of one request by requests itself: 1
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
