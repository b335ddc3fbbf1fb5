#!/usr/bin/env bash
# Told "Next" for a loudspeaker or a television, async-upnp-client, by which Home Assistant talks to such devices,
# sends it three times, at once, where the connection ends without an answer or within its headers: three songs are
# skipped, and the program hears that it failed. So does its requester for a session of the program's own; the other
# one, of the same interface, sends it once. A 500, a 503 and an answer that breaks off within its body are final to
# both.
#
# Versions: async-upnp-client 0.49.0 with aiohttp 3.14.5 (CPython 3.11).
# Source: async_upnp_client/aiohttp.py (AiohttpSessionRequester.async_http_request tries again after any
# ClientConnectionError; AiohttpRequester.async_http_request does not). UPnP's actions are POSTs, of which HTTP says
# that they are not repeated.
# Why it matters to a recorder: a replay that closes the connection to say that it knows no answer hears each action
# three times, and a recording has three equal POSTs or one by which of two classes a program chose. A recorder that
# keeps requests without an answer keeps three here of one press of a button.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check async-upnp-client==0.49.0 aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import socket
import threading
from importlib.metadata import version

import aiohttp
from async_upnp_client.aiohttp import AiohttpRequester, AiohttpSessionRequester
from async_upnp_client.const import HttpRequest

ENDS = b"</s:Envelope>"
WAYS = {
    "no answer": b"",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<s:Envelope>",
    "half of the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "500": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "503": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}
asked = []
told = {}


def serve():
    while True:
        connection, _ = device.accept()
        with connection:
            connection.settimeout(5)
            data = b""
            while ENDS not in data and (part := connection.recv(65536)):
                data += part
            asked.append(data.partition(b"\r\n")[0].decode())
            connection.sendall(told["way"])


async def main():
    action = '"urn:schemas-upnp-org:service:AVTransport:1#Next"'
    url = f"http://127.0.0.1:{device.getsockname()[1]}/control"
    request = HttpRequest("POST", url, {"SOAPAction": action}, f"<s:Envelope>{ENDS.decode()}")
    async with aiohttp.ClientSession() as session:
        for requester in (AiohttpSessionRequester(session, timeout=9), AiohttpRequester(timeout=9)):
            for name, way in WAYS.items():
                told["way"] = way
                asked.clear()
                try:
                    end = (await requester.async_http_request(request)).status_code
                except Exception as error:
                    end = type(error).__name__
                print(f"{type(requester).__name__}, {name}: {len(asked)} times {asked[0]}, {end}")


device = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, daemon=True).start()
print("async-upnp-client", version("async-upnp-client"))
asyncio.run(main())
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
async-upnp-client 0.49.0
AiohttpSessionRequester, no answer: 3 times POST /control HTTP/1.1, UpnpConnectionError
AiohttpSessionRequester, half a body: 1 times POST /control HTTP/1.1, UpnpCommunicationError
AiohttpSessionRequester, half of the headers: 3 times POST /control HTTP/1.1, UpnpConnectionError
AiohttpSessionRequester, 500: 1 times POST /control HTTP/1.1, 500
AiohttpSessionRequester, 503: 1 times POST /control HTTP/1.1, 503
AiohttpRequester, no answer: 1 times POST /control HTTP/1.1, UpnpConnectionError
AiohttpRequester, half a body: 1 times POST /control HTTP/1.1, UpnpCommunicationError
AiohttpRequester, half of the headers: 1 times POST /control HTTP/1.1, UpnpConnectionError
AiohttpRequester, 500: 1 times POST /control HTTP/1.1, 500
AiohttpRequester, 503: 1 times POST /control HTTP/1.1, 503
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
