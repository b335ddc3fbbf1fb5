#!/usr/bin/env bash
# Two clients for Python name a WebSocket's whole URL once there is a proxy: niquests tells the origin itself, within the tunnel,
# "GET wss://host/x", where HTTP wants the path alone; and aiohttp asks the proxy for "GET ws://host/x", a scheme that HTTP's
# proxies need not know, without the tunnel by which RFC 6455 (4.1) has a client go through a proxy. Proxies that know http and
# https alone answer 400 (mitmproxy does). Without a proxy both ask for "/x".
#
# Versions: niquests 3.21.2, aiohttp 3.14.5 (CPython 3.11 or newer).
# Source: niquests/adapters.py, request_url, which goes by "scheme != https", and wss is none; aiohttp/client_reqrep.py, which makes a
# tunnel for https and wss alone.
# Why it matters to a recorder: one that is a proxy sees a request that is not HTTP, and the test that was green fails with a 400.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in niquests aiohttp; do python3 -m venv "$work/$name"; done
"$work/niquests/bin/pip" install -q --disable-pip-version-check 'niquests[ws]==3.21.2'
"$work/aiohttp/bin/pip" install -q --disable-pip-version-check aiohttp==3.14.5
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/ca.pem" -days 2 -subj /CN=localhost \
  -addext subjectAltName=IP:127.0.0.1 2>"$work/openssl.log"
cat >"$work/main.py" <<'PY'
import asyncio
import os
import socket
import ssl
import sys
import threading

name, scheme, has_proxy, folder = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{folder}/ca.pem", f"{folder}/key.pem")
listening = socket.create_server(("127.0.0.1", 0))
port = listening.getsockname()[1]
seen = []


def serve():
    """Be the proxy, or the origin, of one connection, and refuse what is asked."""
    line, _ = listening.accept()
    line.settimeout(20)
    if has_proxy == "proxy" and scheme == "wss":
        seen.append(line.recv(4096).split(b"\r\n")[0].decode())
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    if scheme == "wss":
        line = context.wrap_socket(line, server_side=True)
    seen.append(line.recv(4096).split(b"\r\n")[0].decode())
    line.sendall(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    line.close()


for each in ("http", "https", "ws", "wss", "no"):
    os.environ.pop(f"{each}_proxy", None)
    os.environ.pop(f"{each}_proxy".upper(), None)
if has_proxy == "proxy":
    for each in ("http", "https", "ws", "wss"):
        os.environ[f"{each}_proxy"] = f"http://127.0.0.1:{port}"
os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = f"{folder}/ca.pem"
serving = threading.Thread(target=serve, daemon=True)
serving.start()
url = f"{scheme}://127.0.0.1:{port}/x"


async def ask():
    import aiohttp

    async with aiohttp.ClientSession(trust_env=True) as session:
        await session.ws_connect(url)


try:
    if name == "aiohttp":
        asyncio.run(ask())
    else:
        import niquests

        niquests.get(url)
except Exception:  # the 400
    pass
serving.join(20)
asked = ", then ".join(seen).replace(str(port), "PORT")
print(f"{name}, {scheme}, {has_proxy}: {asked}")
PY
ask() { timeout 60 "$work/$1/bin/python" "$work/main.py" "$1" "$2" "$3" "$work"; }
said=$(
  ask niquests wss none
  ask niquests wss proxy
  ask aiohttp ws none
  ask aiohttp ws proxy
  ask aiohttp wss proxy
)
echo "$said"
want="niquests, wss, none: GET /x HTTP/1.1
niquests, wss, proxy: CONNECT 127.0.0.1:PORT HTTP/1.1, then GET wss://127.0.0.1:PORT/x HTTP/1.1
aiohttp, ws, none: GET /x HTTP/1.1
aiohttp, ws, proxy: GET ws://127.0.0.1:PORT/x HTTP/1.1
aiohttp, wss, proxy: CONNECT 127.0.0.1:PORT HTTP/1.1, then GET /x HTTP/1.1"
[ "$said" = "$want" ]
