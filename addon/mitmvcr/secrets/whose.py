"""The hidden values of a request by their places, which tell whose it is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mitmvcr.core.choosing import ANY, SOFT, Values
from mitmvcr.core.model import Request
from mitmvcr.secrets.credentials import is_fresh, is_typed, lasting
from mitmvcr.secrets.given import sent_back
from mitmvcr.secrets.known import KnownSecrets
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.messages import Text, Walk
from mitmvcr.secrets.names import kind_of
from mitmvcr.secrets.scan import Place

if TYPE_CHECKING:
    from mitmvcr.secrets.text_redactor import Sweep

#: A place, and the value there; None for one that stands for any.
Hidden = tuple[str, bytes | None]
_PARTS = "request.headers.", "request.url", "request.body"


def whose(sweep: "Sweep", request: Request) -> Values:
    """Return the hidden values of a request by their places, in order. What is new in
    each request is left out; a variable that was named stands for itself."""
    found: dict[str, list[bytes | None]] = {}

    def visit(text: Text) -> bytes:
        if text.where.startswith(_PARTS):
            for place, value in _hidden(sweep, text):
                name = place.rpartition(":")[2]
                if is_typed(name):
                    found.setdefault(SOFT + place, []).append(value)
                elif not is_fresh(name):
                    found.setdefault(place, []).append(value)
        return text.data

    Walk(visit, sweep.names).request(request)
    return found


def whose_recorded(sweep: "Sweep", met: Request, kept: Request) -> Values:
    """Return the same of a request that is written as it is ``kept``: most hide nothing
    but in the headers that all have."""
    if "REDACTED" in kept.url or met.body != kept.body:
        return whose(sweep, met)
    headers = {
        name: values
        for name, values in met.headers.items()
        if kept.headers.get(name) is not values or "REDACTED" in str(values)
    }
    return whose(sweep, Request(headers=headers)) if headers else {}


def _hidden(sweep: "Sweep", text: Text) -> Iterator[Hidden]:
    data = text.data
    spans = () if text.place is Place.HEADER else sweep.found(text).spans
    if text.place is Place.HEADER or (text.place is Place.COOKIE and spans):
        is_cookie = text.place is Place.COOKIE
        name = kind_of(text.name if is_cookie else text.name.lower())
        yield from _one(sweep.memory, f"cookie:{name}" if is_cookie else name, data)
        return
    done = 0
    # What it is called here comes before what it was called where it was met first.
    hidden = [*spans, *sweep.memory.places(data)]
    for start, end, kind, value, *_ in sorted(hidden, key=lambda it: (it[0], -it[1])):
        if start >= done:
            done = end
            yield from _one(sweep.memory, kind, value or data[start:end])
    if b"REDACTED" in data or b"eyJ" in data:
        for mark in sent_back(data):
            yield ANY, mark


def _one(memory: KnownSecrets, place: str, value: bytes) -> Iterator[Hidden]:
    marks = list(sent_back(value))
    if marks or b"REDACTED" in value:
        yield place, marks[0] if len(marks) == 1 else None
    elif is_real(value.strip()):
        yield place, _named(memory, lasting(place, value), value)


def _named(memory: KnownSecrets, value: bytes, whole: bytes) -> bytes:
    """Return the name of a variable in place of its value, where a user named it."""
    for each in (whole, whole.rpartition(b" ")[2]):
        mark = memory.placeholder(each, "")
        if mark.startswith(b"<"):
            return mark
    return value
