"""Which places of an identity stand where nothing counts.

An identity names a place by the name of a field or header, and a cassette has a
placeholder for each value that stood in a URL, a body or a kept header. So it can be
tried: where a request with other placeholders is still equal, they do not count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mitmvcr.core.choosing.identity import SOFT, parse_identity
from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Request
from mitmvcr.core.steps import Steps

_COOKIE = "cookie:"
#: A placeholder in any encoding, up to its kind, and what follows that.
_MARK, _END = r"REDACTED(?::|%(?:25)?3[Aa])", r"(?=--|\]|%)"
#: What may stand between a name and its value, and there a placeholder of another kind:
#: that of a variable, or the variable itself where a user named it.
_BETWEEN = r"(?:%(?:25)?[0-9A-Fa-f]{2}|[^\w%<]){0,16}"
_ANOTHER = rf"(?:{_MARK}[\w.-]+|<[A-Z][A-Z0-9_]*>)"


class LeftOut:
    """Tries recorded requests against rules by which something does not count."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher, spec = matcher, matcher.spec
        self._headers = matcher.counts.headers
        self._are_some = spec.leaves_out or self._headers.are_some
        #: Compares the same parts, and all in them.
        self._whole = Matcher(MatchSpec(spec.parts, spec.style, off=spec.off))

    def places(self, requests: Iterable[Request]) -> Steps[frozenset[str]]:
        """Return the places at which no hidden value of equal requests counts."""
        left_out: dict[str, bool] = {}
        for request in requests if self._are_some else ():
            yield
            for place, does_not in self._of(request):
                left_out[place] = does_not and left_out.get(place, True)
        return frozenset(place for place, does_not in left_out.items() if does_not)

    def _of(self, request: Request) -> Iterator[tuple[str, bool]]:
        """Yield the places of a request's identity, and whether nothing counts
        there."""
        identity = parse_identity(request.identity)
        for place, hint in identity.hints.items() if identity else ():
            if not place.startswith(SOFT):
                yield place, self._is_left_out(place, hint.count("+") + 1, request)

    def _is_left_out(self, place: str, values: int, request: Request) -> bool:
        if place.startswith(_COOKIE):
            return not self._is_compared("cookie")
        changed, count = _with_others(place, request)
        known = count
        for name, texts in request.headers.items():
            found = sum(len(_hidden_as(place).findall(text)) for text in texts)
            if found and self._is_compared(name):
                return False
            known += found
        if known < values and self._is_compared(place):  # it may be a header's name
            return False
        return not count or self._makes_no_difference(request, changed)

    def _is_compared(self, header: str) -> bool:
        return self._headers.counts(header) and self._headers.value_counts(header)

    def _makes_no_difference(self, one: Request, other: Request) -> bool:
        """Return whether two requests are equal by the rules alone."""
        return _are_equal(self._matcher, one, other) and not _are_equal(
            self._whole, one, other
        )


def _are_equal(matcher: Matcher, one: Request, other: Request) -> bool:
    is_there = matcher.bucket(one.url) == matcher.bucket(other.url)
    return is_there and not {*matcher.rests(one)}.isdisjoint(matcher.rests(other))


def _hidden_as(place: str) -> re.Pattern[str]:
    """Match what stands for a hidden value of a place."""
    name = re.escape(place)
    return re.compile(
        rf"(?P<own>{_MARK}{name}){_END}"
        rf"|(?<![\w.-])(?P<name>{name}{_BETWEEN})(?P<other>{_ANOTHER})"
    )


def _with_others(place: str, request: Request) -> tuple[Request, int]:
    """Return a request in which other text, as long, stands for the hidden values of a
    place; and how many they are."""
    hidden = _hidden_as(place)
    url, in_url = hidden.subn(_other, request.url)
    body, in_body = hidden.subn(_other, request.body.decode("latin-1"))
    other = replace(request, url=url, body=body.encode("latin-1"))
    return other, in_url + in_body


def _other(found: re.Match[str]) -> str:
    value = found["own"] or found["other"]
    other = value.replace(":", ".").replace("3A", "2E").replace("3a", "2e")
    return (found["name"] or "") + (other if other != value else value.lower())
