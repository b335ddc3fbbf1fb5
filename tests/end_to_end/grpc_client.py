"""Real grpcio clients: ``python grpc_client.py TARGET CA.pem (sync|async) CALL...``,
``-`` for no TLS. Prints what each call came to as a line of JSON."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import grpc.aio

SERVICE = "/test.Service/"
#: Seconds: nothing takes as long unless something is wrong.
PATIENCE = 100


def requests(first: bytes) -> Iterator[bytes]:
    yield from (first, b"2", b"3")


def call(channel: grpc.Channel, name: str) -> list[str]:
    method = SERVICE + name
    if name in ("Hello", "Fail"):
        answer, done = channel.unary_unary(method).with_call(b"3", timeout=PATIENCE)
        trailing = [f"{k}={v}" for k, v in done.trailing_metadata()]
        return [answer.decode(), *trailing]
    if name == "Total":
        return [channel.stream_unary(method)(requests(b"1"), timeout=PATIENCE).decode()]
    if name == "Echo":
        return echo(channel)
    if name == "Struct":
        return [read_struct(channel, b"gzip"), read_struct(channel, b"plain")]
    return [m.decode() for m in channel.unary_stream(method)(b"3", timeout=PATIENCE)]


def read_struct(channel: grpc.Channel, how: bytes) -> str:
    """Return what a message of protobuf holds."""
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.struct_pb2 import Struct

    answer = channel.unary_unary(SERVICE + "Struct")(how, timeout=PATIENCE)
    return json.dumps(MessageToDict(Struct.FromString(answer)), sort_keys=True)


def echo(channel: grpc.Channel) -> list[str]:
    """Each request is made when the answer to the one before has come."""
    import queue

    asked: queue.Queue[bytes | None] = queue.Queue()
    asked.put(b"0")
    answers = channel.stream_stream(SERVICE + "Echo")(
        iter(asked.get, None), timeout=PATIENCE
    )
    found = []
    for number, answer in enumerate(answers, 1):
        found.append(answer.decode())
        asked.put(b"%d" % number if number < 3 else None)
    return found


async def call_async(channel: grpc.aio.Channel, name: str) -> list[str]:
    method = SERVICE + name
    if name in ("Hello", "Fail"):
        doing = channel.unary_unary(method)(b"3", timeout=PATIENCE)
        answer = await doing
        trailing = [f"{k}={v}" for k, v in await doing.trailing_metadata()]
        return [answer.decode(), *trailing]
    if name == "Total":
        total = channel.stream_unary(method)(requests(b"1"), timeout=PATIENCE)
        return [(await total).decode()]
    if name == "Echo":
        return await echo_async(channel)
    answers = channel.unary_stream(method)(b"3", timeout=PATIENCE)
    return [message.decode() async for message in answers]


async def echo_async(channel: grpc.aio.Channel) -> list[str]:
    doing = channel.stream_stream(SERVICE + "Echo")(timeout=PATIENCE)
    found = []
    for number in range(3):
        await doing.write(b"%d" % number)
        answer = await doing.read()
        if answer is grpc.aio.EOF:  # then it says why
            break
        found.append(answer.decode())
    else:
        await doing.done_writing()
    if await doing.code() is not grpc.StatusCode.OK:
        raise await failure(doing)
    return found


async def failure(doing: grpc.aio.Call) -> grpc.RpcError:
    """What reading such a call to its end would raise."""
    return grpc.aio.AioRpcError(
        await doing.code(),
        await doing.initial_metadata(),
        await doing.trailing_metadata(),
        details=await doing.details(),
    )


def report(name: str, got: list[str] | None, error: grpc.RpcError | None) -> None:
    status = None if error is None else [error.code().name, error.details()]
    json.dump({"call": name, "got": got, "error": status}, sys.stdout)
    sys.stdout.write("\n")


def main(target: str, ca: str, *names: str) -> None:
    with _channel(grpc, target, ca) as channel:
        for name in names:
            try:
                report(name, call(channel, name), None)
            except grpc.RpcError as error:
                report(name, None, error)


async def main_async(target: str, ca: str, *names: str) -> None:
    async with _channel(grpc.aio, target, ca) as channel:
        for name in names:
            try:
                report(name, await call_async(channel, name), None)
            except grpc.RpcError as error:
                report(name, None, error)


def _channel(module: object, target: str, ca: str) -> object:
    if ca == "-":
        return module.insecure_channel(target)
    trusted = grpc.ssl_channel_credentials(Path(ca).read_bytes())
    return module.secure_channel(target, trusted)


if __name__ == "__main__":
    target, ca, how, *names = sys.argv[1:]
    if how == "sync":
        main(target, ca, *names)
    else:
        asyncio.run(main_async(target, ca, *names))
