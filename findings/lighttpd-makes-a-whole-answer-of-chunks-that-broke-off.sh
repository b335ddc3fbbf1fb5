#!/usr/bin/env bash
# As a proxy lighttpd makes a whole answer of one that broke off, if it came in chunks: what came before the break
# leaves with a Content-Length that fits it and 200, so that no client can tell; with a Content-Length that promised
# more it breaks off for the client, too. It asks for another URL than the client (%2F is /, two slashes are one, a |
# is %7C), drops headers that are empty, and takes away the words behind the number in the status line.
#
# Versions: lighttpd 1.4.69 (lighttpd 1.4.69-1, Debian 12's package).
# Source: lighttpd's http-header-glue.c and gw_backend.c (chunks of the backend are undone, and the end of its
# connection is the end of the answer), its server.http-parseopts (url-normalize and url-path-2f-decode are on by
# default).
# Why it matters to a recorder: a recording behind such a proxy has half an answer as a whole one, for ever, and URLs
# that no program wrote, so that a signature over the URL does not fit; in front of it the two are seen as they are.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download lighttpd=1.4.69-1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import socket
import socketserver
import subprocess
import threading
import time


came = []
told = {}


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        if lines:
            came.append(lines)
            self.wfile.write(told["answer"].encode())


def ask(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request.encode())
        return connection.makefile("rb").read().decode()


def listening(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
at = origin.server_address[1]
threading.Thread(target=origin.serve_forever, daemon=True).start()
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]

ANSWERS = {
    "in chunks, whole": "Transfer-Encoding: chunked\r\n\r\n7\r\npay 10 \r\n8\r\nand 1000\r\n0\r\n\r\n",
    "in chunks, breaks off between two": "Transfer-Encoding: chunked\r\n\r\n7\r\npay 10 \r\n",
    "in chunks, breaks off within one": "Transfer-Encoding: chunked\r\n\r\n7\r\npay 10 \r\n8\r\nand 1",
    "by length, breaks off": "Content-Length: 15\r\n\r\npay 10 ",
}
with open("proxy.conf", "w") as written:
    written.write('server.modules = ("mod_proxy")\nserver.document-root = "/nowhere"\nserver.bind = "127.0.0.1"\n')
    written.write(f'server.port = {port}\nproxy.server = ("/" => (("host" => "127.0.0.1", "port" => {at})))\n')
binary = "unpacked/usr/sbin/lighttpd"
print(subprocess.run([binary, "-v"], capture_output=True, text=True).stdout.split(" (")[0])
proxy = subprocess.Popen([binary, "-D", "-f", "proxy.conf", "-m", "unpacked/usr/lib/lighttpd"])
try:
    for _ in range(300):
        if listening(port):
            break
        time.sleep(0.1)
    for name, rest in ANSWERS.items():
        told["answer"] = "HTTP/1.1 200 OK\r\n" + rest
        head, _, body = ask(port, "GET / HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n").partition("\r\n\r\n")
        framed = [line for line in head.split("\r\n") if line.lower().startswith(("content-length", "transfer"))]
        print(f"{name}: {head.split(chr(13))[0]}, {framed}, {body!r}")
    told["answer"] = "HTTP/1.1 520 Lock held\r\nX-Empty:\r\nX-Full: 1\r\nContent-Length: 0\r\n\r\n"
    for target in ("/a%2Fb", "/a//b", "/a?q=%41|b", "/a?list[]=1"):
        answer = ask(port, f"GET {target} HTTP/1.1\r\nHost: api.example\r\nX-Empty:\r\nConnection: close\r\n\r\n")
        print(f"GET {target}: the origin sees {came[-1][0]}, X-Empty {any(line.startswith('X-Empty') for line in came[-1])}")
    lines = answer.split("\r\n")
    print(f"of 520 Lock held the client sees {lines[0]!r}, {[line for line in lines if line.startswith('X-')]}")
finally:
    proxy.terminate()
    proxy.wait(30)
PY
timeout 200 python3 look.py 2> errors | tee found
cat > expected <<'END'
lighttpd/1.4.69
in chunks, whole: HTTP/1.1 200 OK, ['Content-Length: 15'], 'pay 10 and 1000'
in chunks, breaks off between two: HTTP/1.1 200 OK, ['Content-Length: 7'], 'pay 10 '
in chunks, breaks off within one: HTTP/1.1 200 OK, ['Content-Length: 12'], 'pay 10 and 1'
by length, breaks off: HTTP/1.1 200 OK, ['Content-Length: 15'], 'pay 10 '
GET /a%2Fb: the origin sees GET /a/b HTTP/1.1, X-Empty False
GET /a//b: the origin sees GET /a/b HTTP/1.1, X-Empty False
GET /a?q=%41|b: the origin sees GET /a?q=A%7Cb HTTP/1.1, X-Empty False
GET /a?list[]=1: the origin sees GET /a?list%5B%5D=1 HTTP/1.1, X-Empty False
of 520 Lock held the client sees 'HTTP/1.1 520 ', ['X-Full: 1']
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
