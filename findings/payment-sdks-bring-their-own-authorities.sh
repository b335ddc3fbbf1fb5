#!/usr/bin/env bash
# Stripe's, Braintree's and Razorpay's SDKs for Python, which all send by requests, trust a file in
# their own package and nothing else: REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE, all set, are
# for every other request of the program, and to put an authority into certifi's file or the
# system's is of no use either. They do go by HTTPS_PROXY.
#
# Versions: stripe 16.1.0, braintree 4.48.0, razorpay 2.0.1, requests 2.34.2 (CPython 3.11 to 3.13),
# trustme 1.2.1.
# Source: stripe's ca_bundle_path (data/ca-certificates.crt), braintree's Environment (its
# ssl/api_braintreegateway_com.ca.crt), razorpay's client.py (ca-bundle.crt): each gives requests a
# path as verify, and then no variable is read (requests' merge_environment_settings).
# Why it matters to a recorder: a proxy that decrypts is used and refused, and what the program sees is
# a broken connection to a payment's API, where all that it does beside is recorded. No setting from
# outside the program helps: the path has to be changed in the process, before the first call.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check stripe==16.1.0 braintree==4.48.0 razorpay==2.0.1 \
  requests==2.34.2 trustme==1.2.1 setuptools==80.9.0
cat > program.py <<'PY'
import sys

import braintree
import razorpay
import requests
import stripe


def by_braintree():
    there = braintree.Environment.Sandbox
    gateway = braintree.BraintreeGateway(braintree.Configuration(there, "m", "p", "s"))
    return gateway.customer.find("1").id


calls = {
    "requests": lambda: requests.get("https://api.stripe.com/").json()["id"],
    "stripe": lambda: stripe.StripeClient("sk_example", max_network_retries=0).v1.customers.retrieve("1").id,
    "braintree": by_braintree,
    "razorpay": lambda: razorpay.Client(auth=("k", "s")).customer.fetch("1")["id"],
}
try:
    print(calls[sys.argv[1]]())
except Exception as error:
    told, inner = "", error
    while inner is not None:
        told, inner = told + str(inner), inner.__context__
    print("refused" if "CERTIFICATE_VERIFY_FAILED" in told else repr(error))
PY
cat > look.py <<'PY'
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
hosts = ("api.stripe.com", "api.razorpay.com", "api.sandbox.braintreegateway.com")
ca.issue_cert(*hosts).configure_cert(tls)
tunnels = []


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        tunnels.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        try:
            with tls.wrap_socket(self.connection, server_side=True) as inner:
                Server(inner, self.client_address, self.server)
        except OSError:
            pass  # the client does not trust

    def do_GET(self):
        xml = self.headers["Accept"] == "application/xml"
        body = b"<customer><id>c1</id></customer>" if xml else b'{"id": "c1", "object": "customer"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/xml" if xml else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{server.server_port}"
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env |= dict.fromkeys(("HTTPS_PROXY", "https_proxy"), here)
env |= dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"), os.path.abspath("ca.pem"))
found = {}
for name in ("requests", "stripe", "braintree", "razorpay"):
    tunnels.clear()
    command = [sys.executable, "-W", "ignore", "program.py", name]
    done = subprocess.run(command, env=env, timeout=60, stdout=subprocess.PIPE, check=True, text=True)
    found[name] = done.stdout.splitlines()[-1]  # one of them prints a line of its own before
    print(f"  {name} {version(name)}: {found[name]}, by the proxy: {tunnels}")
    assert tunnels
sys.exit(found != {"requests": "c1", "stripe": "refused", "braintree": "refused", "razorpay": "refused"})
PY
timeout 100 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
