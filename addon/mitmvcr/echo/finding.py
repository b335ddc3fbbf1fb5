"""Find the values that a client made up and that the response repeats."""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from mitmvcr.codings import decoded_or_same
from mitmvcr.core.model import Request, Response, all_values
from mitmvcr.core.placeholders import is_placeholder
from mitmvcr.core.searching import each_match
from mitmvcr.core.tokens import TOKEN, payload_of
from mitmvcr.echo.places import MOST, Place, Value, values
from mitmvcr.miss.freshness import pieces

_BYTES = ("utf-8", "surrogateescape")
#: Headers that say what a client is and can do, and no names that it made up.
_USUAL_NAMES = (
    "accept accept-charset accept-encoding accept-language cache-control connection"
    " content-encoding content-length content-type host if-modified-since if-none-match"
    " if-range if-unmodified-since origin pragma range referer te transfer-encoding"
    " upgrade user-agent via sec-websocket-key sec-websocket-version"
)
_USUAL = frozenset(_USUAL_NAMES.split())
#: What has such a name is made up, though it may not look so: OAuth, OpenID Connect,
#: JSON-RPC, and what carries a request's own name.
_NAMES = re.compile(
    r"(?i)(?:^|[.\"'_-])(?:state|nonce|jti|(?:request|correlation|transaction"
    r"|idempotency|message|trace|subscription|client_?mutation)[_-]?(?:id|key)"
    r"|echo|opaque|challenge)[\"'\]]*$"
)
_RPC = re.compile(r"\$(?:\[\d+\])?\.id")
#: What is the same for other reasons.
_COINCIDENCES = frozenset(("a date", "a time of day", "a port", "a temporary name"))
_DIGIT = re.compile(r"\d")
_SHORT, _LONG = 4, 300
_DISTINCT = 8


def candidates(request: Request) -> list[tuple[Place, Value]]:
    """Return the values of a request that may be made up: a quick look at each."""
    found = values(request, _USUAL).items()
    return [(place, value) for place, value in found if _may_be(place, value)]


def echoes(
    answer: Sequence[bytes], among: Iterable[tuple[Place, Value]]
) -> Iterator[Place]:
    """Yield the places of the candidates that an answer repeats."""
    for place, value in among:
        if _repeats(answer, value) and is_made_up(place, value):
            yield place


def said(response: Response) -> Sequence[bytes]:
    """Return all that a response says, the body first: also in the tokens that it
    holds."""
    values_ = "\n".join(chain.from_iterable(response.headers.values()))
    body = plain_body(response) if len(response.body) <= MOST else b""
    found = [body, values_.encode(*_BYTES)]
    for part in found.copy():
        tokens = (payload_of(each[0]) for each in each_match(TOKEN, b"eyJ", part))
        found += filter(None, tokens)
    return found


def plain_body(response: Response) -> bytes:
    """Return a response's body, its content codings undone; as it stands where they
    cannot be."""
    codings = all_values(response.headers, "content-encoding")
    return decoded_or_same(response.body, codings)


def _may_be(place: Place, value: Value) -> bool:
    if isinstance(value, str):
        return (
            _SHORT <= len(value) <= _LONG
            and " " not in value
            and (_DIGIT.search(value) is not None or _is_named(place))
            and not is_placeholder(value)
        )
    return isinstance(value, int) and not isinstance(value, bool)


def _repeats(answer: Sequence[bytes], value: Value) -> bool:
    return any(each in part for each in _spelled(value) for part in answer)


def _spelled(value: Value) -> Iterator[bytes]:
    raw = str(value).encode(*_BYTES)
    yield raw
    if isinstance(value, str) and len(raw) >= _DISTINCT:
        yield urlsafe_b64encode(raw).rstrip(b"=")
        yield b64encode(raw).rstrip(b"=")


def _is_named(place: Place) -> bool:
    """Return whether the place alone says that its value is made up."""
    if place.kind == "json" and _RPC.fullmatch(place.name):
        return True
    is_name = place.kind != "path" and _NAMES.search(place.name) is not None
    return is_name or place.kind == "boundary"


def is_made_up(place: Place, value: Value) -> bool:
    if _is_named(place):
        return True
    return _looks_made_up(str(value))


@lru_cache(maxsize=1024)
def _looks_made_up(text: str) -> bool:
    return any(each.kind.name not in _COINCIDENCES for each in pieces(text))
