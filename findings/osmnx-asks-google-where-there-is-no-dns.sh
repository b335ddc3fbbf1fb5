#!/usr/bin/env bash
# OSMnx asks Google (https://8.8.8.8/resolve) for the address of OpenStreetMap's server wherever
# the machine itself cannot look it up, which behind a proxy is ordinary and needed by nobody; and
# each query replaces socket.getaddrinfo for the whole process.
#
# Versions: osmnx 2.1.1 (CPython 3.11 to 3.13).
# Source: osmnx's osmnx/_http.py (_config_dns, _resolve_host_via_doh) and settings.py
# (doh_url_template; None switches it off).
# Why it matters to a recorder: whether the request is in a cassette depends on the recording
# machine's DNS. Recorded where names resolve and replayed in a sandbox without them, the program
# asks a host that it never asked before; the refusal is taken for "no answer", and only the
# count of misses shows it. Recorded the other way round, an interaction stays unused.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check osmnx==2.1.1
cat > "$work/look.py" <<'PY'
"""Asks for a building through a proxy, where names resolve and where they do not."""

import json
import os
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

asked = []
FOUND = {
    "elements": [
        {"type": "node", "id": n, "lat": 1 + n // 2 / 9999, "lon": 1 + n % 2 / 9999}
        for n in range(4)
    ]
    + [{"type": "way", "id": 9, "nodes": [0, 1, 3, 2, 0], "tags": {"building": "yes"}}]
}


class Proxy(BaseHTTPRequestHandler):
    def do_CONNECT(self):
        asked.append(self.path)
        self.send_error(502)

    def do_GET(self):
        asked.append(self.path)
        said = b"6 slots available now" if self.path.endswith("/status") else json.dumps(FOUND).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET

    def log_message(self, *_):
        pass


proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
for name in ("HTTP_PROXY", "HTTPS_PROXY"):
    os.environ[name] = os.environ[name.lower()] = f"http://127.0.0.1:{proxy.server_port}"
for name in ("NO_PROXY", "ALL_PROXY"):
    os.environ.pop(name, None), os.environ.pop(name.lower(), None)

import osmnx  # noqa: E402

original = socket.getaddrinfo


def no_such_name(name):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


osmnx.settings.use_cache = False
osmnx.settings.overpass_url = "http://overpass.example/api"
results = []
for how, look_up in ("resolve", lambda name: "127.0.0.1"), ("do not", no_such_name):
    asked.clear()
    socket.gethostbyname, socket.getaddrinfo = look_up, original
    found = osmnx.features_from_point((1.0, 1.0), tags={"building": True}, dist=100)
    replaced = socket.getaddrinfo is not original
    print(f"names {how}: {len(found)} building; getaddrinfo replaced: {replaced}; asked:")
    print("\n".join(f"  {each}" for each in asked))
    results.append((len(found), replaced, any("8.8.8.8" in each for each in asked)))
print("osmnx", version("osmnx"), "CPython", sys.version.split()[0])
sys.exit(results != [(1, True, False), (1, True, True)])
PY
"$work/venv/bin/python" "$work/look.py"
