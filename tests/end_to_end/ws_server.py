"""A WebSocket origin of real ``websockets``, shaped like OpenAI's realtime API.

``python ws_server.py LEAF.pem [ADDRESS]`` prints its ports (wss, ws), and serves until
its standard input ends.
"""

import asyncio
import json
import ssl
import sys

from websockets.asyncio.server import ServerConnection, serve

#: Nothing takes as many seconds unless something is wrong.
UNHURRIED = {"open_timeout": 100, "close_timeout": 100, "ping_timeout": None}


def event(kind: str, **more: object) -> str:
    return json.dumps({"type": kind, **more})


async def talk(socket: ServerConnection) -> None:
    await socket.send(event("session.created", session={"id": "sess_1"}))
    async for message in socket:
        if isinstance(message, bytes):
            await socket.send(message[::-1])
            continue
        asked = json.loads(message)
        if asked["type"] == "session.update":
            await socket.send(event("session.updated", session=asked["session"]))
        elif asked["type"] == "response.create":
            for word in ("Hello", ", ", "wörld"):
                await asyncio.sleep(0.05)
                await socket.send(event("response.text.delta", delta=word))
            await socket.send(event("response.done"))
        elif asked["type"] == "mute":
            await socket.close(None)  # without a code, as `ws.close()` of Node does
        elif asked["type"] == "crash":
            socket.transport.abort()
        else:
            await socket.close(1000, "as you wish")


async def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
    async with (
        serve(talk, address, 0, ssl=context, **UNHURRIED) as secure,
        serve(talk, address, 0, **UNHURRIED) as plain,
    ):
        ports = [each.sockets[0].getsockname()[1] for each in (secure, plain)]
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
