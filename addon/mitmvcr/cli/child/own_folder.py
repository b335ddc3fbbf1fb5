"""The folder of one run, among the system's temporary ones."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mitmvcr.cli.report.status import SignalledError
from mitmvcr.core.errors import VcrError
from mitmvcr.store.files import why


@contextmanager
def own_folder() -> Iterator[Path]:
    """Make a folder, and delete it at the end, as far as that can be done: what is done
    in it has its own result. Raise VcrError."""
    try:
        made = tempfile.TemporaryDirectory(
            prefix="mitmvcr-", ignore_cleanup_errors=True
        )
    except OSError as error:
        raise no_folder(error) from error
    with ended_in_order(), made as name:
        yield Path(name)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let a signal that ends the process raise SignalledError, so that what is private
    and temporary is deleted first: Python does so for SIGINT alone. Who has handlers
    keeps them. Call it in the main thread."""
    caught = [each for each in _SIGNALS if signal.getsignal(each) is _DEFAULT]
    for each in caught:
        signal.signal(each, _interrupt)
    try:
        yield
    finally:
        for each in caught:
            signal.signal(each, _DEFAULT)


_DEFAULT = signal.SIG_DFL
_SIGNALS = [
    getattr(signal, each) for each in ("SIGTERM", "SIGHUP") if hasattr(signal, each)
]


def _interrupt(number: int, _: object) -> None:
    for each in _SIGNALS:  # the next one would end what deletes
        if signal.getsignal(each) is _interrupt:
            signal.signal(each, signal.SIG_IGN)
    raise SignalledError(number)


def no_folder(error: OSError) -> VcrError:
    """Return the error for what cannot be made among the system's temporary files."""
    return _unusable(f"temporary files cannot be created: {why(error)}")


def cannot_write(path: Path, error: OSError) -> VcrError:
    """Return the error for what cannot be written there."""
    return _unusable(f"{path}: cannot be written: {why(error)}")


def _unusable(problem: str) -> VcrError:
    remedy = "make room for a few megabytes there, or set TMPDIR to another folder"
    return VcrError(problem, remedy=remedy)
