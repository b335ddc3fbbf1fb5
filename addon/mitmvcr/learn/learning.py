"""Find what varies between two recordings, and the rules that ignore it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from mitmvcr.core.matching import Matcher, MatchSpec, split_url
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.wording import shown
from mitmvcr.echo.places import Place
from mitmvcr.learn.aligning import Aligned, Asked, aligned
from mitmvcr.learn.conversations import (
    Both,
    by_clock,
    conversations,
    heard,
    in_the_way,
    said_in,
)
from mitmvcr.learn.conversations import findings as between
from mitmvcr.learn.findings import NO_FACTS, Class, Facts, Finding, Learned, Rule
from mitmvcr.learn.guard import allowed, answers_differ
from mitmvcr.learn.machine import Counts, of_machine
from mitmvcr.learn.rules import any_step, fewest, rules_for, with_rules
from mitmvcr.learn.sources import Run, source
from mitmvcr.miss.masking import masked_text, masked_url
from mitmvcr.miss.sides import Side, differences

Pair = tuple[Asked, Asked]
Talks = Sequence[tuple[Asked, Both]]
_ABSENT = object()
#: For a difference that no rule ignores.
_NOTHING: Sequence[None] = (None,)
#: How many requests that still do not match are named.
_NAMED = 5


def learn(
    first: Sequence[Interaction],
    second: Sequence[Interaction],
    spec: MatchSpec,
    facts: Facts = NO_FACTS,
) -> Learned:
    """Compare two recordings of one program, which are without secrets. ``spec`` is
    what matching compares so far."""
    found = aligned(first, second, Matcher(spec))
    in_order = _in_order(found)
    runs = Run(first, in_order[0]), Run(second, in_order[1])
    compared = _Compared(spec)
    findings = [f for pair in found.pairs for f in compared.findings(pair, runs)]
    talks = conversations(first, second, found.pairs)
    findings += [f for _, both in talks for f in between(both, spec)]
    differ = {each.place for each in findings}
    said = [e for _, asked in found.pairs for e in of_machine(asked, facts, spec)]
    said += [each for _, both in talks for each in by_clock(both, facts)]
    of_clock = [each for each in said if each.place not in differ]
    wanted = fewest(f.rule for f in findings if f.rule and f.needs_rule)
    wanted = _needed(spec, wanted, findings, found.pairs, talks)
    extra = fewest(f.rule for f in of_clock if f.rule)
    every = list(dict.fromkeys([*wanted, *extra]))
    messages = said_in([both for _, both in talks])
    rules, alike = allowed(spec, every, in_order, messages)
    final = with_rules(spec, rules)
    replayed = with_rules(final, _given(findings))
    against = [
        *_in_the_way(replayed, found.pairs),
        *_unheard(replayed, talks),
        *_alone(found),
    ]
    together = _counted([*findings, *of_clock])
    at_odds = [each for each in alike if answers_differ(*(first[at] for at in each))]
    return Learned(final, together, rules, alike, at_odds, against)


def _in_order(found: Aligned) -> tuple[list[Asked], list[Asked]]:
    sides = []
    for side, alone in enumerate((found.first_alone, found.second_alone)):
        both = [*(pair[side] for pair in found.pairs), *alone]
        sides.append(sorted(both, key=lambda each: each.position))
    return sides[0], sides[1]


class _Compared:
    """Compares pairs of requests in the places that a spec compares."""

    def __init__(self, spec: MatchSpec) -> None:
        self._matcher = Matcher(spec)
        self._counts = Counts(spec)

    def findings(self, pair: Pair, runs: tuple[Run, Run]) -> Iterator[Finding]:
        one, other = pair
        if self._matcher.matches(one.request, other.request):
            return
        steps = _steps(one.request), _steps(other.request)
        at = one.position, other.position
        for place in dict.fromkeys((*one.values, *other.values)):
            if place.kind == "boundary" or not self._counts(place):
                continue
            ours, theirs = (each.values.get(place, _ABSENT) for each in pair)
            if ours is _ABSENT or theirs is _ABSENT:
                yield _absence(place, ours, theirs)
            elif ours != theirs or type(ours) is not type(theirs):
                kind, words = source(runs, at, ours, theirs)  # type: ignore[arg-type]
                values = ours, theirs
                rules = rules_for(place, *values, steps)  # type: ignore[arg-type]
                if place.kind == "path" and kind is Class.UNKNOWN:
                    rules = []
                elif place.kind == "path" and kind is Class.GIVEN:
                    rules = [any_step(int(place.name), steps[0])]
                texts = str(ours), str(theirs)
                for rule in rules or _NOTHING:
                    yield Finding(place, kind, *texts, words, rule)


def _absence(place: Place, ours: object, theirs: object) -> Finding:
    texts = ["absent" if each is _ABSENT else str(each) for each in (ours, theirs)]
    return Finding(place, Class.UNKNOWN, texts[0], texts[1], "is not always there")


def _steps(request: Request) -> Sequence[str]:
    parts = split_url(request.url)
    return parts[2].split("/") if parts else ()


def _needed(
    spec: MatchSpec,
    rules: list[Rule],
    findings: Sequence[Finding],
    pairs: Sequence[Pair],
    talks: Talks,
) -> list[Rule]:
    """Return the rules that make a difference."""
    given = _given(findings)
    matching = _matching(with_rules(spec, [*rules, *given]), pairs, talks)
    for rule in list(rules):
        fewer = [each for each in rules if each != rule]
        if _matching(with_rules(spec, [*fewer, *given]), pairs, talks) == matching:
            rules = fewer
    return rules


def _matching(spec: MatchSpec, pairs: Sequence[Pair], talks: Talks) -> list[int]:
    """Return which pairs match, and how far each conversation gets."""
    matcher = Matcher(spec)
    matching = [matcher.matches(one.request, other.request) for one, other in pairs]
    return [*matching, *(heard(both, matcher) for _, both in talks)]


def _given(findings: Sequence[Finding]) -> list[Rule]:
    """Return the rules for values that earlier responses gave: a replay gives them
    again."""
    return [f.rule for f in findings if f.rule and not f.needs_rule]


def _in_the_way(spec: MatchSpec, pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield the requests that do not match by the rules."""
    replayed = Matcher(spec)
    left = (p for p in pairs if not replayed.matches(p[0].request, p[1].request))
    for one, other in islice(left, _NAMED):
        sides = Side(other.request, replayed), Side(one.request, replayed)
        parts = [
            name
            for name, key in replayed.parts.items()
            if key(one.request) != key(other.request)
        ]
        found = next(iter(differences(*sides, parts)), None)
        what = masked_text(str(found)) if found else "it differs"
        yield f"{_named(one)}: {what}"


def _unheard(spec: MatchSpec, talks: Talks) -> Iterator[str]:
    """Yield the WebSocket messages that do not match by the rules."""
    for one, both in talks:
        if said := in_the_way(both, Matcher(spec)):
            yield f"{_named(one)}: {said}"


def _alone(found: Aligned) -> Iterator[str]:
    for each in found.first_alone[:_NAMED]:
        yield f"{_named(each)}: only the first run asked for it"
    for each in found.second_alone[:_NAMED]:
        yield f"{_named(each)}: only the second run asked for it"


def _named(asked: Asked) -> str:
    request = asked.request
    url = shown(masked_url(request.url), 300)
    return f"interaction {asked.position}, {shown(request.method or 'GET')} {url}"


def _counted(findings: Sequence[Finding]) -> list[Finding]:
    """Return one finding for each rule or place, with its count."""
    found: dict[object, Finding] = {}
    for each in findings:
        key = each.rule or (each.place, each.source)
        before = found.get(key)
        count = 1 if before is None else before.count + 1
        found[key] = replace(before or each, count=count)
    return list(found.values())
