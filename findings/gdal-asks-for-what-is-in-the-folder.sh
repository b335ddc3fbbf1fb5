#!/usr/bin/env bash
# To open one TIFF by its URL GDAL asks for the index of the folder that it is in, and what that page
# says decides what comes next: where it is a list of files GDAL sends three requests, and believes
# it; where it is refused, fifty more: a HEAD for each name that a companion of the file could have,
# such as /d/METADATA.DIM and /d/summary.txt. A mask that the list has not is not there for GDAL.
#
# Versions: rasterio 1.4.4 with its own GDAL (CPython 3.11 to 3.13).
# Source: GDAL's port/cpl_vsil_curl.cpp (ReadDirInternal, ParseHTMLFileList), its documentation of
# /vsicurl/ (GDAL_DISABLE_READDIR_ON_OPEN=EMPTY_DIR sends neither).
# Why it matters to a recorder: a listing, which a person would leave out of a cassette as not asked for
# by the program, stands for fifty requests that miss without it; and a new file beside the old
# one, or another layout of the page, makes a new recording of another kind. A companion that the
# recorded listing does not name is never asked for, and its mask silently not applied.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY GDAL_DISABLE_READDIR_ON_OPEN GDAL_DATA PROJ_DATA
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cat > look.py <<'PY'
import http.server
import pathlib
import subprocess
import sys
import threading
import warnings

import numpy
import rasterio

warnings.simplefilter("ignore")
LOOK = """
import sys, warnings, rasterio
warnings.simplefilter("ignore")
with rasterio.open(sys.argv[1]) as image:
    print(int((image.dataset_mask() == 0).sum()), "of", image.width * image.height)
"""
asked = []


with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
    shape = {"width": 64, "height": 64, "count": 1, "dtype": "uint8"}
    with rasterio.open("made.tif", "w", driver="GTiff", **shape) as made:
        made.write(numpy.full((1, 64, 64), 7, "uint8"))
        made.write_mask(numpy.zeros((64, 64), bool))
FILES = {f"/d/a{end}": pathlib.Path(f"made{end}").read_bytes() for end in (".tif", ".tif.msk")}


def index(*names):
    rows = "".join(f'<a href="{name}">{name}</a> 01-Nov-2026 10:00 1K\n' for name in names)
    return f"<html><head><title>Index of /d/</title></head><body><pre>{rows}</pre></body></html>".encode()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(f"{self.command} {self.path}")
        body = listing if self.path == "/d/" else FILES.get(self.path)
        status = 404 if body is None else 200
        body = body or b""
        self.send_response(status if "Range" not in self.headers else 206)
        if "Range" in self.headers:
            first, last = (int(each) for each in self.headers["Range"][6:].split("-"))
            size, body = len(body), body[first : last + 1]
            self.send_header("Content-Range", f"bytes {first}-{first + len(body) - 1}/{size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("rasterio", rasterio.__version__)
url = f"http://127.0.0.1:{origin.server_port}/d/a.tif"
cases = {
    "refused": None,
    "a list with the mask": index("a.tif", "a.tif.msk"),
    "a list without it": index("a.tif", "b.tif"),
    "a list without the file itself": index("b.tif"),
}
for name, listing in cases.items():
    asked.clear()
    words = [sys.executable, "-c", LOOK, url]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, timeout=60)
    print(f"the folder is {name}: {len(asked)} requests, {done.stdout.strip()} points masked")
    if len(asked) < 20:
        print(f"  {', '.join(dict.fromkeys(asked))}")
PY
timeout 110 venv/bin/python look.py | tee found
cat > expected <<'END'
rasterio 1.4.4
the folder is refused: 55 requests, 4096 of 4096 points masked
the folder is a list with the mask: 4 requests, 4096 of 4096 points masked
  HEAD /d/a.tif, GET /d/a.tif, GET /d/, GET /d/a.tif.msk
the folder is a list without it: 3 requests, 0 of 4096 points masked
  HEAD /d/a.tif, GET /d/a.tif, GET /d/
the folder is a list without the file itself: 3 requests, 0 of 4096 points masked
  HEAD /d/a.tif, GET /d/a.tif, GET /d/
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
