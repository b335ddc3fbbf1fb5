#!/usr/bin/env bash
# The dynamic client of Kubernetes' Python library keeps in a file of the temporary folder
# what a host said of its API, whatever the file's age: a program's first run asks for
# /version, /apis and /api/v1, and no later run of any process does.
#
# Versions: kubernetes 37.0.2 (CPython 3.11 to 3.13).
# Source: kubernetes/dynamic/discovery.py (Discoverer: osrcp-MD5 of the host.json; it is
# made anew for another version of the library, or for a resource that it lacks).
# Why it matters to a recorder: who has run the program before records it without these
# requests, and the cassette fails on the next machine, where the file is not. A replay
# leaves the file too, so that a later recording against the same host lacks them as well.
# TMPDIR set to an empty folder for each run is what makes recordings alike.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

PODS = "/api/v1/namespaces/default/pods"
POD = {"name": "pods", "singularName": "pod", "kind": "Pod", "namespaced": True, "verbs": ["list"]}
ANSWERS = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [POD]},
    PODS: {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": []},
}
PROGRAM = """
import sys
from kubernetes import client, dynamic

api = dynamic.DynamicClient(client.ApiClient(client.Configuration(host=sys.argv[1])))
pods = api.resources.get(api_version="v1", kind="Pod")
assert pods.get(namespace="default").items == []
"""
asked = []


class Cluster(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        body = json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def run(folder):
    """Run the program as a process of its own, and return what it asked for."""
    folder.mkdir(exist_ok=True)
    asked.clear()
    own = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    environment = {**own, "TMPDIR": str(folder)}
    subprocess.run([sys.executable, "-c", PROGRAM, host], env=environment, check=True, timeout=60)
    return list(asked)


cluster = ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
threading.Thread(target=cluster.serve_forever, daemon=True).start()
host = f"http://127.0.0.1:{cluster.server_port}"
here, elsewhere = Path(sys.argv[1], "here"), Path(sys.argv[1], "elsewhere")
first = run(here)
kept = list(here.iterdir())
assert len(kept) == 1 and kept[0].name.startswith("osrcp-"), kept
os.utime(kept[0], (0, 0))
found = {
    "the first run": first,
    "the next, with a file of 1970": run(here),
    "in another TMPDIR": run(elsewhere),
}
print("kubernetes", version("kubernetes"))
for name, paths in found.items():
    print(f"{name}:", *paths)
assert list(found.values()) == [list(ANSWERS), [PODS], list(ANSWERS)], "the behaviour has changed"
PY
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check kubernetes==37.0.2
"$work/venv/bin/python" "$work/look.py" "$work"
