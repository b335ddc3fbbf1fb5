#!/usr/bin/env bash
# Before it logs in, Snowflake's connector for Python asks the metadata servers of AWS, Azure and
# Google which machine it is on: nine requests, at once and in any order, among them one for a token
# in the name of the machine. Where HTTP_PROXY is set they go there, so that it is the proxy's machine
# which would answer.
#
# Versions: snowflake-connector-python 5.2.0 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: the names of the sources that its core, sf_core_python, was built of (sf_core's
# telemetry/platform_detection: aws.rs, azure.rs, gcp.rs); the variable
# SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true is against it.
# Why it matters to a recorder: a program that makes one request makes ten, to hosts that its author
# has never named, which a replay has to refuse without a wait; and a recording made on a cloud's
# machine has that machine's identity and an access token of it, in answers that no rule for
# Snowflake covers. The three clouds' equal requests come in another order each time.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check snowflake-connector-python==5.2.0 trustme==1.2.1
cat > program.py <<'PY'
import snowflake.connector

try:
    snowflake.connector.connect(account="example", user="me", password="example", login_timeout=5)
except snowflake.connector.errors.Error:
    pass  # the server below knows nobody
PY
cat > look.py <<'PY'
import json
import os
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import trustme

ca = trustme.CA()
ca.cert_pem.write_to_path("ca.pem")
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
ca.issue_cert("example.snowflakecomputing.com").configure_cert(tls)
METADATA = ("http://169.254.169.254/", "http://metadata.google.internal/")
asked, logins = [], []
status = 200


class Server(BaseHTTPRequestHandler):
    """A proxy whose tunnels end in Snowflake; to the metadata servers' requests it says itself."""

    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with tls.wrap_socket(self.connection, server_side=True) as inner:
            Server(inner, self.client_address, self.server)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/session/v1/login-request"):
            logins.append(len(asked))
        no = {"success": False, "code": "390100", "message": "nobody", "data": None}
        self.answer(200, no)

    def do_GET(self):
        asked.append(f"{self.command} {self.path}")
        self.answer(status, {})

    do_PUT = do_GET

    def answer(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{server.server_port}"
unset = ("_proxy", "snowflake_", "aws_")
env = {name: value for name, value in os.environ.items() if not any(each in name.lower() for each in unset)}
for name in ("http_proxy", "https_proxy"):
    env |= {name: here, name.upper(): here}
env |= {"SSL_CERT_FILE": "ca.pem", "REQUESTS_CA_BUNDLE": "ca.pem", "HOME": os.getcwd()}


def run(code, **more):
    """Returns what one connect asked of metadata servers, and how much of it before each login."""
    global status
    status = code
    asked.clear()
    logins.clear()
    subprocess.run([sys.executable, "-W", "ignore", "program.py"], env=env | more, check=True, timeout=60)
    print(f"  answered {code} {more or ''}: {len(asked)} requests, logins after {logins}")
    return list(asked), list(logins)


print("snowflake-connector-python", version("snowflake-connector-python"))
many, logins_of_many = run(200)
for each in sorted(set(many)):
    print("   ", each[:110])
refused, _ = run(424)
off, _ = run(424, SNOWFLAKE_DISABLE_PLATFORM_DETECTION="true")
whose = all(each.split(" ", 1)[1].startswith(METADATA) for each in many + refused)
token = any("identity/oauth2/token" in each for each in many)
sys.exit(not (len(many) == len(refused) == 9 and whose and token and logins_of_many[-1] >= 6 and not off))
PY
timeout 200 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
