"""Where two streams differ: event by event, line by line, message by message."""

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from mitmvcr.codings import decoded_or_same
from mitmvcr.core.events import ends, pieces, stream_kind
from mitmvcr.core.model import Request, header
from mitmvcr.core.wording import bytes_shown, quoted
from mitmvcr.miss.json_differences import json_differences
from mitmvcr.miss.report import Difference

#: More pieces are compared one by one, as they stand: to align them takes the square.
_MOST = 2000
_EVENTS = "text/event-stream"
_ONE = {"events": "event", "lines": "line", "messages": "message", "parts": "part"}


class _Stream(NamedTuple):
    kind: str
    pieces: Sequence[bytes]


def stream_differences(
    place: str, a: Request, b: Request
) -> Iterator[Difference] | None:
    """Yield where two streams of one kind differ, each piece named by its number in the
    first; None where they are none."""
    one, other = _stream(a), _stream(b)
    if one is None or other is None or one.kind != other.kind:
        return None
    return _differences(f"{place} {_ONE[one.kind]}", one, other)


def _stream(of: Request) -> _Stream | None:
    media = header(of.headers, "Content-Type")
    body = decoded_or_same(of.body, header(of.headers, "Content-Encoding"))
    found = pieces(media, body)
    return None if found is None else _Stream(stream_kind(media), found)


def _differences(place: str, one: _Stream, other: _Stream) -> Iterator[Difference]:
    for first, second in _aligned(one.pieces, other.pieces):
        number, a = first
        its, b = second
        at = f"{place} {its if a is None else number}"
        if a is None or b is None:
            yield Difference(at, _shown(one.kind, a), _shown(one.kind, b))
        else:
            yield from _of_pieces(at, one.kind, a, b)


_Piece = tuple[int, bytes | None]


def _aligned(a: Sequence[bytes], b: Sequence[bytes]) -> Iterator[tuple[_Piece, _Piece]]:
    """Yield what differs, side by side: None where one side has no such piece."""
    blocks = [(0, len(a), 0, len(b))]
    if max(len(a), len(b)) <= _MOST:
        codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        blocks = [code[1:] for code in codes if code[0] != "equal"]
    for a1, a2, b1, b2 in blocks:
        for at, (one, its) in enumerate(zip_longest(a[a1:a2], b[b1:b2])):
            if one != its:
                yield (a1 + at, one), (b1 + at, its)


def _of_pieces(place: str, kind: str, a: bytes, b: bytes) -> Iterator[Difference]:
    if kind != "events":
        found = [*_of_contents(place, _content(kind, a), _content(kind, b))]
        if not found and kind == "messages":  # their flags, or a length that was cut
            found = [Difference(place, bytes_shown(a), bytes_shown(b))]
        yield from found
        return
    one, other = _fields(a), _fields(b)
    for name in dict.fromkeys((*one, *other)):
        its, others = one.get(name), other.get(name)
        if its is None or others is None:
            yield Difference(f"{place}.{name}", _field(its), _field(others))
        else:
            yield from _of_contents(f"{place}.{name}", its, others)


def _field(value: bytes | None) -> str:
    return "absent" if value is None else bytes_shown(value)


def _of_contents(place: str, a: bytes, b: bytes) -> Iterator[Difference]:
    try:
        values = json.loads(a), json.loads(b)
    except (ValueError, RecursionError):
        if a != b:
            yield Difference(place, bytes_shown(a), bytes_shown(b))
        return
    yield from json_differences(place, *values, None)


def _content(kind: str, piece: bytes) -> bytes:
    """Return a message without its head, a line without its end."""
    return piece[5:] if kind == "messages" else piece.strip()


def _fields(piece: bytes) -> dict[str, bytes]:
    """Return the fields of a server-sent event; lines of one name are one value."""
    found: dict[str, list[bytes]] = {}
    for line in piece.splitlines():
        name, _, value = line.partition(b":")
        if line:
            key = quoted(name.decode("utf-8", "backslashreplace"))[1:-1] or "comment"
            found.setdefault(key, []).append(value.removeprefix(b" "))
    if ends(_EVENTS, piece):  # else no client sees it
        found["blank line"] = []
    return {name: b"\n".join(lines) for name, lines in found.items()}


def _shown(kind: str, piece: bytes | None) -> str:
    return "absent" if piece is None else bytes_shown(_content(kind, piece))
