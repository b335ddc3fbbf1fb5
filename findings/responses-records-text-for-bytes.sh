#!/usr/bin/env bash
# The recorder of responses keeps an answer's text, not its bytes: an image replays as letters of
# whatever alphabet requests guessed, UTF-8 that names no charset comes encoded twice, with 200
# each time; and of a request it keeps no body, so that any payment gets the first one's answer.
#
# Versions: responses 0.26.3, requests 2.34.2, charset-normalizer 3.4.4, PyYAML 6.0.4 (CPython 3.11
# to 3.13).
# Source: responses/_recorder.py (Recorder._on_request takes requests' Response.text, and nothing
# of the request but method and URL). Its README shows the recorder, as beta, with text answers of
# a charset; requests' documentation has .content for "non-text requests".
# Why it matters to a recorder: nothing fails. Text of an API that says application/json is
# right, so that a suite passes until it downloads something, and what was lost is not in the
# file: a converter cannot bring it back, nor can it make requests of it that compare bodies.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check \
  responses==0.26.3 requests==2.34.2 PyYAML==6.0.4 charset-normalizer==3.4.4
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

import requests
import responses
from responses import _recorder

PAGES = {
    "/image": ("image/png", b"\x89PNG\r\n\x1a\n\xff"),
    "/text": ("text/plain", "né".encode()),
    "/text-charset": ("text/plain; charset=utf-8", "né".encode()),
    "/json": ("application/json", '{"name": "né"}'.encode()),
}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(*PAGES[self.path])

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer("application/json", json.dumps({"paid": sent["to"]}).encode())

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(*payees):
    """Return what the program gets: the bytes of each page, and who has been paid."""
    pages = {path: requests.get(base + path).content for path in PAGES}
    posts = [requests.post(base + "/pay", json={"to": each}).json()["paid"] for each in payees]
    return pages, posts


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{origin.server_port}"
print("responses", version("responses"), "requests", version("requests"))
live, paid = _recorder.record(file_path="recorded.yaml")(ask)("ann", "bob")
origin.shutdown()
origin.server_close()
with responses.RequestsMock() as mock:
    mock._add_from_file("recorded.yaml")
    again, paid_again = ask("bob", "ann", "somebody never recorded")
for path in PAGES:
    print(f"{path}: {live[path]} is replayed as {again[path]}")
print("pay bob, ann and somebody never recorded:", *paid_again)
assert live == {path: body for path, (_, body) in PAGES.items()} and paid == ["ann", "bob"]
image = again.pop("/image")
assert image.decode()[1:7] == "PNG\r\n\x1a" and image != live.pop("/image"), "it has changed"
assert again == live | {"/text": "nÃ©".encode()}, "the behaviour has changed"
assert paid_again == ["ann", "bob", "bob"], "the behaviour has changed"
PY
env -u HTTP_PROXY -u http_proxy -u ALL_PROXY -u all_proxy venv/bin/python look.py
