#!/usr/bin/env bash
# mocket, which records what goes over Python's sockets, keeps of an answer what came before its first pause of a
# tenth of a second, and gives a program that as the whole, with 200 and no error: of a stream in three parts, the
# first. A poll hears its first answer for ever, also as it records, and the later ones are never sent. Whether a
# recording is found goes by whether the package xxhash is installed, and where it is not found the request leaves for
# real.
#
# Versions: mocket 3.15.0 with requests 2.34.2 and xxhash 4.1.0 (CPython 3.11).
# Source: mocket/socket.py (true_sendall: select with 0.1 s, and what has come by then is the record), recording.py
# (one record for each hash of a request; the hash is xxhash's where that can be imported, else md5, and a reader
# looks for its own and for md5).
# Why it matters to a recorder: what was recorded of a slow moment is short, and the test green in every later run, as
# a body without a length has no end that could be missing. A file that one machine recorded sends requests from
# another, where another package alone, as datasets or dask, has brought xxhash. A proxy sees the whole, and where it
# ended.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check mocket==3.15.0 requests==2.34.2
venv/bin/pip install -q --no-compile --disable-pip-version-check --no-deps --target extra xxhash==4.1.0
cat > look.py <<'PY'
import http.server
import os
import subprocess
import sys
import time
from importlib.metadata import version

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/asked":
            parts = [str(len(asked))]
        else:
            asked.append(self.path)
            parts = ["one ", "two ", "three"] if self.path == "/parts" else [f"answer {len(asked)}"]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        try:
            for part in parts:
                self.wfile.write(part.encode())
                time.sleep(0.4 if len(parts) > 1 else 0)
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass


def program(address, folder, *paths):
    import requests
    from mocket import Mocketizer

    with Mocketizer(strict_mode=False, namespace="tape", truesocket_recording_dir=folder):
        print(*(f"{requests.get(address + path).text!r}" for path in paths))


def run(name, folder, paths, path=""):
    call = [sys.executable, __file__, "program", address, folder, *paths]
    ran = subprocess.run(call, env={**os.environ, "PYTHONPATH": path}, check=True, text=True, stdout=subprocess.PIPE)
    print(f"{name}: {ran.stdout.strip()}, requests so far: {requests.get(address + '/asked').text}")


if sys.argv[1:] == ["serve"]:
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    print(origin.server_port, flush=True)
    origin.serve_forever()
elif sys.argv[1:2] == ["program"]:
    program(*sys.argv[2:])
else:
    import requests

    serve = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{int(serve.stdout.readline())}"
        print("mocket", version("mocket"))
        print("a stream, without mocket:", repr(requests.get(address + "/parts").text))
        for folder in ("first", "second"):
            os.mkdir(folder)
        run("a stream, recorded", "first", ["/parts"])
        run("a stream, replayed", "first", ["/parts"])
        run("three polls, recorded", "second", ["/job"] * 3, "extra")
        run("replayed with xxhash", "second", ["/job"], "extra")
        run("replayed without xxhash", "second", ["/job"])
    finally:
        serve.kill()
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
mocket 3.15.0
a stream, without mocket: 'one two three'
a stream, recorded: 'one ', requests so far: 2
a stream, replayed: 'one ', requests so far: 2
three polls, recorded: 'answer 3' 'answer 3' 'answer 3', requests so far: 3
replayed with xxhash: 'answer 3', requests so far: 3
replayed without xxhash: 'answer 4', requests so far: 4
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
