#!/usr/bin/env bash
# What is no JSON is data to proxmoxer, the usual client of Proxmox's clusters for Python: a page of HTML with 200, or half an
# answer, is {"errors": ...} in the place of the list or of the machine that was made, and nothing is raised. And what it sends
# for a command within a machine goes by the system that it runs on: on Windows it is one field, elsewhere one for each word.
#
# Versions: proxmoxer 2.3.0, requests 2.34.2 (CPython 3.11, the other system by its name alone).
# Source: proxmoxer/backends/https.py (JsonSerializer.loads: except ValueError; ProxmoxHttpSession.request: shell_split unless
# platform.platform() has "Windows" in it).
# Why it matters to a recorder: an interrupted answer that is replayed with its length mended is a success of another shape,
# and a loop over nodes runs over the word "errors". A cassette of a colleague with another system misses at each command.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check proxmoxer==2.3.0 requests==2.34.2 trustme==1.2.1
cat > look.py <<'PY'
import http.server
import json
import ssl
import threading
import urllib.parse
import warnings
from importlib.metadata import version
from unittest import mock

import trustme
from proxmoxer import ProxmoxAPI

warnings.simplefilter("ignore")
asked = []
told = {}


class Cluster(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        said = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        asked.append((f"{self.command} {self.path.removeprefix('/api2/json')}", urllib.parse.unquote_plus(said)))
        status, text = told["answer"]
        if "ticket" in self.path:
            status, text = 200, json.dumps({"data": {"ticket": "example", "CSRFPreventionToken": "example"}})
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def look(what, does, status=200, text='{"data": [1]}', machine="Linux"):
    told["answer"] = status, text
    client = ProxmoxAPI("127.0.0.1", port=cluster.server_port, user="me@pam", password="example", verify_ssl=False)
    asked.clear()
    with mock.patch("platform.platform", lambda: machine):
        try:
            end = does(client)
        except Exception as error:
            end = type(error).__name__
    print(f"{what}: {end!r}", asked[0][1] and f"sent {asked[0][1]}")


def nodes(client):
    return client.nodes.get()


def make(client):
    return client.nodes("a").qemu.post(vmid=7)


def run(client):
    return client.nodes("a").qemu(7).agent("exec").post(command='sh -c "ls /tmp"')


authority = trustme.CA()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("127.0.0.1").configure_cert(context)
cluster = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
cluster.socket = context.wrap_socket(cluster.socket, server_side=True)
threading.Thread(target=cluster.serve_forever, daemon=True).start()
print("proxmoxer", version("proxmoxer"))
look("nodes", nodes)
look("nodes, HTML in a 200", nodes, text="<html>")
look("nodes, half", nodes, text='{"data": [1')
look("nodes, 424", nodes, 424)
look("a machine made, HTML in a 200", make, text="<html>")
look("a command, on Linux", run, machine="Linux-6.1")
look("a command, on Windows", run, machine="Windows-11")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
proxmoxer 2.3.0
nodes: [1] 
nodes, HTML in a 200: {'errors': b'<html>'} 
nodes, half: {'errors': b'{"data": [1'} 
nodes, 424: 'ResourceException' 
a machine made, HTML in a 200: {'errors': b'<html>'} sent vmid=7
a command, on Linux: [1] sent command=sh&command=-c&command=ls /tmp
a command, on Windows: [1] sent command=sh -c "ls /tmp"
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
