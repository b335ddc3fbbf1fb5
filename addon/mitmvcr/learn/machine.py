"""What a request says of the machine and of the day, though both runs say the same."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from mitmvcr.core.matching import Ignore, Ignoring, MatchSpec, split_url
from mitmvcr.echo.places import Place, Value
from mitmvcr.learn.aligning import Asked
from mitmvcr.learn.counts import Counts
from mitmvcr.learn.findings import Class, Facts, Finding, Rule
from mitmvcr.learn.rules import around, rules_for
from mitmvcr.miss.freshness import Piece, pieces
from mitmvcr.miss.text_differences import VALUE, before

_NUMBER = re.compile(r"1[0-9]{9}(?:[0-9]{3}){0,3}")
#: What is a number, in units of one second.
_UNITS = {10: 1, 13: 1e3, 16: 1e6, 19: 1e9}
_WRITTEN = (
    "%Y-%m-%d",
    "%Y%m%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%B %d %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%d %b %Y",
)
_WEEKDAY = re.compile(r"^(?:[A-Z][a-z]*day|Mon|Tue|Wed|Thu|Fri|Sat|Sun),? ")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)")
_DAY = 86_400
#: What is left out of such a value is a piece of it.
_TEXTS = ("json", "form", "text", "part")
_OURS = "names this machine"


def of_machine(asked: Asked, facts: Facts, spec: MatchSpec) -> Iterator[Finding]:
    """Yield the places of a request that hold the time of the run or a name of the
    machine."""
    counts = Counts(spec)
    for place, value in asked.values.items():
        if counts(place) and place.kind not in ("boundary", "filename"):
            yield from _at(asked, place, value, facts)


def _at(asked: Asked, place: Place, value: Value, facts: Facts) -> Iterator[Finding]:
    text = str(value)
    if _NUMBER.fullmatch(text.partition(".")[0]) and _is_number_now(text, facts):
        yield from _found(asked, place, value, "is the time")
        return
    if not isinstance(value, str):
        return
    now = [each for each in pieces(value) if _is_now(each, facts)]
    whole = len(now) == 1 and now[0].text == value
    for each in now:
        words = f"is {each.kind.name} of this run"
        if place.kind in _TEXTS and not whole:
            rule = Rule(Ignoring.BODY, Ignore(around(value, each)))
            yield Finding(place, Class.MACHINE, each.text, each.text, words, rule)
        else:
            yield from _found(asked, place, value, words)
    for name in facts.names:
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", value)
        if found:
            behind = before(value[: found.start()])
            if behind and place.kind in _TEXTS:
                rule = Rule(Ignoring.BODY, Ignore(behind + VALUE))
                yield Finding(place, Class.MACHINE, name, name, _OURS, rule)
            else:
                yield from _found(asked, place, value, _OURS)


def _found(asked: Asked, place: Place, value: Value, words: str) -> Iterator[Finding]:
    parts = split_url(asked.request.url)
    steps = parts[2].split("/") if parts else []
    if place.kind == "path":
        return  # whose machine it is in, or which day, may be what is asked for
    for rule in rules_for(place, value, value, (steps, steps)):
        yield Finding(place, Class.MACHINE, str(value), str(value), words, rule)


def _is_number_now(text: str, facts: Facts) -> bool:
    whole, _, rest = text.partition(".")
    return facts.is_now(float(f"{whole}.{rest or 0}") / _UNITS[len(whole)])


def _is_now(piece: Piece, facts: Facts) -> bool:
    """Return whether a piece of a text is the time or the date of the run."""
    if piece.kind.name == "a time stamp":
        if _NUMBER.fullmatch(piece.text.partition(".")[0]):
            return _is_number_now(piece.text, facts)
        seconds = _seconds(piece.text)
        return seconds is not None and facts.is_now(seconds)
    return piece.kind.name == "a date" and _is_today(piece.text, facts)


def _is_today(text: str, facts: Facts) -> bool:
    """Return whether a date is a day on which the run was, anywhere on earth."""
    text = _ORDINAL.sub("", _WEEKDAY.sub("", text)).replace(",", "")
    for form in _WRITTEN:
        with suppress(ValueError):
            day = datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
            return facts.begun - 2 * _DAY < day < facts.ended + _DAY
    return False


def _seconds(text: str) -> float | None:
    for form in ("%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT"):
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    with suppress(ValueError):
        found = datetime.fromisoformat(text.replace(",", "."))
        return found.replace(tzinfo=found.tzinfo or UTC).timestamp()
    return None
