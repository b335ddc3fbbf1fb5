"""The load: a fixed number of requests over a few connections that are kept alive."""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from harness.processes import BenchError, Proxy
from harness.race import Race

CONNECTIONS = 8
_ROUND_SECONDS = 120.0
_HEADERS = "Accept: application/json\r\nUser-Agent: bench/1\r\n\r\n"


@dataclass(frozen=True)
class Runner:
    """A proxy, and the URLs that it is asked for, in order; each body has ``size``."""

    proxy: Proxy
    urls: Iterator[str]
    size: int = 1024

    def send(self, requests: int) -> float:
        """Send so many, and return the proxy's CPU ms for each. Connecting and each
        connection's first request come before and are not counted."""
        urls = list(islice(self.urls, requests + CONNECTIONS))
        try:
            return asyncio.run(self._send(urls))
        except (OSError, EOFError, TimeoutError, BenchError) as error:
            raise self.proxy.failed(f"{type(error).__name__}: {error}") from error

    async def _send(self, urls: Sequence[str]) -> float:
        async with asyncio.timeout(_ROUND_SECONDS):
            clients = [await self._connect(urls[0]) for _ in range(CONNECTIONS)]
            await _share(clients, urls[:CONNECTIONS], self.size)
            before = self.proxy.cpu_ms()
            await _share(clients, urls[CONNECTIONS:], self.size)
            spent = self.proxy.cpu_ms() - before
            for client in clients:
                await client.close()
        return spent / (len(urls) - CONNECTIONS)

    async def _connect(self, url: str) -> "_Connection":
        where = ("127.0.0.1", self.proxy.port)
        reader, writer = await asyncio.open_connection(*where, limit=1 << 22)
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        if is_tls:
            await start_tls(reader, writer, f"{parts.netloc}:443")
        return _Connection(reader, writer, is_tls)


Maker = Callable[[Path, str], Proxy]


def race_proxies(
    race: Race,
    folder: Path,
    makers: Mapping[str, Maker],
    asked: Callable[[], Iterator[str]],
    *,
    rounds: int,
    requests: int,
    size: int = 1024,
    warm: Mapping[str, int] | None = None,
) -> None:
    """Start each proxy anew, send the requests of each round to one after the other,
    and end them. Many short rounds find a quiet moment of the machine; long ones hold
    the garbage collections too. ``warm``: how many requests some are sent before."""
    with ExitStack() as stack:
        runners = {
            name: Runner(stack.enter_context(make(folder, name)), asked(), size)
            for name, make in makers.items()
        }
        for name, before in (warm or {}).items():
            runners[name].send(before)
        race.run(
            {k: partial(each.send, requests) for k, each in runners.items()}, rounds
        )


async def start_tls(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    authority: str,
    *protocols: str,
) -> None:
    """To that host behind a proxy, whose own certificate is taken unseen."""
    writer.write(f"CONNECT {authority} HTTP/1.1\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    await writer.start_tls(context, server_hostname=authority.partition(":")[0])


@dataclass(frozen=True)
class _Connection:
    """One client of the proxy, one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_tls: bool

    async def get(self, url: str, size: int) -> None:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if self.is_tls else url
        request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{_HEADERS}"
        self.writer.write(request.encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200") or _length(head) != size:
            raise BenchError(f"{url} was answered with {head!r}")
        await self.reader.readexactly(size)

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


def _length(head: bytes) -> int:
    lower = head.lower()
    found = lower.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return int(found or -1)


async def _share(
    clients: Sequence[_Connection], urls: Sequence[str], size: int
) -> None:
    async def work(client: _Connection, urls: Sequence[str]) -> None:
        for url in urls:
            await client.get(url, size)

    count = len(clients)
    await asyncio.gather(*(work(c, urls[i::count]) for i, c in enumerate(clients)))
