"""mitmdump processes: started, asked for their CPU time, and always ended."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "addon" / "vcr.py"
CONSTANT = Path(__file__).with_name("addons") / "constant.py"
ASKED_ONLY = Path(__file__).with_name("addons") / "asked_only.py"
LEANEST = Path(__file__).with_name("addons") / "leanest.py"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class BenchError(Exception):
    """Something did not run."""


def _cores() -> list[int]:
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


_CORES = _cores()


def pin(pid: int, core: int) -> None:
    """To the first core or to the last, where there are two."""
    if len(_CORES) > 1:
        os.sched_setaffinity(pid, {_CORES[core]})


def pin_self() -> None:
    """The load comes from the first core; the proxy has the last for itself."""
    pin(0, 0)


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a living process."""
    if not sys.platform.startswith("linux"):
        raise BenchError("CPU time is read in Linux's way")
    # The clock of another process, as clock_getcpuclockid(3) names it: the same sum as
    # in /proc/PID/stat, which counts in steps of 10 ms.
    return time.clock_gettime((~pid << 3) | 2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Does the proxy answer a request? One with no destination, so no hook sees it."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            return client.recv(1) != b""
    except OSError:
        return False


class Proxy:
    """One mitmdump. ``boot_seconds`` and ``boot_cpu`` ran until it answered."""

    def __init__(self, folder: Path, name: str, *args: str) -> None:
        self.name = name
        self.port = free_port()
        self._log = folder / f"{name}.{self.port}.log".replace(" ", "-")
        began = time.perf_counter()
        self._process = self._start(folder, args)
        pin(self._process.pid, -1)
        try:
            self._wait_until_it_answers(began)
        except BaseException:
            self.stop()
            raise
        self.boot_seconds = time.perf_counter() - began
        self.boot_cpu = self.cpu()

    def _start(self, folder: Path, args: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        mitmdump = Path(sys.executable).with_name("mitmdump")
        where = ["--listen-host", "127.0.0.1", "-p", str(self.port)]
        base = [str(mitmdump), "-q", *where, "--set", f"confdir={folder / 'confdir'}"]
        with open(self._log, "wb") as log:
            return subprocess.Popen(
                [*base, *args], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _wait_until_it_answers(self, began: float) -> None:
        while not answers(self.port):
            if self._process.poll() is not None:
                raise self.failed("ended at its start")
            if time.perf_counter() - began > _START_SECONDS:
                raise self.failed("does not answer")
            time.sleep(0.002)

    def failed(self, what: str) -> BenchError:
        log = self._log.read_text("utf-8", "replace").strip()[-2000:]
        return BenchError(f"{self.name}: {what}\n{log}".rstrip())

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu(self) -> float:
        return cpu_seconds(self._process.pid)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def ours(
    folder: Path, name: str, cassette: Path, mode: str, repeats: str = "no"
) -> Proxy:
    options = {
        "vcr_cassette": str(cassette),
        "vcr_mode": mode,
        "vcr_allow_repeats": repeats,
    }
    sets = [arg for pair in options.items() for arg in ("--set", "=".join(pair))]
    return Proxy(folder, name, "-s", str(ADDON), *sets)
