#!/usr/bin/env bash
# Qiniu's client keeps where to upload in a file of the temporary folder, in seconds, and reads it as milliseconds:
# what is there is of 1970 and never fresh, so that each process asks again; but if that question is refused, it
# uploads to where another process, days ago, was told to, without a word.
#
# Versions: qiniu 7.18.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: qiniu/utils.py (dt2ts gives seconds) and http/regions_provider.py (_get_region_from_persisted divides by
# 1000; __get_regions_from_base_provider takes what is stale for an error); the file is qn-py-sdk/regions-cache.jsonl.
# Why it matters to a recorder: a replay that refuses GET /v4/query, as what is not in the cassette, is a failure on a
# new machine and a success where anybody has ever used the client; there the upload goes to a host that stands in no
# cassette, and in a recording through a proxy that was not reachable for a moment, to a host of yesterday's.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check qiniu==7.18.0 requests==2.34.2
cat > program.py <<'PY'
import sys

import qiniu

origin = sys.argv[1]
qiniu.set_default(default_query_region_host=origin, default_query_region_backup_hosts=[], default_uc_host=origin)
try:
    done, said = qiniu.put_data(qiniu.Auth("AK", "SK").upload_token("bucket"), "key", b"hello")
    print(f"  the program sees {said.status_code} {done}")
except Exception as error:
    print(f"  the program sees {type(error).__name__}")
PY
cat > look.py <<'PY'
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

known = {"status": 200}


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked = self.command == "GET"
        status = known["status"] if asked else 200
        print(f"  {self.command} {self.path}: {status}", flush=True)
        here = {"domains": [f"127.0.0.1:{origin.server_port}"]}
        services = dict.fromkeys(("up", "io", "rs", "rsf", "api", "uc"), here)
        answer = {"hash": "h", "key": "key"}
        if asked:
            answer = {"hosts": [{"region": "z0", "ttl": 86400, **services}]} if status == 200 else {}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        body = json.dumps(answer).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("qiniu", version("qiniu"), flush=True)
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
for folder, status in (("one", 200), ("one", 200), ("one", 424), ("new", 424)):
    os.makedirs(folder, exist_ok=True)
    known["status"] = status
    print(f"a process with TMPDIR={folder}", flush=True)
    words = [sys.executable, "program.py", f"http://127.0.0.1:{origin.server_port}"]
    subprocess.run(words, env={**env, "TZ": "UTC", "TMPDIR": os.path.abspath(folder)}, check=True, timeout=60)
    if status == 200:
        with open("one/qn-py-sdk/regions-cache.jsonl") as file:
            of = [region["createTime"] for line in file for region in json.loads(line)["regions"]]
        print("  kept as of this hour, in seconds:", abs(time.time() - max(of)) < 3600, flush=True)
PY
timeout 150 venv/bin/python look.py 2> complaints | tee found
cat > expected <<'END'
qiniu 7.18.0
a process with TMPDIR=one
  GET /v4/query?ak=AK&bucket=bucket: 200
  POST /: 200
  the program sees 200 {'hash': 'h', 'key': 'key'}
  kept as of this hour, in seconds: True
a process with TMPDIR=one
  GET /v4/query?ak=AK&bucket=bucket: 200
  POST /: 200
  the program sees 200 {'hash': 'h', 'key': 'key'}
  kept as of this hour, in seconds: True
a process with TMPDIR=one
  GET /v4/query?ak=AK&bucket=bucket: 424
  POST /: 200
  the program sees 200 {'hash': 'h', 'key': 'key'}
a process with TMPDIR=new
  GET /v4/query?ak=AK&bucket=bucket: 424
  the program sees RuntimeError
END
diff expected found || { cat complaints; echo "the behaviour has changed"; exit 1; }
