#!/usr/bin/env bash
# What a vcrpy cassette holds of a gzip answer depends on the client that recorded it, under
# the same headers: requests leaves it unpacked, urllib and httpx packed; and who replays the
# other kind gets an error or, requests, the packed bytes for the content.
#
# Versions: vcrpy 9.4.2, requests 2.34.2, urllib3 2.8.0, httpx 0.28.1 (CPython 3.11 to 3.13).
# Source: vcrpy's vcr/stubs/__init__.py (VCRHTTPResponse) and vcr/stubs/httpcore_stubs.py.
# Why it matters to a recorder: the stored Content-Encoding and Content-Length do not say
# what the body is. A converter has to look at the bytes themselves, answer by answer, and
# one that believes the header makes half of these cassettes unreadable.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  vcrpy==9.4.2 requests==2.34.2 urllib3==2.8.0 httpx==0.28.1
cat > "$work/look.py" <<'PY'
import gzip
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import requests
import vcr
import yaml

BODY = b'{"words": 12}' * 20


class Packed(BaseHTTPRequestHandler):
    def do_GET(self):
        data = gzip.compress(BODY)
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Packed)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
CLIENTS = {
    "requests": lambda: requests.get(url).content,
    "urllib": lambda: gzip.decompress(urllib.request.urlopen(url).read()),
    "httpx": lambda: httpx.get(url).content,
}


def replayed(cassette, client):
    with vcr.use_cassette(cassette, record_mode="none"):
        try:
            content = client()
        except Exception as error:
            return type(error).__name__
    return "right" if content == BODY else "packed" if content[:2] == b"\x1f\x8b" else "?"


for recorder, client in CLIENTS.items():
    with vcr.use_cassette(f"{recorder}.yaml"):
        assert client() == BODY
    with open(f"{recorder}.yaml") as file:
        (one,) = yaml.safe_load(file)["interactions"]
    headers = {name.lower(): each for name, each in one["response"]["headers"].items()}
    assert headers["content-encoding"] == ["gzip"]
    is_packed = one["response"]["body"]["string"][:2] == b"\x1f\x8b"
    told = [f"{name} {replayed(f'{recorder}.yaml', ask)}" for name, ask in CLIENTS.items()]
    print(f"{recorder}, {'packed' if is_packed else 'unpacked'}: {', '.join(told)}")
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^(vcrpy|requests|urllib3|httpx) '
found=$(cd "$work" && venv/bin/python look.py)
echo "$found"
[ "$found" = "requests, unpacked: requests right, urllib BadGzipFile, httpx DecodingError
urllib, packed: requests packed, urllib right, httpx right
httpx, packed: requests packed, urllib right, httpx right" ]
