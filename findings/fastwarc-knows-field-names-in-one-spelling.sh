#!/usr/bin/env bash
# To FastWARC a record whose field is written warc-type is "unknown", so that a loop over answers passes it by without a
# word, one with content-type is no HTTP, so that status and headers stand in its body, and one with content-length ends
# the file with "Invalid WARC header"; names of WARC's fields have no case, and warcio reads all three.
#
# Versions: FastWARC 2.0.1, warcio 1.8.1 (CPython 3.11).
# Source: observed; ISO 28500, section 4: field names are case-insensitive; get() on its headers is, which finds the
# field that the reader has missed.
# Why it matters to a recorder: archives are written by many programs, and one that keeps its fields as HTTP/2 does writes
# them small. An importer that asks for "response" records gets none of such a file, which looks like an archive with
# nothing in it; to count what is passed over is the remedy.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check warcio==1.8.1 fastwarc==2.0.1
cat > look.py <<'PY'
import io

from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

BLOCK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\npay 10"
RECORD = (
    "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:11111111-1111-4111-8111-111111111111>\r\n"
    "WARC-Date: 2026-11-30T10:00:00Z\r\nWARC-Target-URI: http://api.example/a\r\n"
    f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(BLOCK)}\r\n\r\n{BLOCK}\r\n\r\n"
)


def by_fastwarc(text):
    try:
        return [
            (str(record.record_type), record.headers.get("WARC-Type"), record.reader.read().decode()[-23:])
            for record in FastIterator(io.BytesIO(text))
        ]
    except OSError as error:
        return str(error)


def answers(text):
    try:
        return len(list(FastIterator(io.BytesIO(text), record_types=WarcRecordType.response)))
    except OSError as error:
        return str(error)


found = {}
for name in ("", "WARC-Type", "Content-Type", "Content-Length"):
    text = RECORD.replace(name, name.lower(), 1).encode()
    bodies = [record.content_stream().read().decode() for record in ArchiveIterator(io.BytesIO(text))]
    found[name.lower()] = (bodies, by_fastwarc(text), answers(text))
for name, seen in found.items():
    print(name or "as written", seen)
refused = "Invalid WARC header"
assert found == {
    "": (["pay 10"], [("response", "response", "pay 10")], 1),
    "warc-type": (["pay 10"], [("unknown", "response", "pay 10")], 0),
    "content-type": (["pay 10"], [("response", "response", "e: text/plain\r\n\r\npay 10")], 1),
    "content-length": (["pay 10"], refused, refused),
}, "the behaviour has changed"
PY
venv/bin/python look.py
