"""What one line of an interaction is, where go-vcr wrote it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mitmvcr.core.chunks import Chunk, parse_chunks
from mitmvcr.core.duration import parse_duration
from mitmvcr.format.resolve import decode_base64
from mitmvcr.format.scalars import Decline, string


class Columns(NamedTuple):
    """Where the lines of a layout begin."""

    dash: int  # "- id: 0"
    field: int  # "proto: HTTP/1.1"
    name: int  # "Content-Type:"
    value: int  # "- text/html"
    list_value: int  # "- chunked"


# The kinds of lines; VALUE has the value in its second place, the others their key.
VALUE, LIST_VALUE, NAME, FIELD, MAP, LIST, BLOCK, PART, ID = range(9)
Line = tuple[int, Any, Any]

# Lines repeat from item to item; those that do not must not fill the memory.
_MEMO_LINES = 4096
_MEMO_LENGTH = 160
# YAML lets a key have 1,024 characters.
_LONGEST_KEY = 1000

_INTEGER = re.compile(rb"0|-?[1-9][0-9]{0,17}")
_DURATION = re.compile(
    rb"(?:[0-9]+h)?(?:[0-9]+m)?[0-9]+(?:\.[0-9]+)?(?:s|ms|us|\xc2\xb5s|ns)"
)
#: What stands behind the key of a literal block.
BLOCK_HEAD = re.compile(rb"(!!binary )?\|([2-9]?)([-+]?)")


class BlockHead(NamedTuple):
    """What stands after the key of a literal block; ``width`` 0 is to be found out."""

    binary: bool
    width: int
    chomping: bytes


def text(raw: bytes) -> str:
    return string(raw).decode()


def body(raw: bytes) -> bytes:
    if raw.startswith(b"!!binary "):
        return from_base64(raw.removeprefix(b"!!binary "))
    return string(raw)


def from_base64(raw: bytes) -> bytes:
    try:
        return decode_base64(raw)
    except ValueError:
        raise Decline from None


def integer(raw: bytes) -> int:
    if not _INTEGER.fullmatch(raw):
        raise Decline
    return int(raw)


def flag(raw: bytes) -> bool:
    if raw not in (b"true", b"false"):
        raise Decline
    return raw == b"true"


def duration(raw: bytes) -> int:
    if not _DURATION.fullmatch(raw):
        raise Decline
    try:
        return parse_duration(raw.decode())
    except ValueError:
        raise Decline from None


def chunks(raw: bytes) -> tuple[Chunk, ...]:
    try:
        return parse_chunks(text(raw))
    except ValueError:
        raise Decline from None


_FIELDS: Mapping[bytes, Callable[[bytes], Any]] = {
    b"proto": text,
    b"proto_major": integer,
    b"proto_minor": integer,
    b"content_length": integer,
    b"host": text,
    b"remote_addr": text,
    b"request_uri": text,
    b"body": body,
    b"url": text,
    b"method": text,
    b"uncompressed": flag,
    b"status": text,
    b"code": integer,
    b"duration": duration,
    b"chunks": chunks,
    b"failure": text,
}
_OPENERS = {
    b"trailer": (MAP, b" {}"),
    b"form": (MAP, b" {}"),
    b"headers": (MAP, b" {}"),
    b"transfer_encoding": (LIST, b" []"),
    b"websocket": (LIST, b" []"),
}


class Lines:
    """Tells what kind a line is; one for a file, since it remembers lines."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.memo: dict[bytes, Line] = {}

    def read(self, line: bytes) -> Line:
        found = self._read(line)
        if len(line) <= _MEMO_LENGTH:
            if len(self.memo) >= _MEMO_LINES:
                self.memo.clear()
            self.memo[line] = found
        return found

    def _read(self, line: bytes) -> Line:
        rest = line.lstrip(b" ")
        column = len(line) - len(rest)
        if rest.startswith(b"- "):
            return self._value(column, rest[2:])
        if column == self.columns.name:
            return _name(rest)
        if column == self.columns.field:
            return self._field(rest)
        if column == self.columns.dash + 2:
            return _item_key(rest)
        raise Decline

    def _value(self, column: int, raw: bytes) -> Line:
        if column == self.columns.value:
            return VALUE, text(raw), None
        if column == self.columns.list_value:
            return LIST_VALUE, text(raw), None
        raise Decline

    def _field(self, rest: bytes) -> Line:
        key, colon, raw = rest.partition(b":")
        if key in _OPENERS:
            kind, empty = _OPENERS[key]
            if not colon or raw not in (b"", empty):
                raise Decline
            return kind, key.decode(), not raw
        if key not in _FIELDS or raw[:1] != b" ":
            raise Decline
        if key == b"body" and (match := BLOCK_HEAD.fullmatch(raw[1:])):
            return BLOCK, "body", self._block_head(match)
        return FIELD, key.decode(), _FIELDS[key](raw[1:])

    def _block_head(self, match: re.Match[bytes]) -> BlockHead:
        width = self.columns.field + int(match[2]) if match[2] else 0
        return BlockHead(bool(match[1]), width, match[3])


def _name(rest: bytes) -> Line:
    """Match ``Accept:``, with its values below, or ``Accept: []``."""
    raw, empty = rest.removesuffix(b" []"), rest.endswith(b": []")
    if raw[-1:] != b":" or len(raw) > _LONGEST_KEY:
        raise Decline
    return NAME, text(raw[:-1]), not empty


def _item_key(rest: bytes) -> Line:
    if rest in (b"request:", b"response:"):
        return PART, rest[:-1].decode(), None
    if rest.startswith(b"id: "):
        return ID, "id", integer(rest[4:])
    raise Decline
