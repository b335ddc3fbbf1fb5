#!/usr/bin/env bash
# To the UserAgent of geventhttpclient, a usual client for load tests in Python, a 201, a 202 and a 204 are errors,
# BadStatusCode, as is each status but 200, 206 and five redirects: the item that a POST made is an exception, and
# whatever was answered is not read. Where the connection ends without an answer it puts again, at once, and how often
# goes by how many connections it may have: three times with one, twelve with ten; a POST once. Of gzip in two members
# it gives the first, and x-gzip is a ValueError.
#
# Versions: geventhttpclient 2.6.1 with gevent 26.9.0 (CPython 3.11).
# Source: geventhttpclient's useragent.py (valid_response_codes and _verify_status), client.py (attempts_left begins
# with the size of the pool and one). RFC 9110, sections 15.3 and 8.4.1.3; RFC 1952, section 2.2.
# Why it matters to a recorder: a replay that answers 200 in the place of 201 is a success where the origin's answer was
# an error; one that ends a connection to refuse a read is asked by the size of a pool.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check geventhttpclient==2.6.1 gevent==26.9.0
cat > look.py <<'PY'
import gzip
import socketserver
import threading

from geventhttpclient.useragent import BadStatusCode, UserAgent


def answer(path):
    word = path[1:]
    if word == "nothing":
        return b""
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    if word in ("two", "x-gzip"):
        body = gzip.compress(b"pay 10 ") + (gzip.compress(b"and 1000") if word == "two" else b"")
        coding = b"x-gzip" if word == "x-gzip" else b"gzip"
        return head + b"Content-Encoding: " + coding + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    said = b"" if word in ("204", "205") else b"said"
    length = b"" if word == "204" else b"Content-Length: " + str(len(said)).encode() + b"\r\n"
    return b"HTTP/1.1 " + word.encode() + b" Said\r\n" + length + b"Connection: close\r\n\r\n" + said


came = []


class Origin(socketserver.StreamRequestHandler):
    """It answers one request by its path, and ends the connection."""

    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length = 0
        while line := self.rfile.readline().decode().strip().lower():
            if line.startswith("content-length:"):
                length = int(line.partition(":")[2])
        body = self.rfile.read(length).decode()
        came.append(method + (" with the body" if body else ""))
        self.wfile.write(answer(path))


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_address[1]}"

for asked in ("POST 200", "POST 201", "POST 202", "DELETE 204", "GET 203", "GET 205", "GET 206", "GET 404",
              "GET nothing", "PUT nothing", "PUT nothing 10", "POST nothing", "POST nothing 10", "GET two", "GET x-gzip"):
    came.clear()
    method, path, *pool = asked.split()
    try:
        found = UserAgent(concurrency=int((pool or ["1"])[0])).urlopen(f"{url}/{path}", method=method, payload="pay=10" if method.startswith("P") else None)
        told = f"{found.status_code} {found.content.decode()!r}"
    except BadStatusCode:
        told = "raised BadStatusCode"
    except Exception as error:
        told = f"raised {type(error).__name__}"
    print(f"{asked}: asked {len(came)}, {told}")
PY
venv/bin/pip list --disable-pip-version-check 2> /dev/null | grep -i -E '^(geventhttpclient|gevent) '
timeout 120 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
POST 200: asked 1, 200 'said'
POST 201: asked 1, raised BadStatusCode
POST 202: asked 1, raised BadStatusCode
DELETE 204: asked 1, raised BadStatusCode
GET 203: asked 1, raised BadStatusCode
GET 205: asked 1, raised BadStatusCode
GET 206: asked 1, 206 'said'
GET 404: asked 1, raised BadStatusCode
GET nothing: asked 3, raised HTTPConnectionClosed
PUT nothing: asked 3, raised HTTPConnectionClosed
PUT nothing 10: asked 12, raised HTTPConnectionClosed
POST nothing: asked 1, raised HTTPConnectionClosed
POST nothing 10: asked 1, raised HTTPConnectionClosed
GET two: asked 1, 200 'pay 10 '
GET x-gzip: asked 1, raised ValueError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
