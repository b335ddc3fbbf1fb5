#!/usr/bin/env bash
# grpcio's asyncio client makes INTERNAL of the status of a call that the server has
# already ended, most times, when the program writes before its event loop has read that
# status; the blocking client gives the status that was sent.
#
# Versions: grpcio 1.85.3 (CPython 3.11 to 3.13).
# Source: grpcio's grpc/aio/_call.py (_StreamRequestMixin._write calls set_internal_error
# for any write that fails, and the status that arrived is not looked at).
# Why it matters to a recorder: whoever refuses a call at once, as a replay does that has
# no answer, puts its reason into the status, and a test now and then reads "Internal
# error from Core" in its place. Refused after the first message, the reason arrives.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check grpcio==1.85.3
cat > "$work/look.py" <<'PY'
import asyncio
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import grpc
import grpc.aio

arrived, refuse = threading.Event(), threading.Event()


class Refuses(grpc.GenericRpcHandler):
    """A service that ends each call when it is let, before it has read a message."""

    def service(self, details):
        def talk(messages, context):
            arrived.set()
            refuse.wait(30)
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the reason")
            yield b""

        return grpc.stream_stream_rpc_method_handler(talk)


async def asynchronous(target, *, is_busy):
    arrived.clear(), refuse.clear()
    async with grpc.aio.insecure_channel(target) as channel:
        call = channel.stream_stream("/demo.Service/Talk")()
        while not arrived.is_set():
            await asyncio.sleep(0.01)
        refuse.set()
        if is_busy:
            time.sleep(1)  # the status arrives, and the loop does not run
        else:
            await call.code()
        try:
            await call.write(b"first")
        except (asyncio.InvalidStateError, grpc.aio.AioRpcError):
            pass
        return (await call.code()).name, await call.details()


def blocking(target):
    arrived.clear(), refuse.clear()
    with grpc.insecure_channel(target) as channel:
        messages = queue.Queue()
        call = channel.stream_stream("/demo.Service/Talk")(iter(messages.get, None))
        arrived.wait(30)
        refuse.set()
        time.sleep(1)
        messages.put(b"first")
        messages.put(None)
        return call.code().name, call.details()


server = grpc.server(ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((Refuses(),))
target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
server.start()
print("grpcio", version("grpcio"))
sent, lost = ("FAILED_PRECONDITION", "the reason"), ("INTERNAL", "Internal error from Core")
TRIES = 10
found = {
    "blocking client, busy": {blocking(target) for _ in range(TRIES)},
    "asyncio client, loop runs": {
        asyncio.run(asynchronous(target, is_busy=False)) for _ in range(TRIES)
    },
    "asyncio client, loop busy": {
        asyncio.run(asynchronous(target, is_busy=True)) for _ in range(TRIES)
    },
}
server.stop(None)
for who, statuses in found.items():
    print(f"{who}, {TRIES} calls: {sorted(statuses)}")
blocked, ran, busy = found.values()
assert blocked == ran == {sent}
assert lost in busy and busy <= {sent, lost}
PY
"$work/venv/bin/python" "$work/look.py"
