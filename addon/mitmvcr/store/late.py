"""The notes beside a journal: what showed to be a secret after parts of it were
written. They are there while a recording is under way."""

import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from mitmvcr.core.model import Interaction
from mitmvcr.store.files import (
    BINARY,
    NO_FOLLOW,
    PRIVATE,
    close,
    open_own,
    why,
    write_all,
)

logger = logging.getLogger("mitmvcr")

_SALT = 16


class LateSecrets:
    """The notes of one target. Methods raise OSError, unless they return why."""

    def __init__(self, target: Path) -> None:
        self.path = Path(f"{target}.part.late")
        self._file, self._salt, self._size = -1, b"", 0
        #: What could not be noted yet.
        self._pending: list[tuple[bytes, bytes]] = []

    def note(self, learned: Iterable[tuple[bytes, bytes]]) -> None:
        """Note texts, each with what stands in its place. They are noted the next time
        where that cannot be done, and taken out at the end."""
        self._pending += learned
        if reason := self.catch_up():
            told = "mitmvcr: %s: what showed late to be a secret is not noted yet: %s"
            logger.warning(told, self.path, reason)

    def catch_up(self) -> str:
        """Note what could not be noted before. Return why it cannot be noted now, else
        an empty text."""
        if not self._pending:
            return ""
        from mitmvcr.secrets.late import noted  # not at every start

        try:
            if self._file < 0:
                self._open()
            self._write(noted(self._pending, self._salt))
        except OSError as error:
            return why(error)
        self._pending.clear()
        return ""

    def _open(self) -> None:
        self.path.unlink(missing_ok=True)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | NO_FOLLOW | BINARY
        self._file, self._salt = os.open(self.path, flags, PRIVATE), os.urandom(_SALT)
        self._size = 0

    def _write(self, lines: bytes) -> None:
        """Write lines whole or not at all, the first ones behind the salt."""
        data = lines if self._size else self._salt + lines
        try:
            write_all(self._file, data)
        except OSError:
            with suppress(OSError):  # the first error is the one to report
                os.lseek(self._file, self._size, os.SEEK_SET)
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)

    def remove(self) -> None:
        """Delete them, also those of another recorder that has ended."""
        self._pending.clear()
        if self._file >= 0:
            file, self._file = self._file, -1
            close(file)
        self.path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete what was noted, now that nobody needs it; where it stays, who records
        next deletes it."""
        if self._file >= 0:
            with suppress(OSError):
                self.remove()
        self._pending.clear()

    def cleaned(self, recorded: Sequence[Interaction]) -> Sequence[Interaction]:
        """Return what was left over without what showed late."""
        from mitmvcr.secrets.late import cleaned

        notes = self._read()
        return cleaned(recorded, *notes) if notes else recorded

    def found_in(self, recorded: Iterable[Interaction]) -> list[tuple[bytes, bytes]]:
        """Return what of it stands in interactions, each with what stands in its
        place."""
        from mitmvcr.secrets.late import found_in

        notes = self._read()
        return found_in(recorded, *notes) if notes else []

    def _read(self) -> tuple[bytes, bytes] | None:
        """Return the lines and their salt; None where nothing is noted."""
        try:
            file = open_own(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        with os.fdopen(file, "rb") as source:
            salt = source.read(_SALT)
            return source.read(), salt
