"""Real ``websockets`` clients: ``python ws_client.py URL (sync|async) PROMPT ENDING``.

ENDING: ``server`` asks the server to close, ``mute`` to do so without a code, ``crash``
to go without a word, ``client`` closes, ``kill`` just goes; ``wait`` (sync) prints a
line once it is connected, waits for one, and closes. Prints what came as JSON.
"""

import asyncio
import faulthandler
import json
import os
import ssl
import sys

from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

SAID = (
    {"type": "session.update", "session": {"voice": "alloy"}},
    b"\x00\x01\xff",
    {"type": "response.create"},
)
ANSWERS = (1, 1, 4)
#: Seconds: nothing takes as long unless something is wrong.
PATIENCE = 100
#: A client that has closed waits for the other end of TCP, which mitmproxy now and then
#: leaves open: it gives up without an error.
CLOSING = 20
UNHURRIED = {"open_timeout": PATIENCE, "close_timeout": CLOSING, "ping_timeout": None}


def sure_tls(url: str) -> ssl.SSLContext | None:
    """Return what keeps a sync client from waiting for ever now and then: its threads
    read and write at once, and under TLS 1.3 a request that is written while the
    session tickets are read is lost (websockets 17.4, without any proxy too)."""
    if not url.startswith("wss"):
        return None
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def encode(message: object) -> str | bytes:
    return message if isinstance(message, bytes) else json.dumps(message)


def decode(message: str | bytes) -> object:
    return message.hex() if isinstance(message, bytes) else json.loads(message)


def prompted(prompt: str) -> list[object]:
    *first, last = SAID
    return [*first, {**last, "prompt": prompt} if prompt else last]


def main(url: str, prompt: str, ending: str) -> list[object]:
    got: list[object] = []
    with connect(url, ssl=sure_tls(url), **UNHURRIED) as socket:
        try:
            got.append(decode(socket.recv(PATIENCE)))
            if ending == "wait":
                print(flush=True)  # noqa: T201
                sys.stdin.readline()
            for said, answers in zip(prompted(prompt), ANSWERS, strict=True):
                socket.send(encode(said))
                got += [decode(socket.recv(PATIENCE)) for _ in range(answers)]
            got.append(socket.ping().wait(PATIENCE))
            if ending == "kill":
                finish(got)
            if ending == "server":
                socket.send(encode({"type": "bye"}))
                socket.recv(PATIENCE)
            if ending in ("mute", "crash"):
                socket.send(encode({"type": ending}))
                socket.recv(PATIENCE)
        except ConnectionClosed as closed:
            got.append(str(closed.rcvd))
    return got


async def main_async(url: str, prompt: str, ending: str) -> list[object]:
    got: list[object] = []
    async with connect_async(url, **UNHURRIED) as socket:
        try:
            got.append(decode(await socket.recv()))
            for said, answers in zip(prompted(prompt), ANSWERS, strict=True):
                await socket.send(encode(said))
                got += [decode(await socket.recv()) for _ in range(answers)]
            await (await socket.ping())
            got.append(True)
            if ending == "server":
                await socket.send(encode({"type": "bye"}))
                await socket.recv()
        except ConnectionClosed as closed:
            got.append(str(closed.rcvd))
    return got


def finish(got: list[object]) -> None:
    sys.stdout.write(json.dumps(got))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    faulthandler.dump_traceback_later(PATIENCE, exit=True)  # who hangs says where
    url, how, prompt, ending = sys.argv[1:]
    if how == "sync":
        finish(main(url, prompt, ending))
    finish(asyncio.run(asyncio.wait_for(main_async(url, prompt, ending), PATIENCE)))
