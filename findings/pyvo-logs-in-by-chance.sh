#!/usr/bin/env bash
# As whom pyvo asks an observatory's service is drawn with each start of Python, where the program gave two of
# cookie, password and certificate and the service takes both: it takes any of a set of texts. So the
# same program sends an Authorization in one run and a Cookie, without it, in the next; which one is
# settled by PYTHONHASHSEED, not by the order in which they were given.
#
# Versions: pyvo 1.9.1, astropy 8.0.2, numpy 2.4.6 (CPython 3.11 to 3.13).
# Source: pyvo's pyvo/auth/credentialstore.py (negotiate_method: set.pop() of the methods' names).
# Why it matters to a recorder: a recorder that compares the Authorization, as for two users of one API it must,
# fails in every second run; one that does not compares nothing that could tell the two, and the two
# identities may see other rows. A certificate is chosen in TLS, where a recorder that ends it sees
# nothing at all. Equal runs want PYTHONHASHSEED, or one kind of log-in alone.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyvo==1.9.1 astropy==8.0.2 numpy==2.4.6
cat > program.py <<'PY'
"""Sends one query to the service given, with a password and a cookie at hand."""
import sys

import pyvo
from pyvo.auth import authsession

session = authsession.AuthSession()
if sys.argv[2] == "password first":
    session.credentials.set_password("astronomer", "example")
session.credentials.set_cookie("session", "example")
if sys.argv[2] != "password first":
    session.credentials.set_password("astronomer", "example")
service = pyvo.dal.TAPService(sys.argv[1], session=session)
print(len(service.run_sync("SELECT ra FROM stars")))
PY
cat > look.py <<'PY'
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

CAPABILITIES = """<vosi:capabilities xmlns:vosi="http://www.ivoa.net/xml/VOSICapabilities/v1.0"
xmlns:vs="http://www.ivoa.net/xml/VODataService/v1.1"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><capability
standardID="ivo://ivoa.net/std/TAP"><interface xsi:type="vs:ParamHTTP" role="std"><accessURL
use="base">PLACE</accessURL><securityMethod standardID="ivo://ivoa.net/sso#BasicAA"/>
<securityMethod standardID="ivo://ivoa.net/sso#cookie"/></interface></capability>
</vosi:capabilities>"""
ROWS = """<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE
type="results"><INFO name="QUERY_STATUS" value="OK"/><TABLE><FIELD name="ra"
datatype="double"/><DATA><TABLEDATA><TR><TD>1.5</TD></TR></TABLEDATA></DATA></TABLE>
</RESOURCE></VOTABLE>"""
came = []


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        self.give(CAPABILITIES.replace("PLACE", url))

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        came.append(" and ".join(n for n in ("Authorization", "Cookie") if self.headers[n]))
        self.give(ROWS)

    def give(self, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/tap"


def run(seed, order):
    came.clear()
    environment = dict(os.environ, PYTHONHASHSEED=seed, HOME=os.getcwd())
    call = [sys.executable, "-W", "ignore", "program.py", url, order]
    ran = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=120)
    assert ran.stdout.strip() == "1", ran.stderr[-2000:]
    return came[-1]


print("pyvo", version("pyvo"))
by_seed = {seed: run(seed, "password first") for seed in ("3", "4", "5", "6")}
again = {seed: run(seed, "password first") for seed in ("3", "4")}
turned = {seed: run(seed, "cookie first") for seed in ("3", "4")}
print("by PYTHONHASHSEED:", by_seed, "again:", again, "given the other way round:", turned)
assert set(by_seed.values()) == {"Authorization", "Cookie"}
assert again == turned == {seed: by_seed[seed] for seed in again}
PY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
timeout 300 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
