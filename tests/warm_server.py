"""Python processes from one that has already imported what takes long: ``warm`` asks.

``python warm_server.py FD MODULE...``: FD is one end of a Unix socket, whose messages
are jobs, each with four files: stdin, stdout, stderr, and where its process id and its
status at the end are written. It ends with the socket.
"""

import gc
import importlib
import io
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

LARGEST = 1 << 20


def serve(asked: socket.socket) -> dict[str, Any] | None:
    """Fork for each job until the socket closes. In a child, return its job."""
    running: dict[int, int] = {}
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        selector.register(asked, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if woken in ready:
                os.read(woken, 4096)
                _tell_the_ended(running)
            if asked.fileno() not in ready:
                continue
            data, files, _, _ = socket.recv_fds(asked, LARGEST, 4)
            if not data:
                return None
            *streams, told = files
            child = os.fork()
            if child == 0:
                _become(
                    streams, [asked.detach(), woken, wakes, told, *running.values()]
                )
                return json.loads(data)
            _tell(told, child)
            running[child] = told
            for each in streams:
                os.close(each)


def _tell(told: int, number: int) -> None:
    with suppress(BrokenPipeError):  # whoever asked does not wait for it any more
        os.write(told, f"{number}\n".encode())


def _tell_the_ended(running: dict[int, int]) -> None:
    while running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        told = running.pop(child)
        _tell(told, status)
        os.close(told)


def _become(streams: list[int], mine: list[int]) -> None:
    """Have these as stdin, stdout and stderr, and nothing of the server's."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, each in enumerate(streams):
        os.dup2(each, number)
    for each in (*streams, *mine):
        os.close(each)


def _open_streams(unbuffered: bool) -> None:
    """As an interpreter opens them that starts."""

    def text(file: int, mode: str, errors: str) -> io.TextIOWrapper:
        size = 0 if unbuffered and mode == "w" else -1
        raw = os.fdopen(file, f"{mode}b", buffering=size, closefd=False)
        lines = mode == "w" and (file == 2 or os.isatty(file))
        return io.TextIOWrapper(
            raw, errors=errors, line_buffering=lines, write_through=unbuffered
        )

    sys.stdin = sys.__stdin__ = text(0, "r", "strict")
    sys.stdout = sys.__stdout__ = text(1, "w", "strict")
    sys.stderr = sys.__stderr__ = text(2, "w", "backslashreplace")


def _be_traced(tracer: list[str]) -> None:
    """Go on when it watches. It is no child of this process, which may wait for all."""
    mine = str(os.getpid())
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.setsid()  # a signal to all of a terminal is not for it
            os.execvp(tracer[0], [*tracer, "-p", mine])
        os._exit(0)
    os.waitpid(child, 0)
    end = time.monotonic() + 120
    while "TracerPid:\t0" in Path("/proc/self/status").read_text():
        if time.monotonic() > end:
            sys.exit(f"{tracer[0]} did not come to watch")
        time.sleep(0.005)


def run(job: dict[str, Any]) -> None:
    """As ``python`` with these words does, and its end is this process's."""
    if job["own_session"]:
        os.setsid()
    if job["tracer"]:
        _be_traced(job["tracer"])
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["cwd"])
    _open_streams(bool(os.environ.get("PYTHONUNBUFFERED")))
    how, *words = job["words"]
    if how == "-m":
        sys.path[0], sys.argv = job["cwd"], words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    elif how == "-c":
        sys.path[0], sys.argv = "", [how, *words[1:]]
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(words[0], "<string>", "exec"), main.__dict__)
    else:
        sys.path[0], sys.argv = str(Path(how).resolve().parent), [how, *words]
        runpy.run_path(how, run_name="__main__")


def main() -> None:
    asked = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    job = serve(asked)
    if job is not None:
        run(job)


if __name__ == "__main__":
    main()
