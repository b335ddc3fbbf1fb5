#!/usr/bin/env bash
# Before it fetches a channel's index, the library below pixi asks for another three files that may be there: the
# first, if it got a 404, it never asks for again while its cache lasts, the two others, got or not, in each process,
# and which of the two comes first is chance. Any refusal of the two is a "no"; of the first only a 404 is, and a 403
# or a 424 an error.
#
# Versions: py-rattler 0.28.0 (CPython 3.11 to 3.13).
# Source: observed; CEP 16 has repodata_shards.msgpack.zst, conda's own client asks for repodata.json.zst alone.
# Why it matters to a recorder: a recording on a machine whose cache knows the channel has one question less than CI
# asks, and a replay of it there ends at the first request with an error about shards, which no program wrote; a
# cassette of the HEADs that is compared in order fails by chance. A channel that gets sharded in between is, to those
# who asked before, not.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check py-rattler==0.28.0
cat > program.py <<'PY'
import asyncio
import os
import sys

from rattler import Gateway
from rattler.exceptions import GatewayError

try:
    found = asyncio.run(Gateway(cache_dir=sys.argv[2]).query([sys.argv[1]], ["noarch"], ["a"], recursive=False))
    print(f"  the program finds {[len(records) for records in found]}")
except GatewayError as error:
    print(f"  the program sees {str(error).split(' for url')[0]}")
sys.stdout.flush()
os._exit(0)  # not by Python's own way, which waits for none of rattler's threads
PY
cat > look.py <<'PY'
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

PACKAGE = {"name": "a", "version": "1.0", "build": "0", "build_number": 0, "depends": [], "subdir": "noarch"}
PACKAGE |= {"md5": "0" * 32, "sha256": "0" * 64, "size": 1}
INDEX = {"info": {"subdir": "noarch"}, "packages": {"a-1.0-0.tar.bz2": PACKAGE}, "packages.conda": {}}
seen, known = [], {}


class Channel(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.split("/")[-1]
        there = name == "repodata.json"
        status = 200 if there else known["shards" if "shards" in name else "others"]
        seen.append(f"{self.command} {name} {status}")
        answer = json.dumps({**INDEX, "repodata_version": 1}).encode() if there else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if self.command == "GET" else b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


channel = ThreadingHTTPServer(("127.0.0.1", 0), Channel)
threading.Thread(target=channel.serve_forever, daemon=True).start()
print("py-rattler", version("py-rattler"), flush=True)
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
for shards, others in ((404, 404), (404, 424), (403, 404), (424, 404)):
    known.update(shards=shards, others=others)
    for run in (1, 2):
        seen.clear()
        url, cache = f"http://127.0.0.1:{channel.server_port}/channel", os.path.abspath(f"cache-{shards}-{others}")
        print(f"process {run}, one cache", flush=True)
        subprocess.run([sys.executable, "program.py", url, cache], env=env, check=True, timeout=100)
        heads = sorted(asked for asked in seen if asked.startswith("HEAD"))
        print(f"  {[asked for asked in seen if asked not in heads]}, HEADs in some order {heads}", flush=True)
PY
timeout 200 venv/bin/python look.py | tee found
cat > expected <<'END'
py-rattler 0.28.0
process 1, one cache
  the program finds [1]
  ['GET repodata_shards.msgpack.zst 404', 'GET repodata.json 200'], HEADs in some order ['HEAD repodata.json.bz2 404', 'HEAD repodata.json.zst 404']
process 2, one cache
  the program finds [1]
  ['GET repodata.json 200'], HEADs in some order ['HEAD repodata.json.bz2 404', 'HEAD repodata.json.zst 404']
process 1, one cache
  the program finds [1]
  ['GET repodata_shards.msgpack.zst 404', 'GET repodata.json 200'], HEADs in some order ['HEAD repodata.json.bz2 424', 'HEAD repodata.json.zst 424']
process 2, one cache
  the program finds [1]
  ['GET repodata.json 200'], HEADs in some order ['HEAD repodata.json.bz2 424', 'HEAD repodata.json.zst 424']
process 1, one cache
  the program sees HTTP status client error (403 Forbidden)
  ['GET repodata_shards.msgpack.zst 403'], HEADs in some order []
process 2, one cache
  the program sees HTTP status client error (403 Forbidden)
  ['GET repodata_shards.msgpack.zst 403'], HEADs in some order []
process 1, one cache
  the program sees HTTP status client error (424 Failed Dependency)
  ['GET repodata_shards.msgpack.zst 424'], HEADs in some order []
process 2, one cache
  the program sees HTTP status client error (424 Failed Dependency)
  ['GET repodata_shards.msgpack.zst 424'], HEADs in some order []
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
