"""Processes that need no start: see ``warm_server``.

A mitmdump or a ``mitmvcr`` takes a second of a processor to start, of which nine tenths
are imports, and the suite starts hundreds. A process that has imported them forks, one
for each worker of pytest. What it forks is a process as any other: its own id, its
streams, its environment, its signals, its end. A test that is about the start itself
wants a real one.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

#: A mitmdump or a ``mitmvcr`` imports these in the end: what stands behind a seam too.
MITMVCR = (
    *("mitmproxy.tools.main", "mitmproxy.tools.dump", "mitmvcr.proxy.script"),
    *("mitmvcr.proxy.launch", "mitmvcr.proxy.inside", "mitmvcr.cli.app"),
    "mitmvcr.cli.commands.run",
    *("mitmvcr.cli.commands.cassette", "mitmvcr.cli.commands.show"),
    *("mitmvcr.cli.report.page", "mitmvcr.format.yamlreader", "mitmvcr.proxy.ca"),
    *("mitmvcr.secrets.redactor", "mitmvcr.secrets.identities"),
    *("mitmvcr.miss.explain", "mitmvcr.miss.masking", "mitmvcr.core.deck.filled"),
    *("mitmvcr.echo.finding", "mitmvcr.echo.earlier", "mitmvcr.proxy.host.tcp_layer"),
    *("mitmvcr.proxy.host.stream_layer", "mitmvcr.proxy.host.websocket_layer"),
    *("encodings.idna", "encodings.utf_16_be", "_strptime", "tomllib", "warmed"),
)
SERVER = Path(__file__).with_name("warm_server.py")
#: Read as an interpreter starts, or as its modules are imported.
_AT_START = ("PYTHON", "LD_", "LC_", "LANG", "TZ", "OPENSSL_", "SSLKEYLOGFILE")
_LATER = {"PYTHONUNBUFFERED"}
_STREAMS = {"stdin", "stdout", "stderr", "text", "start_new_session"}


_running: list["_Server"] = []
#: Threads of a program may want their first process at once.
_starting = threading.Lock()


def close(within: Sequence[str] | None = None) -> None:
    """End all that fork, or those of a prefix; what they have forked goes on."""
    for server in [*_running]:
        if within is None or server.within == (*within,):
            _running.remove(server)
            server.close()


atexit.register(close)


class _Server:
    """The process that forks, having imported ``early``. ``ask`` starts it."""

    def __init__(
        self, python: str, early: Sequence[str], within: tuple[str, ...]
    ) -> None:
        self.within = within
        self._command = [*within, python, str(SERVER)], [*early]
        self._process: subprocess.Popen[bytes] | None = None
        self._ours: socket.socket

    def ask(self, job: Mapping[str, Any], streams: Sequence[int]) -> socket.socket:
        """Return where the numbers of its answer come from."""
        with _starting:
            if self._process is None:
                self._start()
        told, tells = socket.socketpair()
        with tells:
            data = json.dumps(job).encode()
            socket.send_fds(self._ours, [data], [*streams, tells.fileno()])
        return told

    def _start(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start, early = self._command
        with theirs:
            self._process = subprocess.Popen(
                [*start, str(theirs.fileno()), *early],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        _running.append(self)

    def close(self) -> None:
        if self._process is not None:
            self._ours.close()
            self._process.wait()
            self._process = None


@cache
def _server(python: str, early: tuple[str, ...], within: tuple[str, ...]) -> _Server:
    return _Server(python, early, within)


def can_be_warm(
    command: Sequence[str],
    environment: Mapping[str, str],
    python: str = sys.executable,
) -> bool:
    """Is it this Python, with what this process has that is read at a start?"""
    return (
        [*command[:1]] == [python]
        and command[1].endswith(("-c", "-m", ".py"))
        and _read_at_start(environment) == _read_at_start(os.environ)
    )


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(_AT_START) and name not in _LATER
    }


def popen(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str | Path | None = None,
    fresh: bool = False,
    python: str = sys.executable,
    early: tuple[str, ...] = MITMVCR,
    within: Sequence[str] = (),
    tracer: Sequence[str] = (),
    **streams: Any,
) -> subprocess.Popen[Any]:
    """As ``subprocess.Popen``, and warm if that makes no difference. ``fresh``: an
    interpreter that starts. ``early`` are the modules that take long to import.

    ``within`` is a prefix, such as ``ip netns exec NAME``: what forks runs with it,
    until ``close(within)``. ``tracer`` is a strace's beginning: it watches the process,
    which keeps its id, from its first step.
    """
    words = [*map(str, command)]
    warm = can_be_warm(words, env, python) and streams.keys() <= _STREAMS
    if fresh or not warm:
        if tracer:
            words = [*tracer, "-D", *words]
        return subprocess.Popen([*within, *words], env=env, cwd=cwd, **streams)
    with _starting:
        server = _server(python, early, (*within,))
    more = {"server": server, "tracer": tracer}
    return _WarmPopen(words, env=env, cwd=cwd, **more, **streams)


def run(
    command: Sequence[str], *, given: str = "", seconds: float, **more: Any
) -> subprocess.CompletedProcess[str]:
    """As ``subprocess.run`` with text, and all its output captured; see ``popen``."""
    pipe = subprocess.PIPE
    streams = {"stdin": pipe, "stdout": pipe, "stderr": pipe, "text": True}
    with popen(command, **streams, **more) as process:
        try:
            out, err = process.communicate(given, seconds)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.wait(), out, err)


class _WarmPopen(subprocess.Popen[Any]):
    """A ``Popen`` whose process is the server's child: the server says how it ended."""

    def __init__(
        self, *args: Any, server: _Server, tracer: Sequence[str], **more: Any
    ) -> None:
        self._server, self._tracer = server, tracer
        super().__init__(*args, **more)

    def _execute_child(self, args: Sequence[str], *rest: Any) -> None:
        cwd, env = rest[4], rest[5]
        read, _, _, write, _, error = rest[9:15]
        streams = [
            file if file != -1 else at for at, file in enumerate((read, write, error))
        ]
        job = {
            "words": args[1:],
            "environment": dict(env),
            "cwd": str(Path(cwd or ".").absolute()),
            "tracer": [*self._tracer],
            "own_session": rest[20],
        }
        self._told, self._said = self._server.ask(job, streams), b""
        self._close_pipe_fds(*rest[9:15])
        self.pid = self._number(None)
        self._child_created = True

    def _number(self, timeout: float | None) -> int:
        """Return the next that the server says: the process id, then its status."""
        self._told.settimeout(timeout)
        while b"\n" not in self._said:
            more = self._told.recv(64)
            if not more:
                raise AssertionError("what forks warm processes has ended")
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        return int(line)

    def _internal_poll(self, *_: object, **__: object) -> int | None:
        with suppress(BlockingIOError):
            self._end(0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int | None:
        try:
            self._end(timeout)
        except (TimeoutError, BlockingIOError):
            raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
        return self.returncode

    def _end(self, timeout: float | None) -> None:
        if self.returncode is None:
            status = self._number(timeout and max(timeout, 0))
            self.returncode = os.waitstatus_to_exitcode(status)
            self._told.close()
