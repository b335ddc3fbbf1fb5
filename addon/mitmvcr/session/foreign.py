"""A recording of another recorder in place of a cassette: replayed, never written."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mitmvcr import convert
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction
from mitmvcr.format import foreign
from mitmvcr.format.source import read_bytes
from mitmvcr.store.store import FileStore


class ForeignStore(FileStore):
    """Loads a recording of another recorder, and refuses all that would write it.

    ``flows`` reads those of mitmproxy. ``left_out`` counts what cannot be replayed,
    ``notes`` are whether there is more to say.
    """

    def __init__(
        self, path: Path, kind: str, flows: convert.Reader | None = None
    ) -> None:
        super().__init__(path)
        self._source, self._kind, self._flows = path, kind, flows
        self.left_out, self.notes = 0, False

    def load(self, *, sendable: bool = False) -> Cassette:
        """Read all of it; what cannot be sent is left out. Raise CassetteError."""
        source = convert.Source(read_bytes(self._source), self.name)
        form = convert.BY_NAME.get(self._kind)
        if form is None or (form.name == convert.MITMPROXY and self._flows is None):
            raise CassetteError(self.name, foreign.what_it_is(self._kind, self.name))
        found = convert.read(source, form, self._flows)
        self.left_out = sum(note.is_loss for note in found.notes)
        self.notes = bool(found.notes)
        return Cassette(found.interactions)

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        """Refuse to record into it. Raise CassetteError."""
        self._refuse()

    def replace(self, interactions: Sequence[Interaction]) -> None:
        """Refuse to write it. Raise CassetteError."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        problem = foreign.why_not_written(self._kind, self.name)
        raise CassetteError(self.name, problem)

    @property
    def notice(self) -> str:
        """Return what to say at the start of a replay."""
        count = self.left_out
        lost = f", {count} of its interactions are left out" if count else ""
        words = foreign.KINDS[self._kind]
        said = f"{self.name} is {words}: it is replayed as it is, and not written{lost}"
        if not self.notes:
            return said
        command = foreign.converting(self.name)
        return f"{said}; {command} says what has no place in a cassette"

    def notice_of_all(self, folder: str) -> str:
        """Return what there is to say of each that is replayed whole."""
        if self.notes:
            return ""
        what = f"what is {foreign.KINDS[self._kind]} is replayed as it is"
        return f"{folder}: {what}, and not written"
