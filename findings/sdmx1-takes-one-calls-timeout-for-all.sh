#!/usr/bin/env bash
# The timeout that a program gives one call of sdmx1's client for statistical offices, and whether that call
# follows redirects, hold from then on for every client in the process, made before or after, for any
# office; the timeout that a client is made with has no effect at all. And though it is requests that
# sends, REQUESTS_CA_BUNDLE is no trust to it, where HTTP_PROXY is a proxy.
#
# Versions: sdmx1 2.28.0, requests 2.34.2, trustme 1.2.1 (CPython 3.11 to 3.13).
# Source: sdmx1's sdmx/client.py (_send_kwargs is a dictionary of the class, which each call updates; the request
# is prepared and given to Session.send, past what Session.request reads of the environment).
# Why it matters to a recorder: a replay that keeps a recorded pause, or a recorder that needs a moment more for
# a certificate, fails in a call that names no timeout, by one that another test of the process named. A
# recorder that gives its authority by the environment is refused by this library alone, through the
# very proxy that it took from there: the certificate has to stand in the client's verify.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check sdmx1==2.28.0 requests==2.34.2 trustme==1.2.1
cat > look.py <<'PY'
import os
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import requests
import sdmx
import trustme

MESSAGE = b"""<mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message">
<mes:Header><mes:ID>a</mes:ID><mes:Test>false</mes:Test>
<mes:Prepared>2026-11-29T00:00:00</mes:Prepared><mes:Sender id="office"/></mes:Header>
<mes:Structures/></mes:Structure>"""
KIND = "application/vnd.sdmx.structure+xml; version=2.1"
came = []


class Office(BaseHTTPRequestHandler):
    def do_GET(self):
        came.append(self.path)
        if self.path.endswith("/slow"):
            time.sleep(3)
        moved = self.path.endswith("/moved")
        self.send_response(302 if moved else 200)
        if moved:
            self.send_header("Location", "/here")
        self.send_header("Content-Type", KIND)
        self.send_header("Content-Length", str(len(MESSAGE)))
        self.end_headers()
        try:
            self.wfile.write(MESSAGE)
        except OSError:
            came.append("gave up")

    def log_message(self, *words):
        pass


def serve(context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Office)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


def outcome(call, *given, **named):
    """Returns what the call comes to: the last status, or the name of its error."""
    try:
        found = call(*given, **named)
    except Exception as error:
        return type(error).__name__
    return getattr(found, "response", found).status_code


for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)
print("sdmx1", version("sdmx1"), "requests", version("requests"))
plain = "http://" + serve()
earlier, other = sdmx.Client(), sdmx.Client()
made_with = outcome(sdmx.Client(timeout=0.5).get, url=plain + "/slow")
before = [outcome(earlier.get, url=plain + each) for each in ("/slow", "/moved")]
outcome(other.get, url=plain + "/quick", timeout=0.5, allow_redirects=False)
clients = {"earlier": earlier, "later": sdmx.Client(), "with timeout=60": sdmx.Client(timeout=60)}
after = {}
for name, client in clients.items():
    after[name] = [outcome(client.get, url=plain + each) for each in ("/slow", "/moved")]
print("a client made with timeout=0.5, an answer after 3 s:", made_with)
print("slow and moved, before another client's call:", before, "after it:", after)
outcome(other.get, url=plain + "/quick", timeout=30, allow_redirects=True)

authority = trustme.CA()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("127.0.0.1").configure_cert(context)
authority.cert_pem.write_to_path("authority.pem")
secure = "https://" + serve(context)
os.environ["REQUESTS_CA_BUNDLE"] = os.path.abspath("authority.pem")
trust = {
    "requests": outcome(requests.get, secure + "/here", timeout=30),
    "sdmx": outcome(sdmx.Client().get, url=secure + "/here"),
    "sdmx, verify": outcome(sdmx.Client(verify="authority.pem").get, url=secure + "/here"),
}
os.environ["HTTP_PROXY"] = plain
came.clear()
proxied = outcome(sdmx.Client().get, url="http://office.invalid/here"), *came
print("with REQUESTS_CA_BUNDLE:", trust, "with HTTP_PROXY:", *proxied)
assert made_with == 200 and before == [200, 200]
assert all(each == ["ReadTimeout", 302] for each in after.values()), after
assert trust == {"requests": 200, "sdmx": "SSLError", "sdmx, verify": 200}
assert proxied == (200, "http://office.invalid/here")
PY
unset NO_PROXY no_proxy SSL_CERT_FILE CURL_CA_BUNDLE
timeout 200 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
