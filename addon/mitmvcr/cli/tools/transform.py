"""Commands that change cassettes one by one, in place or elsewhere."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.tools.files import locked, outputs, without_secrets, write
from mitmvcr.cli.tools.finding import Source
from mitmvcr.cli.tools.ledger import Ledger, progress
from mitmvcr.core.wording import number_of, shown
from mitmvcr.format.speed import no_collection
from mitmvcr.secrets.rules import Rules
from mitmvcr.tools import Entry, Sheet
from mitmvcr.values import Layer


class Plan(NamedTuple):
    """What becomes of a cassette: ``text`` says it in words, ``facts`` as values for
    JSON. ``problems`` are what could not be done, a line each."""

    entries: Sequence[Entry]
    text: str
    facts: dict[str, Any]
    problems: Sequence[str] = ()
    renumber: bool = False


def transform(
    paths: Sequence[Path],
    planned: Callable[[Sheet], Plan],
    typed: Layer,
    *,
    label: str,
    output: str | None,
    as_json: bool,
) -> int:
    """Change each cassette; return 1 if one could not be read or written, else 0. One
    in which nothing changes is not written."""
    ledger, rules = Ledger(as_json=as_json), rules_of("scan", typed)
    targets = outputs(paths, output)
    for path in progress([*targets], label):
        with ledger.heeding(path):
            _transform(path, targets[path], planned, rules, ledger)
    return ledger.finish()


def _transform(
    path: Path,
    target: Path,
    planned: Callable[[Sheet], Plan],
    rules: Rules,
    ledger: Ledger,
) -> None:
    with locked(target), no_collection():
        source = Source(path)
        plan = planned(source.sheet)
        for problem in plan.problems:
            ledger.problem(path, problem)
        is_changed = not _is_same(plan, source.sheet)
        hidden = 0
        if is_changed or target != path:
            entries, hidden = without_secrets(plan.entries, rules)
            before = source.state if target == path else None
            renumber = plan.renumber
            write(target, entries, source.sheet, renumber=renumber, before=before)
    facts = {"output": str(target), "changed": is_changed, **plan.facts}
    also = f"; {number_of(hidden, 'interaction')} redacted" if hidden else ""
    ledger.done(path, plan.text + also, redacted=hidden, **facts)


def _is_same(plan: Plan, sheet: Sheet) -> bool:
    if plan.renumber and sheet.misnumbered:
        return False
    return len(plan.entries) == len(sheet) and all(
        each.new is None and each.number == place
        for place, each in enumerate(plan.entries)
    )


def changed_by(
    sheet: Sheet, change: Callable[[Any], tuple[Any, Sequence[str]]]
) -> tuple[list[Entry], int, list[str]]:
    """Change each interaction; return the entries, how many changed, and what could not
    be done, with where that is. Raise CassetteError."""
    entries: list[Entry] = []
    problems: list[str] = []
    for entry in sheet.entries:
        met = entry.interaction
        new, found = change(met)
        place = f"interaction {entry.number}, {shown(met.request.url, 300)}"
        problems += [f"{place}: {problem}" for problem in found]
        entries.append(entry.changed(met, new))
        entry.forget()
    return entries, sum(each.new is not None for each in entries), problems
