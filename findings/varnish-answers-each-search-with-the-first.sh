#!/usr/bin/env bash
# Varnish with its own rules takes the body off a GET, leaves its Content-Type, and answers each later GET of that URL with
# what came: of two searches that are a GET with a question in the body, as Elasticsearch and its kin have them, the first is
# asked without its question and the second not at all. A Cookie or an Authorization sends each to the origin, and the body
# is lost all the same. A HEAD and a GET with a Range are asked as a whole GET, and 103 Early Hints of the origin are a 503.
#
# Versions: Varnish 7.1.1 (varnish and libvarnishapi3 7.1.1-2+deb12u1, Debian 12's packages).
# Source: Varnish's builtin.vcl (vcl_backend_fetch: unset bereq.body of a GET; vcl_hash: URL and host; vcl_req_cookie and
# vcl_req_authorization: pass) and the parameters default_ttl (120 seconds, also where the answer says nothing of caching).
# Why it matters to a recorder: behind such a cache a cassette has one question, without its body, for all; before it, a
# program's HEAD is recorded that no origin ever had, and of the recorded answers all but the first are of another question.
set -euo pipefail
for tool in apt-get dpkg gcc python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download varnish=7.1.1-2+deb12u1 libvarnishapi3=7.1.1-2+deb12u1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import http.client
import os
import socket
import socketserver
import subprocess
import threading
import time

came = []


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        fields = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        body = self.rfile.read(int(fields.get("content-length", 0))).decode()
        kept = [f"{name}: {fields[name]}" for name in ("content-type", "range") if name in fields]
        came.append(" ".join([method, path, body or "without a body", *kept]))
        if path == "/early":
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")
        said = f"the answer {len(came)}".encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))


def listening(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]
with open("look.vcl", "w") as written:
    written.write(f'vcl 4.1;\nbackend origin {{ .host = "127.0.0.1"; .port = "{origin.server_address[1]}"; }}\n')
environment = {**os.environ, "LD_LIBRARY_PATH": "unpacked/usr/lib/x86_64-linux-gnu"}
varnishd = "unpacked/usr/sbin/varnishd"
version = subprocess.run([varnishd, "-V"], env=environment, capture_output=True, text=True)
print((version.stdout + version.stderr).split()[1].strip("(").split()[0])
command = [varnishd, "-F", "-n", f"{os.getcwd()}/run", "-a", f"127.0.0.1:{port}", "-f", f"{os.getcwd()}/look.vcl"]
cache = subprocess.Popen([*command, "-s", "malloc,10m"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(600):
        if listening(port):
            break
        time.sleep(0.1)

    def ask(method, path, question=None, **more):
        asked = len(came)
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Content-Type": "application/json", **more} if question else more
        asking.request(method, path, question, headers)
        answer = asking.getresponse()
        body = answer.read().decode()
        said = body if len(body) < 50 else "a page of Varnish"
        print(f"{method} {path} {question or ''} {more or ''}: {answer.status} {said}; asked {came[asked:]}")

    ask("GET", "/search", '{"name": "ann"}')
    ask("GET", "/search", '{"name": "bob"}')
    ask("GET", "/search", '{"name": "bob"}', Cookie="a=1")
    ask("GET", "/search", '{"name": "bob"}', Authorization="Bearer example")
    ask("POST", "/search", '{"name": "bob"}')
    ask("HEAD", "/file")
    ask("GET", "/file", Range="bytes=0-2")
    ask("GET", "/other", Range="bytes=0-2")
    ask("GET", "/early")
finally:
    cache.terminate()
    cache.wait(30)
PY
python3 look.py | tee found
cat > expected <<'END'
varnish-7.1.1
GET /search {"name": "ann"} : 200 the answer 1; asked ['GET /search without a body content-type: application/json']
GET /search {"name": "bob"} : 200 the answer 1; asked []
GET /search {"name": "bob"} {'Cookie': 'a=1'}: 200 the answer 2; asked ['GET /search without a body content-type: application/json']
GET /search {"name": "bob"} {'Authorization': 'Bearer example'}: 200 the answer 3; asked ['GET /search without a body content-type: application/json']
POST /search {"name": "bob"} : 200 the answer 4; asked ['POST /search {"name": "bob"} content-type: application/json']
HEAD /file  : 200 ; asked ['GET /file without a body']
GET /file  {'Range': 'bytes=0-2'}: 206 the; asked []
GET /other  {'Range': 'bytes=0-2'}: 206 the; asked ['GET /other without a body']
GET /early  : 503 a page of Varnish; asked ['GET /early without a body']
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
