"""What a request says of the machine and of the day, though both runs say the same."""

import re
from collections.abc import Iterator

from mitmvcr.core.matching import DEFAULT, Ignore, Ignoring, MatchSpec, split_url
from mitmvcr.echo.places import Place, Value
from mitmvcr.learn.aligning import Asked
from mitmvcr.learn.findings import Class, Facts, Finding, Rule
from mitmvcr.learn.rules import rules_for
from mitmvcr.miss.freshness import around, before, pieces, without
from mitmvcr.miss.moments import NUMBER
from mitmvcr.miss.text_differences import VALUE


class Counts:
    """Tells which places a spec compares at all; names that it ignores are left to the
    matcher."""

    def __init__(self, spec: MatchSpec) -> None:
        self._parts = spec.parts

    def __call__(self, place: Place) -> bool:
        parts = self._parts
        if place.kind == "piece":  # it is in a text
            return False
        if place.kind == "header":
            named = f"header:{place.name}"
            return "headers" in parts or any(p.lower() == named for p in parts)
        if place.kind in ("path", "query"):
            return "url" in parts or place.kind in parts
        return "body" in parts or ("form" in parts and place.kind == "form")


def for_messages(spec: MatchSpec) -> MatchSpec:
    """Return a spec that compares messages as those of a WebSocket are, whatever of
    requests is compared."""
    return spec._replace(parts=("body",), style=DEFAULT.style)


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
    if NUMBER.fullmatch(text.partition(".")[0]) and facts.span.holds_number(text):
        yield from _found(asked, place, value, "is the time")
        return
    if not isinstance(value, str):
        return
    made_up = pieces(value)
    rest = without(value, made_up)
    now = [each for each in made_up if facts.span.holds_piece(each)]
    whole = len(now) == 1 and now[0].text == value
    for each in now:
        words = f"is {each.kind.name} of this run"
        behind = before(rest[: each.at])
        if place.kind in _TEXTS and not whole and (behind or place.kind == "text"):
            rule = Rule(Ignoring.BODY, Ignore(around(rest, each)))
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
