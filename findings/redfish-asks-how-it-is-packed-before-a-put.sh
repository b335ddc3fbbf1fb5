#!/usr/bin/env bash
# Before each PUT with a body DMTF's own client for Redfish sends a GET of the same URL, which no program
# wrote, to see how its answer is packed: where that says gzip, the PUT is never sent, and the call
# raises TypeError. The answer to a reset of a machine that is lost makes it post the reset again,
# eleven times in all, a second apart; OpenStack's sushy posts it three times.
#
# Versions: redfish 3.4.2, sushy 5.14.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: redfish's redfish/rest/v1.py (_rest_request: the GET's Content-Encoding, a GzipFile over a StringIO;
# max_retry, which is 10 and is for any method), sushy's sushy/connector.py (_op).
# Why it matters to a recorder: a recorded GET stands where the program has none, and is needed in a replay; one
# that gives its answer back packed, where the origin's was plain, or has the origin pack it, changes
# which requests a program sends. And a recorder that drops a connection, to refuse, gets eleven resets.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check redfish==3.4.2 sushy==5.14.0 requests==2.34.2
cat > look.py <<'PY'
import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import redfish
import sushy.connector

came = []


class Machine(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    packs = False
    loses = False

    def do_GET(self):
        came.append(f"{self.command} {self.path}")
        if self.command == "POST" and self.loses:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.close_connection = True
            return
        if self.command != "GET":
            self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.command == "GET" and self.packs
        body = json.dumps({"Id": "1", "RedfishVersion": "1.6.0"}).encode()
        body = gzip.compress(body) if packed else body
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST = do_PATCH = do_GET

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Machine)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
RESET = "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"
BOOT = "/redfish/v1/Systems/1/SecureBoot"


def look(call, *given, **named):
    """Returns what the call comes to, and the requests that it sent."""
    came.clear()
    try:
        said = str(getattr(call(*given, **named), "status", "done"))
    except Exception as error:
        said = type(error).__name__
    print(f"{call.__module__} {call.__name__}, {Machine.packs=}, {Machine.loses=}:", said, *came)
    return said, [each.partition(" ")[0] for each in came]


print("redfish", version("redfish"), "sushy", version("sushy"))
client = redfish.redfish_client(base_url=url, timeout=30)
plain = look(client.put, BOOT, body={"SecureBootEnable": True})
patch = look(client.patch, BOOT, body={"SecureBootEnable": True})
Machine.packs = True
packed = look(client.put, BOOT, body={"SecureBootEnable": True})
Machine.packs, Machine.loses = False, True
lost = look(client.post, RESET, body={"ResetType": "PowerCycle"})
other = look(sushy.connector.Connector(url).post, RESET, data={"ResetType": "PowerCycle"})
assert plain == ("200", ["GET", "PUT"]) and patch == ("200", ["PATCH"])
assert packed == ("TypeError", ["GET"])
assert lost == ("RetriesExhaustedError", ["POST"] * 11)
assert other == ("ConnectionError", ["POST"] * 3)
PY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
timeout 200 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
