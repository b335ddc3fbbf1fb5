"""``mitmvcr fix``: the remedies that the misses of the last run named, written down."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mitmvcr.cli.commands.rules import may_write, show_rules, write_rules
from mitmvcr.cli.commands.sources import flows
from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import last_run
from mitmvcr.cli.report.console import say
from mitmvcr.config import FILE, in_force
from mitmvcr.config_writing import Added
from mitmvcr.core.errors import VcrError
from mitmvcr.core.matching import Ignoring, MatchSpec
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import shown
from mitmvcr.learn import makes_one
from mitmvcr.miss.report import REPEATS
from mitmvcr.options import BY_NAME, OF_SESSION, Kind
from mitmvcr.session import interactions_of, not_looked_into
from mitmvcr.spelling import as_typed
from mitmvcr.values import Given

_PREFIX = "vcr_"
_MATCH = "match"
_NO_REPORT = (ValueError, LookupError, TypeError, AttributeError, RecursionError)

Miss = Mapping[str, Any]
#: A cassette and what was missed in it.
Part = tuple[str, Sequence[Miss]]


class NoReportError(VcrError):
    """There is no report to be read."""


def fix(report: Path | None, *, yes: bool) -> int:
    """Show the remedies of a report, and write them. Return the exit code: 100 where
    some misses have none. Raise NoReportError, VcrError or ConfigError."""
    parts = _parts(report)
    additions: dict[str, list[Added]] = {}
    recordings = _Recordings([cassette for cassette, _ in parts])
    left = 0
    for cassette, miss in _misses(parts):
        request = _named(miss)
        options = _options(miss)
        if not options:
            say(f"no option helps {request}: {shown(str(miss.get('reason', '')), 300)}")
            left += 1
        elif problem := recordings.problem(cassette, options, additions):
            say(f"{as_typed(options)} is not written: {problem}")
            left += 1
        else:
            _add(additions, options, request, miss)
    _leave_out_idle(additions)
    show_rules(additions)
    if additions and may_write(yes=yes):
        write_rules(additions)
    if not any(misses for _, misses in parts):
        known = str(report) if report else "the last run in this folder"
        say(f"no miss is known of {known}: there is nothing to fix")
    return status.DISAGREED if left else 0


def _misses(parts: Sequence[Part]) -> Iterator[tuple[str, Miss]]:
    return ((cassette, each) for cassette, misses in parts for each in misses)


def _add(
    additions: dict[str, list[Added]],
    options: Sequence[str],
    request: str,
    miss: Miss,
) -> None:
    for option in options:
        name, value = _pair(option)
        found = additions.setdefault(name, [])
        if value not in (each.value for each in found):
            told = map(_told, _differences_of(name, value, miss))
            found.append(Added(value, (request, *told)))


def _pair(option: str) -> tuple[str, str]:
    name, _, value = option.removeprefix(_PREFIX).partition("=")
    return name, value


#: What stands at a place of a body or a query, by the option that leaves it out.
_PLACES = {
    Ignoring.JSON: ("$", "body"),
    Ignoring.QUERY: ("", "query."),
    Ignoring.FORM: ("", "body."),
}


def _differences_of(name: str, value: str, miss: Miss) -> Sequence[Mapping[str, Any]]:
    """Return the differences that an option is for; all where none is its own."""
    differ = _differences(miss)
    if name not in list(_PLACES):
        return differ
    start, place = _PLACES[Ignoring(name)]
    wanted = place + value.removesuffix("=").removeprefix(start)
    found = [each for each in differ if each["place"].partition(" at ")[0] == wanted]
    return found or differ


def _leave_out_idle(additions: dict[str, list[Added]]) -> None:
    """Take out rules for what another one leaves out altogether: a run says of each
    that it has no effect."""
    if _MATCH not in additions:
        return
    idle = {
        (str(name), str(value))
        for name, value, _ in not_looked_into(_spec(_given(additions)))
    }
    for name in list(additions):
        kept = [each for each in additions[name] if (name, each.value) not in idle]
        additions[name] = kept
        if not kept:
            del additions[name]


def _given(additions: Mapping[str, Sequence[Added]]) -> Iterator[tuple[str, str]]:
    return ((name, each.value) for name in additions for each in additions[name])


def _spec(pairs: Iterable[tuple[str, str]]) -> MatchSpec:
    """Return how a run would match with these options in a file."""
    layer: dict[str, Given] = {}
    for name, value in pairs:
        old = layer[name].text if name in layer else ()
        is_list = BY_NAME[name].kind is Kind.LIST
        layer[name] = Given((*old, value) if is_list else value, name, FILE)
    return in_force(layer, os.environ).settings(OF_SESSION).matching


class _Recordings:
    """What the cassettes of a run hold, each read when it is first wanted."""

    def __init__(self, cassettes: Sequence[str]) -> None:
        self._cassettes = cassettes
        self._held: dict[str, Sequence[Interaction]] = {}
        self._known: dict[tuple[tuple[str, str], ...], str] = {}

    def problem(
        self,
        cassette: str,
        options: Sequence[str],
        additions: Mapping[str, Sequence[Added]],
    ) -> str:
        """Return why options cannot be written beside others, in words; empty where
        they can. A rule holds for all cassettes."""
        pairs = [_pair(each) for each in options]
        for name, value in pairs:
            others = [each.value for each in additions.get(name, ())]
            if BY_NAME[name].kind is not Kind.LIST and others not in ([], [value]):
                return f"another miss wants {others[0]}"
        both = tuple(dict.fromkeys((*_given(additions), *pairs)))
        if both not in self._known:
            self._known[both] = self._made_one(cassette, _spec([]), _spec(both))
        return self._known[both]

    def _made_one(self, cassette: str, before: MatchSpec, after: MatchSpec) -> str:
        """Return which recorded requests another spec would make one, in words; empty
        where none."""
        if before == after:
            return ""
        for each in dict.fromkeys((cassette, *self._cassettes)):
            if found := makes_one(self._interactions(each), before, after):
                return f"interactions {found[0]} and {found[1]} of {each} would be one"
        return ""

    def _interactions(self, cassette: str) -> Sequence[Interaction]:
        if cassette not in self._held:
            is_there = os.path.isfile(cassette)
            held = interactions_of(Path(cassette), flows) if is_there else ()
            self._held[cassette] = held
        return self._held[cassette]


def _parts(report: Path | None) -> list[Part]:
    place = report or last_run(os.environ)
    try:
        found = json.loads(place.read_bytes())
        if failure := found.get("failed"):
            raise VcrError(
                f"the last run failed, so that nothing is known of misses ({failure}):"
                " run it again, or name a report"
            )
        return [_part(each) for each in found.get("sessions", [found])]
    except FileNotFoundError as error:
        if report is None:
            return []
        raise NoReportError(f"{report}: there is no such file") from error
    except OSError as error:
        raise NoReportError(f"{place}: cannot be read: {error.strerror}") from error
    except _NO_REPORT as error:
        remedy = "name one that 'mitmvcr run --report FILE.json' wrote"
        raise NoReportError(f"{place}: is not a report of a run; {remedy}") from error


def _part(session: Mapping[str, Any]) -> Part:
    misses = [each["miss"] for each in session["entries"] if "miss" in each]
    for each in misses:
        _check(each)
    return str(session.get("cassette", "")), misses


def _check(miss: Miss) -> None:
    """Raise LookupError or TypeError for what is no miss."""
    _options(miss)
    _named(miss)
    list(map(_told, _differences(miss)))


def _options(miss: Miss) -> Sequence[str]:
    """Return the options that would have let a request match."""
    if miss["same_used"]:
        return (REPEATS,)
    nearest = miss["nearest"]
    options = nearest[0]["options"] if nearest else ()
    return options if all(_pair(each)[0] in BY_NAME for each in options) else ()


def _named(miss: Miss) -> str:
    request = miss["request"]
    return f"{shown(str(request['method']))} {shown(str(request['url']), 300)}"


def _differences(miss: Miss) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]]
    (found,) = [each["differ"] for each in miss["nearest"][:1]] or [()]
    return found


def _told(difference: Mapping[str, Any]) -> str:
    looks = f" ({difference['looks']})" if difference.get("looks") else ""
    words = f"{difference['asked']} was {difference['recorded']}{looks}"
    return f"{difference['place']}: {words}"
