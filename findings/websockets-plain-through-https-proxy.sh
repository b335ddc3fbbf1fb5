#!/usr/bin/env bash
# The Python library websockets sends a plain ws:// connection through HTTPS_PROXY where
# that is set, and only without it through HTTP_PROXY; ws:// looks like http://, and every
# HTTP client chooses by the scheme.
#
# Versions: websockets 17.4 (CPython 3.11 to 3.13).
# Source: websockets' proxy.get_proxy, which follows RFC 6455, section 4.1, on proxies.
# Why it matters to a recorder: who sets only HTTP_PROXY to record plain traffic gets the
# WebSocket too, until some other tool sets HTTPS_PROXY; then it goes elsewhere. Both
# variables have to name the recorder, and the proxy is asked for a tunnel (CONNECT) to a
# port that speaks no TLS.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check websockets==17.4
cat > "$work/look.py" <<'PY'
import asyncio
import logging
import os
import socket
import threading

import websockets

REFUSAL = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


def proxy(name, asked):
    """Notes the first line that a client sends, refuses it, and returns the URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        client, _ = listener.accept()
        asked.append((name, client.recv(1000).split(b"\r\n")[0].decode()))
        client.sendall(REFUSAL)
        client.close()

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


async def connect(*variables):
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    asked = []
    for name in variables:
        os.environ[name] = proxy(name, asked)
    try:
        async with websockets.connect("ws://origin.invalid/talk", open_timeout=30):
            pass
    except (OSError, websockets.exceptions.WebSocketException):
        pass
    return asked


async def main():
    print("websockets", websockets.__version__)
    both = await connect("http_proxy", "https_proxy")
    alone = await connect("http_proxy")
    print("both are set:", both)
    print("http_proxy alone:", alone)
    tunnel = "CONNECT origin.invalid:80 HTTP/1.1"
    assert both == [("https_proxy", tunnel)], "the behaviour has changed"
    assert alone == [("http_proxy", tunnel)], "the behaviour has changed"


logging.disable(logging.CRITICAL)
asyncio.run(main())
PY
"$work/venv/bin/python" "$work/look.py"
