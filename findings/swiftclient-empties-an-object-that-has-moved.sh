#!/usr/bin/env bash
# Where an object has moved, put_object of OpenStack's client for Swift writes an empty one at the new place and returns
# as if all were stored: after a 301 always, and after a 307 and a 308 where the contents are an iterator, as those of a
# large file are. After a 302 it asks by GET and takes that for its PUT's success.
#
# Versions: python-swiftclient 4.11.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: requests' sessions.py (resolve_redirects drops the body of all but a 307 and 308, rebuild_method makes a GET
# of a 301 for POST alone, and a body without tell() is not rewound) and swiftclient/client.py, which follows redirects
# as requests does and looks at the last status alone. A hand-over of bytes is sent again whole after a 307.
# Why it matters to a recorder: both PUTs are in the cassette, and the second, which counts, has no body: who compares
# bodies keeps it apart from the first, and who does not answers either with either's response. One that follows a
# redirect for the client, and records what came of it, hides that the object is lost.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check python-swiftclient==4.11.0 requests==2.34.2
cat > look.py <<'PY'
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import swiftclient

logging.disable(logging.CRITICAL)
store = {}
asked = []
status = 201


class Swift(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def read(self):
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def do_PUT(self):
        body = self.read()
        moved = status // 100 == 3 and self.path == "/old/box/name"
        asked.append(f"{self.command} {self.path} {body.decode()}".strip())
        if self.command == "PUT" and not moved:
            store[self.path] = body
        self.send_response(status if moved else 201 if self.command == "PUT" else 200)
        if moved:
            self.send_header("Location", "/new/box/name")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_PUT

    def log_message(self, *_):
        pass


swift = ThreadingHTTPServer(("127.0.0.1", 0), Swift)
threading.Thread(target=swift.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{swift.server_port}/old"
print("python-swiftclient", version("python-swiftclient"), "requests", version("requests"))
for status in (201, 301, 302, 307, 308):
    for name, contents in {"bytes": b"hello", "an iterator": iter([b"hel", b"lo"])}.items():
        store.clear()
        store["/new/box/name"] = b"as it was"
        asked.clear()
        client = swiftclient.Connection(preauthurl=url, preauthtoken="token", retries=0)
        try:
            client.put_object("box", "name", contents)
            said = "returns"
        except Exception as error:
            said = type(error).__name__
        print(f"{name}, told {status}: {', '.join(asked)}: {said}, the new place has {store['/new/box/name']}")
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
python-swiftclient 4.11.0 requests 2.34.2
bytes, told 201: PUT /old/box/name hello: returns, the new place has b'as it was'
an iterator, told 201: PUT /old/box/name hello: returns, the new place has b'as it was'
bytes, told 301: PUT /old/box/name hello, PUT /new/box/name: returns, the new place has b''
an iterator, told 301: PUT /old/box/name hello, PUT /new/box/name: returns, the new place has b''
bytes, told 302: PUT /old/box/name hello, GET /new/box/name: returns, the new place has b'as it was'
an iterator, told 302: PUT /old/box/name hello, GET /new/box/name: returns, the new place has b'as it was'
bytes, told 307: PUT /old/box/name hello, PUT /new/box/name hello: returns, the new place has b'hello'
an iterator, told 307: PUT /old/box/name hello, PUT /new/box/name: returns, the new place has b''
bytes, told 308: PUT /old/box/name hello, PUT /new/box/name hello: returns, the new place has b'hello'
an iterator, told 308: PUT /old/box/name hello, PUT /new/box/name: returns, the new place has b''
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
