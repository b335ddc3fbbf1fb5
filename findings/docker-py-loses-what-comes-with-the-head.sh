#!/usr/bin/env bash
# docker-py's exec_run returns no output, and no error, where the container's first bytes come in
# one packet with the head of the 101: it reads past the buffer that holds them.
#
# Versions: docker 7.2.0 with requests 2.34.2 (CPython 3.11 and 3.13).
# Source: docker-py's docker/api/client.py (_get_raw_response_socket takes the socket below
# http.client's BufferedReader); docker/docker-py#3332 and #425 tell of output that is missing now
# and then.
# Why it matters to a recorder: it is a race that a daemon loses seldom and a replay nearly always,
# since a recording is answered at once. Recorded and replayed bytes are the same, and the
# program's result is empty. The head has to leave before what follows it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check docker==7.2.0 requests==2.34.2
cat > "$work/look.py" <<'PY'
"""Runs a command in a container of a daemon that says it at once, or half a second later."""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import docker

HEAD = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
SAID = b"\1\0\0\0" + (6).to_bytes(4, "big") + b"hello\n"


class Daemon(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pause = 0.0

    def answer(self, facts):
        content = json.dumps(facts).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        self.answer({"Id": "example", "ExitCode": 0, "Running": False, "Config": {}})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.endswith("/start"):
            self.answer({"Id": "run"})
            return
        if self.pause:
            self.wfile.write(HEAD)
            time.sleep(self.pause)
            self.wfile.write(SAID)
        else:
            self.wfile.write(HEAD + SAID)
        self.close_connection = True

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Daemon)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = docker.DockerClient(f"tcp://127.0.0.1:{server.server_port}", version="1.43", timeout=60)
container = client.containers.get("example")
print("docker", version("docker"), "requests", version("requests"))
found = []
for Daemon.pause in 0.0, 0.5:
    ran = container.exec_run("echo hello")
    print(f"{Daemon.pause} s after the head: exit code {ran.exit_code}, output {ran.output!r}")
    found.append((ran.exit_code, ran.output))
sys.exit(found != [(0, b""), (0, b"hello\n")])
PY
unset HTTP_PROXY http_proxy ALL_PROXY all_proxy
timeout 180 "$work/venv/bin/python" "$work/look.py"
