#!/usr/bin/env bash
# The same put_object of boto3 has two bodies: to an http:// endpoint it sends the five bytes that it
# was given, and to an https:// one 46, the five in a chunk of Amazon's own with a checksum behind
# them, without a Content-Length; what the signature covers differs too. No option of the call
# says so.
#
# Versions: boto3 1.44.8 with botocore 1.44.8 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: botocore's botocore/httpchecksum.py (resolve_request_checksum_algorithm makes it a trailer
# where the URL begins with https:, else a header); Amazon's documentation of trailing checksums.
# request_checksum_calculation=when_required has the bytes sent as they are in both cases.
# Why it matters to a recorder: a test against an emulator's http:// and the real service make other
# requests of the same program, of which neither replays the other, compared by bytes; and what takes
# TLS away in front of a server has in its recording, for a file, a body that begins with "5", as
# Content-Encoding: aws-chunked is no coding that an HTTP library undoes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check boto3==1.44.8 botocore==1.44.8 trustme==1.2.1
cat > look.py <<'PY'
import os
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith("AWS_"):
        del os.environ[name]
import boto3
from botocore.config import Config

came = []


class Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = b""
        if "Content-Length" in self.headers:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        else:  # chunks of HTTP, in which those of Amazon's are
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        sha = self.headers["X-Amz-Content-SHA256"]
        came.append((body, self.headers.get("Content-Encoding"), sha[:9]))
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


ca = trustme.CA()
ca.cert_pem.write_to_path("ca.pem")
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
ca.issue_cert("localhost").configure_cert(tls)
plain, secure = (ThreadingHTTPServer(("127.0.0.1", 0), Bucket) for _ in range(2))
secure.socket = tls.wrap_socket(secure.socket, server_side=True)
for each in (plain, secure):
    threading.Thread(target=each.serve_forever, daemon=True).start()
urls = [f"http://localhost:{plain.server_port}", f"https://localhost:{secure.server_port}"]


def put(**options):
    came.clear()
    for url in urls:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, **options)
        more = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "example"}
        s3 = boto3.client("s3", "us-east-1", endpoint_url=url, verify="ca.pem", config=config, **more)
        s3.put_object(Bucket="bucket", Key="file", Body=b"hello")
        print(" ", options or "by default", url.split(":")[0], "->", came[-1])
    return list(came)


print("boto3", boto3.__version__)
usual, required = put(), put(request_checksum_calculation="when_required")
chunk = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
sys.exit(
    usual != [(b"hello", None, "2cf24dba5"), (chunk, "aws-chunked", "STREAMING")]
    or [each[:2] for each in required] != [(b"hello", None)] * 2
)
PY
timeout 60 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
