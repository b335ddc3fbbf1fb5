"""The units of a streamed body: events, lines, messages, parts.

Bodies are without their content coding, as a program reads them.
"""

import json
import re
from binascii import a2b_base64
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import overload

from mitmvcr.core.media import (
    CONNECT,
    GRPC,
    JSON,
    is_base64,
    is_json_lines,
    is_json_seq,
    media_kind,
    parameter,
)

_SSE = "text/event-stream"
#: Pictures of a camera, deferred results of GraphQL, or a batch that has a length.
_MIXED = "multipart/mixed"
_PARTS = ("multipart/x-mixed-replace", _MIXED)
AWS = "application/vnd.amazon.eventstream"
_KUBERNETES = "application/vnd.kubernetes.protobuf"
#: The output of containers; of one with a terminal the first is plain text.
_DOCKER = (
    "application/vnd.docker.raw-stream",
    "application/vnd.docker.multiplexed-stream",
)
_KINDS = {_SSE: "events", **dict.fromkeys((*_PARTS, AWS), "parts")}
#: How the types of streams begin that are neither lines nor have lengths throughout.
_STREAM_TYPES = (_SSE, AWS, _PARTS[0])

# Atomic groups: "\r\n" is one line end, never two.
_BLANK_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\n")
_SEPARATOR = re.compile(rb"\x1e")
#: Base64 up to its padding.
_RUN = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_LAST_EVENTS = frozenset(
    {
        b"message_stop",
        b"response.completed",
        b"response.failed",
        b"response.incomplete",
    }
)


@lru_cache(maxsize=256)
def is_stream(content_type: str) -> bool:
    """Return whether a body of this type is a stream, even where it has a length: it
    passes live, and is replayed piece by piece. Every replay asks."""
    if content_type.lower().startswith(_STREAM_TYPES):
        return True
    return _is_of_json(content_type) or _before_length(content_type) is not None


def _is_of_json(content_type: str) -> bool:
    return is_json_lines(content_type) or is_json_seq(content_type)


def _before_length(content_type: str) -> int | None:
    """Return how many bytes of a message stand before its length, where each message
    has its length in four bytes before it."""
    kind = media_kind(content_type)
    if kind.startswith((GRPC, CONNECT)):
        return 1  # flags
    if kind in _DOCKER:
        return 4  # standard output or error, and padding
    if kind == _KUBERNETES and parameter(content_type, "stream"):
        return 0
    return None


def pieces(content_type: str, body: bytes) -> list[bytes] | None:
    """Cut a body where its events end; return None if it is not known to have any."""
    places = ends(content_type, body)
    return None if places is None else cut(body, places)


class Pieces(Sequence[bytes]):
    """The pieces of a body that end at these places, and the rest; none is empty. A
    piece is made when it is accessed, since all of them would be a second copy."""

    def __init__(self, body: bytes, places: Iterable[int]) -> None:
        self._body = body
        inner = (place for place in places if 0 < place < len(body))
        self._places = list(dict.fromkeys([0, *inner, len(body)]))

    def __repr__(self) -> str:
        return f"<{len(self)} pieces of {len(self._body)} bytes>"

    def __len__(self) -> int:
        return len(self._places) - 1

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[i] for i in range(len(self))[number]]
        number = range(len(self))[number]
        start, end = self._places[number : number + 2]
        return self._body[start:end]


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    """Return the pieces that end at these places, and the rest. None is empty."""
    return [*Pieces(body, places)]


#: A longer part is sent in several.
_SMALL = 1 << 18


def in_small(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the parts, cutting large ones further."""
    for part in parts:
        for at in range(0, len(part), _SMALL):
            yield part[at : at + _SMALL]


def due_in_small(parts: Iterable[bytes], due: Iterable[float]) -> Iterator[float]:
    """Yield the times of all that :func:`in_small` yields."""
    for part, at in zip(parts, due, strict=True):
        yield from (at for _ in range(0, len(part), _SMALL))


def stream_kind(content_type: str) -> str:
    """Return what a body of this type consists of: ``events``, ``lines``, ``messages``
    or ``parts``; empty where it is no stream."""
    kind = media_kind(content_type)
    if is_base64(kind):
        return "parts"
    if _before_length(content_type) is not None:
        return "messages"
    if _is_of_json(content_type):
        return "lines"
    return _KINDS.get(kind, "")


def ends(content_type: str, body: bytes) -> list[int] | None:
    """Return where the events of a body end; None if it is not known to have any."""
    kind = media_kind(content_type)
    if kind == _SSE:
        return [found.end() for found in _BLANK_LINE.finditer(body)]
    if is_json_lines(content_type):
        return [found.end() for found in _LINE_END.finditer(body)]
    if is_json_seq(content_type):
        return [found.start() for found in _SEPARATOR.finditer(body)]
    if is_base64(kind):
        return _base64_ends(body)
    if (before := _before_length(content_type)) is not None:
        return message_ends(body, before)
    if kind == AWS:
        return _aws_ends(body)
    if kind in _PARTS and (boundary := _boundary(content_type)):
        at_line = rb"(?:\A|(?<=\n))" + re.escape(boundary)
        return [found.start() for found in re.finditer(at_line, body)]
    return None


def json_ends(content_type: str, body: bytes) -> list[int]:
    """Return where the values end in a JSON body that consists of several: one on each
    line, as Docker sends them, or a list written element by element, as Gemini's."""
    if not _may_be_several(content_type, body):
        return []
    return [found.end() for found in _BETWEEN.finditer(body)]


def came_in_units(content_type: str, body: bytes) -> bool:
    """Return quickly whether a body of unknown length may have been written in units,
    though its type is not that of a stream."""
    is_mixed = content_type[: len(_MIXED)].lower() == _MIXED
    return is_mixed or _may_be_several(content_type, body)


def _may_be_several(content_type: str, body: bytes) -> bool:
    """Return quickly whether a body of JSON may have been written value by value."""
    return content_type[:16].lower() == JSON and any(map(body.__contains__, _SEVERAL))


#: What stands between two objects, which no writer of one JSON text puts there.
_SEVERAL = (b"}\n{", b"}\r\n{", b"}\n,\r\n{", b"}\n,\n{", b"}\r\n,\r\n{")
_BETWEEN = re.compile(rb"(?<=\})\r?\n(?=(?:,\r?\n)?\{)")


def _aws_ends(body: bytes) -> list[int]:
    """Return where the complete messages of an Amazon event stream end; each begins
    with its length in four bytes."""
    found, at = [], 0
    while at + 4 <= len(body) and (size := int.from_bytes(body[at : at + 4])):
        at += size
        found.append(at)
    return [end for end in found if end <= len(body)]


def _base64_ends(body: bytes) -> list[int]:
    """Return where messages end in base64, which may be padded anywhere, if a piece of
    base64 ends there too."""
    parts, runs, size = [], [], 0
    for run in _RUN.finditer(body):
        runs.append((size, run.start()))
        parts.append(a2b_base64(run[0][: len(run[0]) // 4 * 4]))
        size += len(parts[-1])
    found, starts = [], {start for start, _ in runs} | {size}
    for end in message_ends(b"".join(parts)):
        start, at = runs[bisect_left(runs, (end,)) - 1]
        if (end - start) % 3 == 0 or end in starts:
            found.append(at + (end - start + 2) // 3 * 4)
    return found


def _boundary(content_type: str) -> bytes:
    found = parameter(content_type, "boundary")
    return b"--" + found.encode("utf-8", "surrogateescape") if found else b""


def message_ends(body: bytes | bytearray, before: int = 1) -> list[int]:
    """Return where the complete messages end: some bytes ``before`` the length (of
    gRPC and Connect one, with flags), the length in four, the message."""
    found, at, head = [], 0, before + 4
    while at + head <= len(body):
        at += head + int.from_bytes(body[at + before : at + head])
        found.append(at)
    return [end for end in found if end <= len(body)]


def has_ended(content_type: str, body: bytes) -> bool:
    """Return whether a stream whose end was not seen was complete.

    Server-sent events end with ``[DONE]`` or an event that is known to be the last,
    lines of JSON with ``"done": true``, parts with the closing boundary. A gRPC answer
    is never complete without its trailers, which have the status.
    """
    kind = media_kind(content_type)
    if kind == _SSE:
        return _last_event_ends(body)
    if is_json_lines(content_type):
        return body.endswith(b"\n") and _is_done(body.rstrip().rpartition(b"\n")[2])
    if kind in _PARTS:
        boundary = _boundary(content_type)
        return bool(boundary) and body.rstrip().endswith(boundary + b"--")
    return False


def _last_event_ends(body: bytes) -> bool:
    whole = pieces(_SSE, body) or [b""]
    if not _BLANK_LINE.search(whole[-1]):
        return False
    fields = [line.partition(b":") for line in whole[-1].splitlines()]
    said = {(name, value.strip()) for name, _, value in fields}
    if (b"data", b"[DONE]") in said or any(map(_is_result, said)):
        return True
    return any(name == b"event" and value in _LAST_EVENTS for name, value in said)


def _is_result(field: tuple[bytes, bytes]) -> bool:
    """Return whether it is the answer to a JSON-RPC call, after which an MCP server
    ends the stream of the call, and its client leaves."""
    name, value = field
    if name != b"data" or b'"jsonrpc"' not in value:
        return False
    try:
        said = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and "id" in said and "method" not in said


def _is_done(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("done") is True
