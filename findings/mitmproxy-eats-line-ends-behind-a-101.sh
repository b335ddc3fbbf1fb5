#!/usr/bin/env bash
# mitmproxy takes the line ends away with which an upgraded connection begins if they come in one
# packet with the head of the 101, of the server's bytes and of the client's: "\r\nready" is "ready".
#
# Versions: mitmproxy 12.3.1 (CPython 3.13) and 11.0.2 (CPython 3.11).
# Source: mitmproxy/proxy/layers/http/_http1.py (Http1Connection.make_pipe strips what was received
# already, for clients that send an empty line behind a CONNECT; it is the same function for a 101).
# Why it matters to a recorder: what passes is not what the server said, and whether it is depends
# on how the bytes were cut. A protocol whose first byte is a line end (SSH's banners, SMTP's and
# shells' prompts may have one, a binary length of 10 or 13 is one) loses its first byte now and
# then, without a word in the log.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
wanted=12.3.1
python3 -c 'import sys; sys.exit(sys.version_info < (3, 12))' || wanted=11.0.2
"$work/venv/bin/pip" install -q --disable-pip-version-check "mitmproxy==$wanted"
cat > "$work/look.py" <<'PY'
"""Asks a server through mitmdump to switch protocols; the server's first line is empty."""

import socket
import subprocess
import sys
import threading
import time
from importlib.metadata import version

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: example\r\n\r\n"
SAID = b"\r\nready\n"


def serve(listener, pause):
    plug, _ = listener.accept()
    with plug:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += plug.recv(4096)
        if pause:
            plug.sendall(HEAD)
            time.sleep(pause)
            plug.sendall(SAID)
        else:
            plug.sendall(HEAD + SAID)
        time.sleep(0.5)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def connect(port):
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), 60)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("mitmdump does not listen")


def hear(port, pause):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, pause)).start()
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        head = f"GET http://{place}/ HTTP/1.1\r\nHost: {place}\r\n"
        with connect(port) as plug:
            plug.sendall(f"{head}Connection: Upgrade\r\nUpgrade: example\r\n\r\n".encode())
            heard = b""
            while part := plug.recv(4096):
                heard += part
    return heard.partition(b"\r\n\r\n")[2]


port = free_port()
command = [sys.argv[1], "-q", "--set", f"confdir={sys.argv[2]}", "--listen-host", "127.0.0.1", "-p"]
proxy = subprocess.Popen([*command, str(port)])
try:
    found = [hear(port, pause) for pause in (0, 0.5)]
finally:
    proxy.terminate()
    proxy.wait()
print("mitmproxy", version("mitmproxy"))
print("said:", SAID)
print("heard, sent with the head:", found[0])
print("heard, sent later:", found[1])
sys.exit(found != [b"ready\n", SAID])
PY
timeout 180 "$work/venv/bin/python" "$work/look.py" "$work/venv/bin/mitmdump" "$work/conf"
