"""Memory of a replay: the peak of one large answer, and what many small ones leave."""

import os
import socket
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import proxies
import samples
from plan import Plan
from proxies import BenchError, Proxy
from report import Row

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format import writer

MIB = 1 << 20
MOST_PEAK, MOST_GROWTH = 1.5, 1.05
_URL = f"http://{samples.HOST}/file"
_TEXT = b'{"id": 1, "name": "a widget", "price": 9.99, "tags": ["x", "y"]}\n'
_BODY = 2048


def rows(plan: Plan, folder: Path) -> list[Row]:
    idle = _idle(folder)
    text = (_TEXT * (MIB // len(_TEXT) + 1))[:MIB]
    kinds = {
        "bytes": os.urandom(MIB),
        "text": text,
        "text with tabs": text.replace(b" ", b"\t"),
        "JSON on one line": text.replace(b"\n", b","),
    }
    found = [
        _large(f"peak, replay of {size} MiB of {kind}", folder, size, block, idle)
        for size in plan.answers
        for kind, block in kinds.items()
    ]
    count = plan.small_answers
    urls = samples.urls(count)
    found += _many(f"{count:,} URLs", folder, urls)
    return found + _many(f"{count:,} times one URL", folder, urls[:1] * count)


def _idle(folder: Path) -> float:
    """A process with next to nothing in its cassette."""
    cassette = folder / "small.yaml"
    _write(cassette, [(_URL, b"small")])
    with proxies.ours(folder, "idle", cassette, "replay_only") as proxy:
        return memory(proxy, "VmRSS")


def _large(case: str, folder: Path, size: int, block: bytes, idle: float) -> Row:
    cassette, body = folder / "large.yaml", block * size
    _write(cassette, [(_URL, body)])
    crc = zlib.crc32(body)
    del body
    try:
        with proxies.ours(folder, "large", cassette, "replay_only") as proxy:
            _check(proxy, [_URL], crc)
            extra = memory(proxy, "VmHWM") - idle
    finally:
        cassette.unlink()
    return Row(case, extra, "the body", size, MOST_PEAK, unit="MiB")


def _many(case: str, folder: Path, urls: Sequence[str]) -> list[Row]:
    cassette, body = folder / "many.yaml", b'{"key": "value"}' * (_BODY // 16)
    _write(cassette, [(url, body) for url in urls])
    tenth, half = len(urls) // 10, len(urls) // 2
    crc, found = zlib.crc32(body), []
    try:
        with proxies.ours(folder, "many", cassette, "replay_only") as proxy:
            for part in urls[:tenth], urls[tenth:half], urls[half:]:
                _check(proxy, part, crc)
                found.append(memory(proxy, "VmRSS"))
    finally:
        cassette.unlink()
    early = "after a tenth"
    name = f"replay of {case}"
    return [
        Row(f"{name}, half", found[1], early, found[0], MOST_GROWTH, unit="MiB"),
        Row(f"{name}, all", found[2], early, found[0], MOST_GROWTH, unit="MiB"),
    ]


def _write(cassette: Path, answers: Iterable[tuple[str, bytes]]) -> None:
    with cassette.open("wb") as file:
        file.write(writer.preamble())
        for number, (url, body) in enumerate(answers):
            file.writelines(writer.item_pieces(_made(number, url, body), number, "v4"))


def _made(number: int, url: str, body: bytes) -> Interaction:
    kind = {"Content-Type": ["application/octet-stream"]}
    response = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(body),
        body=body,
        headers=kind,
        status="200 OK",
        code=200,
        duration=1_000_000,
    )
    request = Request("GET", url, host=samples.HOST, headers={"Accept": ["*/*"]})
    return Interaction(number, request, response)


def memory(proxy: Proxy, field: str) -> float:
    """In MiB, of a living process; VmHWM is the most that VmRSS ever was."""
    for line in Path(f"/proc/{proxy.pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) / 1024
    raise BenchError(f"the system does not tell {field}")


def _check(proxy: Proxy, urls: Iterable[str], crc: int) -> None:
    """One connection that is kept alive; each body is the one that was recorded."""
    where = ("127.0.0.1", proxy.port)
    with (
        socket.create_connection(where, timeout=300) as client,
        client.makefile("rb") as answer,
    ):
        for url in urls:
            head = f"GET {url} HTTP/1.1\r\nHost: {samples.HOST}\r\nAccept: */*\r\n\r\n"
            client.sendall(head.encode())
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
