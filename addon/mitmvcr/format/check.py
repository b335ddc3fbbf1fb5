"""All that is wrong with a cassette file, for ``mitmvcr cassette check``."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from mitmvcr.core.errors import CassetteError
from mitmvcr.format import layout, yamlreader
from mitmvcr.format.faults import Fault
from mitmvcr.format.source import read_bytes

ERROR, NOTE = "error", "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """``line`` counts from 1, ``interaction`` from 0; None where it is not known.

    An error keeps the file from being used; with a note it can be.
    """

    path: str
    message: str
    line: int | None = None
    interaction: int | None = None
    field: str | None = None
    severity: str = ERROR

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR

    def __str__(self) -> str:
        """Return one line, with the place as editors and terminals know it."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        item = None if self.interaction is None else f"interaction {self.interaction}"
        within = ", ".join(part for part in (item, self.field) if part)
        parts = (place, self.severity, within, self.message)
        return ": ".join(part for part in parts if part)


def check(path: str | os.PathLike[str]) -> list[Problem]:
    """Return every problem of the file, in the order of its lines."""
    name = os.fspath(path)
    try:
        data = read_bytes(path)
        document = yamlreader.read(data, yamlreader.MOST_FAULTS, name=name)
        yamlreader.check_version(document.version, name)
    except CassetteError as error:
        return [Problem(name, error.problem)]
    if document.broken:
        document.faults += _faults_after(document.faults[-1].line or 1, data)
    faults = document.faults + document.unsendable
    found = [_problem(name, fault, ERROR) for fault in faults]
    notes = document.repairs + document.odd + document.strays
    found += [_problem(name, note, NOTE) for note in notes]
    return sorted(found, key=lambda problem: problem.line or 0)


def _faults_after(line: int, data: bytes) -> Iterator[Fault]:
    """Yield the faults past a syntax error, where the layout shows where the next item
    begins."""
    index = layout.index(data)
    if index is None:
        return
    lines = end = 0
    for number, start in enumerate(index.starts[:-1]):
        lines += data.count(b"\n", end, start)
        end = start
        if lines >= line:
            document = yamlreader.examine_item(index.item(number))
            yield from (fault.moved(lines, number) for fault in document.faults)


def _problem(name: str, fault: Fault, severity: str) -> Problem:
    return Problem(
        name, fault.problem, fault.line, fault.interaction, fault.field, severity
    )
