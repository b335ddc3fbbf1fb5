#!/usr/bin/env bash
# mechanize for Python follows a POST's 307 and 308 by a POST without the form: the origin is posted nothing, and its
# 200 is the program's success. A redirected HEAD it follows by a GET, and a PUT's redirect not at all; an answer that
# ends before its Content-Length is the whole one, with 200 and no error; and an answer in gzip of two members is an
# error of Python's struct.
#
# Versions: mechanize 0.4.10, requests 2.34.2 beside it (CPython 3.11).
# Source: mechanize's _urllib2_fork.py (HTTPRedirectHandler.redirect_request makes a new Request of the URL and headers,
# with the method of the old one for a 307 and 308, and without its data) and _gzip.py (a trailer is looked for once).
# RFC 9110, sections 15.4.8 and 15.4.9; RFC 9112, section 8; RFC 1952, section 2.2.
# Why it matters to a recorder: the second POST of a log-in is empty, so that what it is answered by is another page
# than another client gets; a recorded half of an answer is a whole one in replay, as it was live, and to no other
# client.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mechanize==0.4.10 requests==2.34.2
cat > look.py <<'PY'
import gzip
import socketserver
import threading

import mechanize
import requests


def answer(path):
    rest = b"Content-Type: text/plain\r\nConnection: close\r\nContent-Length: "
    word = path[1:]
    if word == "part":
        return b"HTTP/1.1 200 OK\r\n" + rest + b"15\r\n\r\npay 10 "
    if word == "packed":
        body = gzip.compress(b"pay 10 ") + gzip.compress(b"and 1000")
        return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + rest + str(len(body)).encode() + b"\r\n\r\n" + body
    head = b"200 OK" if word == "new" else word.encode() + b" Said\r\nLocation: /new"
    return b"HTTP/1.1 " + head + b"\r\n" + rest + b"4\r\n\r\nsaid"


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


def by_mechanize(method, to, body):
    browser = mechanize.Browser()
    browser.set_handle_robots(False)
    try:
        answer = browser.open(mechanize.Request(to, data=body, method=method))
    except mechanize.HTTPError as error:
        answer = error
    return f"{answer.code} {answer.read().decode()!r}"


def by_requests(method, to, body):
    answer = requests.request(method, to, data=body, allow_redirects=True)
    return f"{answer.status_code} {answer.text!r}"


for name, call in (("mechanize", by_mechanize), ("requests", by_requests)):
    for asked in ("POST 302", "POST 303", "POST 307", "POST 308", "PUT 307", "HEAD 302", "GET part", "GET packed"):
        came.clear()
        method, path = asked.split()
        try:
            told = call(method, f"{url}/{path}", "pay=10" if method.startswith("P") else None)
        except Exception as error:
            told = f"raised {type(error).__name__}"
        print(f"{name}, {asked}: {', then '.join(came)}: {told}")
PY
venv/bin/pip list --disable-pip-version-check 2> /dev/null | grep -i -E '^(mechanize|requests) '
timeout 120 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
mechanize, POST 302: POST with the body, then GET: 200 'said'
mechanize, POST 303: POST with the body, then GET: 200 'said'
mechanize, POST 307: POST with the body, then POST: 200 'said'
mechanize, POST 308: POST with the body, then POST: 200 'said'
mechanize, PUT 307: PUT with the body: 307 'said'
mechanize, HEAD 302: HEAD, then GET: 200 'said'
mechanize, GET part: GET: 200 'pay 10 '
mechanize, GET packed: GET: raised error
requests, POST 302: POST with the body, then GET: 200 'said'
requests, POST 303: POST with the body, then GET: 200 'said'
requests, POST 307: POST with the body, then POST with the body: 200 'said'
requests, POST 308: POST with the body, then POST with the body: 200 'said'
requests, PUT 307: PUT with the body, then PUT with the body: 200 'said'
requests, HEAD 302: HEAD, then HEAD: 200 ''
requests, GET part: GET: raised ChunkedEncodingError
requests, GET packed: GET: 200 'pay 10 and 1000'
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
