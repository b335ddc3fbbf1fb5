#!/usr/bin/env bash
# gql speaks the old subprotocol of GraphQL over WebSockets (a "start" where a "subscribe" is
# due) when the server confirms the new one under the same header in another spelling, as
# Go's libraries write it: it looks into a plain dict of the header names.
#
# Versions: gql 4.4.0, graphql-core 3.3.2, websockets 17.4 (CPython 3.11 to 3.13).
# Source: gql's gql/transport/websockets_protocol.py (_after_connect) and
# gql/transport/common/adapters/ (response_headers).
# Why it matters to a recorder: names of headers are no case to keep, says HTTP, and a
# cassette of Go's has them in Go's spelling. A replay that sends `Sec-Websocket-Protocol`
# makes this client say something else than it said when it was recorded.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  gql==4.4.0 graphql-core==3.3.2 websockets==17.4
cat > "$work/look.py" <<'PY'
import asyncio
import json

from gql import Client, gql
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport
from websockets.asyncio.server import serve

PROTOCOL = "graphql-transport-ws"


async def asked(name):
    """Return the type of the message in which the client asks its question."""
    types = []

    async def talk(socket):
        async for text in socket:
            types.append(json.loads(text)["type"])
            if types[-1] == "connection_init":
                await socket.send('{"type": "connection_ack"}')
            else:
                await socket.close()

    def spell(socket, request, response):
        value = response.headers.pop("Sec-WebSocket-Protocol")
        response.headers[name] = value

    async with serve(
        talk, "127.0.0.1", 0, subprotocols=[PROTOCOL], process_response=spell
    ) as server:
        port = server.sockets[0].getsockname()[1]
        transport = WebsocketsTransport(url=f"ws://127.0.0.1:{port}/")
        try:
            async with Client(transport=transport) as session:
                async for _ in session.subscribe(gql("subscription { words }")):
                    pass
        except TransportError:
            pass
    return types[1]


for name in "Sec-WebSocket-Protocol", "Sec-Websocket-Protocol":
    print(f"{name}: {PROTOCOL} -> {asyncio.run(asked(name))}")
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^(gql|graphql-core|websockets) '
found=$("$work/venv/bin/python" "$work/look.py")
echo "$found"
[ "$found" = "Sec-WebSocket-Protocol: graphql-transport-ws -> subscribe
Sec-Websocket-Protocol: graphql-transport-ws -> start" ]
