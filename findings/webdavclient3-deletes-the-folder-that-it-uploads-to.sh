#!/usr/bin/env bash
# To upload a folder webdavclient3 first sends a DELETE of the folder of that name on the server, with all that others
# put there, and then each file: what an upload adds to is gone, and where a file of it is refused, the rest is not
# sent and the folder stays as it is then. The same for a download: the local folder is removed before the first GET.
#
# Versions: webdavclient3 3.14.7 (CPython 3.11 to 3.13).
# Source: webdav3/client.py (upload_directory: check, clean, mkdir; download_directory: shutil.rmtree), which
# upload_sync and download_sync call for a folder; the method's own docstring says so, the name "sync" does not.
# Why it matters to a recorder: a recording run against a real server destroys what a replay only seems to; the DELETE
# goes by a HEAD's answer, so a cassette that was recorded on an empty server has none, and a second recording against
# the same server has one more request than the first. It prints to standard output for each folder besides.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check webdavclient3==3.14.7
cat > look.py <<'PY'
import contextlib
import io
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from webdav3.client import Client

files = {}
refused = set()


class Dav(BaseHTTPRequestHandler):
    """Keep files and folders: a folder ends with a slash and has no contents."""

    protocol_version = "HTTP/1.1"

    def do_any(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        print(f"  {self.command} {self.path}")
        status, answer = 201, b""
        if self.path in refused:
            status = 403
        elif self.command == "DELETE":
            for path in [path for path in files if path.startswith(self.path)]:
                del files[path]
        elif self.command in ("PUT", "MKCOL"):
            files[self.path] = body
        elif self.path not in files:
            status = 404
        elif self.command == "PROPFIND":
            status, answer = 207, multistatus(self.path)
        else:
            status, answer = 200, files[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_DELETE = do_GET = do_HEAD = do_MKCOL = do_PROPFIND = do_PUT = do_any

    def log_message(self, *_):
        pass


def multistatus(top):
    kind = "<d:resourcetype>{}</d:resourcetype>"
    parts = [
        f"<d:response><d:href>{path}</d:href><d:propstat><d:prop>"
        + kind.format("<d:collection/>" if path.endswith("/") else "")
        + "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        for path in sorted(files)
        if path.startswith(top)
    ]
    return f'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">{"".join(parts)}</d:multistatus>'.encode()


def call(method, **arguments):
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            method(**arguments)
    except Exception as error:
        print(type(error).__name__, file=said)
    print(said.getvalue(), end="")


server = ThreadingHTTPServer(("127.0.0.1", 0), Dav)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
client = Client({"webdav_hostname": url, "webdav_login": "user", "webdav_password": "word"})
os.mkdir("mine")
with open("mine/new.txt", "w") as file:
    file.write("new")
print("webdavclient3", version("webdavclient3"))
OLD = {"/": b"", "/shop/": b"", "/shop/old.txt": b"old"}
for name, there, refusing in (
    ("an empty server", {"/": b""}, set()),
    ("a folder of others", OLD, set()),
    ("a folder of others, and the file is refused", OLD, {"/shop/new.txt"}),
):
    files.clear()
    files.update(there)
    refused.clear()
    refused.update(refusing)
    print("upload to", name)
    call(client.upload_sync, remote_path="shop/", local_path="mine/")
    print("  the server has", sorted(files))
files.clear()
files.update(OLD)
refused.clear()
refused.add("/shop/old.txt")
print("download, and the file is refused")
call(client.download_sync, remote_path="shop/", local_path="mine/")
print("  the local folder has", os.listdir("mine"))
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
webdavclient3 3.14.7
upload to an empty server
  HEAD /shop/
  HEAD /
Making Directory shop/
  MKCOL /shop/
Made Directory shop/
  HEAD /shop/
  PUT /shop/new.txt
  the server has ['/', '/shop/', '/shop/new.txt']
upload to a folder of others
  HEAD /shop/
  DELETE /shop/
  HEAD /
Making Directory shop/
  MKCOL /shop/
Made Directory shop/
  HEAD /shop/
  PUT /shop/new.txt
  the server has ['/', '/shop/', '/shop/new.txt']
upload to a folder of others, and the file is refused
  HEAD /shop/
  DELETE /shop/
  HEAD /
Making Directory shop/
  MKCOL /shop/
Made Directory shop/
  HEAD /shop/
  PUT /shop/new.txt
ResponseErrorCode
  the server has ['/', '/shop/']
download, and the file is refused
  HEAD /shop/
  PROPFIND /shop/
  HEAD /shop/
  PROPFIND /shop/
  HEAD /shop/
  PROPFIND /shop/
  HEAD /shop/old.txt
ResponseErrorCode
  the local folder has []
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
