"""``mitmvcr cassette merge`` and ``split``."""

import os
from collections.abc import Sequence
from pathlib import Path

from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.tools.files import (
    Source,
    locked,
    without_secrets,
    write,
)
from mitmvcr.cli.tools.ledger import Ledger, progress
from mitmvcr.cli.tools.paths import named_cassettes
from mitmvcr.cli.tools.reports import Uses, check_fit, read_reports, uses_of
from mitmvcr.config import in_force
from mitmvcr.core.errors import CassetteWriteError, OptionError
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Request
from mitmvcr.core.wording import number_of
from mitmvcr.format.source import is_packed
from mitmvcr.format.speed import no_collection
from mitmvcr.options import REPORT, Settings, options_of
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules
from mitmvcr.tools import Sheet
from mitmvcr.tools.listing import host_of
from mitmvcr.tools.merging import Clean, Merged, joined, merged
from mitmvcr.tools.sorting import chosen
from mitmvcr.values import Layer

#: How many lines say which of two recordings is kept.
_MOST_NOTES = 20


def cleaning(rules: Rules) -> Clean:
    """Return what makes of a request what is compared, and may be shown."""
    redactor = Redactor(rules, os.environ)

    def clean(request: Request) -> Request:
        return redactor.request(request)

    return clean


def merge_cassettes(
    paths: Sequence[Path],
    output: Path | None,
    typed: Layer,
    *,
    keep_all: bool,
    as_json: bool,
) -> int:
    """Write several cassettes as one. Raise CassetteError."""
    settings = in_force(typed).settings(options_of("diff"))
    files = named_cassettes(paths)
    target, ledger = output or files[0], Ledger(as_json=as_json)
    with locked(target), no_collection():
        sources = [Source(path) for path in progress(files, "Reading")]
        found = _merged([each.sheet for each in sources], settings, keep_all=keep_all)
        kept, hidden = without_secrets(found.entries, settings.redaction)
        before = sources[0].state if target == files[0] else None
        write(target, kept, sources[0].sheet, before=before)
    for note in found.notes[:_MOST_NOTES]:
        ledger.note(str(note))
    if (others := len(found.notes) - _MOST_NOTES) > 0:
        ledger.note(f"--json has {number_of(others, 'more note')}")
    text = number_of(len(kept), "interaction")
    text += f" of {number_of(len(files), 'cassette')}, {found.same} held twice"
    also = f"; {number_of(hidden, 'interaction')} redacted" if hidden else ""
    facts = {"count": len(kept), "same": found.same, "redacted": hidden}
    ledger.done(target, text + also, **facts)
    return ledger.finish(notes=[each._asdict() for each in found.notes])


def _merged(sheets: Sequence[Sheet], settings: Settings, *, keep_all: bool) -> Merged:
    """Put several together; with ``keep_all`` also what two of them hold alike."""
    clean, matcher = cleaning(settings.redaction), Matcher(settings.matching)
    if keep_all:
        return joined([each.entries for each in sheets], clean)
    found = Merged(sheets[0].entries, [], same=0)
    for sheet in sheets[1:]:
        more = merged(found.entries, sheet.entries, matcher, clean=clean)
        notes, same = found.notes + more.notes, found.same + more.same
        found = Merged(more.entries, notes, same)
    return found


def split_cassettes(
    paths: Sequence[Path],
    output: Path | None,
    reports: Sequence[Path],
    typed: Layer,
    *,
    by: str,
    as_json: bool,
) -> int:
    """Write each cassette as several; the cassette itself stays. Return 1 if one could
    not be split, else 0."""
    if by == "test" and not reports:
        remedy = f"name the reports of runs with {REPORT.word}, one for each"
        raise OptionError("--by", by, remedy)
    rules, uses = rules_of("scan", typed), read_reports(reports)
    ledger = Ledger(as_json=as_json)
    for path in progress(named_cassettes(paths), "Splitting"):
        with ledger.heeding(path):
            _split(path, output, rules, uses if by == "test" else None, ledger)
    return ledger.finish()


def _split(
    path: Path, output: Path | None, rules: Rules, uses: Uses | None, ledger: Ledger
) -> None:
    sheet = Source(path).sheet
    parts = _by_host(sheet) if uses is None else _by_test(sheet, path, uses, ledger)
    stem, suffix = _cut(path)
    folder = output or path.with_name(stem)
    targets = {name: folder / f"{name}{suffix}" for name in parts}
    for target in targets.values():
        if target.exists():
            problem = "is there already: name another folder with -o, or delete it"
            raise CassetteWriteError(str(target), problem)
    kept, hidden = without_secrets(sheet.entries, rules)
    for name, numbers in parts.items():
        with locked(targets[name]):
            write(targets[name], chosen(kept, set(numbers)), sheet)
        facts = {"count": len(numbers), "from": str(path)}
        ledger.done(targets[name], number_of(len(numbers), "interaction"), **facts)
    if hidden:
        ledger.done(path, f"{number_of(hidden, 'interaction')} redacted in its parts")


def _cut(path: Path) -> tuple[str, str]:
    """Return the name of a cassette without its extension, and that."""
    ends = 2 if is_packed(path.name) else 1
    suffix = "".join(path.suffixes[-ends:])
    return path.name.removesuffix(suffix), suffix


def _by_host(sheet: Sheet) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, url in enumerate(sheet.urls):
        found.setdefault(_as_name(host_of(url)), []).append(number)
    return found


def _as_name(text: str) -> str:
    """Return a text in characters that every system has in names of files."""
    kept = (each if each.isalnum() or each in ".-_" else "_" for each in text)
    return "".join(kept).strip(".") or "none"


def _by_test(
    sheet: Sheet, path: Path, uses: Uses, ledger: Ledger
) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    own = uses_of(uses, path)
    check_fit(own, sheet, path)
    for use in own:
        if use.used:
            found.setdefault(_as_name(use.name), set()).update(use.used)
    if not found:
        raise CassetteWriteError(str(path), "no report says that a test used it")
    if left := len(sheet) - len(set[int]().union(*found.values())):
        ledger.done(
            path, f"{number_of(left, 'interaction')} that no test used in no part"
        )
    return {name: sorted(numbers) for name, numbers in found.items()}
