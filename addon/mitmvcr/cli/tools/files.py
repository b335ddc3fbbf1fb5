"""Cassettes found, read, and written: whole, locked, without secrets."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mitmvcr.cli.tools.paths import named_cassettes
from mitmvcr.core.errors import (
    CassetteError,
    CassetteNotFoundError,
    CassetteWriteError,
    OptionError,
)
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import as_word
from mitmvcr.format import reader
from mitmvcr.format.source import kind_of_file, read_bytes
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules
from mitmvcr.store.files import whole_beside, why
from mitmvcr.store.journal import Journal
from mitmvcr.store.place import Place, State
from mitmvcr.tools import Entry, Sheet, assembled


class Source:
    """A cassette in a file; ``state`` is that of the file when it was read."""

    def __init__(self, path: Path) -> None:
        """Read it. Raise CassetteError."""
        self.path, self.place = path, Place(path, str(path))
        if os.path.lexists(whole_beside(self.place.path)):
            remedy = f"run 'mitmvcr cassette recover {as_word(str(path))}'"
            raise CassetteError(str(path), f"is being written, or was: {remedy}")
        try:
            self.state: State = self.place.state()
            data = self.place.open()
        except FileNotFoundError:
            raise CassetteNotFoundError(str(path), "there is no such file") from None
        except OSError as error:
            raise self.place.cannot_read(error) from error
        found = reader.loads(data, str(path), lazy=True).interactions
        held = data if isinstance(data, bytes) else b""
        self.sheet = Sheet(found, str(path), held)


def held_in(path: Path, *, lazy: bool = False) -> Sequence[Interaction]:
    """Return what a cassette holds, or a recording of another recorder, to be looked
    at. Raise CassetteError."""
    if kind := kind_of_file(path):
        return held_in_another(path, kind)
    return reader.loads(read_bytes(path), str(path), lazy=lazy).interactions


def held_in_another(path: Path, kind: str) -> Sequence[Interaction]:
    """Return what a recording of another recorder, of this kind, holds. Raise
    CassetteError."""
    from mitmvcr.cli.commands.sources import of_another  # few look at such

    return of_another(path, kind)


def sheet_of(path: Path, kind: str) -> Sheet:
    """Return what a file of this kind holds, to be looked at; no kind is a cassette,
    whose file is known. Raise CassetteError."""
    if kind:
        return Sheet(held_in_another(path, kind), str(path))
    return Source(path).sheet


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep recorders from a cassette in the block. Raise CassetteWriteError where one
    uses it."""
    place = Place(path, str(path))
    with ExitStack() as stack:
        try:
            place.path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(Journal(place.path, place.name).locked())
        except OSError as error:
            raise place.cannot_write(why(error), error.errno) from error
        yield


def write(
    path: Path,
    entries: Sequence[Entry],
    target: Sheet,
    *,
    renumber: bool = True,
    before: State | None = None,
) -> None:
    """Replace a cassette whole; ``before`` is the state in which it was read. Raise
    CassetteError."""
    place = Place(path, str(path))
    try:
        if before is not None and place.state() != before:
            problem = "was changed by another process just now: start again"
            raise CassetteWriteError(place.name, problem)
        place.put(assembled(entries, target, renumber=renumber))
    except OSError as error:
        raise place.cannot_write(why(error), error.errno) from error


def without_secrets(entries: Sequence[Entry], rules: Rules) -> tuple[list[Entry], int]:
    """Return the entries as a recording would write them, and how many changed for it.
    Only those are written anew. Raise CassetteError."""
    if rules.off:
        return [*entries], 0
    redactor = Redactor(rules, os.environ)
    kept, count = _redacted(entries, redactor)
    if count:  # what was learned late stands earlier too
        kept, more = _redacted(kept, redactor)
        count = max(count, more)
    return kept, count


def _redacted(entries: Iterable[Entry], redactor: Redactor) -> tuple[list[Entry], int]:
    kept: list[Entry] = []
    count = 0
    for entry in entries:
        met = entry.interaction
        clean = redactor.interaction(met)
        count += clean != met
        kept.append(entry.changed(met, met if clean == met else clean))
        entry.forget()
    return kept, count


def outputs(paths: Sequence[Path], output: str | None) -> dict[Path, Path]:
    """Return where each cassette named, or in a folder named, is written: in its place,
    or in the file or below the folder (``new/``) that is named as output. Raise
    OptionError."""
    files = named_cassettes(paths)
    if output is None:
        return {path: path for path in files}
    is_folder = output.endswith(("/", os.sep)) or os.path.isdir(output)
    if len(paths) == 1 and not paths[0].is_dir() and not is_folder:
        return {paths[0]: Path(output)}
    found = {file: Path(output) / _within(file, paths) for file in files}
    if len(set(found.values())) < len(found):
        remedy = "two of the cassettes would have the same name in it"
        raise OptionError("--output", output, remedy)
    return found


def _within(file: Path, paths: Sequence[Path]) -> Path:
    for path in paths:
        if path.is_dir() and file.is_relative_to(path):
            return file.relative_to(path)
    return Path(file.name)
