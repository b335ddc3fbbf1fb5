"""Clients that say when each part of a stream arrived."""

import os
import selectors
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from patience import PATIENCE


class Curl:
    """``curl -N``, read as it writes. ``received`` is all that came, ``arrivals`` when
    each read returned and how much it brought."""

    def __init__(
        self,
        url: str,
        environment: Mapping[str, str],
        *arguments: str,
        version: str = "--http1.1",
    ) -> None:
        command = ["curl", "-sSN", version, *arguments, url]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self.received = b""
        self.arrivals: list[tuple[float, int]] = []

    def read(self, timeout: float = PATIENCE) -> bytes:
        """What came since; empty at the end."""
        if not self._selector.select(timeout):
            raise AssertionError(f"nothing came within {timeout} s: {self.received!r}")
        part = os.read(self._output, 65536)
        self.received += part
        if part:
            self.arrivals.append((time.monotonic(), len(part)))
        return part

    def read_until(self, enough: Callable[[bytes], bool]) -> None:
        while not enough(self.received):
            if not self.read():
                raise AssertionError(
                    f"it ended with {self.received!r}: {self.errors()}"
                )

    def read_all(self) -> bytes:
        while self.read():
            pass
        return self.received

    @property
    def is_open(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        return self._process.wait(PATIENCE)

    def errors(self) -> str:
        assert self._process.stderr is not None
        return self._process.stderr.read().decode()

    def leave(self) -> None:
        """As Ctrl-C does: the connection is closed."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()
        self._selector.close()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdout.close()
        self._process.stderr.close()


def acknowledge(origin_url: str, key: str) -> None:
    """Tell the origin, past the proxy, that the client has what was sent."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{origin_url}/ack/{key}", timeout=PATIENCE) as answer:
        answer.read()


def curl_environment(proxy_url: str, ca_file: Path) -> dict[str, str]:
    from end_to_end.clients import environment
    from end_to_end.proxy import clean_environment

    return clean_environment(**environment(proxy_url, ca_file))
