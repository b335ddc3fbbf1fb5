"""The notes beside a journal: what showed to be a secret after parts of it were
written. They are there while a recording is under way."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from mitmvcr.core.model import Interaction
from mitmvcr.store.files import BINARY, NO_FOLLOW, PRIVATE, close, open_own, write_all

_SALT = 16


class LateSecrets:
    """The notes of one target. Methods raise OSError."""

    def __init__(self, target: Path) -> None:
        self.path = Path(f"{target}.part.late")
        self._file, self._salt = -1, b""

    def note(self, learned: Iterable[tuple[bytes, bytes]]) -> None:
        """Note texts, each with what stands in its place."""
        from mitmvcr.secrets.late import noted  # not at every start

        if self._file < 0:
            self._open()
        write_all(self._file, noted(learned, self._salt))

    def _open(self) -> None:
        self.path.unlink(missing_ok=True)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | NO_FOLLOW | BINARY
        self._file, self._salt = os.open(self.path, flags, PRIVATE), os.urandom(_SALT)
        write_all(self._file, self._salt)

    def remove(self) -> None:
        """Delete them, also those of another recorder that has ended."""
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

    def cleaned(self, recorded: Sequence[Interaction]) -> Sequence[Interaction]:
        """Return what was left over without what showed late."""
        try:
            file = open_own(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return recorded
        from mitmvcr.secrets.late import cleaned

        with os.fdopen(file, "rb") as source:
            salt, lines = source.read(_SALT), source.read()
        return cleaned(recorded, lines, salt)
