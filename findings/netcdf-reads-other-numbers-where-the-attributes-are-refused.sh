#!/usr/bin/env bash
# netCDF's library gives other numbers, and no error, where one of the four requests that it sends for a variable by
# OPeNDAP is refused, the one for the attributes: the scale, the offset and what stands for "not measured" are in it, so
# that a temperature of 15.5 degrees is 155, and a gap is -32768. A refusal of any of the others is an error.
#
# Versions: netCDF4 1.7.5.1.post1 with the netCDF-C that its wheel brings; pydap 3.5.9 (CPython 3.11 to 3.13).
# Source: netcdf-c's libdap2/ncd2dispatch.c (fetchpatternmetadata: "Ignore but complain" of a DAS that cannot be had);
# DAP 2 has the attributes in a request of their own, .das, beside .dds and .dods. The one for .dds goes out twice.
# Why it matters to a recorder: each miss has to be seen, as nothing else tells: a replay out of whose cassette one of
# the four answers is lost, by hand or by a rule, is green with wrong numbers, where the client looks as if it had
# failed closed. The exit status has to say it, and not the program alone.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check netCDF4==1.7.5.1.post1 pydap==3.5.9
cat > look.py <<'PY'
import os
import struct
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ["HOME"] = os.getcwd()
warnings.simplefilter("ignore")
import netCDF4
from pydap.client import open_url

MEASURED = (155, -32768, 162)
FORM = b"Dataset {\n    Int32 warmth[time = 3];\n} day;\n"
ATTRIBUTES = b"""Attributes {
    warmth {
        Float64 scale_factor 0.1;
        Int32 _FillValue -32768;
    }
}
"""
ANSWERS = {
    "dds": FORM,
    "das": ATTRIBUTES,
    "dods": FORM + b"Data:\n" + struct.pack(">II3i", 3, 3, *MEASURED),
}
refused = None
asked = []


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind = self.path.partition("?")[0].rpartition(".")[2]
        asked.append(kind)
        answer = b"" if kind == refused else ANSWERS[kind]
        self.send_response(424 if kind == refused else 200)
        self.send_header("XDODS-Server", "dods/3.2")
        self.send_header("Content-Description", f"dods_{kind}")
        self.send_header("Content-Type", "application/octet-stream" if kind == "dods" else "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def with_netcdf():
    with netCDF4.Dataset(url) as day:
        read = day["warmth"][:]
    gap = netCDF4.numpy.ma.is_masked(read)
    return [None if gap and one is netCDF4.numpy.ma.masked else round(float(one), 1) for one in read]


def with_pydap():
    return open_url(url, protocol="dap2")["warmth"][:].data.tolist()


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/day"
print("netCDF4", version("netCDF4"), "pydap", version("pydap"))
for refused in (None, "das", "dds", "dods"):
    for call in (with_netcdf, with_pydap):
        asked.clear()
        try:
            said = call()
        except Exception as error:
            said = type(error).__name__
        print(f"refused {refused}, {call.__name__}: asked for {', '.join(asked)}: {said}")
PY
timeout 100 venv/bin/python -u look.py 2> /dev/null | tee found
cat > expected <<'END'
netCDF4 1.7.5.1.post1 pydap 3.5.9
refused None, with_netcdf: asked for dds, das, dds, dods: [15.5, None, 16.2]
refused None, with_pydap: asked for dds, das, dods: [155, -32768, 162]
refused das, with_netcdf: asked for dds, das, dds, dods: [155.0, -32768.0, 162.0]
refused das, with_pydap: asked for dds, das: HTTPError
refused dds, with_netcdf: asked for dds: OSError
refused dds, with_pydap: asked for dds: HTTPError
refused dods, with_netcdf: asked for dds, das, dds, dods: RuntimeError
refused dods, with_pydap: asked for dds, das, dods: HTTPError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
