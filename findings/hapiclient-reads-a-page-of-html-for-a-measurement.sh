#!/usr/bin/env bash
# hapiclient, the usual client for the data of satellites and magnetic stations, cuts an answer of numbers into records by
# their length and looks at nothing else: a page of HTML with 200, that a log-in is due, is a measurement of 3.7e-81, and an
# answer without its last ten bytes, whose length was mended, is one record less, without an error. Where the length tells that
# bytes are missing it raises, for CSV a FileNotFoundError. No proxy that the environment names hears of it.
#
# Versions: hapiclient 0.3.3, urllib3 2.8.0, numpy 2.3.5, pandas 2.3.3 (CPython 3.11).
# Source: hapiclient/get.py (_parse_binary: numpy.fromfile, whose rest is dropped; no Content-Type is read), util.py (urlopen: a
# PoolManager, for which urllib3 reads no variable; urlretrieve: write_atomic warns, and the caller reads on).
# Why it matters to a recorder: nothing of it is recorded by HTTP_PROXY, nor replayed without a network. What is said in text
# with a 200 becomes data, so that a miss wants a status of 400 and more, and a cut answer has to stay a cut one.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check hapiclient==0.3.3 numpy==2.3.5 pandas==2.3.3 urllib3==2.8.0
cat > look.py <<'PY'
import http.server
import json
import os
import struct
import tempfile
import threading
from importlib.metadata import version

import hapiclient

told = {}
asked = []
WHEN = [f"2026-01-01T0{hour}:00:00Z" for hour in range(3)]
BINARY = b"".join(time.encode() + struct.pack("<d", 100.0 + n) for n, time in enumerate(WHEN))
CSV = "".join(f"{time},{100 + n}.5\n" for n, time in enumerate(WHEN)).encode()
PARAMETERS = [{"name": "Time", "type": "isotime", "length": 20, "units": "UTC", "fill": None}]
PARAMETERS += [{"name": "x", "type": "double", "units": "nT", "fill": None}]
STATUS = {"HAPI": "3.0", "status": {"code": 1200, "message": "OK"}}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path.startswith("http://"))
        where = self.path.partition("?")[0].rpartition("/")[2]
        known = {
            "catalog": {"catalog": [{"id": "a"}]},
            "capabilities": {"outputFormats": ["csv", "binary"]},
            "info": {"startDate": WHEN[0], "stopDate": "2026-01-02T00:00:00Z", "parameters": PARAMETERS},
        }
        body = told["data"] if where == "data" else json.dumps(STATUS | known[where]).encode()
        self.send_response(told["status"] if where == "data" else 200)
        self.send_header("Content-Length", str(len(body) + (told["more"] if where == "data" else 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_):
        pass


def look(what, data, kind, status=200, more=0):
    asked.clear()
    told.update(data=data, status=status, more=more)
    with tempfile.TemporaryDirectory() as cache:
        server = f"http://127.0.0.1:{origin.server_port}/hapi"
        try:
            got, _ = hapiclient.hapi(server, "a", "x", WHEN[0], "2026-01-02T00:00:00Z", format=kind, cachedir=cache)
            end = [float(value) for value in got["x"]]
        except Exception as error:
            end = type(error).__name__
    print(f"{what}: {end}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("hapiclient", version("hapiclient"))
look("binary, whole", BINARY, "binary")
look("binary, without its last ten bytes", BINARY[:-10], "binary")
look("binary, and the length tells", BINARY[:-10], "binary", more=10)
look("CSV, whole", CSV, "csv")
look("CSV, without its last four bytes", CSV[:-4], "csv")
look("CSV, and the length tells", CSV[:-4], "csv", more=4)
look("424", b"no", "csv", 424)
look("HTML for binary", b"<html><body>Log in, please</body></html>", "binary")
os.environ["http_proxy"] = os.environ["HTTP_PROXY"] = f"http://127.0.0.1:{origin.server_port}"
look("with a proxy", CSV, "csv")
print("through it:", sum(asked), "of", len(asked))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
hapiclient 0.3.3
binary, whole: [100.0, 101.0, 102.0]
binary, without its last ten bytes: [100.0, 101.0]
binary, and the length tells: HAPIError
CSV, whole: [100.5, 101.5, 102.5]
CSV, without its last four bytes: [100.5, 101.5, 10.0]
CSV, and the length tells: FileNotFoundError
424: HAPIError
HTML for binary: [3.741991614726067e-81]
with a proxy: [100.5, 101.5, 102.5]
through it: 0 of 4
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
