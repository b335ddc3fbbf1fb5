"""``mitmvcr cassette show``: a cassette to look at, in a terminal, a pipe or a page."""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.lines import Line, detail, print_lines, table
from mitmvcr.cli.report.page import LIMITS
from mitmvcr.cli.tools.files import held_in
from mitmvcr.config import in_force
from mitmvcr.core.errors import OptionError
from mitmvcr.core.matching import is_named
from mitmvcr.core.model import Interaction
from mitmvcr.miss.masking import masked_url
from mitmvcr.options import options_of
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.show import USUAL, WHOLE, Limits, Row, described, row
from mitmvcr.show.html import report
from mitmvcr.store.files import put
from mitmvcr.values import Layer

_STATUS = re.compile(r"[1-9](?:\d\d|xx)", re.I)


class Choice(NamedTuple):
    """Which interactions are chosen; all empty is none in particular."""

    ids: tuple[int, ...] = ()
    urls: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    def check(self, count: int) -> None:
        """Raise OptionError for what can choose nothing."""
        for number in self.ids:
            if not 0 <= number < count:
                last = f"use 0 to {count - 1}" if count else "the cassette is empty"
                raise OptionError("--id", number, last)
        for status in self.statuses:
            if not _STATUS.fullmatch(status):
                raise OptionError("--status", status, "use a code or a class: 404, 4xx")

    def takes(self, each: Row) -> bool:
        return (
            (not self.ids or each.id in self.ids)
            and (not self.urls or any(is_named(each.url, u) for u in self.urls))
            and (not self.statuses or any(map(each.has_status, self.statuses)))
            and (not self.methods or each.method.upper() in self.methods)
        )


class Shown(NamedTuple):
    """A cassette without its secrets: the rows that were chosen, and what is behind
    them."""

    total: int
    rows: Sequence[Row]
    found: Sequence[Interaction]
    redactor: Redactor

    def whole(self, limits: Limits) -> Iterator[dict[str, Any]]:
        for each in self.rows:
            clean = self.redactor.interaction(self.found[each.id])
            yield described(each.id, clean, limits) | {"url": each.url}


def show_cassette(
    path: Path, choice: Choice, typed: Layer, *, as_json: bool, table_only: bool
) -> None:
    """Print a table, and what was chosen whole: to a pager on a terminal, plain and
    complete in a pipe."""
    shown = read_shown(path, choice, typed)
    is_whole = any(choice) and not table_only
    if as_json:
        found = shown.whole(WHOLE) if is_whole else (r._asdict() for r in shown.rows)
        click.echo(json.dumps([*found], indent=2, ensure_ascii=True))
    else:
        full = USUAL if sys.stdout.isatty() else WHOLE
        print_lines(lambda width: _lines(shown, full if is_whole else None, width))
    if any(choice):
        say(f"{path}: {len(shown.rows)} of {shown.total} interactions")


def write_page(path: Path, choice: Choice, typed: Layer, target: Path) -> None:
    """Write what was chosen as one HTML file. Raise CassetteWriteError."""
    shown = read_shown(path, choice, typed)
    rows = [_page_row(each) for each in shown.rows]
    whole = [facts | {"place": facts["id"]} for facts in shown.whole(LIMITS)]
    size = f"{len(shown.rows)} of {shown.total} interactions"
    text = report(f"mitmvcr: {path}", [size], rows, whole)
    put(target, text.encode("utf-8", "backslashreplace"))
    say(f"{target}: {size} of {path}")


def _page_row(each: Row) -> dict[str, Any]:
    own = {"key": f"{each.id}", "interaction": each.id, "place": each.id}
    return {**each._asdict(), **own, "outcome": ""}


def read_shown(path: Path, choice: Choice, typed: Layer) -> Shown:
    """Read a cassette to be shown. Raise CassetteError or OptionError."""
    rules = in_force(typed).settings(options_of("show")).redaction
    found = held_in(path, lazy=True)
    choice.check(len(found))
    redactor = Redactor(rules, os.environ)
    rows = [
        row(at, each, masked_url(redactor.interaction(each).request.url))
        for at, each in enumerate(found)
    ]
    chosen = [each for each in rows if choice.takes(each)]
    return Shown(len(found), chosen, found, redactor)


def _lines(shown: Shown, limits: Limits | None, width: int | None) -> Iterable[Line]:
    yield from table(shown.rows, width)
    if limits is not None:
        for facts in shown.whole(limits):
            yield from detail(facts)
