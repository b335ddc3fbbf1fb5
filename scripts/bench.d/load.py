"""The load: a fixed number of requests over a few connections that are kept alive."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from plan import Plan
from proxies import BenchError, Proxy

_ROUND_SECONDS = 120.0
_HEADERS = "Accept: application/json\r\nUser-Agent: bench/1\r\n\r\n"


class Connection:
    """One client of the proxy, one request at a time."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, tls: bool
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._tls = tls

    async def get(self, url: str, size: int) -> None:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if self._tls else url
        request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{_HEADERS}"
        self._writer.write(request.encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200") or _length(head) != size:
            raise BenchError(f"{url} was answered with {head!r}")
        await self._reader.readexactly(size)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def _length(head: bytes) -> int:
    lower = head.lower()
    found = lower.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return int(found or -1)


async def _connect(port: int, url: str) -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    parts = urlsplit(url)
    if parts.scheme == "https":
        writer.write(f"CONNECT {parts.netloc}:443 HTTP/1.1\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # it is the proxy's own certificate
        await writer.start_tls(context, server_hostname=parts.hostname)
    return Connection(reader, writer, tls=parts.scheme == "https")


async def _send(
    proxy: Proxy, urls: Sequence[str], size: int, connections: int
) -> float:
    """CPU seconds per request; connecting and each connection's first one left out."""
    clients = [await _connect(proxy.port, urls[0]) for _ in range(connections)]
    for client, url in zip(clients, urls, strict=False):
        await client.get(url, size)

    async def work(client: Connection, share: Sequence[str]) -> None:
        for url in share:
            await client.get(url, size)

    shares = [urls[connections:][i::connections] for i in range(connections)]
    before = proxy.cpu()
    await asyncio.gather(*map(work, clients, shares))
    spent = proxy.cpu() - before
    for client in clients:
        await client.close()
    return spent / (len(urls) - connections)


async def _bounded(
    proxy: Proxy, urls: Sequence[str], size: int, connections: int
) -> float:
    async with asyncio.timeout(_ROUND_SECONDS):
        return await _send(proxy, urls, size, connections)


def send(proxy: Proxy, urls: Sequence[str], size: int, connections: int) -> float:
    """One round."""
    try:
        return asyncio.run(_bounded(proxy, urls, size, connections))
    except (OSError, asyncio.IncompleteReadError, TimeoutError, BenchError) as error:
        raise proxy.failed(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class Runner:
    """A proxy, and the URLs that it is asked for, in order."""

    proxy: Proxy
    urls: Iterator[str]


def race(runners: Sequence[Runner], plan: Plan, size: int = 1024) -> dict[str, float]:
    """The least CPU time per request of each proxy, in milliseconds; they take turns,
    and the order turns too."""
    best: dict[str, float] = {}
    for turn in range(plan.rounds):
        for runner in runners if turn % 2 == 0 else reversed(runners):
            urls = list(islice(runner.urls, plan.requests + plan.connections))
            spent = 1000 * send(runner.proxy, urls, size, plan.connections)
            name = runner.proxy.name
            best[name] = min(spent, best.get(name, spent))
    return best


def warm(runner: Runner, requests: int, size: int, connections: int) -> None:
    """Requests that are not counted."""
    send(runner.proxy, list(islice(runner.urls, requests)), size, connections)


def merge(best: dict[str, float], more: Mapping[str, float]) -> None:
    for name, spent in more.items():
        best[name] = min(spent, best.get(name, spent))
