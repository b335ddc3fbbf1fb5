"""Rules must not make one of two requests of a recording that were two before, unless
they differ only in what is made up."""

import re
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations

from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Response
from mitmvcr.echo.places import Value
from mitmvcr.learn.aligning import Asked
from mitmvcr.learn.findings import Rule
from mitmvcr.learn.machine import for_messages
from mitmvcr.learn.rules import with_rules
from mitmvcr.miss.freshness import fresh

#: A number of such a name counts requests, and no pages.
_COUNTS = re.compile(r"(?i)(?:id|seq|sequence|nonce|counter)$")
#: Of requests that become one so many are compared each with each.
_MANY = 30
_BYTES = ("utf-8", "surrogateescape")

Pairs = list[tuple[int, int]]


def made_one(
    asked: Sequence[Asked], before: Matcher, after: Matcher
) -> Iterator[tuple[Asked, Asked]]:
    """Yield pairs that match under ``after`` and did not before: of each group at least
    those of its first with all others."""
    groups: dict[Hashable, list[Asked]] = {}
    for each in asked:
        bucket = after.bucket(each.request.url)
        for rest in after.rests(each.request):
            groups.setdefault((bucket, rest), []).append(each)
    seen = set()
    for group in groups.values():
        pairs = [
            *combinations(group[:_MANY], 2),
            *((group[0], e) for e in group[_MANY:]),
        ]
        for one, other in pairs:
            at = one.position, other.position
            if at not in seen and not before.matches(one.request, other.request):
                seen.add(at)
                yield one, other


def _made_one_in(
    lists: Sequence[Sequence[Asked]], spec: MatchSpec, rules: Sequence[Rule]
) -> Iterator[tuple[Asked, Asked]]:
    before, after = Matcher(spec), Matcher(with_rules(spec, rules))
    for each in lists:
        yield from made_one(each, before, after)


def differ_in_made_up(one: Asked, other: Asked) -> bool:
    """Return whether two requests of a recording differ only in what is made anew for
    each, wherever they are compared."""
    differ = False
    for place in one.values.keys() | other.values.keys():
        if place.kind in ("header", "boundary", "piece"):
            continue
        if place not in one.values or place not in other.values:
            return False
        ours, theirs = one.values[place], other.values[place]
        if ours != theirs or type(ours) is not type(theirs):
            differ = True
            if not is_new(place.name, ours, theirs):
                return False
    return differ


def answers_differ(one: Interaction, other: Interaction) -> bool:
    """Return whether two answers differ in more than what is made anew for each."""
    ours, theirs = one.response, other.response
    if ours.code != theirs.code:
        return True
    texts = _said(ours), _said(theirs)
    return texts[0] != texts[1] and fresh(*texts) is None


def _said(response: Response) -> str:
    frames = (each.content for each in response.websocket if not each.from_client)
    return b"\n".join((response.body, *frames)).decode(*_BYTES)


def is_new(name: str, one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, str) and isinstance(other, str):
        if fresh(one, other) is not None:
            return True
        return one.isdecimal() and other.isdecimal() and bool(_COUNTS.search(name))
    if isinstance(one, int) and isinstance(other, int):
        return fresh(str(one), str(other)) is not None or bool(_COUNTS.search(name))
    return False


def makes_one(
    recording: Sequence[Interaction], before: MatchSpec, after: MatchSpec
) -> tuple[int, int] | None:
    """Return two interactions that another spec would make one though they differ in
    more than what is made up; None where there are none."""
    asked = [Asked(at, each.request) for at, each in enumerate(recording)]
    pairs = made_one(asked, Matcher(before), Matcher(after))
    found = (pair for pair in pairs if not differ_in_made_up(*pair))
    return next(((one.position, other.position) for one, other in found), None)


def allowed(
    spec: MatchSpec,
    rules: Sequence[Rule],
    recordings: Sequence[Sequence[Asked]],
    conversations: Sequence[Sequence[Asked]] = (),
) -> tuple[list[Rule], Pairs]:
    """Return the rules without those that make one of what is two, requests or messages
    of a WebSocket, and the pairs of the first recording that they make one since only
    what is made up differs."""
    before, messages = Matcher(spec), for_messages(spec)
    kept: list[Rule] = []
    for rule in rules:
        wider = [*kept, rule]
        pairs = [
            *_made_one_in(recordings, spec, wider),
            *_made_one_in(conversations, messages, wider),
        ]
        if all(differ_in_made_up(*pair) for pair in pairs):
            kept.append(rule)
    after = Matcher(with_rules(spec, kept))
    alike = made_one(recordings[0], before, after)
    return kept, [(one.position, other.position) for one, other in alike]
