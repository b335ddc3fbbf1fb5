"""What is secret in a recorded interaction, place by place."""

from collections.abc import Iterator
from typing import NamedTuple

from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets.containers import NOTHING, Said, said_by
from mitmvcr.secrets.headers import cookies
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import kind_of
from mitmvcr.secrets.text_redactor import BYTES, TextRedactor


class Finding(NamedTuple):
    """``place`` as ``request.headers.Cookie``; ``shown`` gives nothing away."""

    place: str
    kind: str
    shown: str


def findings(texts: TextRedactor, met: Interaction) -> Iterator[Finding]:
    """Yield each secret once for each place."""
    found = (*_message(texts, met.request, "request"),)
    found += (*_text(texts, met.request.url.encode(*BYTES), "request.url"),)
    found += (*_message(texts, met.response, "response"),)
    for frame in met.response.websocket:
        found += (*_body(texts, frame.content, NOTHING, "response.websocket"),)
    status = met.response.status.encode(*BYTES)
    found += (*_text(texts, status, "response.status"),)
    yield from dict.fromkeys(found)


def _message(
    texts: TextRedactor, message: Request | Response, where: str
) -> Iterator[Finding]:
    yield from _headers(texts, message.headers, where + ".headers")
    yield from _headers(texts, message.trailer, where + ".trailer")
    yield from _body(texts, message.body, said_by(message.headers), where + ".body")


def _body(
    texts: TextRedactor, body: bytes, said: Said, place: str
) -> Iterator[Finding]:
    for _, span in texts.body_spans(body, said):
        yield Finding(place, span.kind, masked(span.value))
    for data, _ in texts.pieces(body, said):
        yield from _learned(texts, data, place)


def _headers(texts: TextRedactor, headers: Headers, where: str) -> Iterator[Finding]:
    for name, values in headers.items():
        for value in values:
            yield from _header(texts, name, value, f"{where}.{name}")


def _header(
    texts: TextRedactor, name: str, value: str, place: str
) -> Iterator[Finding]:
    lower = name.lower()
    if texts.names.header(name):
        pairs = [(lower, value)]
    elif lower in ("cookie", "set-cookie"):
        pairs = list(cookies(value))[: 1 if lower == "set-cookie" else None]
        pairs = [pair for pair in pairs if texts.names.cookie(*pair)]
    else:
        yield from _text(texts, value.encode(*BYTES), place)
        return
    for kind, secret in pairs:
        raw = secret.encode(*BYTES)
        if raw and is_real(raw):
            yield Finding(place, kind_of(kind), masked(raw))


def _text(texts: TextRedactor, data: bytes, place: str) -> Iterator[Finding]:
    for span in texts.spans(data):
        yield Finding(place, span.kind, masked(span.value))
    yield from _learned(texts, data, place)


def _learned(texts: TextRedactor, data: bytes, place: str) -> Iterator[Finding]:
    """Yield values that showed elsewhere what they are."""
    for edit in texts.memory.edits(data):
        kind = texts.memory.kind_of(edit.new)
        yield Finding(place, kind or "encoded", masked(data[edit.start : edit.end]))


def masked(value: bytes) -> str:
    """Return the start of a long value, so that its owner knows it."""
    start = value[:4] if len(value) >= 24 else b""
    return start.decode("latin-1").encode("unicode_escape").decode() + "***"
