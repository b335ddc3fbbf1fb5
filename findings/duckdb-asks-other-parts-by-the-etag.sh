#!/usr/bin/env bash
# Which parts of a file DuckDB asks for goes by headers of the answers: with an ETag it keeps what it has read, so that
# the next range ends where that begins, and a second query sends a HEAD alone; without one each query sends all again,
# of other lengths. Of a file with a Last-Modified alone it is the clock: what is younger than ten seconds is not kept.
#
# Versions: duckdb 1.5.5, duckdb-extension-httpfs 1.5.5 (CPython 3.11 to 3.13).
# Source: DuckDB's src/storage/external_file_cache.cpp (IsValid: the version tag, or a last_modified that was ten
# seconds old when it was read) and duckdb-httpfs; SET enable_external_file_cache = false ends it.
# Why it matters to a recorder: Range has to be compared, as the bytes are another's otherwise, and so a cassette out of
# which the ETag was taken, since it looked like a secret or as it changes in each run, makes misses of requests that
# it has. A fixture that a suite writes just before its recording is younger than ten seconds then, and older in a
# replay, where the Last-Modified is the recorded one: the replay sends fewer requests than were recorded.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check duckdb==1.5.5 duckdb-extension-httpfs==1.5.5
cat > look.py <<'PY'
import glob
import os
import re
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ["HOME"] = os.getcwd()
import duckdb

writer = duckdb.connect()
rows = "select range as id, repeat('x', 50) || range as name from range(200000)"
writer.execute(f"copy ({rows}) to 'table.parquet' (format parquet)")
with open("table.parquet", "rb") as file:
    TABLE = file.read()
headers = {}
asked = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"] or "")
        body = TABLE
        self.send_response(206 if wanted else 200)
        if wanted:
            first, last = int(wanted[1]), int(wanted[2])
            body = TABLE[first : last + 1]
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(TABLE)}")
        asked.append((first, last) if wanted else self.command)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def ask():
    asked.clear()
    database.execute("select max(name) from read_parquet(?)", [url]).fetchall()
    return list(asked)


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/table.parquet"
extension = glob.glob(f"{sys.prefix}/lib/**/httpfs.duckdb_extension", recursive=True)[0]
print("duckdb", duckdb.__version__)
found = {}
for name, told in {
    "nothing": {},
    "an ETag": {"ETag": '"one"'},
    "a Last-Modified of last year": {"Last-Modified": formatdate(time.time() - 1e7, usegmt=True)},
    "a Last-Modified of now": {"Last-Modified": formatdate(time.time(), usegmt=True)},
}.items():
    headers.clear()
    headers.update(told)
    database = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": 1})
    database.execute(f"load '{extension}'")
    found[name] = ask(), ask()
    first, second = found[name]
    print(f"told {name}: {first[0]} and {len(first) - 1} parts; the second query:", end=" ")
    print(f"{second[0]} and {len(second) - 1} parts")
last, kept = max(found["nothing"][0][1:]), max(found["an ETag"][0][1:])
between = [max(part for part in found[name][0][1:] if part[1] != last[1]) for name in ("nothing", "an ETag")]
print("the last part, with the table's description, is the same:", last == kept)
print("the part before it begins at the same place:", between[0][0] == between[1][0])
print("without an ETag that one reaches into the last:", between[0][1] > last[0])
print("with an ETag it ends right before the last:", between[1][1] == last[0] - 1)
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
duckdb 1.5.5
told nothing: HEAD and 3 parts; the second query: HEAD and 3 parts
told an ETag: HEAD and 3 parts; the second query: HEAD and 0 parts
told a Last-Modified of last year: HEAD and 3 parts; the second query: HEAD and 0 parts
told a Last-Modified of now: HEAD and 3 parts; the second query: HEAD and 3 parts
the last part, with the table's description, is the same: True
the part before it begins at the same place: True
without an ETag that one reaches into the last: True
with an ETag it ends right before the last: True
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
