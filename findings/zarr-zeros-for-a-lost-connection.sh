#!/usr/bin/env bash
# zarr 2 reads zeros where the connection for a part of an array was reset or refused, with no
# error and no warning: to its store any OSError says that the part was never written, and
# aiohttp's errors of a connection are such. A 424 or a 500 is raised, as is a connection that
# was closed in peace; zarr 3 raises all of them.
#
# Versions: zarr 2.18.7 and 3.1.6, fsspec 2026.9.0, aiohttp 3.14.5, numpy 2.4.6 (CPython 3.11 to
# 3.13; Python 3.10 has no later zarr than 2.18).
# Source: zarr 2's zarr/storage.py (FSStore: exceptions=(KeyError, PermissionError, IOError) become
# a KeyError, and that the fill value); zarr 3's zarr/storage/_fsspec.py (ALLOWED_EXCEPTIONS).
# Why it matters to a recorder: one that ends a connection to say "not recorded", or replays a
# failure as it happened, changes a sum or a mean and no more, and the test that looks at the
# shape is green. Such a miss has to be answered with a status, and never with 404 or 403 of a
# bucket, since data is made of what is not there.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
common=(fsspec==2026.9.0 aiohttp==3.14.5 numpy==2.4.6)
for version in 2.18.7 3.1.6; do
  python3 -m venv "venv-$version"
  extra=
  [ "$version" = 3.1.6 ] || extra=numcodecs==0.15.2  # 0.16 is for zarr 3
  "venv-$version/bin/pip" install -q --disable-pip-version-check "zarr==$version" $extra "${common[@]}"
done
cat > look.py <<'PY'
import http.server
import os
import socket
import struct
import threading

import numpy
import zarr

INFO = b'{"zarr_format": 2, "shape": [8], "chunks": [4], "dtype": "<i4", "compressor": null,'
INFO += b' "fill_value": 0, "order": "C", "filters": null}'
CHUNKS = [numpy.arange(first, first + 4, dtype="<i4").tobytes() for first in (1, 5)]
FILES = {"/a/.zarray": INFO, "/a/0": CHUNKS[0], "/a/1": CHUNKS[1]}
how = "whole"


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = FILES.get(self.path)
        status = 404 if found is None else 200
        if self.path == "/a/1" and how != "whole":
            self.close_connection = True
            if how == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            if how in ("reset", "closed"):
                self.rfile.close()
                os.close(self.connection.detach())
                return
            status, found = how, b"no"
        self.send_response(status)
        self.send_header("Content-Length", str(len(found or b"")))
        self.end_headers()
        self.wfile.write(found or b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of a connection that was given away."""


origin = Server(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("zarr", zarr.__version__)
for how in ("whole", 404, 424, 500, "closed", "reset"):
    array = zarr.open_array(f"http://127.0.0.1:{origin.server_port}/a", mode="r")
    try:
        print(f"  {how}: {array[:].tolist()}")
    except Exception as error:
        print(f"  {how}: {type(error).__name__}")
PY
for version in 2.18.7 3.1.6; do
  timeout 60 "venv-$version/bin/python" look.py
done 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
zarr 2.18.7
  whole: [1, 2, 3, 4, 5, 6, 7, 8]
  404: [1, 2, 3, 4, 0, 0, 0, 0]
  424: ClientResponseError
  500: ClientResponseError
  closed: ServerDisconnectedError
  reset: [1, 2, 3, 4, 0, 0, 0, 0]
zarr 3.1.6
  whole: [1, 2, 3, 4, 5, 6, 7, 8]
  404: [1, 2, 3, 4, 0, 0, 0, 0]
  424: ClientResponseError
  500: ClientResponseError
  closed: ServerDisconnectedError
  reset: ClientOSError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
