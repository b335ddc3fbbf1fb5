"""``mitmvcr fix``: the remedies that the misses of the last run named, written down."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mitmvcr.cli.commands.rules import may_write, show_rules, write_rules
from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import last_run
from mitmvcr.cli.report.console import say
from mitmvcr.config import in_force
from mitmvcr.config_writing import Added
from mitmvcr.core.errors import VcrError
from mitmvcr.core.matching import Ignoring
from mitmvcr.core.wording import shown
from mitmvcr.learn import Rule, makes_one, parse_rule
from mitmvcr.miss.report import REPEATS
from mitmvcr.options import BY_NAME, OF_SESSION, Kind
from mitmvcr.spelling import as_typed
from mitmvcr.store.store import FileStore

_PREFIX = "vcr_"


class NoReportError(VcrError):
    """There is no report to be read."""


class FailedRunError(VcrError):
    """Nothing is known of the last run: its start or its end failed."""

    def __init__(self, failure: str) -> None:
        super().__init__(
            f"the last run failed, so that nothing is known of misses ({failure}):"
            " run it again, or name a report"
        )


def fix(report: Path | None, *, yes: bool) -> int:
    """Show the remedies of a report, and write them. Return the exit code: 100 where
    some misses have none. Raise NoReportError, FailedRunError or ConfigError."""
    parts = list(_parts(report))
    additions: dict[str, list[Added]] = {}
    left = 0
    for cassette, miss in parts:
        request = _named(miss)
        options = _options(miss)
        if not options:
            say(f"no option helps {request}: {shown(str(miss.get('reason', '')), 300)}")
            left += 1
        elif merged := _made_one(cassette, options):
            say(f"{as_typed(options)} is not written: {merged}")
            left += 1
        else:
            _add(additions, options, request, miss)
    show_rules(additions)
    if additions and may_write(yes=yes):
        write_rules(additions)
    if not parts:
        known = str(report) if report else "the last run in this folder"
        say(f"no miss is known of {known}: there is nothing to fix")
    return status.DISAGREED if left else 0


def _add(
    additions: dict[str, list[Added]],
    options: Sequence[str],
    request: str,
    miss: Mapping[str, Any],
) -> None:
    for option in options:
        name, _, value = option.removeprefix(_PREFIX).partition("=")
        found = additions.setdefault(name, [])
        if value not in (each.value for each in found):
            found.append(Added(value, (request, *_differences(miss))))


def _parts(report: Path | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the misses of a report, each with its cassette."""
    place = report or last_run(os.environ)
    try:
        found = json.loads(place.read_bytes())
        if failure := found.get("failed"):
            raise FailedRunError(failure)
        sessions = found.get("sessions", [found])
        for part in sessions:
            for entry in part["entries"]:
                if "miss" in entry:
                    _check(entry["miss"])
                    yield str(part.get("cassette", "")), entry["miss"]
    except FileNotFoundError as error:
        if report is None:
            return
        raise NoReportError(f"{report}: there is no such file") from error
    except OSError as error:
        raise NoReportError(f"{place}: cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        remedy = "name one that 'mitmvcr run --report FILE.json' wrote"
        raise NoReportError(f"{place}: is no report of a run; {remedy}") from error


def _check(miss: Mapping[str, Any]) -> None:
    """Raise LookupError or TypeError for what is no miss."""
    _options(miss)
    _named(miss)
    list(_differences(miss))


def _options(miss: Mapping[str, Any]) -> Sequence[str]:
    """Return the options that would have let a request match."""
    if miss["same_used"]:
        return (REPEATS,)
    nearest = miss["nearest"]
    options = nearest[0]["options"] if nearest else ()
    names = (each.removeprefix(_PREFIX).partition("=")[0] for each in options)
    return options if all(name in BY_NAME for name in names) else ()


def _named(miss: Mapping[str, Any]) -> str:
    request = miss["request"]
    return f"{shown(str(request['method']))} {shown(str(request['url']), 300)}"


def _differences(miss: Mapping[str, Any]) -> Iterator[str]:
    for each in (miss["nearest"] or [{"differ": ()}])[0]["differ"]:
        looks = f" ({each['looks']})" if each.get("looks") else ""
        yield f"{each['place']}: {each['asked']} was {each['recorded']}{looks}"


def _made_one(cassette: str, options: Sequence[str]) -> str:
    """Return which recorded requests the options would make one, in words; empty where
    none."""
    rules = [rule for each in options if (rule := _rule(each)) is not None]
    if not rules or not os.path.exists(cassette):
        return ""
    spec = in_force({}, os.environ).settings(OF_SESSION).matching
    found = makes_one(FileStore(Path(cassette)).load().interactions, spec, rules)
    if found is None:
        return ""
    return f"interactions {found[0]} and {found[1]} of {cassette} would be one"


def _rule(option: str) -> Rule | None:
    name, _, value = option.removeprefix(_PREFIX).partition("=")
    if BY_NAME[name].kind is not Kind.LIST or name not in list(Ignoring):
        return None
    return parse_rule(Ignoring(name), value)
