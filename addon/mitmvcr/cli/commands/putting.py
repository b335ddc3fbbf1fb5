"""What a command writes: whole or not at all."""

from collections.abc import Iterable
from pathlib import Path

from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.store.files import replace_file, why


def put(
    target: Path, data: Iterable[bytes] | bytes, *, makes_folder: bool = False
) -> None:
    """Write a file, or leave the old one as it was. Raise CassetteWriteError."""
    try:
        if makes_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, data)
    except OSError as error:
        problem = f"cannot be written: {why(error)}"
        raise CassetteWriteError(str(target), problem) from error
