"""Memory of a replay: the peak of one large answer, and what many small ones leave."""

import os
import socket
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harness.figures import Figure, Goal, Row
from harness.processes import Proxy, with_addon
from harness.race import Bench
from material import samples
from material.samples import MIB

PEAK, GROWTH = Goal("ratio", 1.5), Goal("ratio", 1.05)
_URL = f"http://{samples.HOST}/file"
_SMALL = b'{"key": "value"}' * (2048 // 16)


def rows(bench: Bench) -> Iterator[Row]:
    folder, idle = bench.folder, _idle(bench.folder)
    text = samples.text_mib()
    kinds = {
        "bytes": os.urandom(MIB),
        "text": text,
        "text with tabs": text.replace(b" ", b"\t"),
        "JSON on one line": text.replace(b"\n", b","),
    }
    for size in (100,) if bench.quick else (200, 500):
        for kind, block in kinds.items():
            yield _large(f"{size} MiB of {kind}", folder, size, block, idle)
    count = bench.size(36_000, quick=5_000)
    urls = samples.urls(count)
    yield from _many(f"{count:,} URLs", folder, urls)
    yield from _many(f"{count:,} times one URL", folder, urls[:1] * count)


def _idle(folder: Path) -> float:
    """A process with next to nothing in its cassette."""
    cassette = folder / "small.yaml"
    samples.write_cassette(cassette, [_URL], b"small")
    with with_addon(folder, "idle", cassette, "replay_only") as proxy:
        return proxy.memory("VmRSS")


def _large(case: str, folder: Path, size: int, block: bytes, idle: float) -> Row:
    cassette, body = folder / "large.yaml", block * size
    samples.write_cassette(cassette, [_URL], body)
    crc = zlib.crc32(body)
    del body
    try:
        with with_addon(folder, "large", cassette, "replay_only") as proxy:
            _check(proxy, [_URL], crc)
            extra = Figure(proxy.memory("VmHWM") - idle)
    finally:
        cassette.unlink()
    name = f"peak, replay of {case}"
    return Row(name, extra, "the body", Figure(size), PEAK, unit="MiB")


def _many(case: str, folder: Path, urls: Sequence[str]) -> Iterator[Row]:
    cassette = folder / "many.yaml"
    samples.write_cassette(cassette, urls, _SMALL)
    tenth, half = len(urls) // 10, len(urls) // 2
    crc, found = zlib.crc32(_SMALL), []
    try:
        with with_addon(folder, "many", cassette, "replay_only") as proxy:
            for part in urls[:tenth], urls[tenth:half], urls[half:]:
                _check(proxy, part, crc)
                found.append(Figure(proxy.memory("VmRSS")))
    finally:
        cassette.unlink()
    for name, late in ("half", found[1]), ("all", found[2]):
        row = f"replay of {case}, {name}"
        yield Row(row, late, "after a tenth", found[0], GROWTH, unit="MiB")


def _check(proxy: Proxy, urls: Iterable[str], crc: int) -> None:
    """One connection that is kept alive; each body is the one that was recorded."""
    where = ("127.0.0.1", proxy.port)
    with (
        socket.create_connection(where, timeout=300) as client,
        client.makefile("rb") as answer,
    ):
        for url in urls:
            head = f"GET {url} HTTP/1.1\r\nHost: {samples.HOST}\r\n"
            client.sendall(f"{head}Accept: application/json\r\n\r\n".encode())
            status, length = answer.readline(), 0
            while (line := answer.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            found = 0
            while length and (part := answer.read(min(length, MIB))):
                found = zlib.crc32(part, found)
                length -= len(part)
            if b" 200 " not in status or found != crc:
                raise proxy.failed(f"{url} was answered with {status!r} or other bytes")
