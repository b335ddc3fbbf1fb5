"""Processes: started, asked for CPU time and memory, and always ended, by their id."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[3]
MATERIAL = Path(__file__).resolve().parents[1] / "material"
ADDON = ROOT / "addon" / "vcr.py"
_START_SECONDS, _STOP_SECONDS, _TASK_SECONDS = 60.0, 20.0, 300.0


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


@contextmanager
def unpinned() -> Iterator[None]:
    """Let what is started meanwhile run on all cores: a browser needs more than one."""
    if len(_CORES) > 1:
        os.sched_setaffinity(0, _CORES)
    try:
        yield
    finally:
        pin_self()


def memory(pid: int | str, field: str) -> float:
    """In MiB, of a living process; VmHWM is the most that VmRSS ever was."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) / 1024
    raise BenchError(f"the system does not tell {field}")


def run(
    *command: object, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> bytes:
    """Run it to its end and return what it prints."""
    words = list(map(str, command))
    done = subprocess.run(
        words, capture_output=True, timeout=_TASK_SECONDS, check=False, cwd=cwd, env=env
    )
    if done.returncode:
        raise BenchError(f"{' '.join(words)}\n{done.stderr.decode()[-2000:]}")
    return done.stdout


def stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def server(script: Path, *args: object, core: int = 0) -> Iterator[list[int]]:
    """A script that prints its ports and serves until its standard input ends."""
    command = [sys.executable, *map(str, [script, *args])]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        pin(process.pid, core)
        assert process.stdout is not None
        yield [int(port) for port in process.stdout.readline().split()]
    finally:
        stop(process)
        process.communicate()


class Proxy:
    """One mitmdump. ``boot_ms`` and ``boot_cpu_ms`` ran until it answered."""

    program = "mitmdump"
    #: In seconds, until it answers.
    patience = _START_SECONDS

    def __init__(self, folder: Path, name: str, *args: object) -> None:
        self.name = name
        self.port = free_port()
        self._log = folder / f"{name}.{self.port}.log".replace(" ", "-")
        began = time.perf_counter()
        self._process = self._start(folder, args)
        try:
            self._wait_until_it_answers(began)
        except BaseException:
            self.stop()
            raise
        self.boot_ms = 1000 * (time.perf_counter() - began)
        self.boot_cpu_ms = self.cpu_ms()

    def _start(self, folder: Path, args: Sequence[object]) -> "subprocess.Popen[bytes]":
        program = Path(sys.executable).with_name(self.program)
        where = ["--listen-host", "127.0.0.1", "-p", str(self.port)]
        base = [str(program), "-q", *where, "--set", f"confdir={folder / 'confdir'}"]
        return self._run([*base, *args])

    def _run(
        self,
        command: Sequence[object],
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> "subprocess.Popen[bytes]":
        with open(self._log, "wb") as log:
            process = subprocess.Popen(
                [*map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                cwd=cwd,
            )
        pin(process.pid, -1)  # its threads and children too
        return process

    def answers(self) -> bool:
        """Return whether it answers a request: one with no destination, so that no hook
        sees it."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 10) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                return client.recv(1) != b""
        except OSError:
            return False

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 10).close()
        except OSError:
            return False
        return True

    def _wait_until_it_answers(self, began: float) -> None:
        while not self.answers():
            if self._process.poll() is not None:
                raise self.failed("ended at its start")
            if time.perf_counter() - began > self.patience:
                raise self.failed("does not answer")
            time.sleep(0.002)

    def failed(self, what: str) -> BenchError:
        log = self._log.read_text("utf-8", "replace").strip()[-2000:]
        return BenchError(f"{self.name}: {what}\n{log}".rstrip())

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_ms(self) -> float:
        """User and system time of all its threads."""
        if not sys.platform.startswith("linux"):
            raise BenchError("CPU time of another process is read in Linux's way")
        # Its clock, as clock_getcpuclockid(3) names it: the same sum as in
        # /proc/PID/stat, which counts in steps of 10 ms.
        return 1000 * time.clock_gettime((~self.pid << 3) | 2)

    def memory(self, field: str) -> float:
        return memory(self.pid, field)

    def stop(self) -> None:
        stop(self._process)

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def free_port() -> int:
    """Return a port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def with_addon(
    folder: Path, name: str, cassette: Path, mode: str, **options: str
) -> Proxy:
    """mitmdump with the addon; ``options`` are the addon's, without their ``vcr_``."""
    pairs = {"cassette": cassette, "mode": mode, **options}.items()
    sets = [arg for key, value in pairs for arg in ("--set", f"vcr_{key}={value}")]
    return Proxy(folder, name, "-s", ADDON, *sets)


def with_scripts(folder: Path, name: str, names: Sequence[str], *args: object) -> Proxy:
    """mitmdump with these of material/addons."""
    scripts = [MATERIAL / "addons" / f"{each}.py" for each in names]
    return Proxy(folder, name, *[a for s in scripts for a in ("-s", s)], *args)
