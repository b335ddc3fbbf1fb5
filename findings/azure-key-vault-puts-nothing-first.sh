#!/usr/bin/env bash
# The first time that a process writes to a vault, Azure's Key Vault client sends the PUT without its body and without
# a token, to be refused and told where to log in, and then the real one; what it was told it keeps for the whole
# process, for other clients too, so which test of a suite sends the empty PUT goes by the order they run in.
#
# Versions: azure-keyvault-secrets 4.12.0, azure-core 1.41.0 (CPython 3.11 to 3.13).
# Source: azure/keyvault/secrets/_shared/challenge_auth_policy.py (on_request) and http_challenge_cache.py, a
# dictionary of the module, which no client and no close() empties; keys, certificates and administration have copies
# of the two.
# Why it matters to a recorder: the cassette has a PUT with an empty body and a 401 that no program asked for, and a
# test recorded by itself has one more interaction than the same test recorded after another: replayed in the other
# order it misses, or leaves one unused. The empty PUT and the real one have one URL and differ in the body and a
# header that recorders leave out, so that one that compares no bodies answers the real one with the 401.
set -euo pipefail
for tool in openssl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost 2> made
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check azure-keyvault-secrets==4.12.0 azure-core==1.41.0
cat > look.py <<'PY'
import json
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from azure.core.credentials import AccessToken
from azure.keyvault.secrets import SecretClient

LOG_IN = 'Bearer authorization="https://login.example.com/tenant", resource="https://vault.azure.net"'


class Vault(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        path, token = self.path.split("?")[0], self.headers["Authorization"]
        print(f"  {self.command} {path} body {body!r}, {self.headers['Content-Type']}, {token}")
        self.send_response(200 if token else 401)
        answer = b"{}"
        if token:
            answer = json.dumps({"value": "v", "id": "https://localhost/secrets/a/1", "attributes": {}}).encode()
        else:
            self.send_header("WWW-Authenticate", LOG_IN)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT

    def log_message(self, *_):
        pass


class Credential:
    def get_token(self, *_, **__):
        return AccessToken("token", 2**33)


vault = ThreadingHTTPServer(("127.0.0.1", 0), Vault)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
vault.socket = context.wrap_socket(vault.socket, server_side=True)
threading.Thread(target=vault.serve_forever, daemon=True).start()
print("azure-keyvault-secrets", version("azure-keyvault-secrets"), "azure-core", version("azure-core"))
url = f"https://localhost:{vault.server_port}"
for number in (1, 2):
    print(f"client {number}")
    known = {"verify_challenge_resource": False, "connection_verify": "cert.pem"}
    with SecretClient(url, Credential(), **known) as client:
        client.set_secret("a", "v")
        client.get_secret("a")
PY
timeout 120 venv/bin/python -u look.py | tee found
cat > expected <<'END'
azure-keyvault-secrets 4.12.0 azure-core 1.41.0
client 1
  PUT /secrets/a body '', application/json, None
  PUT /secrets/a body '{"value": "v"}', application/json, Bearer token
  GET /secrets/a/ body '', None, Bearer token
client 2
  PUT /secrets/a body '{"value": "v"}', application/json, Bearer token
  GET /secrets/a/ body '', None, Bearer token
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
