"""A body as people look at it: undone, cut into its events or messages, laid out."""

import base64
import json
import re
import sys
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

from mitmvcr.codings import decoded_parts, decoded_start
from mitmvcr.codings.table import CodingError
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.events import ends, pieces, stream_kind
from mitmvcr.core.jsontext import laid_out
from mitmvcr.core.media import charset, is_json
from mitmvcr.core.model import Headers, header


class Limits(NamedTuple):
    """How much is shown of a body in bytes, and of a stream in pieces; the rest is
    counted."""

    longest: int = 1 << 20
    most_pieces: int = 2000


USUAL = Limits()
#: For a pipe.
WHOLE = Limits(sys.maxsize, sys.maxsize)

_IMAGES = re.compile(r"image/(?:png|jpeg|gif|webp|avif|bmp)", re.I)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

Facts = dict[str, Any]


def body_facts(
    body: bytes,
    headers: Headers,
    chunks: Sequence[Chunk] = (),
    limits: Limits = USUAL,
) -> Facts:
    """Return a body as values for JSON.

    ``kind`` is empty, json, text, image, binary, or events, lines, messages and parts
    for a stream, whose ``pieces`` have the time in milliseconds since the head where it
    is known. ``text`` or ``base64`` is what is shown, ``cut`` how many bytes are not.
    ``coding`` names what was undone, ``damaged`` says that it could not be.
    """
    media, coding = header(headers, "content-type"), header(headers, "content-encoding")
    facts: Facts = {"size": len(body), "type": media}
    plain, chunks = _undone(body, coding, chunks, facts)
    if not plain:
        return facts | {"kind": "empty"}
    facts["decoded_size"] = len(plain)
    if (found := pieces(media, plain)) is not None:
        return facts | _stream(media, plain, found, chunks, limits)
    return facts | _whole(media, plain, limits.longest)


def body_text(body: bytes, headers: Headers) -> str | None:
    """Return a body as text, its codings undone; None where it is none."""
    coding = header(headers, "content-encoding")
    return _text(_undone(body, coding, (), {})[0], header(headers, "content-type"))


def _undone(
    body: bytes, coding: str, chunks: Sequence[Chunk], facts: Facts
) -> tuple[bytes, Sequence[Chunk]]:
    """Undo the codings; the chunks then count in what was undone."""
    if not body or coding.lower() in ("", "identity"):
        return body, chunks
    facts["coding"] = coding
    try:
        if not chunks:
            return decoded_start(body, coding), ()
        starts = [chunk.offset for chunk in chunks]
        bounds = zip(starts, [*starts[1:], len(body)], strict=True)
        parts = decoded_parts([body[one:two] for one, two in bounds], coding)
    except CodingError as error:
        facts["damaged"] = str(error)
        return body, chunks
    found, offset = [], 0
    for part, chunk in zip(parts, chunks, strict=True):
        found.append(Chunk(offset, chunk.at))
        offset += len(part)
    return b"".join(parts), found


def _stream(
    media: str,
    plain: bytes,
    parts: list[bytes],
    chunks: Sequence[Chunk],
    limits: Limits,
) -> Facts:
    kind = stream_kind(media)
    shown: list[Facts] = []
    at = left = 0
    for part in parts:
        at += len(part)  # a piece is there when its last byte is
        if at > limits.longest or len(shown) >= limits.most_pieces:
            left += len(part)
            continue
        piece = _piece(kind, part)
        if (time := _time(at - 1, chunks)) is not None:
            piece["at_ms"] = time
        shown.append(piece)
    whole = ends(media, plain) or []
    facts: Facts = {"kind": kind, "pieces": shown, "count": len(parts), "cut": left}
    if kind in ("events", "messages") and (not whole or whole[-1] < len(plain)):
        facts["unfinished"] = True
    return facts


def _time(offset: int, chunks: Sequence[Chunk]) -> float | None:
    """Return when a byte came, in milliseconds since the head."""
    place = bisect_right(chunks, offset, key=lambda chunk: chunk.offset)
    return round(chunks[place - 1].at / 1e6, 3) if place else None


def _piece(kind: str, part: bytes) -> Facts:
    if kind == "messages":
        flag, message = part[0], part[5:]
        facts = _whole("", message, len(message)) if message else {"kind": "empty"}
        return facts | {"size": len(message), "compressed": bool(flag & 1)}
    if kind == "events":
        return _event(part)
    text = _text(part.rstrip(b"\r\n"), "")
    facts = _whole("", part, len(part)) if text is None else _text_facts(text)
    return facts | {"size": len(part)}


def _text_facts(text: str) -> Facts:
    """Return a piece of text as it stands: in a list it is best on one line."""
    kind = "json" if text[:1] in ("{", "[") and _as_json(text) else "text"
    return {"kind": kind, "text": text}


def _event(part: bytes) -> Facts:
    """Return a server-sent event with its fields; ``text`` is its data."""
    facts: Facts = {"size": len(part)}
    data: list[str] = []
    for line in part.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif not name and value:
            facts["comment"] = value
        elif name in ("event", "id", "retry"):
            facts[name] = value
    text = "\n".join(data)
    return facts | _text_facts(text)


def _whole(media: str, plain: bytes, longest: int) -> Facts:
    if _IMAGES.match(media) and len(plain) <= longest:
        return {"kind": "image", "base64": _base64(plain), "cut": 0}
    text = _text(plain, media)
    if text is None:
        return {
            "kind": "binary",
            "base64": _base64(plain[:longest]),
            "cut": max(0, len(plain) - longest),
        }
    if len(plain) > longest:
        text = plain[:longest].decode(charset(media), "ignore")
        cut = len(plain) - longest
        return {"kind": "text", "text": text, "cut": cut}
    seems_json = is_json(media) or text[:1] in "{["
    found = _as_json(text) if seems_json else None
    return (found or {"kind": "text", "text": text}) | {"cut": 0}


def _as_json(text: str) -> Facts | None:
    if text[:1] not in '{["' and not text.strip():
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {"kind": "json", "text": laid_out(text)}


def _text(plain: bytes, media: str) -> str | None:
    """Return a body as text, or None where it is none."""
    encoding = charset(media)
    if encoding in ("utf-8-sig", "ascii") and _NOT_TEXT.search(plain[:4096]):
        return None
    try:
        return plain.decode(encoding)
    except ValueError:
        pass
    if re.match("text/", media, re.I) and not _NOT_TEXT.search(plain[:4096]):
        return plain.decode("latin-1")
    return None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
