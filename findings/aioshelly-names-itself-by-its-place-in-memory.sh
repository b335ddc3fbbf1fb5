#!/usr/bin/env bash
# The client by which Home Assistant talks to Shelly's devices names itself in every message by where its object
# lies in memory: "src": "aios-139949547449248" in one run, another number in the next. And whether a
# message has a "dst", the device's name, goes by whether an answer came before it was written: a call
# made alone, after another, has one, and the same two made together have none.
#
# Versions: aioshelly 13.35.0, aiohttp 3.14.5 (CPython 3.11 to 3.13).
# Source: aioshelly's aioshelly/rpc_device/wsrpc.py (SessionData(f"aios-{id(self)}"); handle_frame sets dst
# to the src of whatever frame came last, a notification too; build_request_frame).
# Why it matters to a recorder: no message of a WebSocket equals a recorded one, letter by letter, although the
# program is the same and counts its calls from 1; and a "dst" may be there or not, by who was faster, a
# status that the device told unasked or the next call. PYTHONHASHSEED does not settle it. The client
# itself goes by the number alone and takes an answer to another "src", so that a recorder may leave
# src and dst out of what it compares, and needs to write nothing live into the answers.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check aioshelly==13.35.0 aiohttp==3.14.5
cat > program.py <<'PY'
"""Asks a device, of its own, for two states, in one of two ways, and prints what the device got."""
import asyncio
import json
import sys

import aiohttp
from aiohttp import web
from aioshelly.rpc_device.wsrpc import WsRPC

came = []


async def device(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    if sys.argv[1] == "told first":
        told = {"src": "shelly-1", "dst": "aios-7", "method": "NotifyStatus", "params": {}}
        await socket.send_json(told)
    async for message in socket:
        frame = json.loads(message.data)
        came.append(frame)
        answer = {"id": frame["id"], "src": "shelly-1", "dst": "aios-7"}
        await socket.send_json({**answer, "result": {"of": frame["params"]["id"]}})
    return socket


async def main():
    application = web.Application()
    application.router.add_get("/rpc", device)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    told = asyncio.Event()
    calls = [("Switch.GetStatus", {"id": number}) for number in (0, 1)]
    async with aiohttp.ClientSession() as session:
        client = WsRPC("127.0.0.1", lambda *_: told.set(), port=port)
        await client.connect(session)
        if sys.argv[1] == "told first":
            await asyncio.wait_for(told.wait(), 30)
        if sys.argv[1] == "together":
            results = await client.calls(calls, 30)
        else:
            results = [(await client.calls([call], 30))[0] for call in calls]
        await client.disconnect()
    await runner.cleanup()
    print(json.dumps([results, came]))


asyncio.run(main())
PY
cat > look.py <<'PY'
import json
import os
import subprocess
import sys
from importlib.metadata import version

print("aioshelly", version("aioshelly"))


def run(way):
    """Returns the names that the client gave itself, and of each message its id and its dst."""
    call = [sys.executable, "program.py", way]
    environment = dict(os.environ, PYTHONHASHSEED="0")
    ran = subprocess.run(call, env=environment, check=True, capture_output=True, text=True, timeout=120)
    results, came = json.loads(ran.stdout)
    assert results == [{"of": 0}, {"of": 1}], results
    return {each["src"] for each in came}, [(each["id"], each.get("dst")) for each in came]


names = set()
shapes = {}
for way in ("one by one", "together", "told first") * 2:
    named, shape = run(way)
    names |= named
    print(f"{way}:", *named, shape)
    assert len(named) == 1 and shapes.setdefault(way, shape) == shape
assert len(names) > 1 and all(each.removeprefix("aios-").isdigit() for each in names)
assert shapes == {
    "one by one": [(1, None), (2, "shelly-1")],
    "together": [(1, None), (2, None)],
    "told first": [(1, "shelly-1"), (2, "shelly-1")],
}
PY
timeout 200 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
