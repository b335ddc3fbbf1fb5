#!/usr/bin/env bash
# google-cloud-storage's download_chunks_concurrently fetches in processes of its own by
# default, with a client that it makes anew there: the session that the program gave its
# client (_http) carries none of these requests.
#
# Versions: google-cloud-storage 3.17.1 (CPython 3.11 to 3.13).
# Source: google/cloud/storage/transfer_manager.py (_reduce_client: "Can't carry this over").
# Why it matters to a recorder: what is patched in or mounted on the program's own process
# records the metadata and none of the data; and the chunks come in any order, so a cassette
# of them must not depend on it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check google-cloud-storage==3.17.1
cat > "$work/look.py" <<'PY'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.cloud.storage import transfer_manager

DATA = b"0123456789"
served, carried = [], []


class Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = self.headers.get("Range")
        served.append(wanted or "metadata")
        if wanted is None:
            facts = {"name": "digits", "bucket": "b", "size": str(len(DATA))}
            return self.answer(200, json.dumps(facts).encode())
        first, last = map(int, wanted.removeprefix("bytes=").split("-"))
        said = f"bytes {first}-{last}/{len(DATA)}"
        return self.answer(206, DATA[first : last + 1], {"Content-Range": said})

    def answer(self, code, body, headers={}):
        self.send_response(code)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Noting(requests.Session):
    def request(self, method, url, **options):
        names = {name.lower(): value for name, value in options["headers"].items()}
        carried.append(names.get("range", "metadata"))
        return super().request(method, url, **options)


def fetch(worker_type):
    served.clear()
    carried.clear()
    where = {"api_endpoint": f"http://127.0.0.1:{server.server_port}"}
    client = storage.Client(
        project="p", credentials=AnonymousCredentials(), client_options=where, _http=Noting()
    )
    blob = client.bucket("b").get_blob("digits")
    transfer_manager.download_chunks_concurrently(
        blob, sys.argv[1], chunk_size=4, worker_type=worker_type, crc32c_checksum=False
    )
    assert open(sys.argv[1], "rb").read() == DATA
    chunks = sorted(each for each in served if each.startswith("bytes"))
    own = sorted(each for each in carried if each.startswith("bytes"))
    print(f"{worker_type}: served {chunks}, by its session {own}")


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fetch(transfer_manager.PROCESS)
    fetch(transfer_manager.THREAD)
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^google-cloud-storage '
found=$("$work/venv/bin/python" -W ignore "$work/look.py" "$work/file")
echo "$found"
[ "$found" = "process: served ['bytes=0-3', 'bytes=4-7', 'bytes=8-9'], by its session []
thread: served ['bytes=0-3', 'bytes=4-7', 'bytes=8-9'], by its session ['bytes=0-3', 'bytes=4-7', 'bytes=8-9']" ]
