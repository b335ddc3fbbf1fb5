#!/usr/bin/env bash
# Azure Storage's delete_blobs puts the caller's bearer token into the body of its POST, once
# for each blob, as header lines of the requests that the body holds; with an account's key
# each of them has a signature of its own, which is nowhere in the POST's headers.
#
# Versions: azure-storage-blob 12.31.1, azure-core 1.41.0 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: azure/storage/blob/_shared/base_client.py (_batch_send gives set_multipart_mixed the
# credential's policy) and azure/core/utils/_pipeline_transport_rest_shared.py
# (_serialize_request); the parts are of the type application/http (RFC 9112, section 10.2).
# Why it matters to a recorder: one that leaves out the header Authorization, and no more,
# commits the token with the body. One that hides the header's values wherever they occur
# hides the token, and not the signatures; and since x-ms-date and x-ms-client-request-id
# are in the body too, no two runs send the same one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check \
  azure-storage-blob==12.31.1 azure-core==1.41.0 trustme==1.2.1
cat > look.py <<'PY'
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import trustme
from azure.core.credentials import AccessToken
from azure.storage.blob import ContainerClient

came = []
PART = (
    "--batchresponse\r\nContent-Type: application/http\r\nContent-ID: {}\r\n\r\n"
    "HTTP/1.1 202 Accepted\r\nx-ms-request-id: 1\r\n\r\n\r\n"
)


class Storage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        came.append((self.headers["Authorization"], sent))
        parts = map(PART.format, range(sent.count("Content-ID: ")))
        body = "".join([*parts, "--batchresponse--\r\n"]).encode()
        self.send_response(202)
        self.send_header("Content-Type", "multipart/mixed; boundary=batchresponse")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Somebody:
    def get_token(self, *_, **__):
        return AccessToken("the-token-of-somebody", int(time.time()) + 3600)


def delete_two(credential):
    """Return the POST's own credential, and those that stand in its body."""
    url = f"https://127.0.0.1:{server.server_port}/account"
    box = ContainerClient(url, "box", credential=credential, connection_verify="ca.pem")
    assert [each.status_code for each in box.delete_blobs("a", "b")] == [202, 202]
    outer, body = came.pop()
    name, colon = "Authorization", ": "
    lines = (line.partition(colon) for line in body.split("\r\n"))
    return outer, [value for key, _, value in lines if key == name]


authority = trustme.CA()
authority.cert_pem.write_to_path("ca.pem")
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
authority.issue_cert("127.0.0.1").configure_cert(context)
server = ThreadingHTTPServer(("127.0.0.1", 0), Storage)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("azure-storage-blob", version("azure-storage-blob"), "azure-core", version("azure-core"))
by_token = delete_two(Somebody())
by_key = delete_two({"account_name": "account", "account_key": "ZXhhbXBsZQ=="})
for outer, inner in (by_token, by_key):
    print("in the headers:", outer)
    print("in the body:", *inner, sep="\n  ")
assert by_token == ("Bearer the-token-of-somebody", ["Bearer the-token-of-somebody"] * 2)
outer, inner = by_key
assert all(each.startswith("SharedKey account:") for each in (outer, *inner))
assert len({outer, *inner}) == 3, "the behaviour has changed"
PY
env -u HTTPS_PROXY -u https_proxy -u ALL_PROXY -u all_proxy venv/bin/python look.py
