#!/usr/bin/env bash
# Biopython's Entrez.read, which parses what it is given, sends a request: for a DTD that is not
# among those that it ships it asks the host that the document names, and keeps the answer in
# the user's home for good, so that no later run asks. Without a network the document, though
# it is all there, cannot be read.
#
# Versions: biopython 1.88 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: biopython's Bio/Entrez/Parser.py (externalEntityRefHandler, save_dtd_file; the folder is
# ~/.config/biopython). Its tutorial names read as what parses, and warns of a missing DTD.
# Why it matters to a recorder: a program that reads a file makes a request, and one that makes
# three makes four where it never ran before. NCBI puts new DTDs out as it likes. Who records on
# their own machine, which has the file, has a cassette that misses in CI, in a line that only
# parses; and what was patched or mounted for the program's own client sees nothing of it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check biopython==1.88 trustme==1.2.1
cat > origin.py <<'PY'
"""Stand for the whole net: a proxy that answers all tunnels itself, and says what was asked."""

import http.server
import os
import ssl
import subprocess
import sys
import threading

import trustme

HOST = "eutils.ncbi.nlm.nih.gov"
DTD = b"<!ELEMENT Found (Id*)><!ELEMENT Id (#PCDATA)>"
asked = []


class Net(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        with context.wrap_socket(self.connection, server_side=True) as inner:
            asked.append(f"{self.path} {inner.recv(65536).split()[1].decode()}")
            inner.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + DTD)
        self.close_connection = True

    def log_message(self, *_):
        pass


authority = trustme.CA()
authority.cert_pem.write_to_path("ca.pem")
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
authority.issue_cert(HOST).configure_cert(context)
net = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Net)
threading.Thread(target=net.serve_forever, daemon=True).start()
with open("found.xml", "w") as file:
    file.write('<?xml version="1.0"?>\n<!DOCTYPE Found PUBLIC "-//NLM//DTD Found//EN" ')
    file.write(f'"https://{HOST}/eutils/dtd/20991231/found.dtd">\n<Found><Id>7</Id></Found>')
environment = {
    **os.environ,
    "HTTPS_PROXY": f"http://127.0.0.1:{net.server_port}",
    "https_proxy": f"http://127.0.0.1:{net.server_port}",
    "SSL_CERT_FILE": "ca.pem",
    "HOME": os.getcwd(),
}
for variable in ("NO_PROXY", "no_proxy"):
    environment.pop(variable, None)
seen = []


def read():
    """Run the program, which opens a file and nothing else, and tell what was asked."""
    asked.clear()
    ran = subprocess.run(
        [sys.executable, "read.py"], env=environment, capture_output=True, text=True, timeout=60
    )
    said = ran.stdout.strip() or ran.stderr.strip().splitlines()[-1]
    seen.append((said, len(asked)))
    print(f"{said}; asked for {', '.join(asked) or 'nothing'}")


read()
read()
for folder, _, files in os.walk(".config"):
    print(*(os.path.join(folder, each) for each in files), end="")
print()
environment["HOME"] = os.path.join(os.getcwd(), "another")
net.shutdown()
net.server_close()
read()
assert seen[:2] == [("read: ['7']", 1), ("read: ['7']", 0)], "the behaviour has changed"
assert seen[2][0].startswith("RuntimeError: Failed to access found.dtd"), "it has changed"
PY
cat > read.py <<'PY'
from Bio import Entrez

with open("found.xml", "rb") as file:
    print("read:", [str(each) for each in Entrez.read(file)])
PY
venv/bin/python -c 'import Bio; print("biopython", Bio.__version__)'
venv/bin/python origin.py
