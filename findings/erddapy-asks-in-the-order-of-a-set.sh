#!/usr/bin/env bash
# Which URL erddapy asks an oceanographic data server for is drawn with each start of Python: the variables of a grid that the
# program did not choose among come out of a set, and stand in the query in its order, so that equal runs ask for
# other URLs; and of the time axis, which the server describes as a range, it asks for the last moment alone.
#
# Versions: erddapy 3.3.1 (CPython 3.11).
# Source: erddapy/core/griddap.py (_griddap_get_constraints: variable_names = list(set(...).difference(...)), and range_min of
# "time" is its range_max).
# Why it matters to a recorder: the same program on the same machine finds its own recording by chance, one run in 24 with four
# variables. The order is within one parameter without a name, so that sorting the query does not help; PYTHONHASHSEED
# settles it, or variables that the program sets itself. What time is asked for goes by the recorded .ncml.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check erddapy==3.3.1
cat > program.py <<'PY'
"""Asks a server, of its own, for a grid, and prints the query of what it asked for."""
import http.server
import sys
import threading
from urllib.parse import unquote, urlsplit

from erddapy import ERDDAP

AXES = ("time", "latitude", "longitude")
NAMES = ("wind", "sst", "salinity", "chlorophyll")
asked = []


def described():
    parts = [f'<dimension name="{name}" length="3"/>' for name in AXES]
    for name in AXES:
        ranged = '<attribute name="actual_range" type="double" value="0.0 2.0"/>'
        parts.append(f'<variable name="{name}" shape="{name}" type="double">{ranged}</variable>')
    parts += [f'<variable name="{name}" shape="time latitude longitude" type="float"/>' for name in NAMES]
    return f'<netcdf xmlns="https://www.unidata.ucar.edu/namespaces/netcdf/ncml-2.2">{"".join(parts)}</netcdf>'


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        body = (described() if self.path.endswith(".ncml") else "time (s),sst (K)\n2,288\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
grid = ERDDAP(server=f"http://127.0.0.1:{server.server_port}/erddap", protocol="griddap")
grid.dataset_id = "sea"
grid.response = "csv"
grid.griddap_initialize()
if sys.argv[1] == "chosen":
    grid.variables = list(NAMES)
grid.to_pandas()
print(len(asked), unquote(urlsplit(asked[-1]).query))
PY
cat > look.py <<'PY'
import os
import subprocess
import sys
from importlib.metadata import version

print("erddapy", version("erddapy"))
PART = "[(2.0):1:(2.0)][(0.0):1:(2.0)][(0.0):1:(2.0)]"


def runs(way, seeds):
    found = set()
    for seed in seeds:
        call = [sys.executable, "program.py", way]
        environment = dict(os.environ, PYTHONHASHSEED=str(seed))
        ran = subprocess.run(call, env=environment, check=True, capture_output=True, text=True, timeout=100)
        count, query = ran.stdout.split(maxsplit=1)
        assert count == "2"
        found.add(query.strip().replace(PART, ""))
    return found


of_many = runs("all", (1, 2, 3))
print("other queries of three runs:", len(of_many) > 1)
print("the same variables in each:", {tuple(sorted(each.split(","))) for each in of_many})
print("with one seed:", len(runs("all", (1, 1))))
print("chosen by the program:", runs("chosen", (1, 2)))
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
erddapy 3.3.1
other queries of three runs: True
the same variables in each: {('chlorophyll', 'salinity', 'sst', 'wind')}
with one seed: 1
chosen by the program: {'wind,sst,salinity,chlorophyll'}
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
