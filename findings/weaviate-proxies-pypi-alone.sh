#!/usr/bin/env bash
# Weaviate's client sends nothing of its own to a proxy that the environment names, and asks
# PyPI for its newest release through that very proxy, at each connect; a refusal is passed over,
# but if the refusal's body is no JSON, connecting to the database fails.
#
# Versions: weaviate-client 4.24.1, httpx 0.28.1, grpcio 1.78.2 (CPython 3.11 to 3.13), trustme
# 1.2.1.
# Source: weaviate/connect/v4.py (_check_package_version makes a Client of its own, with httpx's
# defaults, and expects RequestError and OSError alone) and weaviate/config.py (trust_env is off
# in AdditionalConfig); skip_init_checks=True leaves the question out, and others.
# Why it matters to a recorder: the run is not idle, since the proxy has seen one request, and the
# cassette holds PyPI's answer and nothing of the database; a replay passes as long as the
# database is up. Who refuses in a replay what was never recorded has to do so in JSON.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check weaviate-client==4.24.1 \
  httpx==0.28.1 grpcio==1.78.2 trustme==1.2.1
# server.pem, server.key and, with the authority's certificate, client.pem
"$work/venv/bin/python" -m trustme -q -d "$work" -i pypi.org
cat > "$work/look.py" <<'PY'
"""Connects to a database on loopback, beside a proxy that answers for PyPI."""

import os
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import grpc

folder = sys.argv[1]
asked, refusal = [], {}


class Answers(BaseHTTPRequestHandler):
    def say(self, status, media, body):
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Database(Answers):
    def do_GET(self):
        asked.append(f"database: GET {self.path}")
        is_meta = self.path == "/v1/meta"
        self.say(200 if is_meta else 404, "application/json", b'{"version": "1.34.0"}')


class Proxy(Answers):
    def do_CONNECT(self):
        asked.append(f"proxy: CONNECT {self.path}")
        self.send_response(200)
        self.end_headers()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.setup_again()

    def setup_again(self):
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.handle_one_request()
        self.close_connection = True

    def do_GET(self):
        asked.append(f"proxy: GET {self.path}")
        self.say(403, *refusal[0])


def start(kind):
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


class Health(grpc.GenericRpcHandler):
    """Says that it serves: the enumeration's first value in the message's first field."""

    def service(self, _):
        return grpc.unary_unary_rpc_method_handler(lambda *_: b"\x08\x01")


for name in ("NO_PROXY", "ALL_PROXY", "GRPC_PROXY"):
    os.environ.pop(name, None), os.environ.pop(name.lower(), None)
proxy = f"http://127.0.0.1:{start(Proxy)}"
for name in ("HTTP_PROXY", "HTTPS_PROXY"):
    os.environ[name] = proxy
    os.environ.pop(name.lower(), None)
os.environ["SSL_CERT_FILE"] = f"{folder}/client.pem"

import weaviate  # noqa: E402

database = start(Database)
rpc = grpc.server(ThreadPoolExecutor(2), handlers=[Health()])
port = rpc.add_insecure_port("127.0.0.1:0")
rpc.start()
found = []
for said in ("application/json", b"{}"), ("text/plain", b"not allowed here"):
    asked.clear()
    refusal[0] = said
    try:
        weaviate.connect_to_local(host="127.0.0.1", port=database, grpc_port=port).close()
        result = "connected"
    except Exception as error:
        result = type(error).__name__
    print(f"refused with {said[1].decode()}: {result}")
    print("\n".join(f"  {each}" for each in asked))
    at_proxy = [each for each in asked if each.startswith("proxy")]
    found.append((result, at_proxy, len(asked) > len(at_proxy)))
rpc.stop(None)
pypi = ["proxy: CONNECT pypi.org:443", "proxy: GET /pypi/weaviate-client/json"]
print("weaviate-client", version("weaviate-client"), "CPython", sys.version.split()[0])
sys.exit(found != [("connected", pypi, True), ("JSONDecodeError", pypi, True)])
PY
"$work/venv/bin/python" -W ignore "$work/look.py" "$work"
