"""What the gate carries arrives as if the two ends were one connection."""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from mitmvcr.cli.isolate.diverted import Diverter, Names
from mitmvcr.cli.isolate.forward import Forwarder

Server = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENCE = 60.0


@asynccontextmanager
async def through(serve: Server, *, diverts: bool = False) -> AsyncIterator[int]:
    """The port at which the server is found through a forwarder."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    forwarder = Forwarder("127.0.0.1", port, pytest.fail)
    if diverts:
        forwarder = Diverter(Names(), port, pytest.fail, here=True)
    listening = socket.create_server(("127.0.0.1", 0))
    await forwarder.open(listening)
    async with server, asyncio.timeout(PATIENCE):
        try:
            yield listening.getsockname()[1]
        finally:  # first: the server waits for those that it has
            await forwarder.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    taken = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


def test_much_goes_both_ways_whole_and_on_many_connections():
    sent = os.urandom(1 << 20) * 4

    async def talk(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def send() -> None:
            writer.write(sent)
            writer.write_eof()

        _, got = await asyncio.gather(send(), reader.read(-1))
        writer.close()
        return got

    async def main() -> list[bytes]:
        async with through(echo) as port:
            return await asyncio.gather(*(talk(port) for _ in range(8)))

    assert asyncio.run(main()) == [sent] * 8


def test_the_end_of_one_direction_is_not_the_end_of_the_other():
    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"got " + await reader.read(-1))
        writer.close()

    async def main() -> bytes:
        async with through(answer) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"asked")
            writer.write_eof()
            got = await reader.read(-1)
            writer.close()
            return got

    assert asyncio.run(main()) == b"got asked"


def test_a_client_that_resets_is_known_to_the_server():
    async def main() -> str:
        came = asyncio.Event()
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.readexactly(len(b"half"))
            came.set()
            try:
                await reader.readexactly(100)
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                ended.set_result(type(error).__name__)

        async with through(serve) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"half")
            await came.wait()
            reset(writer)
            return await ended

    assert asyncio.run(main()) == "ConnectionResetError"


def test_a_server_that_resets_is_known_to_the_client():
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(5)
        reset(writer)

    async def main() -> None:
        async with through(serve) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"asked")
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)
            writer.close()

    asyncio.run(main())


def test_a_client_that_does_not_read_holds_the_server_up():
    sizes = [0]

    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(bytes(65536))
                await writer.drain()
                sizes[0] += 65536
        except ConnectionError:
            pass

    async def main() -> None:
        async with through(pour) as port:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, limit=65536
            )
            before = 0
            while not before or before != sizes[0]:  # until it stands still
                before = sizes[0]
                await asyncio.sleep(0.2)
            assert 0 < before < 64 << 20
            await reader.readexactly(before)  # and it goes on
            writer.transport.abort()

    asyncio.run(main())


def test_what_cannot_be_reached_is_told_and_reset():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told: list[str] = []

    async def main() -> None:
        forwarder = Forwarder("127.0.0.1", port, told.append)
        listening = socket.create_server(("127.0.0.1", 0))
        await forwarder.open(listening)
        place = listening.getsockname()
        reader, writer = await asyncio.open_connection(*place)
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionResetError):
                await reader.read(1)
        writer.close()
        await forwarder.close()

    asyncio.run(main())
    (reason,) = told
    assert "Connect" in reason


def test_closing_ends_what_is_under_way():
    async def main() -> bytes:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        forwarder = Forwarder(*server.sockets[0].getsockname(), pytest.fail)
        listening = socket.create_server(("127.0.0.1", 0))
        await forwarder.open(listening)
        async with server, asyncio.timeout(PATIENCE):
            place = listening.getsockname()
            reader, writer = await asyncio.open_connection(*place)
            writer.write(b"x")
            await reader.readexactly(1)
            await forwarder.close()
            try:
                return await reader.read(1)
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

    assert asyncio.run(main()) == b""


def test_an_origin_that_speaks_first_is_heard_by_who_knows_of_no_proxy():
    """As a server of gRPC, whose clients wait for it: that was lost behind the answer
    to the tunnel's CONNECT, or went back to the proxy."""

    async def speak_first(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        await writer.drain()
        writer.write(b" of all, then " + await reader.read())
        writer.close()

    async def main() -> bytes:
        async with through(speak_first, diverts=True) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            said = await reader.readexactly(5)
            writer.write(b"you")
            writer.write_eof()
            said += await reader.read()
            writer.close()
            return said

    assert asyncio.run(main()) == b"first of all, then you"
