"""The command runs live, and what it gets is compared with what the cassette holds."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from mitmvcr.cli.commands.plan import Plan
from mitmvcr.cli.commands.supervise import run_once
from mitmvcr.cli.refresh.reports import lines
from mitmvcr.cli.refresh.results import Refreshed, Result, status_of
from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import OptionError
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import Mode
from mitmvcr.drift import Known, compared
from mitmvcr.format import reader
from mitmvcr.format.source import read_bytes
from mitmvcr.options import CASSETTE, MODE
from mitmvcr.show.pairs import paired

#: What the command line has for it.
WORD = "compare"


def compare(plan: Plan) -> int:
    """Run the command, recorded aside, and say how the answers have changed; return its
    exit code, and where it passed that of the worst change. Raise VcrError."""
    place = plan.settings.cassette
    if not isinstance(place, Path) or not place.exists():
        remedy = f"{MODE.word} {WORD} needs a cassette to compare with: record it first"
        raise OptionError(CASSETTE.word, place or plan.settings.dir or "", remedy)
    held = reader.loads(read_bytes(place), str(place)).interactions
    with tempfile.TemporaryDirectory(prefix="mitmvcr-") as folder:
        live = Path(folder) / place.name
        settings = plan.settings._replace(cassette=live, mode=Mode.RECORD_ONLY)
        ran = run_once(replace(plan, settings=settings, named=place))
        now = reader.load(live).interactions if live.exists() else ()
    matcher = Matcher(plan.settings.matching)
    found = Refreshed(str(place), [*_results(held, now, matcher)])
    for line in lines(found):
        click.echo(line)
    say(found.said)
    return ran.status or status_of([found])


def _results(
    held: Sequence[Interaction], now: Sequence[Interaction], matcher: Matcher
) -> list[Result]:
    known, found = Known(held), []
    for pair in paired(held, now, matcher):
        if pair.a is None:
            assert pair.b is not None
            request, position = now[pair.b].request, pair.b
            why = "the cassette holds no such request; the number is that of the run"
        else:
            request, position = held[pair.a].request, pair.a
            why = "" if pair.b is not None else "the command did not ask for it"
        if why:
            found.append(_result(position, request.method, request.url, why))
            continue
        assert pair.a is not None
        assert pair.b is not None
        old = held[pair.a]
        drift = compared(old, [now[pair.b].response], known.of(old))
        worst = tuple(sorted(drift.findings, key=lambda f: -f.tier))
        url = request.url
        found.append(Result(position, request.method, url, drift.tier, worst))
    return found


def _result(position: int, method: str, url: str, why: str) -> Result:
    return Result(position, method, url, None, (), why)
