#!/usr/bin/env bash
# Before a call about a device or a network, Cisco Meraki's SDK for Python asks whose it is, unbidden, in order to wait for the
# right organization's limit: GET /devices/Q-1 before that device's ports, and before a network's new name three GETs, of the
# network and of all networks and devices of its organization. What is refused there is passed over, and each only once for a
# client, so that the order of calls decides which requests there are.
#
# Versions: meraki 4.7.0, httpx 0.28.1 (CPython 3.11).
# Source: meraki/config.py (SMART_FLOW_ENABLED is True, SMART_FLOW_CACHE_MODE "lazy"), meraki/session/sync.py
# (_resolve_org_for_limiter, _hydrate_org_for_limiter), smart_flow.py (_resolve_inline).
# Why it matters to a recorder: a cassette of one call has four requests, which no line of the program makes; what was learned
# goes to a file in the user's home once it is long enough, and a run that finds it asks for less. smart_flow_enabled=False
# ends it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check meraki==4.7.0 httpx==0.28.1
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

import meraki

asked = []
refused = []
NETWORK = {"id": "N_7", "organizationId": "1"}
DEVICE = {"serial": "Q-1", "networkId": "N_7"}
SAID = {
    "/devices/Q-1": DEVICE,
    "/networks/N_7": NETWORK,
    "/organizations/1/networks": [NETWORK],
    "/organizations/1/devices": [DEVICE],
    "/organizations/1/inventoryDevices": [DEVICE],
    "/devices/Q-1/switch/ports": [],
}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        path = self.path.partition("?")[0].removeprefix("/api/v1")
        asked.append(f"{self.command} {path}")
        body = json.dumps(SAID[path]).encode()
        self.send_response(424 if asked[-1] in refused else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = answer

    def log_message(self, *_):
        pass


def look(what, does, *refusals, **options):
    asked.clear()
    refused[:] = refusals
    base = f"http://127.0.0.1:{origin.server_port}/api/v1"
    client = meraki.DashboardAPI("example", base_url=base, suppress_logging=True, **options)
    try:
        does(client)
        end = "done"
    except Exception as error:
        end = type(error).__name__
    print(f"{what}: {end}", *asked, sep="\n  ")


def ports(client):
    client.switch.getDeviceSwitchPorts("Q-1")


def rename(client):
    client.networks.updateNetwork("N_7", name="b")


def both(client):
    ports(client)
    rename(client)


def listed(client):
    client.organizations.getOrganizationNetworks("1")
    rename(client)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("meraki", version("meraki"))
look("a device's ports", ports)
look("a network's new name", rename)
look("one after the other", both)
look("a network's new name, the networks listed before", listed)
look("a device's ports, what comes first refused", ports, "GET /devices/Q-1", "GET /networks/N_7")
look("one after the other, without smart_flow", both, smart_flow_enabled=False)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
meraki 4.7.0
a device's ports: done
  GET /devices/Q-1
  GET /devices/Q-1/switch/ports
a network's new name: done
  GET /networks/N_7
  GET /organizations/1/networks
  GET /organizations/1/inventoryDevices
  PUT /networks/N_7
one after the other: done
  GET /devices/Q-1
  GET /devices/Q-1/switch/ports
  GET /networks/N_7
  GET /organizations/1/networks
  GET /organizations/1/inventoryDevices
  PUT /networks/N_7
a network's new name, the networks listed before: done
  GET /organizations/1/networks
  GET /networks/N_7
  GET /organizations/1/networks
  GET /organizations/1/inventoryDevices
  PUT /networks/N_7
a device's ports, what comes first refused: done
  GET /devices/Q-1
  GET /devices/Q-1/switch/ports
one after the other, without smart_flow: done
  GET /devices/Q-1/switch/ports
  PUT /networks/N_7
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
