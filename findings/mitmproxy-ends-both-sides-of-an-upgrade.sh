#!/usr/bin/env bash
# mitmproxy closes an upgraded connection to the server as soon as the client has ended its own
# side: what a program answers that reads until its input ends (sort, docker exec -i) is lost.
#
# Versions: mitmproxy 12.3.1 (CPython 3.13) and 11.0.2 (CPython 3.11).
# Source: mitmproxy/proxy/layers/http/__init__.py (HttpStream.passthrough turns the half-close of
# its TCP layer into RequestProtocolError with PASSTHROUGH_CLOSE, for which Http1Client closes the
# connection); its raw TCP layer alone passes a half-close on.
# Why it matters to a recorder: the recording has the question without the answer, and the program
# under test fails while it is recorded, though nothing is wrong with it or with the server.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
wanted=12.3.1
python3 -c 'import sys; sys.exit(sys.version_info < (3, 12))' || wanted=11.0.2
"$work/venv/bin/pip" install -q --disable-pip-version-check "mitmproxy==$wanted"
cat > "$work/look.py" <<'PY'
"""Says something over a switched connection, ends its side, and waits for the answer."""

import socket
import subprocess
import sys
import threading
import time
from importlib.metadata import version

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: example\r\n\r\n"


def serve(listener):
    plug, _ = listener.accept()
    with plug:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += plug.recv(4096)
        plug.sendall(HEAD)
        said = b""
        while part := plug.recv(4096):
            said += part
        time.sleep(0.5)
        try:
            plug.sendall(b"you said " + said)
        except OSError as error:
            print("the server:", type(error).__name__)


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


def hear(port):
    """Ask by way of this port, or of none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,)).start()
        own = listener.getsockname()[1]
        place = f"127.0.0.1:{own}"
        head = f"GET http://{place}/ HTTP/1.1\r\nHost: {place}\r\n"
        with connect(port or own) as plug:
            plug.sendall(f"{head}Connection: Upgrade\r\nUpgrade: example\r\n\r\n".encode())
            heard = b""
            while b"\r\n\r\n" not in heard:
                heard += plug.recv(4096)
            plug.sendall(b"hello")
            plug.shutdown(socket.SHUT_WR)
            while part := plug.recv(4096):
                heard += part
    return heard.partition(b"\r\n\r\n")[2]


port = free_port()
command = [sys.argv[1], "-q", "--set", f"confdir={sys.argv[2]}", "--listen-host", "127.0.0.1", "-p"]
proxy = subprocess.Popen([*command, str(port)])
try:
    found = [hear(0), hear(port)]
finally:
    proxy.terminate()
    proxy.wait()
print("mitmproxy", version("mitmproxy"))
print("heard of the server itself:", found[0])
print("heard by way of mitmproxy:", found[1])
sys.exit(found != [b"you said hello", b""])
PY
timeout 180 "$work/venv/bin/python" "$work/look.py" "$work/venv/bin/mitmdump" "$work/conf"
