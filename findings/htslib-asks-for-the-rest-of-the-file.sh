#!/usr/bin/env bash
# To read 5 records at each of three places HTSlib asks for nearly four times the file: no
# request has a Range with an end, and it leaves each answer after the first few kilobytes. It
# seeks by the length in the head, and keeps the index in the folder where it runs, so that a
# second run does not ask for that.
#
# Versions: pysam 0.24.1 with HTSlib 1.24 (CPython 3.11 to 3.13).
# Source: HTSlib's hfile_libcurl.c (restart_from_position: bytes=N-, and no request is ever
# bounded) and hts.c (the index is looked for beside the working directory's name first).
# Why it matters to a recorder: none of the answers that hold data ever ends. What records
# whole answers alone has the 28 bytes at the end and the index; what reads an answer to its
# end before it hands it on, as mitmproxy does unless told otherwise, loads 100 GB of a genome
# for a gene; and a replay that gives the part that came the part's own length makes the
# next seek fail (Illegal seek). On another machine, or a clean checkout, the replay is asked
# for an index that the recording does not have.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pysam==0.24.1
cat > make.py <<'PY'
import random

import pysam

random.seed(1)
header = {"HD": {"VN": "1.6", "SO": "coordinate"}, "SQ": [{"SN": "1", "LN": 50_000_000}]}
with pysam.AlignmentFile("origin.bam", "wb", header=header) as file:
    for number in range(30_000):
        read = pysam.AlignedSegment(file.header)
        read.query_name = f"r{random.getrandbits(60)}"
        read.query_sequence = "".join(random.choices("ACGT", k=150))
        qualities = "".join(chr(random.randint(35, 73)) for _ in range(150))
        read.query_qualities = pysam.qualitystring_to_array(qualities)
        read.reference_id, read.reference_start = 0, number * 1600
        read.mapping_quality, read.cigarstring = 60, "150M"
        file.write(read)
pysam.index("origin.bam")
PY
cat > read.py <<'PY'
import sys

import pysam

with pysam.AlignmentFile(sys.argv[1]) as file:
    for place in (40_000_000, 100_000, 20_000_000):
        if sum(1 for _ in file.fetch("1", place, place + 8000)) != 5:
            raise SystemExit("other records were read")
PY
cat > look.py <<'PY'
import contextlib
import http.server
import os
import re
import subprocess
import sys
import threading
import time

FILES = {"/x.bam": "origin.bam", "/x.bam.bai": "origin.bam.bai"}
SENT = 512 * 1024
asked, left, held = [], [], threading.Lock()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = self.headers.get("Range")
        first = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted else 0
        with held:
            asked.append((self.path, wanted is not None, first))
        name = FILES.get(self.path)
        size = os.path.getsize(name) if name else 0
        self.send_response(404 if name is None else 206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(size - first if name else 0))
        self.end_headers()
        if name is None:
            return
        with open(name, "rb") as file:
            file.seek(first)
            self.wfile.write(file.read(SENT))
        if size - first > SENT:  # the rest is never sent, and not waited for
            self.connection.settimeout(60)
            with contextlib.suppress(ConnectionResetError):
                if self.connection.recv(1):
                    raise SystemExit("it asks again on the same connection")
            left.append(self.path)
            self.close_connection = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of a connection that was reset."""


origin = Server(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
size = os.path.getsize("origin.bam")
os.mkdir("elsewhere")
for run in ("first", "second"):
    asked.clear(), left.clear()
    url = f"http://127.0.0.1:{origin.server_port}/x.bam"
    words = [sys.executable, "../read.py", url]
    subprocess.run(words, check=True, cwd="elsewhere", timeout=60)
    print(f"{run} run")
    whole = 0
    for path, ranged, first in asked:
        part = f", from {100 * first // size} % on, open" if ranged else ""
        print(f"  GET {path}{part}")
        whole += size - first if path == "/x.bam" else 0
    print(f"  {whole / size:.1f} times the file was asked for")
    for _ in range(600):
        if len(left) == 5:
            break
        time.sleep(0.1)
    print(f"  {len(left)} answers were left in their first {SENT // 1024} KiB")
print("left in the folder:", *os.listdir("elsewhere"))
PY
venv/bin/python make.py
venv/bin/python -c "import pysam; print('pysam', pysam.__version__, 'HTSlib', pysam.version.__htslib_version__)"
timeout 120 venv/bin/python look.py | tee found
cat > expected <<'END'
first run
  GET /x.bam
  GET /x.bam, from 99 % on, open
  GET /x.bam, from 99 % on, open
  GET /x.bam
  GET /x.bam.csi
  GET /x.csi
  GET /x.bam.bai
  GET /x.bam, from 83 % on, open
  GET /x.bam, from 0 % on, open
  GET /x.bam, from 41 % on, open
  3.8 times the file was asked for
  5 answers were left in their first 512 KiB
second run
  GET /x.bam
  GET /x.bam, from 99 % on, open
  GET /x.bam, from 99 % on, open
  GET /x.bam
  GET /x.bam, from 83 % on, open
  GET /x.bam, from 0 % on, open
  GET /x.bam, from 41 % on, open
  3.8 times the file was asked for
  5 answers were left in their first 512 KiB
left in the folder: x.bam.bai
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
