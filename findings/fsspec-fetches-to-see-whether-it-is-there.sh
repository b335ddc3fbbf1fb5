#!/usr/bin/env bash
# To see whether a file is there fsspec's HTTP file system asks for the file, by GET and without a
# Range, and leaves the answer; and exists() is False for whatever goes wrong: for a 424, a 500,
# a 401 and for a connection that was closed, as for a 404. Its info() sends a HEAD first, and
# says FileNotFoundError of all of them.
#
# Versions: fsspec 2026.9.0, universal-pathlib 0.3.10, aiohttp 3.14.5 (CPython 3.11 to 3.13).
# Source: fsspec/implementations/http.py (HTTPFileSystem._exists: session.get, status < 400, and
# aiohttp.ClientError caught unless it is told to be strict; _isfile is the same; _info). Its
# documentation has of exists: "Is there a file at the given path". pathlib's UPath stands on it.
# Why it matters to a recorder: a miss, whatever says it, is "not there" to the program, which then
# makes the file, takes its default or skips the step, and passes. The question costs the whole
# file where a proxy reads an answer to its end before it hands it on, and the recording of it
# has a cut body or 10 GB of one that nobody read.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check fsspec==2026.9.0 universal-pathlib==0.3.10 \
  aiohttp==3.14.5
cat > look.py <<'PY'
import http.server
import importlib.metadata
import threading

import fsspec
import upath

SIZE = 256 * 1024 * 1024
asked, left = [], threading.Event()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        how = self.path.strip("/")
        with_range = " with a Range" if "Range" in self.headers else ""
        asked.append(self.command + with_range)
        if how == "closed":
            self.close_connection = True
            return
        status = 200 if how == "there" else int(how)
        self.send_response(status)
        self.send_header("Content-Length", str(SIZE if status == 200 else 0))
        self.end_headers()
        if self.command == "GET" and status == 200:
            piece = bytes(1024 * 1024)
            try:
                for _ in range(SIZE // len(piece)):
                    self.wfile.write(piece)
            except ConnectionError:
                left.set()
                self.close_connection = True

    do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of a connection that was left."""


origin = Server(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
for name in ("fsspec", "universal-pathlib", "aiohttp"):
    print(name, importlib.metadata.version(name))
files = fsspec.filesystem("http")
calls = {
    "exists": files.exists,
    "isfile": files.isfile,
    "UPath.exists": lambda url: upath.UPath(url).exists(),
    "info": lambda url: files.info(url)["size"],
}
for name, call in calls.items():
    for how in ("there", "404", "401", "424", "500", "closed"):
        asked.clear()
        left.clear()
        try:
            found = call(f"http://127.0.0.1:{origin.server_port}/{how}")
        except Exception as error:
            found = type(error).__name__
        went = ", left before its end" if "GET" in asked and how == "there" and left.wait(20) else ""
        print(f"{name} of {how}: {found} ({', '.join(dict.fromkeys(asked))}{went})")
PY
timeout 60 venv/bin/python look.py | tee found
cat > expected <<'END'
fsspec 2026.9.0
universal-pathlib 0.3.10
aiohttp 3.14.5
exists of there: True (GET, left before its end)
exists of 404: False (GET)
exists of 401: False (GET)
exists of 424: False (GET)
exists of 500: False (GET)
exists of closed: False (GET)
isfile of there: True (GET, left before its end)
isfile of 404: False (GET)
isfile of 401: False (GET)
isfile of 424: False (GET)
isfile of 500: False (GET)
isfile of closed: False (GET)
UPath.exists of there: True (GET, left before its end)
UPath.exists of 404: False (GET)
UPath.exists of 401: False (GET)
UPath.exists of 424: False (GET)
UPath.exists of 500: False (GET)
UPath.exists of closed: False (GET)
info of there: 268435456 (HEAD)
info of 404: FileNotFoundError (HEAD, GET)
info of 401: FileNotFoundError (HEAD, GET)
info of 424: FileNotFoundError (HEAD, GET)
info of 500: FileNotFoundError (HEAD, GET)
info of closed: FileNotFoundError (HEAD, GET)
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
