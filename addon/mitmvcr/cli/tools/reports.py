"""The reports that say which tests asked for what."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from mitmvcr.cli.tools.paths import inside, is_json
from mitmvcr.core.errors import CassetteWriteError, OptionError
from mitmvcr.core.wording import as_word
from mitmvcr.options import REPORT
from mitmvcr.store.files import why
from mitmvcr.tools import Sheet
from mitmvcr.tools.using import ReportError, Use, does_fit, read_report

#: The real path of a cassette -> what runs did with it.
Uses = dict[str, list[Use]]


def read_reports(paths: Sequence[Path]) -> Uses:
    """Read the reports named, and in the folders named those that are reports. Raise
    OptionError."""
    found: Uses = {}
    for path in paths:
        for file in inside(path, is_json) if path.is_dir() else [path]:
            for use in _read(file, is_named=file == path):
                found.setdefault(_real(use.cassette, file), []).append(use)
    return found


def _read(file: Path, *, is_named: bool) -> Iterator[Use]:
    try:
        yield from read_report(file.read_bytes(), file.stem)
    except OSError as error:
        problem = f"cannot be read: {why(error)}"
        raise OptionError(REPORT.word, file, problem) from error
    except ReportError as error:
        if is_named:  # a folder may hold other JSON
            word = as_word(file.name)
            remedy = f"{error}: write one with 'mitmvcr run {REPORT.word} {word}'"
            raise OptionError(REPORT.word, file, remedy) from error


def _real(cassette: str, report: Path) -> str:
    """Return where a cassette is that a report names: from here, or from the report's
    folder or one above it, since it says it as the run did."""
    above = Path(os.path.abspath(report)).parents
    for folder in (Path.cwd(), *above):
        if (folder / cassette).exists():
            return os.path.realpath(folder / cassette)
    return os.path.realpath(cassette)


def uses_of(uses: Uses, path: Path) -> list[Use]:
    """Return what runs did with a cassette."""
    return uses.get(os.path.realpath(path), [])


def tests_of(uses: Uses, path: Path) -> list[str]:
    """Return the names of the tests that asked for something of a cassette, each
    once."""
    names = (use.name for use in uses_of(uses, path) if use.used)
    return [*dict.fromkeys(names)]


def check_fit(uses: Sequence[Use], sheet: Sheet, path: Path) -> None:
    """Raise CassetteWriteError where a report knew another cassette."""
    for use in uses:
        if not does_fit(use, sheet.interactions):
            problem = f"has changed since report {use.name}: run the tests again"
            raise CassetteWriteError(str(path), problem)
