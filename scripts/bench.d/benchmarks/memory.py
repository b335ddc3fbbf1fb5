"""Memory of recording: the peak of a large download, and what many small ones leave."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks import record
from harness.figures import Figure, Goal, Row
from harness.load import Runner
from harness.processes import MATERIAL, BenchError, Proxy, server, with_addon
from harness.race import Bench
from material.samples import MIB, text_mib

PEAK, GROWTH = Goal("ratio", 3.0), Goal("ratio", 1.05)


def rows(bench: Bench) -> Iterator[Row]:
    size, text = bench.size(500, quick=100), text_mib()
    row = partial(_row, bench.folder, size)
    yield row(f"peak, download of {size} MiB", os.urandom(MIB))
    yield row(f"peak, {size} MiB of text", text)
    yield row(f"peak, {size} MiB with tabs", text.replace(b" ", b"\t"))
    yield _many(bench.folder, bench.size(10_000, quick=2_000))


def _row(folder: Path, size: int, case: str, block: bytes) -> Row:
    with _origin(size, block) as port, _recorder(folder, "large") as proxy:
        before = proxy.memory("VmRSS")
        _download(proxy.port, port, size)
        _wait_until_recorded(folder / "large.yaml.part")
        extra = proxy.memory("VmHWM") - before
    return Row(case, Figure(extra), "the body", Figure(size), PEAK, unit="MiB")


def _recorder(folder: Path, name: str) -> Proxy:
    cassette = folder / f"{name}.yaml"
    cassette.unlink(missing_ok=True)
    return with_addon(folder, name, cassette, "record_only")


@contextmanager
def _origin(size: int, block: bytes) -> Iterator[int]:
    """Answers one request with so many blocks of 1 MiB."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        worker = threading.Thread(
            target=_serve_once, args=(listening, size, block), daemon=True
        )
        worker.start()
        yield listening.getsockname()[1]


def _serve_once(listening: socket.socket, size: int, block: bytes) -> None:
    peer, _ = listening.accept()
    with peer:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (size * MIB))
        for _ in range(size):
            peer.sendall(block)


def _download(proxy: int, origin: int, size: int) -> None:
    url = f"http://127.0.0.1:{origin}/file"
    with socket.create_connection(("127.0.0.1", proxy), timeout=120) as client:
        client.sendall(f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        got = 0
        while got < size * MIB:
            part = client.recv(MIB)
            if not part:
                raise BenchError(f"the download ended after {got} bytes")
            got += len(part)


def _wait_until_recorded(journal: Path) -> None:
    """Its last line is a duration. The client has the body before that."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with journal.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 100))
            if b"\n        duration: " in file.read():
                return
        time.sleep(0.05)
    raise BenchError("the download was not recorded")


def _many(folder: Path, count: int) -> Row:
    early = count // 5
    with (
        server(MATERIAL / "origin.py") as (port,),
        _recorder(folder, "many") as proxy,
    ):
        runner, found = Runner(proxy, record.urls(port, 1024)), []
        for requests in (early, count):
            runner.send(requests)
            found.append(Figure(proxy.memory("VmRSS")))
    case, against = f"after {count:,} flows of 1 KiB", f"after {early:,}"
    return Row(case, found[1], against, found[0], GROWTH, unit="MiB")
