#!/usr/bin/env bash
# With harlem, which records requests and aiohttp into HTTP archives, an upload that the server has taken raises
# UnicodeDecodeError in the program: each body of bytes is read as UTF-8, behind the answer. A file that is sent as a
# stream is in the archive without its body, of two cookies of an answer it makes one header, and a hook that is given
# as a function, as requests allows, is a TypeError before anything is sent.
#
# Versions: harlem 0.2.0a2, requests 2.34.2, pydantic 2.14.4 (CPython 3.11).
# Source: harlem's recorders/requests_recorder.py (request.body.decode(), and a body of another type is None; the
# program's hooks are chained as a list); requests joins equal headers. HAR 1.2 has no encoding for postData.
# Why it matters to a recorder: one that stands in the program can make a call fail that was made, which a program then
# repeats: a second upload, by the recorder. A body that does not fit the format is no reason to raise in the program,
# and an archive's missing text is not the same as an empty body.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check harlem==0.2.0a2 requests==2.34.2 pydantic==2.14.4
cat > look.py <<'PY'
import io
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from harlem.record import record_to_file

for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]
came = []


class Origin(BaseHTTPRequestHandler):
    def do_POST(self):
        came.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Set-Cookie", "a=1; Path=/")
        self.send_header("Set-Cookie", "b=2; Path=/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"


def look(**how):
    came.clear()
    try:
        with record_to_file("kept.har"):
            said = requests.post(url, **how).text
    except Exception as error:
        return list(came), type(error).__name__
    with open("kept.har") as file:
        (entry,) = json.load(file)["log"]["entries"]
    cookies = [header["value"] for header in entry["response"]["headers"] if header["name"] == "Set-Cookie"]
    return list(came), said, entry["request"]["postData"].get("text"), cookies


one = ["a=1; Path=/, b=2; Path=/"]
found = {
    "text": look(data="pay 10"),
    "bytes": look(data=b"\x89PNG"),
    "stream": look(data=io.BytesIO(b"pay 10")),
    "hook": look(data="pay 10", hooks={"response": lambda answer, **_: None}),
}
for name, seen in found.items():
    print(name, seen)
assert found == {
    "text": ([b"pay 10"], "ok", "pay 10", one),
    "bytes": ([b"\x89PNG"], "UnicodeDecodeError"),
    "stream": ([b"pay 10"], "ok", None, one),
    "hook": ([], "TypeError"),
}, "the behaviour has changed"
PY
timeout 60 venv/bin/python look.py 2> errors || { tail -n 5 errors; exit 1; }
