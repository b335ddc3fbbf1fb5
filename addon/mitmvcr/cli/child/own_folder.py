"""The folder of one run, among the system's temporary ones."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    with made as name:
        yield Path(name)


def no_folder(error: OSError) -> VcrError:
    """Return the error for what cannot be made among the system's temporary files."""
    return _unusable(f"temporary files cannot be created: {why(error)}")


def cannot_write(path: Path, error: OSError) -> VcrError:
    """Return the error for what cannot be written there."""
    return _unusable(f"{path}: cannot be written: {why(error)}")


def _unusable(problem: str) -> VcrError:
    remedy = "make room for a few megabytes there, or set TMPDIR to another folder"
    return VcrError(problem, remedy=remedy)
