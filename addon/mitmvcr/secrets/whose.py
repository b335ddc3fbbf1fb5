"""The hidden values of a request by their places, which tell whose it is."""

from collections.abc import Iterable, Iterator

from mitmvcr.core.choosing import ANY, Values
from mitmvcr.core.model import Headers, Request
from mitmvcr.secrets.containers import Said, said_by
from mitmvcr.secrets.credentials import is_fresh, lasting
from mitmvcr.secrets.headers import cookies
from mitmvcr.secrets.known import ENCODED_PLACEHOLDER
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import kind_of
from mitmvcr.secrets.spans import Span
from mitmvcr.secrets.text_redactor import BYTES, TextRedactor

#: A place, and the value there; None for one that stands for any.
Hidden = tuple[str, bytes | None]


class Whose:
    """Finds whose requests are. What is new in each request is left out; a variable
    that was named stands for itself."""

    def __init__(self, texts: TextRedactor) -> None:
        self._texts = texts
        self._seen: tuple[Headers, int, Values] = {}, -1, {}

    def values(self, live: Request) -> Values:
        """Return the hidden values of a request by their places, in order."""
        with self._texts:
            return _sorted(_hidden(self._texts, live))

    def of_recorded(self, met: Request, kept: Request) -> Values:
        """Return the same quickly of a request that is ``kept`` so, since most hide
        nothing but in the headers that all have."""
        if "REDACTED" in kept.url or met.body != kept.body:
            return self.values(met)
        headers, generation, found = self._seen
        if headers is not met.headers or generation != self._texts.memory.generation:
            with self._texts:
                found = _sorted(_in_headers(self._texts, met.headers))
            self._seen = met.headers, self._texts.memory.generation, found
        return found


def _sorted(hidden: Iterable[Hidden]) -> Values:
    found: dict[str, list[bytes | None]] = {}
    for place, value in hidden:
        if not is_fresh(place.rpartition(":")[2]):
            found.setdefault(place, []).append(value)
    return found


def _hidden(texts: TextRedactor, request: Request) -> Iterator[Hidden]:
    yield from _in_headers(texts, request.headers)
    yield from _in_text(texts, request.url.encode(*BYTES))
    yield from _in_body(texts, request.body, said_by(request.headers))


def _in_headers(texts: TextRedactor, headers: Headers) -> Iterator[Hidden]:
    for name, values in headers.items():
        lower = name.lower()
        for value in values:
            if texts.names.header(name):
                yield from _one(texts, kind_of(lower), value.encode(*BYTES))
            elif lower == "cookie":
                yield from _in_cookies(texts, value)
            elif texts.suspects(value.encode(*BYTES)):
                yield from _in_text(texts, value.encode(*BYTES))


def _in_cookies(texts: TextRedactor, value: str) -> Iterator[Hidden]:
    for name, secret in cookies(value):
        if texts.names.cookie(name, secret):
            place = f"cookie:{kind_of(name)}"
            yield from _one(texts, place, secret.encode(*BYTES))


def _one(texts: TextRedactor, place: str, value: bytes) -> Iterator[Hidden]:
    if b"REDACTED" in value:
        yield place, None
    elif is_real(value.strip()):
        yield place, _named(texts, lasting(place, value), value)


def _named(texts: TextRedactor, value: bytes, whole: bytes) -> bytes:
    """Return the name of a variable in place of its value, where a user named it."""
    for each in (whole, whole.rpartition(b" ")[2]):
        mark = texts.memory.placeholder(each, "")
        if mark.startswith(b"<"):
            return mark
    return value


def _in_body(texts: TextRedactor, body: bytes, said: Said) -> Iterator[Hidden]:
    for data, look in texts.pieces(body, said):
        yield from _spans(texts, data, texts.looked(data, look, said.kind))


def _in_text(texts: TextRedactor, data: bytes) -> Iterator[Hidden]:
    yield from _spans(texts, data, texts.spans(data))


def _spans(texts: TextRedactor, data: bytes, spans: Iterable[Span]) -> Iterator[Hidden]:
    done = 0
    hidden = [*texts.memory.places(data), *spans]
    for start, end, kind, value, *_ in sorted(hidden, key=lambda it: (it[0], -it[1])):
        if start >= done:
            done = end
            yield from _one(texts, kind, value or data[start:end])
    if ENCODED_PLACEHOLDER.search(data):
        yield ANY, None
