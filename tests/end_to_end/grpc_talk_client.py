"""Calls that go both ways by grpcio's asyncio client: ``python grpc_talk_client.py
TARGET``, with a list of calls as JSON on its standard input.

A call is a list of steps, and all calls go on at once, step by step: ``["with", NAME,
VALUE]`` metadata, ``["say", TEXT]``, ``["hear", N]``, ``["head"]``, ``["done"]``,
``["leave"]`` and ``["end"]``. Prints what each of them heard as a line of JSON.
"""

import asyncio
import json
import sys

import grpc
import grpc.aio

PATIENCE = 100


class Call:
    def __init__(self, channel: grpc.aio.Channel, steps: list[list[object]]) -> None:
        metadata = [(s[1], s[2]) for s in steps if s[0] == "with"]
        self.steps = [step for step in steps if step[0] != "with"]
        method = channel.stream_stream("/test.Service/Talk")
        self.doing = method(metadata=metadata, timeout=PATIENCE)
        self.heard: list[object] = []
        self.status: list[str] | None = None

    async def do(self, kind: str, what: object = None) -> None:
        if self.status is not None:
            return
        try:
            if kind == "say":
                await self.doing.write(what.encode())
            elif kind == "hear":
                for _ in range(what):
                    self.heard.append((await self.doing.read()).decode())
            elif kind == "head":
                self.heard.append(dict(await self.doing.initial_metadata()))
            elif kind == "done":
                await self.doing.done_writing()
            elif kind == "leave":
                self.doing.cancel()
                self.status = ["left"]
            else:
                assert await self.doing.read() is grpc.aio.EOF
                await self.note()
        except (grpc.RpcError, AttributeError, asyncio.InvalidStateError):
            await self.note()

    async def note(self) -> None:
        code, details = await self.doing.code(), await self.doing.details()
        trailing = dict(await self.doing.trailing_metadata() or ())
        number = trailing.get("x-number", "")
        self.status = [code.name, details, number]


async def main(target: str, calls: list[list[list[object]]]) -> None:
    async with grpc.aio.insecure_channel(target) as channel:
        made = []
        for steps in calls:
            made.append(Call(channel, steps))
        for at in range(max(len(call.steps) for call in made)):
            for call in made:
                if at < len(call.steps):
                    await call.do(*call.steps[at])
        for call in made:
            json.dump({"heard": call.heard, "status": call.status}, sys.stdout)
            sys.stdout.write("\n")
        await asyncio.sleep(0.2)  # what was cancelled is told


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.load(sys.stdin)))
