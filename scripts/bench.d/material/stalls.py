"""Serves a cassette as ``mitmvcr run`` does, and prints, as JSON, how many ms of a
processor the longest turn of its event loop took while each of some requests was
answered. CASSETTE LANE HOOKS, then URLs."""

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mitmvcr.core.modes import Mode
from mitmvcr.options import Settings
from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.proxy.launch import running_proxy


class Turns:
    """Measures from when the loop has waited to when it waits again."""

    def __init__(self, selector: Any) -> None:
        self.longest = 0.0
        self._select: Callable[..., Any] = selector.select
        self._began = time.thread_time()
        selector.select = self.select

    def select(self, timeout: float | None = None) -> Any:
        self.longest = max(self.longest, time.thread_time() - self._began)
        found = self._select(timeout)
        self._began = time.thread_time()
        return found

    @contextmanager
    def of(self, found: dict[str, float], name: str) -> Iterator[None]:
        await_none = self.longest
        del await_none
        self.longest = 0.0
        yield
        found[name] = 1000 * self.longest


async def ask(port: int, url: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = url.split("/")[2]
    head = f"GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n")[0]


async def main(cassette: str, lane: Any, hooks: str, *urls: str) -> None:
    loop: Any = asyncio.get_running_loop()
    settings = Settings(
        cassette=Path(cassette),
        mode=Mode.REPLAY_ONLY,
        lane=lane,
        hooks=Path(hooks) if hooks else None,
    )
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        ensure_ca(Path(folder))
        async with running_proxy(settings, confdir=Path(folder)) as proxy:
            turns = Turns(loop._selector)
            for number, url in enumerate(urls):
                await asyncio.sleep(0.5)
                turns.longest = 0.0
                status = await ask(proxy.port, url)
                await asyncio.sleep(0)
                found[f"{number} {status.decode()}"] = 1000 * turns.longest
            turns.longest = 0.0
            gc.collect()
            await asyncio.sleep(0)
            found["a collection"] = 1000 * turns.longest
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
