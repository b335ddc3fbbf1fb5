"""What there can be in an interaction, part by part: what a format may have no place
for.

One table serves the notes of a conversion, the table in docs/convert.md, and the round
trips that hold both to what is so.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mitmvcr.convert.coded import has_bytes, text_of
from mitmvcr.convert.found import Note
from mitmvcr.core.model import Headers, Interaction
from mitmvcr.view.golang import STATUS_TEXT


class Aspect(NamedTuple):
    """``of`` returns what an interaction has of it, as values that can be compared, and
    something empty where it has nothing of it."""

    name: str
    words: str
    of: Callable[[Interaction], object]


FAILURE = "response.failure"


def _joined(headers: Headers) -> dict[str, str]:
    return {name.lower(): ", ".join(values) for name, values in headers.items()}


def _repeated(headers: Headers) -> dict[str, Sequence[str]]:
    return {name: [*values] for name, values in headers.items() if len(values) > 1}


def _raw(*texts: str) -> list[str]:
    return [each for each in texts if has_bytes(each)]


def _values(headers: Headers) -> list[str]:
    return [each for values in headers.values() for each in values]


def _text(body: bytes) -> bytes:
    return body if text_of(body) is not None else b""


def _binary(body: bytes) -> bytes:
    return b"" if text_of(body) is not None else body


def _proto(proto: str) -> str:
    return "" if proto == "HTTP/1.1" else proto


def _reason(each: Interaction) -> str:
    code, status = each.response.code, each.response.status
    usual = (f"{code}", f"{code} ", f"{code} {STATUS_TEXT.get(code, '')}")
    return "" if status in usual else status


ASPECTS = (
    Aspect(
        "request.headers",
        "headers of the request",
        lambda i: _joined(i.request.headers),
    ),
    Aspect(
        "request.headers, repeated",
        "more than one value of a header",
        lambda i: _repeated(i.request.headers),
    ),
    Aspect(
        "request.headers, binary",
        "a value, or the URL, that is not UTF-8",
        lambda i: _raw(i.request.url, *_values(i.request.headers)),
    ),
    Aspect("request.body", "body of the request", lambda i: _text(i.request.body)),
    Aspect(
        "request.body, binary",
        "one that is not UTF-8",
        lambda i: _binary(i.request.body),
    ),
    Aspect("request.trailer", "trailers of the request", lambda i: i.request.trailer),
    Aspect(
        "request.identity", "whose equal requests were", lambda i: i.request.identity
    ),
    Aspect("request.variables", "what a test made up", lambda i: i.request.variables),
    Aspect(
        "request.echoes",
        "what of it the response repeats",
        lambda i: [*i.request.echoes],
    ),
    Aspect("response.code", "status code", lambda i: i.response.code),
    Aspect("response.status", "reason that is not the usual one", _reason),
    Aspect(
        "response.headers",
        "headers of the response",
        lambda i: _joined(i.response.headers),
    ),
    Aspect(
        "response.headers, repeated",
        "more than one value of a header",
        lambda i: _repeated(i.response.headers),
    ),
    Aspect(
        "response.headers, binary",
        "a value, or the reason, that is not UTF-8",
        lambda i: _raw(i.response.status, *_values(i.response.headers)),
    ),
    Aspect("response.body", "body of the response", lambda i: _text(i.response.body)),
    Aspect(
        "response.body, binary",
        "one that is not UTF-8",
        lambda i: _binary(i.response.body),
    ),
    Aspect("response.proto", "HTTP/2 or HTTP/3", lambda i: _proto(i.response.proto)),
    Aspect(
        "response.transfer_encoding",
        "that it came in chunks",
        lambda i: [*i.response.transfer_encoding],
    ),
    Aspect(
        "response.trailer", "trailers of the response", lambda i: i.response.trailer
    ),
    Aspect(
        "response.uncompressed",
        "that the origin compressed the body",
        lambda i: i.response.uncompressed,
    ),
    Aspect("response.duration", "time until the head", lambda i: i.response.duration),
    Aspect("response.chunks", "when each part came", lambda i: [*i.response.chunks]),
    Aspect(FAILURE, "how the exchange failed", lambda i: i.response.failure),
    Aspect(
        "response.until",
        "which later request ended the stream",
        lambda i: i.response.until,
    ),
    Aspect(
        "response.turns",
        "whose turn it was in a call that goes both ways",
        lambda i: [*i.response.turns],
    ),
    Aspect(
        "response.websocket",
        "messages of a WebSocket",
        lambda i: [*i.response.websocket],
    ),
)
NAMES = frozenset(each.name for each in ASPECTS)
_OF_REQUEST = frozenset(name for name in NAMES if name.startswith("request."))
#: What every recorder keeps.
USUAL = frozenset(
    {
        "request.headers",
        "request.body",
        "response.code",
        "response.headers",
        "response.body",
    }
)
#: What a cassette alone has of a request.
OWN_OF_REQUEST = frozenset({"request.identity", "request.variables", "request.echoes"})
REQUESTS = _OF_REQUEST - OWN_OF_REQUEST - {"request.trailer"}


def lost(
    interactions: Iterable[Interaction],
    holds: frozenset[str],
    failures: frozenset[str],
    title: str,
) -> Iterator[Note]:
    """Yield a note for each part of an interaction that a format has no place for;
    ``failures`` are those that it has one for."""
    missing = [each for each in ASPECTS if each.name not in holds]
    problem = f"{title} has no place for it"
    if "response.code" not in holds:
        missing = [each for each in missing if each.name in _OF_REQUEST]
        yield Note(None, "response", f"{title} is about the request alone")
    for number, each in enumerate(interactions):
        for aspect in missing:
            value = aspect.of(each)
            if value and not (aspect.name == FAILURE and value in failures):
                yield Note(number, aspect.name, problem)
