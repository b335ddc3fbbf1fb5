#!/usr/bin/env bash
# With the CRT as its transfer client boto3's upload_file takes no notice of what the client was
# made with: the file goes to amazonaws.com though the client has an endpoint_url on loopback,
# where its put_object goes. Whether it is the CRT is, by default, decided by the machine.
#
# Versions: boto3 1.44.8 with botocore 1.44.8, s3transfer 0.19.3, awscrt 0.38.1 (CPython 3.11 to
# 3.13).
# Source: boto3's boto3/crt.py (_create_crt_request_serializer gives endpoint_url None,
# _create_crt_client neither verify nor proxies) and boto3/s3/transfer.py (with "auto", the
# default, the CRT is taken where awscrt calls the machine optimized, on EC2's large types); its
# documentation of TransferConfig names no such difference.
# Why it matters to a recorder: a test against an emulator, or a recorder that is put in by
# endpoint_url, leaves for the real cloud on such a machine, with the program's credentials, and
# the recording lacks the uploads. Only what stands in the environment counts: HTTPS_PROXY.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check boto3==1.44.8 botocore==1.44.8 \
  s3transfer==0.19.3 awscrt==0.38.1
cat > "$work/look.py" <<'PY'
"""Uploads a file to an endpoint on loopback by both transfer clients, beside a proxy that
refuses whatever wants to leave."""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

asked = []


class Endpoint(BaseHTTPRequestHandler):
    def do_PUT(self):
        asked.append(f"endpoint: PUT {self.path}")
        if self.headers.get("Expect") == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Proxy(Endpoint):
    def do_CONNECT(self):
        asked.append(f"proxy: CONNECT {self.path}")
        self.send_error(502)


def start(kind):
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


proxy = start(Proxy)
for name in [each for each in os.environ if each.startswith("AWS_")]:
    del os.environ[name]
for name in ("HTTP_PROXY", "HTTPS_PROXY"):
    os.environ[name] = os.environ[name.lower()] = proxy
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
path = Path(sys.argv[1], "file")
path.write_bytes(b"content")
s3 = boto3.client(
    "s3",
    region_name="us-east-1",
    endpoint_url=start(Endpoint),
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="example",
    config=Config(s3={"addressing_style": "path"}),
)
s3.put_object(Bucket="example-bucket", Key="key", Body=b"content")
print("put_object:", asked)
found = [set(asked)]
for client in "classic", "crt":
    asked.clear()
    try:
        s3.upload_file(path, "example-bucket", "key", Config=TransferConfig(preferred_transfer_client=client))
    except Exception as error:
        print(f"  {type(error).__name__}: {error}")
    print(f"upload_file, {client}:", sorted(set(asked)))
    found.append(set(asked))
for each in "boto3", "awscrt":
    print(each, version(each))
here = {"endpoint: PUT /example-bucket/key"}
elsewhere = {"proxy: CONNECT example-bucket.s3.amazonaws.com:443"}
sys.exit(found != [here, here, elsewhere])
PY
timeout 180 "$work/venv/bin/python" "$work/look.py" "$work"
