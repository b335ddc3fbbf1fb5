#!/usr/bin/env bash
# pyarrow's S3FileSystem reads no variable of a proxy at all, and its GcsFileSystem, in the same
# library, does: of two buckets that one program reads the one goes through HTTP_PROXY and the
# other past it.
#
# Versions: pyarrow 26.0.1 (CPython 3.11 to 3.13), which has AWS's SDK for C++ and
# google-cloud-cpp in it.
# Source: Arrow's cpp/src/arrow/filesystem/s3fs.cc (the SDK's client takes a proxy from the option
# proxy_options alone, since allowSystemProxy is off) and libcurl within google-cloud-cpp;
# pyarrow's documentation of S3FileSystem names proxy_options, and the environment's only for
# credentials. pandas reads "s3://..." by it where no storage_options are given.
# Why it matters to a recorder: what is put in by the environment, as for any other client of S3
# (boto3, s3fs), records nothing of it, without an error, and in a replay the program reads
# the live bucket. Where a test has both, half of it is recorded. The program itself has to name the
# recorder, by proxy_options or by endpoint_override.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyarrow==26.0.1
cat > look.py <<'PY'
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

came = []
OBJECT = b'{"kind": "storage#object", "bucket": "bucket", "name": "key", "size": "5", "generation": "1"}'


def served(name):
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            came.append(name)
            gcs = "/storage/v1/" in self.path
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if gcs else "text/plain")
            self.send_header("Content-Length", str(len(OBJECT)))
            self.send_header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")
            self.end_headers()

        def do_GET(self):
            self.do_HEAD()
            self.wfile.write(OBJECT)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


origin, proxy = served("the origin"), served("the proxy")
for name in ("http_proxy", "https_proxy", "all_proxy"):
    os.environ[name] = os.environ[name.upper()] = f"http://{proxy}"
os.environ["NO_PROXY"] = os.environ["no_proxy"] = ""

import pyarrow
from pyarrow import fs


def asked(system):
    """Returns who was asked for one object's size."""
    came.clear()
    assert system.get_file_info("bucket/key").size
    return sorted(set(came))


keys = {"access_key": "example", "secret_key": "example", "region": "us-east-1"}
plain = {"scheme": "http", "endpoint_override": origin}
host, port = proxy.split(":")
named = {"scheme": "http", "host": host, "port": int(port)}
by_default = asked(fs.S3FileSystem(**keys, **plain))
by_option = asked(fs.S3FileSystem(**keys, **plain, proxy_options=named))
of_google = asked(fs.GcsFileSystem(anonymous=True, **plain))
print("pyarrow", pyarrow.__version__, "with HTTP_PROXY, http_proxy and all others set:")
print("S3FileSystem asks", *by_default, "and by proxy_options", *by_option)
print("GcsFileSystem asks", *of_google)
right = by_default == ["the origin"] and by_option == of_google == ["the proxy"]
sys.stdout.flush()
os._exit(not right)
PY
env -u AWS_PROFILE -u AWS_ENDPOINT_URL timeout 100 venv/bin/python look.py ||
  { echo "the behaviour has changed"; exit 1; }
