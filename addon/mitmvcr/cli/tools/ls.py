"""``mitmvcr cassette ls`` and ``stats``: what there is."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.tools.files import sheet_of
from mitmvcr.cli.tools.ledger import Ledger, progress
from mitmvcr.cli.tools.paths import named_cassettes
from mitmvcr.cli.tools.reports import read_reports, tests_of
from mitmvcr.core.dates import age_shown
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import number_of, visible
from mitmvcr.format.source import is_packed, kind_of_file
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.tools import Sheet
from mitmvcr.tools.listing import listing, stats
from mitmvcr.values import Layer

Facts = dict[str, Any]
#: A larger one is not looked through for secrets unprompted: it may take seconds.
_QUICK = 8 << 20
_HEADINGS = ("count", "size", "age", "format", "secrets", "tests", "methods", "hosts")
#: How many methods, hosts and tests are named.
_MOST = 4


def list_cassettes(
    paths: Sequence[Path],
    reports: Sequence[Path],
    typed: Layer,
    *,
    secrets: bool | None,
    as_json: bool,
) -> int:
    """Print a line for each cassette; return 1 if one cannot be read, else 0."""
    uses = read_reports(reports)
    files = named_cassettes(paths)
    ledger = Ledger(as_json=False)
    now = datetime.now(UTC)
    rows: list[Facts] = []
    for path in progress(files, "Reading"):
        with ledger.heeding(path):
            facts = _facts(path, typed, secrets)
            facts["tests"] = tests_of(uses, path) if reports else None
            rows.append(facts)
    if as_json:
        click.echo(json.dumps(rows, indent=2, default=_as_text))
    elif rows:
        _print(rows, now)
    return ledger.finish()


def _as_text(value: datetime) -> str:
    return value.isoformat()


def _facts(path: Path, typed: Layer, secrets: bool | None) -> Facts:
    kind = kind_of_file(path)
    sheet, size = sheet_of(path, kind), path.stat().st_size
    found = listing(sheet.interactions)
    looks = size <= _QUICK if secrets is None else secrets
    return {
        "cassette": str(path),
        "count": found.total,
        "size": size,
        "hosts": found.hosts,
        "methods": found.methods,
        "recorded_first": found.first,
        "recorded_last": found.last,
        "format": kind or _format(path, sheet),
        "secrets": _secrets(sheet, typed) if looks else None,
    }


def _format(path: Path, sheet: Sheet) -> str:
    kind = "go-vcr" if sheet.columns is None else f"go-vcr {sheet.layout}"
    return f"{kind}, gzip" if is_packed(path.name) else kind


def _secrets(sheet: Sheet, typed: Layer) -> int:
    redactor = Redactor(rules_of("scan", typed), os.environ)

    def interactions() -> Iterator[Interaction]:
        for entry in sheet.entries:
            yield entry.interaction
            entry.forget()

    for each in interactions():
        redactor.interaction(each)  # what is learned late stands earlier too
    return sum(len(redactor.findings(each)) for each in interactions())


def _print(rows: Sequence[Facts], now: datetime) -> None:
    cells = [(*_HEADINGS, "cassette"), *(_cells(each, now) for each in rows)]
    sizes = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for each in cells:
        pairs = zip(each, sizes, strict=True)
        line = "  ".join(cell.ljust(size) for cell, size in pairs)
        click.echo(line.rstrip())


def _cells(row: Facts, now: datetime) -> tuple[str, ...]:
    last, tests, secrets = row["recorded_last"], row["tests"], row["secrets"]
    cells = (
        str(row["count"]),
        in_bytes(row["size"]),
        age_shown(last, now) if last else "?",
        row["format"],
        "?" if secrets is None else str(secrets),
        "?" if tests is None else _some(tests) or "none",
        _counted(row["methods"]),
        _counted(row["hosts"]),
        row["cassette"],
    )
    return tuple(map(visible, cells))


def _counted(found: Mapping[str, int], most: int = _MOST) -> str:
    return _some([f"{name} {count}" for name, count in found.items()], most) or "-"


def _some(names: Sequence[str], most: int = _MOST) -> str:
    others = len(names) - most
    rest = [number_of(others, "other")] if others > 0 else []
    return ", ".join([*names[:most], *rest])


def in_bytes(size: int) -> str:
    """Return a size for people: ``34.1 MB``."""
    if size < 1000:
        return f"{size} B"
    number = size / 1000
    for unit in ("kB", "MB"):
        if number < 1000:
            return f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def print_stats(paths: Sequence[Path], *, as_json: bool) -> int:
    """Print what each cassette is made of; return 1 if one cannot be read, else 0."""
    ledger = Ledger(as_json=False)
    found: list[Facts] = []
    for path in progress(named_cassettes(paths), "Reading"):
        with ledger.heeding(path):
            sheet = sheet_of(path, kind_of_file(path))
            facts = stats(sheet.interactions, sheet.forget)
            found.append({"cassette": str(path), "bytes": path.stat().st_size, **facts})
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for facts in found:
            for line in _stats_lines(facts):
                click.echo(visible(line))
    return ledger.finish()


def _stats_lines(facts: Facts) -> Iterable[str]:
    bodies, size = facts["body_bytes"], in_bytes(facts["bytes"])
    yield f"{facts['cassette']}: {number_of(facts['count'], 'interaction')}, {size}"
    for name in ("hosts", "methods", "statuses", "kinds"):
        yield f"  {name}: {_counted(facts[name], 8)}"
    asked, answered = (in_bytes(bodies[name]) for name in ("request", "response"))
    yield f"  bodies: {asked} asked, {answered} answered"
    yield f"  recorded in {facts['seconds']} s; {facts['streams']} streams"
    yield f"  requests that stand more than once: {facts['repeated']}"
    for each in facts["largest"]:
        where = f"interaction {each['interaction']}, {each['url']}"
        yield f"  {in_bytes(each['bytes'])}: {where}"
