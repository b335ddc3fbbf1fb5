"""Memory: the peak of one large download, and what many small ones leave behind; the
same of a replay."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import load
import memory_replay
import proxies
import record
from memory_replay import MIB, memory
from plan import Plan
from proxies import BenchError, Proxy
from report import Row

MOST_PEAK, MOST_GROWTH = 3.0, 1.05
_TEXT = b'{"id": 1, "name": "a widget", "price": 9.99, "tags": ["x", "y"]}\n'


def rows(plan: Plan, folder: Path) -> list[Row]:
    size = plan.download
    text = (_TEXT * (MIB // len(_TEXT) + 1))[:MIB]
    found = [
        _row(f"peak, download of {size} MiB", folder, size, os.urandom(MIB)),
        _row(f"peak, {size} MiB of text", folder, size, text),
        _row(f"peak, {size} MiB with tabs", folder, size, text.replace(b" ", b"\t")),
    ]
    early, late = _many(plan, folder)
    case, flows = f"after {plan.small_flows:,} flows of 1 KiB", plan.small_flows // 5
    against = f"after {flows:,}"
    found.append(Row(case, late, against, early, MOST_GROWTH, unit="MiB"))
    return found + memory_replay.rows(plan, folder)


def _row(case: str, folder: Path, size: int, block: bytes) -> Row:
    with _origin(size, block) as port, _recorder(folder, "large") as proxy:
        before = memory(proxy, "VmRSS")
        _download(proxy.port, port, size)
        _wait_until_recorded(folder / "large.yaml.part")
        extra = memory(proxy, "VmHWM") - before
    return Row(case, extra, "the body", size, MOST_PEAK, unit="MiB")


def _recorder(folder: Path, name: str) -> Proxy:
    cassette = folder / f"{name}.yaml"
    cassette.unlink(missing_ok=True)
    return proxies.ours(folder, name, cassette, "record_only")


@contextmanager
def _origin(size: int, block: bytes) -> Iterator[int]:
    """Answers one request with so many blocks of 1 MiB."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        worker = threading.Thread(
            target=_serve_once, args=(server, size, block), daemon=True
        )
        worker.start()
        yield server.getsockname()[1]


def _serve_once(server: socket.socket, size: int, block: bytes) -> None:
    peer, _ = server.accept()
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


def _many(plan: Plan, folder: Path) -> tuple[float, float]:
    with record.origin() as port, _recorder(folder, "many") as proxy:
        urls = (f"http://127.0.0.1:{port}/1024/{n}" for n in count())
        runner = load.Runner(proxy, urls)
        load.warm(runner, plan.small_flows // 5, 1024, plan.connections)
        early = memory(proxy, "VmRSS")
        load.warm(runner, plan.small_flows, 1024, plan.connections)
        return early, memory(proxy, "VmRSS")
