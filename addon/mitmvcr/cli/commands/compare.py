"""The command runs live, and what it gets is compared with what the cassettes hold."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from mitmvcr.cli.child.own_folder import own_folder
from mitmvcr.cli.commands.plan import Plan, make_plan
from mitmvcr.cli.commands.supervise import run_once
from mitmvcr.cli.refresh.reports import (
    Refreshed,
    Result,
    lines,
    status_of,
    why_not,
    writer_of,
)
from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import OptionError
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import Mode
from mitmvcr.drift import Known, compared
from mitmvcr.format import reader
from mitmvcr.format.source import read_bytes
from mitmvcr.options import CASSETTE, DIR, MODE, PROVE, RECEIPT, REPORT, RERECORD
from mitmvcr.parsing import COMPARE
from mitmvcr.show.compared import paired
from mitmvcr.store.files import put
from mitmvcr.values import Given, Values

_WORDS = f"{MODE.word} {COMPARE}"
_NEW = "the cassette holds no such request; the number is that of the run"


def compare(command: Sequence[str], values: Values) -> int:
    """Run the command, recorded aside, and say how the answers have changed; return its
    exit code, and where it passed that of the worst change. Raise VcrError."""
    _check_is_fit(values)
    targets = [Path(each) for each in dict.fromkeys(values[REPORT].text)]
    writers = [(target, writer_of(target)) for target in targets]
    mode = Given(Mode.RECORD_ONLY, values[MODE].spelled, values[MODE].source)
    plan = make_plan(command, values.instead(MODE, mode).instead(REPORT), os.environ)
    place = _place(plan)
    with own_folder() as folder:
        live = folder / place.name
        ran = run_once(_aside(plan, place, live))
        found = [*_compared(place, live, Matcher(plan.settings.matching))]
    for each in found:
        for line in lines(each):
            click.echo(line)
        say(each.said)
    for target, write in writers:
        put(target, write(found).encode("utf-8", "surrogateescape"))
    return ran.status or status_of(found)


def _check_is_fit(values: Values) -> None:
    """Raise OptionError for what has no meaning beside a comparison."""
    for option in (PROVE, RECEIPT, RERECORD):
        value = values[option]
        if value.given and value.read():
            remedy = f"beside {_WORDS} nothing is kept: leave one out"
            raise OptionError(option.vcr, str(value.text), remedy)


def _place(plan: Plan) -> Path:
    """Return the cassette or the folder of them that is there to be compared with.
    Raise OptionError."""
    settings = plan.settings
    place = settings.dir or settings.cassette
    if not isinstance(place, Path) or not place.exists():
        option = CASSETTE if settings.dir is None else DIR
        remedy = f"{_WORDS} needs a cassette to compare with: record it first"
        raise OptionError(option.vcr, place or "", remedy)
    return place


def _aside(plan: Plan, place: Path, live: Path) -> Plan:
    settings = plan.settings
    if settings.dir is not None:
        return replace(plan, settings=settings._replace(dir=live))
    return replace(plan, settings=settings._replace(cassette=live), named=place)


def _compared(place: Path, live: Path, matcher: Matcher) -> Iterator[Refreshed]:
    """Yield what became of each cassette that the command had in use."""
    if place.is_file():
        yield _cassette(place, live, matcher)
        return
    for each in sorted(live.rglob("*")):
        if each.is_file() and not each.name.startswith("."):
            yield _cassette(place / each.relative_to(live), each, matcher)


def _cassette(held: Path, live: Path, matcher: Matcher) -> Refreshed:
    before, now = (_read(each) for each in (held, live))
    return Refreshed(str(held), [*_results(before, now, matcher)])


def _read(path: Path) -> Sequence[Interaction]:
    if not path.exists():
        return ()
    return reader.loads(read_bytes(path), str(path)).interactions


def _results(
    held: Sequence[Interaction], now: Sequence[Interaction], matcher: Matcher
) -> Iterator[Result]:
    known = Known(held)
    for pair in paired(held, now, matcher):
        if pair.a is None:
            assert pair.b is not None
            yield _result(pair.b, now[pair.b], _NEW)
        elif pair.b is None:
            yield _result(pair.a, held[pair.a], "the command did not ask for it")
        elif why := why_not(held[pair.a].response):
            yield _result(pair.a, held[pair.a], why)
        else:
            old = held[pair.a]
            drift = compared(old, [now[pair.b].response], known.of(old))
            worst = tuple(sorted(drift.findings, key=lambda f: -f.tier))
            found = _result(pair.a, old, "")
            yield found._replace(tier=drift.tier, findings=worst)


def _result(position: int, met: Interaction, why: str) -> Result:
    return Result(position, met.request.method, met.request.url, None, (), why)
