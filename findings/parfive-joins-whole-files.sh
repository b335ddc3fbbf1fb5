#!/usr/bin/env bash
# parfive, by which SunPy fetches, writes a damaged file where a server answers a range with the whole,
# as it may: it asks for five pieces or more at once, takes a 200 for a piece, and puts each answer
# where its piece should begin, so that of seven bytes thirteen are on the disk, and no error is
# reported. It splits any file, be it of three bytes, if the answer to its HEAD has an Accept-Ranges;
# each piece ends at the byte with which the next begins.
#
# Versions: parfive 2.3.1, aiohttp 3.14.5 (CPython 3.11 to 3.13).
# Source: parfive's parfive/downloader.py (_get_http, _http_download_worker); RFC 9110, section 14.2: a
# server may ignore a Range. max_splits=1 asks for the file as one.
# Why it matters to a recorder: one that gives back a whole body for the part that was asked for, or
# whose cassette was recorded without the pieces, makes wrong data of a right answer, which the test
# that looks at the list of errors does not see; the pieces are asked for in any order, and a
# refused HEAD, or one without that header, makes another recording.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY PARFIVE_DISABLE_RANGE
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check parfive==2.3.1 aiohttp==3.14.5
cat > fetch.py <<'PY'
import sys

from parfive import Downloader

downloader = Downloader(progress=False, max_splits=int(sys.argv[3]))
downloader.enqueue_file(sys.argv[1], path=sys.argv[2])
done = downloader.download()
print(f"{open(done[0]).read()}, {len(done.errors)} errors")
PY
cat > look.py <<'PY'
import http.server
import subprocess
import sys
import tempfile
import threading
from importlib.metadata import version

DATA = b"abcdefg"
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = self.headers.get("Range")
        asked.append(f"{self.command} {wanted or 'all'}".replace("bytes=", ""))
        body = DATA
        if wanted and obeys:
            first, last = wanted.removeprefix("bytes=").split("-")
            body = DATA[int(first) : int(last or 6) + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{int(first) + len(body) - 1}/7")
        else:
            self.send_response(200)
        if says:
            self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/file"
print("parfive", version("parfive"))
for says, obeys, splits in ((False, False, 5), (True, True, 5), (True, False, 5), (True, False, 1)):
    asked.clear()
    words = [sys.executable, "fetch.py", url, tempfile.mkdtemp(dir="."), str(splits)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, timeout=60)
    how = f"Accept-Ranges {'bytes' if says else 'absent'}, ranges {'obeyed' if obeys else 'ignored'}"
    print(f"{how}, max_splits {splits}: {done.stdout.strip()}")
    print(f"  {', '.join(sorted(asked))}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
parfive 2.3.1
Accept-Ranges absent, ranges ignored, max_splits 5: abcdefg, 0 errors
  GET all, HEAD all
Accept-Ranges bytes, ranges obeyed, max_splits 5: abcdefg, 0 errors
  GET 0-1, GET 1-2, GET 2-3, GET 3-4, GET 4-5, GET 5-6, GET 6-, HEAD all
Accept-Ranges bytes, ranges ignored, max_splits 5: abcdefgbcdefg, 0 errors
  GET 0-1, GET 1-2, GET 2-3, GET 3-4, GET 4-5, GET 5-6, GET 6-, HEAD all
Accept-Ranges bytes, ranges ignored, max_splits 1: abcdefg, 0 errors
  GET 0-, HEAD all
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
