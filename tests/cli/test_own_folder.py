"""A run's folder goes with the process that a signal ends."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mitmvcr.cli.child.own_folder import own_folder
from mitmvcr.cli.options import CommandGroup
from mitmvcr.cli.report.status import Interrupted, SignalledError
from patience import PATIENCE

TERM = signal.SIGTERM


def kill() -> None:
    os.kill(os.getpid(), TERM)


async def in_callback() -> None:
    asyncio.get_running_loop().call_soon(kill)
    await asyncio.sleep(PATIENCE)


async def in_task() -> None:
    async def other() -> None:
        kill()

    others = asyncio.ensure_future(other())
    others.add_done_callback(asyncio.Task.exception)  # else the loop logs it
    await asyncio.sleep(PATIENCE)


async def by_itself() -> None:
    kill()
    await asyncio.sleep(PATIENCE)


@pytest.mark.parametrize("waits", [in_callback, in_task, by_itself])
def test_a_signal_ends_an_event_loop_whatever_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: Callable[[], object]
) -> None:
    """The loop kept it to itself: a doctor that was to end went on, up to a minute."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SignalledError) as told, own_folder():
        asyncio.run(waits())
    assert told.value.signal == TERM
    assert [*tmp_path.iterdir()] == []
    assert signal.getsignal(TERM) is signal.SIG_DFL


def test_a_second_signal_does_not_keep_the_first_from_deleting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def twice() -> None:
        with own_folder() as folder:
            (folder / "a").touch()
            try:
                kill()
            finally:
                kill()

    with pytest.raises(SignalledError):
        twice()
    assert [*tmp_path.iterdir()] == []
    assert signal.getsignal(TERM) is signal.SIG_DFL


def test_a_signal_is_not_taken_for_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    group = CommandGroup()

    @group.command()
    def waits() -> None:
        with own_folder():
            kill()

    with pytest.raises(Interrupted) as told:
        group.main(["waits"], standalone_mode=False)
    assert told.value.signal == TERM
    assert capsys.readouterr().err == ""
