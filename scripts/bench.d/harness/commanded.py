"""Programs that send requests on command and measure them: see material/go/rounds."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from harness import needed
from harness.processes import BenchError, Proxy, pin, stop

Found = dict[str, float]


class Runner(Protocol):
    def send(self, requests: int, seconds: float) -> Found:
        """Send so many requests, or what there is time for, and return what came of
        it."""

    def stop(self) -> None: ...


class Commanded:
    """A program that runs on one core: the first, or the last."""

    def __init__(self, command: Sequence[object], log: Path, *, core: int) -> None:
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [*map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        pin(self._process.pid, core)
        if self._line() != b"ready\n":
            raise self._failed()

    def send(self, requests: int, seconds: float) -> Found:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{requests} {seconds}\n".encode())
            self._process.stdin.flush()
        except OSError:
            raise self._failed() from None
        line = self._line()
        if not line:
            raise self._failed()
        found: Found = json.loads(line)
        return found

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def _failed(self) -> BenchError:
        self.stop()
        said = self._log.read_text("utf-8", "replace").strip()
        return BenchError(said[-2000:] or f"{self._log.name}: it ended")

    def stop(self) -> None:
        stop(self._process)
        self._process.communicate()


class Asked:
    """A proxy, and the load that it gets: over connections that are kept alive, or
    over a new one each time. ``cpu_us`` is the proxy's."""

    def __init__(
        self, proxy: Proxy, urls: Path, *flags: str, connections: int = 8
    ) -> None:
        self.proxy = proxy
        where = f"127.0.0.1:{proxy.port}"
        load = [needed.built("load"), "-proxy", where, "-urls", urls, *flags]
        log = urls.with_name(f"load.{proxy.port}.log")
        try:
            self._load = Commanded([*load, "-connections", connections], log, core=0)
        except BenchError as error:
            raise proxy.failed(str(error)) from None

    def send(self, requests: int, seconds: float) -> Found:
        before = self.proxy.cpu_ms()
        try:
            found = self._load.send(requests, seconds)
        except BenchError as error:
            raise self.proxy.failed(str(error)) from None
        spent = self.proxy.cpu_ms() - before
        return {**found, "cpu_us": 1000 * spent / found["sent"]}

    def stop(self) -> None:
        self._load.stop()
        self.proxy.stop()
