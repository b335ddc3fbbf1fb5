#!/usr/bin/env bash
# polars' scan_csv, which is lazy, transfers all of a file by URL for its first two rows, and its beginning
# three times: behind a HEAD it asks for four bytes, for 64 KiB and for 256 KiB, each from the first
# byte on, and then for all the rest in one range; head(2) sends what collect() of everything does.
# Of a Parquet file the same head(2) asks for the end, and for a column of the first of its groups.
#
# Versions: polars 2.1.0 (CPython 3.11 to 3.13).
# Source: polars' documentation of the lazy API, by which a limit is pushed into the scan; observed.
# Why it matters to a recorder: a program that only looks at a file's head puts the whole of it into the
# cassette, and the beginning three times, in parts of other lengths, so that none is found by
# another's key; how they are cut goes by the file's length and by polars' version, and not by what
# the program asks for. Behind a refused HEAD it asks for one byte, and then for both once more.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check polars==2.1.0
cat > look.py <<'PY'
import http.server
import io
import subprocess
import sys
import threading

import polars

ROWS = 1_000_000
written = io.BytesIO()
polars.DataFrame({"a": range(ROWS), "b": range(ROWS)}).write_parquet(written, row_group_size=ROWS // 8)
FILES = {
    "/rows.csv": b"a,b\n" + b"".join(b"%07d,%07d\n" % (each, each) for each in range(ROWS)),
    "/rows.parquet": written.getvalue(),
}
asked, sent = [], []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        whole = FILES[self.path]
        wanted = self.headers.get("Range")
        asked.append(f"{self.command} {wanted or 'all'}".replace("bytes=", ""))
        if status != 200:
            self.send_response(status)
            whole = b""
        elif wanted:
            first, last = wanted.removeprefix("bytes=").split("-")
            begin = int(first) if first else len(whole) - int(last)
            size, whole = len(whole), whole[begin : int(last) + 1 if first and last else None]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{begin + len(whole) - 1}/{size}")
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(whole)
            sent.append(len(whole))

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"


def run(call):
    asked.clear()
    sent.clear()
    words = [sys.executable, "-c", f"import polars; print(polars.{call.format(url)}.shape)"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1].split(":")[0]


print("polars", polars.__version__)
print(f"the CSV has {len(FILES['/rows.csv'])} bytes")
status = 200
for call in ("scan_csv('{}/rows.csv').head(2).collect()", "scan_csv('{}/rows.csv').collect()"):
    print(f"{call.split('.', 2)[2]} of the CSV: {run(call)}, {sum(sent)} bytes in {len(sent)} answers")
    print(f"  {', '.join(asked)}")
said = run("scan_parquet('{}/rows.parquet').select('a').head(2).collect()")
part = sum(sent) < len(FILES["/rows.parquet"]) / 2
print(f"head(2) of a column in Parquet: {said}, {len(asked)} requests, less than half of it: {part}")
status = 424
print(f"head(2) of the CSV, refused: {run('scan_csv({!r}).head(2).collect()'.format(url + '/rows.csv'))}")
print(f"  {', '.join(asked)}")
PY
timeout 100 venv/bin/python look.py | tee found
cat > expected <<'END'
polars 2.1.0
the CSV has 16000004 bytes
head(2).collect() of the CSV: (2, 2), 16065544 bytes in 4 answers
  HEAD all, GET 0-3, GET 0-65535, GET 0-262143, GET 262144-16000003
collect() of the CSV: (1000000, 2), 16065544 bytes in 4 answers
  HEAD all, GET 0-3, GET 0-65535, GET 0-262143, GET 262144-16000003
head(2) of a column in Parquet: (2, 1), 2 requests, less than half of it: True
head(2) of the CSV, refused: OSError
  HEAD all, GET 0-0, HEAD all, GET 0-0
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
