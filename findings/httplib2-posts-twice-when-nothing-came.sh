#!/usr/bin/env bash
# httplib2, by which Google's older clients for Python send, posts a second time at once where the connection ends
# without an answer, a new one too: a payment whose answer was lost is made twice, and the program hears of the second
# alone. urllib, on the same http.client, posts once. A redirected HEAD it follows by a GET, and a POST's 301, 302 and
# 307 not at all, without an error, but its 303 and 308.
#
# Versions: httplib2 0.32.1 (CPython 3.11; its urllib beside it).
# Source: httplib2's __init__.py (Http._conn_request runs for RETRIES, which is 2, whatever the method, and begins again
# where http.client raises; Http._request: a redirect is followed for GET, HEAD, a 303 and a 308 alone, and the method
# becomes GET but for these). RFC 9110, sections 9.2.2 and 15.4.
# Why it matters to a recorder: the cassette of a failed call has two equal interactions, or one with an answer behind
# one without; one that ends a connection to say "not recorded" is asked twice. A 307 that others send on is this
# client's answer.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check httplib2==0.32.1
cat > look.py <<'PY'
import socketserver
import threading
import urllib.error
import urllib.request

import httplib2

def answer(path):
    rest = b"Content-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsaid"
    word = path[1:]
    if word == "nothing":
        return b""
    if word == "part":
        return b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\npay 10 "
    if word == "new":
        return b"HTTP/1.1 200 OK\r\n" + rest
    return b"HTTP/1.1 " + word.encode() + b" Said\r\nLocation: /new\r\n" + rest


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


def by_httplib2(method, to, body):
    return httplib2.Http().request(to, method, body=body)[0].status


def by_urllib(method, to, body):
    data = body.encode() if body else None
    try:
        return urllib.request.urlopen(urllib.request.Request(to, data, method=method)).status
    except urllib.error.HTTPError as error:
        return error.code


for name, call in (("httplib2", by_httplib2), ("urllib", by_urllib)):
    for asked in ("POST nothing", "GET nothing", "POST part", "POST 301", "POST 302", "POST 303", "POST 307", "POST 308", "HEAD 302"):
        came.clear()
        method, path = asked.split()
        try:
            told = call(method, f"{url}/{path}", "pay=10" if method == "POST" else None)
        except OSError as error:
            told = "raised"
        except Exception as error:
            told = f"raised {type(error).__name__}"
        print(f"{name}, {asked}: {', '.join(came)}: {told}")
PY
venv/bin/pip list --disable-pip-version-check 2> /dev/null | grep -i -E '^(httplib2) '
timeout 120 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
httplib2, POST nothing: POST with the body, POST with the body: raised
httplib2, GET nothing: GET, GET: raised
httplib2, POST part: POST with the body: raised IncompleteRead
httplib2, POST 301: POST with the body: 301
httplib2, POST 302: POST with the body: 302
httplib2, POST 303: POST with the body, GET: 200
httplib2, POST 307: POST with the body: 307
httplib2, POST 308: POST with the body, POST with the body: 200
httplib2, HEAD 302: HEAD, GET: 200
urllib, POST nothing: POST with the body: raised
urllib, GET nothing: GET: raised
urllib, POST part: POST with the body: 200
urllib, POST 301: POST with the body, GET: 200
urllib, POST 302: POST with the body, GET: 200
urllib, POST 303: POST with the body, GET: 200
urllib, POST 307: POST with the body: 307
urllib, POST 308: POST with the body: 308
urllib, HEAD 302: HEAD, GET: 200
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
