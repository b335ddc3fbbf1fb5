#!/usr/bin/env bash
# warcio's capture_http writes what goes over the connections that its own thread has made, and
# nothing of any other's: of four downloads in a pool the archive has none, without a line, though
# all went through the patched http.client. Of what the program stopped to read it has the part,
# under the Content-Length of the whole and without WARC-Truncated.
#
# Versions: warcio 1.8.1, requests 2.34.2, urllib3 2.8.0 (CPython 3.11 to 3.13).
# Source: warcio's warcio/capture_http.py (RecordingHTTPConnection.local is a threading.local);
# its README on capturing HTTP traffic names neither threads nor parts. WARC 1.1 has the field
# WARC-Truncated for a record that was cut.
# Why it matters to a recorder: s3transfer, huggingface_hub and any pool of workers download in
# threads, so that an archive of such a run holds the listing and none of the files, or, where
# threads share a session, those that by chance got its first connection. Who makes
# cassettes of archives has to hold Content-Length against the record, as no header tells.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check warcio==1.8.1 requests==2.34.2 \
  urllib3==2.8.0
cat > "$work/look.py" <<'PY'
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from warcio.capture_http import capture_http  # before requests, as its README says

import requests  # noqa: E402
from warcio.archiveiterator import ArchiveIterator  # noqa: E402

SIZE = 100_000
asked = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(SIZE))
        self.end_headers()
        try:
            self.wfile.write(b"x" * SIZE)
        except ConnectionError:
            pass  # the client has left

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
session = requests.Session()
session.trust_env = False


def fetch(path):
    with requests.Session() as own:  # with connections of its own
        own.trust_env = False
        return len(own.get(url + path).content)


with capture_http() as writer:
    lengths = [fetch("/whole")]
    with session.get(url + "/left", stream=True) as answer:
        part = len(next(answer.iter_content(1000)))
    with ThreadPoolExecutor(2) as pool:
        lengths += pool.map(fetch, [f"/in-a-thread-{n}" for n in range(4)])

records = {}
for record in ArchiveIterator(writer.get_stream()):
    if record.rec_type == "response":
        path = record.rec_headers.get_header("WARC-Target-URI").removeprefix(url)
        stated = record.http_headers.get_header("Content-Length")
        told = record.rec_headers.get_header("WARC-Truncated")
        records[path] = len(record.content_stream().read()), int(stated), told
print("warcio", version("warcio"))
for path in sorted(set(asked)):
    print(path, "in the archive, its Content-Length, WARC-Truncated:", records.get(path, "nothing"))
sys.exit(
    lengths != [SIZE] * 5
    or part != 1000
    or len(asked) != 6
    or records.keys() != {"/whole", "/left"}
    or records["/whole"] != (SIZE, SIZE, None)
    or not 1000 <= records["/left"][0] < SIZE
    or records["/left"][1:] != (SIZE, None)
)
PY
"$work/venv/bin/python" "$work/look.py"
