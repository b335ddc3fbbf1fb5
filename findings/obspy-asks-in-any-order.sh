#!/usr/bin/env bash
# ObsPy's Client for seismological services sends five requests when it is made, before it is asked for
# anything, each in a thread of its own, and they reach the service in any order: twenty clients of
# one program have asked in thirteen. Refused, be it by a 424, it says that there is no such
# service.
#
# Versions: obspy 1.5.1 (CPython 3.11 to 3.13).
# Source: ObsPy's obspy/clients/fdsn/client.py (Client._discover_services; _discover_services=False
# sends none of them, and then the client knows no service's own parameters).
# Why it matters to a recorder: five interactions without an order stand at the beginning of each
# recording, so that two recordings of one program differ from their first line; a recorder that
# replays in the recorded order alone fails nearly always.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check --no-compile obspy==1.5.1 "setuptools<81"
cat > look.py <<'PY'
import http.server
import sys
import threading
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")
from obspy.clients.fdsn import Client  # noqa: E402
from obspy.clients.fdsn.header import FDSNNoServiceException  # noqa: E402

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path.removeprefix("/fdsnws/"))
        self.send_response(424)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("obspy", version("obspy"))
orders = set()
for _ in range(20):
    asked.clear()
    try:
        Client(f"http://127.0.0.1:{origin.server_port}")
    except FDSNNoServiceException as error:
        said = type(error).__name__
    orders.add(tuple(asked))
for each in sorted(next(iter(orders))):
    print(f"  {each}")
print(f"20 clients: {len(orders)} orders; {said}")
sys.exit(not (len({frozenset(each) for each in orders}) == 1 and len(asked) == 5 and len(orders) > 2))
PY
timeout 100 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
