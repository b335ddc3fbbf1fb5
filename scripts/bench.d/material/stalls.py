"""Replays a cassette as ``mitmvcr run`` does, asks some URLs one after the other, and
prints as JSON how many ms of a processor the longest turn of the event loop took
meanwhile, for each of them and for a collection of garbage. What other threads do does
not count. CASSETTE LANE SECRETS HOOKS, then URLs."""

import asyncio
import gc
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mitmvcr.core.modes import Mode
from mitmvcr.options import Settings
from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.proxy.launch import running_proxy

#: For what is done while the loop has nothing else to do, in seconds.
_IDLE = 2.0


class Turns:
    """Measures from when the loop has waited to when it waits again."""

    def __init__(self, selector: Any) -> None:
        self._longest = 0.0
        self._select: Callable[..., Any] = selector.select
        self._began = time.thread_time()
        selector.select = self.select

    def select(self, timeout: float | None = None) -> Any:
        self._longest = max(self._longest, time.thread_time() - self._began)
        found = self._select(timeout)
        self._began = time.thread_time()
        return found

    async def longest(self) -> float:
        """Return the longest since this was asked last, in ms."""
        await asyncio.sleep(0)
        found, self._longest = self._longest, 0.0
        return 1000 * found


async def ask(port: int, url: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = url.split("/")[2]
    head = f"GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    await reader.read()
    writer.close()


async def measured(port: int, urls: tuple[str, ...]) -> list[float]:
    loop: Any = asyncio.get_running_loop()
    turns, found = Turns(loop._selector), []
    for url in urls:
        await turns.longest()
        await ask(port, url)
        found.append(await turns.longest())
        await asyncio.sleep(_IDLE)
    await turns.longest()
    gc.collect()
    return [*found, await turns.longest()]


async def main(
    cassette: str, lane: Any, count: str, hooks: str, *urls: str
) -> list[float]:
    for number in range(int(count)):
        os.environ[f"APP_{number}_TOKEN"] = secrets.token_urlsafe(24)
    settings = Settings(
        cassette=Path(cassette),
        mode=Mode.REPLAY_ONLY,
        lane=lane,
        hooks=Path(hooks) if hooks else None,
    )
    with tempfile.TemporaryDirectory() as folder:
        ensure_ca(Path(folder))
        async with running_proxy(settings, confdir=Path(folder)) as proxy:
            return await measured(proxy.port, urls)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
