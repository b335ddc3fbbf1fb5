#!/usr/bin/env bash
# OpenAI's Agents SDK reports each run, with the question and the answer in it, to
# api.openai.com, whatever model and host the program was given (OPENAI_BASE_URL too); it does so
# in a thread, five seconds later or when the process ends, so that how many reports there are goes
# by the clock. Refused, the end of the program waits for three tries.
#
# Versions: openai-agents 0.24.0, openai 3.57.0, httpx2 2.16.2 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: agents/tracing/processors.py (BackendSpanExporter, whose address is fixed, and
# BatchTraceProcessor) and tracing/setup.py; its documentation has tracing as on by default, and
# OPENAI_AGENTS_DISABLE_TRACING=1 to end it.
# Why it matters to a recorder: what a test recorded depends on how long it took: one report or
# several, each with new ids and times in its body, so that none matches in a replay; a suite whose
# model runs on the same machine still needs a network, or ends seconds later where it is refused.
# What was left out of the request to the model by a rule stands once more in the report.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check openai-agents==0.24.0 openai==3.57.0 \
  httpx2==2.16.2 trustme==1.2.1
cat > program.py <<'PY'
import asyncio
import sys
import time

from agents import Agent, OpenAIChatCompletionsModel, Runner
from openai import AsyncOpenAI

model = OpenAIChatCompletionsModel(model="local", openai_client=AsyncOpenAI())


async def main():
    for _ in range(2):
        await Runner.run(Agent(name="an agent", model=model), "a private question")
        await asyncio.sleep(float(sys.argv[1]))


asyncio.run(main())
print(time.monotonic())
PY
cat > look.py <<'PY'
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import trustme

ca = trustme.CA()
ca.cert_pem.write_to_path("ca.pem")
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
ca.issue_cert("api.openai.com").configure_cert(tls)
reports, tunnels = [], []
refuses = False


class Server(BaseHTTPRequestHandler):
    """The model on loopback, and a proxy whose tunnels all end in this server."""

    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        tunnels.append(self.path)
        self.send_response(403 if refuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = True
        if refuses:
            return
        with tls.wrap_socket(self.connection, server_side=True) as inner:
            Server(inner, self.client_address, self.server)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces/ingest":
            reports.append(body)
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        message = {"role": "assistant", "content": "a private answer"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        said = {"id": "1", "object": "chat.completion", "created": 1, "model": "local"}
        answer = json.dumps(said | {"choices": [choice], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{server.server_port}"
unset = ("http_proxy", "all_proxy", "openai_")
env = {name: value for name, value in os.environ.items() if not name.lower().startswith(unset)}
env |= {"HTTPS_PROXY": here, "https_proxy": here, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
env |= {"OPENAI_BASE_URL": f"{here}/v1", "OPENAI_API_KEY": "example", "SSL_CERT_FILE": "ca.pem"}


def run(pause, **more):
    """Runs the program, and returns how many seconds its end took, and its reports."""
    reports.clear()
    tunnels.clear()
    command = [sys.executable, "program.py", str(pause)]
    done = subprocess.run(command, env=env | more, check=True, capture_output=True, text=True)
    return time.monotonic() - float(done.stdout), list(reports)


_, quick = run(0)
_, slow = run(8)
refuses = True
waited, none = run(0)
refused = list(tunnels)
_, off = run(0, OPENAI_AGENTS_DISABLE_TRACING="1")
print("openai-agents", version("openai-agents"), "with its model at", "http://127.0.0.1")
print(f"two runs at once: {len(quick)} report(s); eight seconds apart: {len(slow)}")
print(f"refused: {refused}, and {waited:.1f} s until the program ended; switched off: {tunnels}")
told = all(b"a private question" in each and b"a private answer" in each for each in slow)
print("each report has the question and the answer:", told)
counts = 1 <= len(quick) < len(slow)
sys.exit(not (counts and told and refused == ["api.openai.com:443"] * 3 and waited > 2 and not tunnels))
PY
timeout 200 venv/bin/python -W ignore look.py || { echo "the behaviour has changed"; exit 1; }
