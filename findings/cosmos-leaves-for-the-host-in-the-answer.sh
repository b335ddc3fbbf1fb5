#!/usr/bin/env bash
# azure-cosmos sends its first request to the endpoint that it was given and all others to the host
# that the body of the answer names: of three calls through a local forwarder three leave for the
# account itself, with their signatures, and beside them goes a look at that host which nobody asked
# for. With endpoint discovery off all stay.
#
# Versions: azure-cosmos 4.17.1, azure-core 1.41.0 (CPython 3.11 to 3.13).
# Source: azure/cosmos/_global_endpoint_manager.py and _location_cache.py (the regions' addresses are
# writableLocations and readableLocations of what GET / answers); its documentation of
# enable_endpoint_discovery speaks of regions, and not of where a local endpoint goes.
# Why it matters to a recorder: one that is put in as the client's endpoint, as forwarders and
# emulators are, has the account's description in its file and no document, and no error shows; a
# replay of that file sends the rest for real, since its body still names the account. Where a proxy
# records, a program's requests stand under a host that it never named, with the region in it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check azure-cosmos==4.17.1 azure-core==1.41.0
cat > look.py <<'PY'
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith("AZURE_COSMOS"):
        del os.environ[name]
from azure.cosmos import CosmosClient

came = []


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        host, port = self.headers["Host"].split(":")
        who = "forwarder" if int(port) == forwarder.server_port else "account"
        came.append(f"{who} {self.path.rstrip('/') or '/'}")
        region = {"name": "West", "databaseAccountEndpoint": f"http://127.0.0.1:{account.server_port}/"}
        value = {
            "id": "1",
            "_rid": "x",
            "Databases": [{"id": "d"}],
            "writableLocations": [region],
            "readableLocations": [region],
            "enableMultipleWriteLocations": False,
            "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
        }
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


forwarder, account = (ThreadingHTTPServer(("127.0.0.1", 0), Server) for _ in range(2))
for each in (forwarder, account):
    threading.Thread(target=each.serve_forever, daemon=True).start()


def run(**more):
    came.clear()
    given = f"http://127.0.0.1:{forwarder.server_port}/"
    client = CosmosClient(given, credential="ZXhhbXBsZQ==", **more)
    list(client.list_databases())
    container = client.get_database_client("d").get_container_client("c")
    container.read_item("1", partition_key="1")
    print(" ", more or "by default", "->", came)
    return set(came)


print("azure-cosmos", version("azure-cosmos"))
found = run()
off = run(enable_endpoint_discovery=False)
calls = ("/dbs", "/dbs/d/colls/c", "/dbs/d/colls/c/docs/1")
known = {"forwarder /", *(f"account {each}" for each in calls)}
sys.exit(
    not (known <= found <= {*known, "account /"})
    or not {f"forwarder {each}" for each in calls} <= off
    or any(each.startswith("account") for each in off)
)
PY
timeout 100 venv/bin/python -W ignore look.py || { echo "the behaviour has changed"; exit 1; }
