"""Commands that change cassettes one by one: ``trim``, ``rename-host``, ``sort`` and
``check --fix``."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.tools.files import (
    Source,
    locked,
    outputs,
    without_secrets,
    write,
)
from mitmvcr.cli.tools.ledger import Ledger, progress
from mitmvcr.cli.tools.paths import named_cassettes
from mitmvcr.core.errors import OptionError, UnusableValueError, VcrError
from mitmvcr.core.jsonpaths import Finder, json_path
from mitmvcr.core.matching import is_named
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import number_of, shown
from mitmvcr.format.check import check
from mitmvcr.format.speed import no_collection
from mitmvcr.parsing import parse_size
from mitmvcr.secrets.rules import Rules
from mitmvcr.tools import Entry, Sheet
from mitmvcr.tools.bodies import fixed
from mitmvcr.tools.changing import Trim, renamed, renaming, trimmed
from mitmvcr.tools.sorting import in_order
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


class Way(NamedTuple):
    """Where a command writes, and whether it prints JSON."""

    output: str | None
    as_json: bool


class Wanted(NamedTuple):
    """What is to be trimmed, as it was typed, of which URLs."""

    longest: str | None
    drop: Sequence[str]
    urls: Sequence[str]
    requests: bool


def _in_bytes(longest: str) -> int:
    try:
        return parse_size(longest, least=0)
    except UnusableValueError as error:
        raise OptionError("--longest", longest, error.remedy) from None


def trim_cassettes(
    paths: Sequence[Path], wanted: Wanted, way: Way, typed: Layer
) -> int:
    """Cut bodies, and drop places of JSON. Raise VcrError."""
    longest, drop, urls, requests = wanted
    if longest is None and not drop:
        raise VcrError("say what 'trim' cuts: --longest SIZE, or --drop JSONPATH")
    size = None if longest is None else _in_bytes(longest)
    how = Trim(size, [_finder(each) for each in drop], requests)

    def change(met: Interaction) -> tuple[Interaction, Sequence[str]]:
        if urls and not any(is_named(met.request.url, each) for each in urls):
            return met, ()
        return trimmed(met, how)

    def planned(sheet: Sheet) -> Plan:
        entries, count, problems = changed_by(sheet, change)
        text = f"{count} of {len(entries)} interactions trimmed"
        return Plan(entries, text, {"trimmed": count}, problems)

    return transform(paths, planned, typed, label="Trimming", **way._asdict())


def _finder(path: str) -> Finder:
    try:
        return json_path(path)
    except ValueError as error:
        raise OptionError("--drop", path, f"is not a JSONPath: {error}") from error
    except ImportError as error:
        remedy = "needs python-jsonpath: pip install python-jsonpath"
        raise OptionError("--drop", path, remedy) from error


def rename_host(
    old: str,
    new: str,
    paths: Sequence[Path],
    way: Way,
    typed: Layer,
    *,
    bodies: bool,
) -> int:
    """Rename a host in URLs and headers, and with ``bodies`` there too. Raise
    VcrError."""
    for name in (old, new):
        if not name or set("/?#@ ") & set(name):
            remedy = "name one, as api.example.com or localhost:8080"
            raise VcrError(f"'{name}' cannot be a host: {remedy}")
    rename = renaming(old, new)

    def planned(sheet: Sheet) -> Plan:
        entries, count, problems = changed_by(
            sheet, lambda met: renamed(met, rename, bodies=bodies)
        )
        text = f"{old} is {new} in {count} of {len(entries)} interactions"
        return Plan(entries, text, {"renamed": count}, problems)

    return transform(paths, planned, typed, label="Renaming", **way._asdict())


def sort_cassettes(paths: Sequence[Path], way: Way, typed: Layer, *, by: str) -> int:
    """Sort interactions; those with one method and URL stay in their order."""

    def planned(sheet: Sheet) -> Plan:
        entries = in_order(sheet.entries, by)
        moved = sum(each.number != at for at, each in enumerate(entries))
        text = f"{moved} of {len(entries)} interactions moved"
        return Plan(entries, text, {"moved": moved}, renumber=True)

    return transform(paths, planned, typed, label="Sorting", **way._asdict())


def fix_cassettes(paths: Sequence[Path], typed: Layer) -> int:
    """Restate lengths and ids. What cannot be read stays as it is."""

    def planned(sheet: Sheet) -> Plan:
        found: list[str] = []

        def change(met: Interaction) -> tuple[Interaction, Sequence[str]]:
            new, wrong = fixed(met)
            found.extend(f"interaction {met.id}: {each}" for each in wrong)
            return new, ()

        entries, count, _ = changed_by(sheet, change)
        ids = sheet.misnumbered
        some = number_of(count, "interaction")
        restated = f"lengths of {some} and {number_of(ids, 'id')} restated"
        text = restated if count or ids else "nothing to restate"
        facts = {"restated": found, "renumbered": ids}
        return Plan(entries, "; ".join([text, *found]), facts, renumber=True)

    files = [path for path in named_cassettes(paths) if not _is_damaged(path)]
    if not files:
        return 0
    way = Way(None, as_json=False)
    return transform(files, planned, typed, label="Fixing", **way._asdict())


def _is_damaged(path: Path) -> bool:
    return any(problem.is_error for problem in check(path))
