#!/usr/bin/env bash
# nghttpx, nghttp2's proxy, writes each header's name anew, letter by letter, where both sides speak HTTP/1 too: ETag
# is Etag, WWW-Authenticate Www-Authenticate, X-API-Key X-Api-Key and X_Under X_under, in requests and answers; it
# puts its own name in the place of Server, and takes away the words behind the number in a status line where they are
# not the standard's: "520 Lock held" has none, and "200 Fine" is OK. Header names have no case, but many programs'
# tables have.
#
# Versions: nghttpx 1.52.0 (nghttp2-proxy 1.52.0-1+deb12u3, Debian 12's package).
# Source: nghttp2's src/http2.cc (capitalize, by which names that were made small are written for HTTP/1) and
# src/shrpx_https_upstream.cc (the reason phrase is looked up by the number).
# Why it matters to a recorder: a cassette that was recorded behind it names other headers than one without it, and
# what a client reads in the reason phrase, as some do, or by a header's letters is gone; a comparison has to know no
# case.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download nghttp2-proxy=1.52.0-1+deb12u3
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

binary = "unpacked/usr/sbin/nghttpx"
print(" ".join(subprocess.run([binary, "--version"], capture_output=True, text=True).stdout.split()[:2]))
words = [binary, "--conf=/dev/null", f"--frontend=127.0.0.1,{port};no-tls", f"--backend=127.0.0.1,{at}", "--workers=1", "--log-level=FATAL"]
proxy = subprocess.Popen(words, stderr=subprocess.DEVNULL)
REQUEST = "GET / HTTP/1.1\r\nHost: api.example\r\nX_Under: 1\r\nX-API-Key: none\r\nTE: trailers\r\nConnection: close\r\n\r\n"
try:
    for _ in range(300):
        if listening(port):
            break
        time.sleep(0.1)
    for status in ("200 Fine", "409 Lock held", "520 Lock held"):
        head = f'HTTP/1.1 {status}\r\nETag: "1"\r\nWWW-Authenticate: Basic\r\nX_Under: 1\r\nServer: api\r\n'
        told["answer"] = head + "Content-Length: 0\r\nConnection: close\r\n\r\n"
        print(f"{status}: {[line for line in ask(port, REQUEST).split(chr(13) + chr(10)) if line]}")
    print(f"the origin: {came[-1]}")
finally:
    proxy.terminate()
    proxy.wait(30)
PY
timeout 200 python3 look.py 2> errors | tee found
cat > expected <<'END'
nghttpx nghttp2/1.52.0
200 Fine: ['HTTP/1.1 200 OK', 'Etag: "1"', 'Www-Authenticate: Basic', 'X_under: 1', 'Content-Length: 0', 'Connection: close', 'Server: nghttpx', 'Via: 1.1 nghttpx']
409 Lock held: ['HTTP/1.1 409 Conflict', 'Etag: "1"', 'Www-Authenticate: Basic', 'X_under: 1', 'Content-Length: 0', 'Connection: close', 'Server: nghttpx', 'Via: 1.1 nghttpx']
520 Lock held: ['HTTP/1.1 520 ', 'Etag: "1"', 'Www-Authenticate: Basic', 'X_under: 1', 'Content-Length: 0', 'Connection: close', 'Server: nghttpx', 'Via: 1.1 nghttpx']
the origin: ['GET / HTTP/1.1', 'Host: api.example', 'X_under: 1', 'X-Api-Key: none', 'Te: trailers', 'Connection: close', 'X-Forwarded-Proto: http', 'Via: 1.1 nghttpx']
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
