#!/usr/bin/env bash
# PROJ, where its network is on and the file of a grid is refused, says that the place is at
# (inf, inf), and no call raises; with the network off it gives a place that is right to some
# metres. A 404 and a 424 are both "refused", and what it asks for is the first 16 KiB of a
# file, be it for one place.
#
# Versions: pyproj 3.7.2 with PROJ 9.5.1 (CPython 3.11 to 3.13).
# Source: pyproj's Transformer.transform (errcheck is off, and then a failure is inf); PROJ's
# networkfilemanager.cpp. PROJ's documentation of the network has it that other operations are
# taken where a grid is not to be had, which holds for the network that is off.
# Why it matters to a recorder: a miss is no error but an infinite number, which goes into a mean,
# a box or a file, and a test that asks for "no exception" is green. Grids that one machine has
# in its own folder, or has fetched once (PROJ keeps them in a database in the user's home), are
# never asked for there, so that a recording made on it holds none.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY PROJ_NETWORK PROJ_ONLY_BEST_DEFAULT PROJ_DATA
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyproj==3.7.2
cat > ask.py <<'PY'
import pyproj

PLACES = {"EPSG:4267": (40, -100), "EPSG:4277": (52, -1)}  # of North America, of Britain
for system, place in PLACES.items():
    to_gps = pyproj.Transformer.from_crs(system, "EPSG:4326")
    found = to_gps.transform(*place)
    print(f"  {system} {place}: ({found[0]:.4f}, {found[1]:.4f})")
    try:
        to_gps.transform(*place, errcheck=True)
    except pyproj.exceptions.ProjError as error:
        print(f"    with errcheck: {error}")
PY
cat > look.py <<'PY'
import http.server
import os
import subprocess
import sys
import threading

import pyproj

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(f"GET {self.path} {self.headers.get('Range')}")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("pyproj", pyproj.__version__, "PROJ", pyproj.proj_version_str)
for network, status in (("OFF", 424), ("ON", 424), ("ON", 404)):
    folder = f"{os.getcwd()}/own-{network}-{status}"
    os.mkdir(folder)
    variables = {
        "PROJ_NETWORK": network,
        "PROJ_NETWORK_ENDPOINT": f"http://127.0.0.1:{origin.server_port}",
        "PROJ_USER_WRITABLE_DIRECTORY": folder,
    }
    print(f"network {network}, which says {status}", flush=True)
    asked.clear()
    words = [sys.executable, "ask.py"]
    subprocess.run(words, check=True, env=os.environ | variables, timeout=50)
    for each in dict.fromkeys(asked):
        print(f"  {each}")
PY
timeout 120 venv/bin/python look.py | tee found
cat > expected <<'END'
pyproj 3.7.2 PROJ 9.5.1
network OFF, which says 424
  EPSG:4267 (40, -100): (40.0000, -100.0004)
  EPSG:4277 (52, -1): (52.0004, -1.0015)
network ON, which says 424
  EPSG:4267 (40, -100): (inf, inf)
    with errcheck: transform error: Network error when accessing a remote resource
  EPSG:4277 (52, -1): (inf, inf)
    with errcheck: transform error: Network error when accessing a remote resource
  GET /us_noaa_conus.tif bytes=0-16383
  GET /uk_os_OSTN15_NTv2_OSGBtoETRS.tif bytes=0-16383
network ON, which says 404
  EPSG:4267 (40, -100): (inf, inf)
    with errcheck: transform error: Network error when accessing a remote resource
  EPSG:4277 (52, -1): (inf, inf)
    with errcheck: transform error: Network error when accessing a remote resource
  GET /us_noaa_conus.tif bytes=0-16383
  GET /uk_os_OSTN15_NTv2_OSGBtoETRS.tif bytes=0-16383
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
