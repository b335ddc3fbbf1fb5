"""Signals: the child gets each one once, and the run is finished properly."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from cli.helpers import lines
from mitmvcr import cli as command_line
from patience import PATIENCE

#: Says when it is ready, counts what it gets for a while after the first one, and
#: exits with 40 and the count.
COUNTS = """
import signal, sys, time
got = []
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), lambda number, frame: got.append(number))
print("ready", flush=True)
deadline = time.monotonic() + 120
while not got and time.monotonic() < deadline:
    time.sleep(0.01)
time.sleep(0.5)
raise SystemExit(40 + len(got))
"""
WAITS = "import time; print('ready', flush=True); time.sleep(120)"


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


@pytest.mark.parametrize(
    "name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"]
)
def test_a_signal_to_us_alone_is_passed_on_once(cli, name):
    words = ("run", "--cassette", "new", *cli.python(COUNTS), name)
    with ended(cli.start(*words, start_new_session=True)) as process:
        wait_until_ready(process)
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 41
    assert lines(err)[-1].startswith("mitmvcr: cassette ")


def test_a_child_that_the_signal_ends_gives_128_and_the_signal(cli):
    words = ("run", "--cassette", "new", *cli.python(WAITS))
    with ended(cli.start(*words)) as process:
        wait_until_ready(process)
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM
    assert lines(err)[-1].startswith("mitmvcr: cassette ")


def test_ctrl_c_reaches_the_child_once(cli):
    ours, theirs = os.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    words = ("run", "--cassette", "new", *cli.python(COUNTS), "SIGINT")
    terminal = {"stdin": theirs, "start_new_session": True, "pass_fds": [theirs]}
    try:
        process = cli.start(*words, **terminal, preexec_fn=take_terminal)
        with ended(process):
            wait_until_ready(process)
            os.write(ours, b"\x03")
            process.communicate(timeout=PATIENCE)
        assert process.returncode == 41
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_hangup_that_we_were_told_to_ignore_is_ignored_by_both(cli):
    """As ``nohup`` does it."""
    code = COUNTS.replace("time.monotonic() + 120", "time.monotonic() + 1")

    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    words = ("run", "--cassette", "new", *cli.python(code))
    with ended(cli.start(*words, preexec_fn=ignore)) as process:
        wait_until_ready(process)
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 40


@pytest.fixture
def run_behind(monkeypatch, home, tmp_path):
    """Run a command in this process, its proxy started by a stand-in; return the exit
    code."""

    def run(starting, *command):
        fake = SimpleNamespace(running_proxy=starting)
        monkeypatch.setitem(sys.modules, "mitmvcr.proxy.launch", fake)
        monkeypatch.setenv("MITMVCR_HOME", str(home))
        cassette = str(tmp_path / "c.yaml")
        return command_line.main(["run", "--cassette", cassette, *command])

    return run


def test_a_signal_before_there_is_a_child_ends_the_start(run_behind, tmp_path):
    events = []

    @asynccontextmanager
    async def starting(*_: object, **__: object) -> AsyncIterator[None]:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)
            yield
        finally:
            events.append("proxy ended")

    marker = tmp_path / "started"
    child = (sys.executable, "-c", f"open({str(marker)!r}, 'w')")
    code = run_behind(starting, *child)
    assert (code, events) == (128 + signal.SIGTERM, ["proxy ended"])
    assert not marker.exists()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_while_a_cassette_loads_ends_the_start_at_once(
    name, run_behind, monkeypatch, tmp_path
):
    """What loads holds the event loop; a second signal does not cut the end short."""
    number, events = getattr(signal, name), []
    before = signal.getsignal(number)

    @asynccontextmanager
    async def starting(*_: object, **__: object) -> AsyncIterator[None]:
        try:
            signal.raise_signal(number)
            events.append("loaded")
            yield
        finally:
            signal.raise_signal(number)
            await asyncio.sleep(0)
            events.append("proxy ended")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = run_behind(starting, "true")
    assert (code, events) == (128 + number, ["proxy ended"])
    assert os.listdir(tmp_path) == []
    assert signal.getsignal(number) == before


def test_a_signal_that_nothing_heeds_is_heard_before_the_child_starts(
    run_behind, home, tmp_path
):
    events = []

    @asynccontextmanager
    async def starting(*_: object, **__: object) -> AsyncIterator[Any]:
        with suppress(asyncio.CancelledError):
            signal.raise_signal(signal.SIGTERM)
        ca_file = home / "mitmproxy-ca-cert.pem"
        yield SimpleNamespace(port=1, ca_file=ca_file, control_url=None)
        events.append("not cancelled")

    marker = tmp_path / "started"
    child = (sys.executable, "-c", f"open({str(marker)!r}, 'w')")
    code = run_behind(starting, *child)
    assert (code, events) == (128 + signal.SIGTERM, [])
    assert not marker.exists()


def test_the_run_lives_until_a_child_that_takes_its_time_has_ended(cli):
    code = """
import signal, sys, time
def end(*_):
    time.sleep(0.3)
    print("cleaned up")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(120)
"""
    words = ("run", "--cassette", "new", *cli.python(code))
    with ended(cli.start(*words)) as process:
        wait_until_ready(process)
        started = time.monotonic()
        process.terminate()
        out, _ = process.communicate(timeout=PATIENCE)
        assert time.monotonic() - started > 0.3
    assert (process.returncode, out) == (0, "cleaned up\n")
