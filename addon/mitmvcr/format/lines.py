"""What one line of an interaction is, where go-vcr wrote it.

Bytes in, UTF-8 bytes out. ``Decline`` is raised for whatever is not plainly in
go-yaml's style: it does not mean that the text is wrong, only that PyYAML has to look
at it. The text as a whole is known to be sound UTF-8 without control characters.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mitmvcr.core.calls import parse_turns
from mitmvcr.core.chunks import Chunk, parse_chunks
from mitmvcr.core.duration import parse_duration
from mitmvcr.format.faults import Decline
from mitmvcr.format.goescape import ESCAPES, LATIN_CONTROL, SEPARATORS, UNPRINTABLE
from mitmvcr.format.resolve import decode_base64, is_text


class Columns(NamedTuple):
    """Where the lines of a layout begin."""

    dash: int  # "- id: 0"
    field: int  # "proto: HTTP/1.1"
    name: int  # "Content-Type:"
    value: int  # "- text/html"
    list_value: int  # "- chunked"


# The kinds of lines; VALUE has the value in its second place, the others their key.
# A LONG_NAME is one of more than 128 bytes: its colon begins the next line.
VALUE, LIST_VALUE, NAME, FIELD, MAP, LIST, BLOCK, PART, ID, LONG_NAME = range(10)
Line = tuple[int, Any, Any]

# YAML lets a key have 1,024 characters.
_LONGEST_KEY = 1000

# libyaml and go-yaml refuse these, differ on them, or take them for a line end.
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
_SPECIAL = (
    LATIN_CONTROL,
    *(re.compile(b"|".join(each)) for each in (SEPARATORS, UNPRINTABLE)),
)
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


def is_ordinary(item: bytes) -> bool:
    """Return whether data is sound UTF-8 without characters that mean something else
    somewhere."""
    if len(item.translate(None, _CONTROLS)) != len(item):
        return False
    if item.isascii():
        return True
    try:
        item.decode()
    except UnicodeError:
        return False
    return not any(special.search(item) for special in _SPECIAL)


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


def turns(raw: bytes) -> tuple[int, ...]:
    try:
        return parse_turns(text(raw))
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
    b"until": text,
    b"turns": turns,
}
_OPENERS = {
    b"trailer": (MAP, b" {}"),
    b"form": (MAP, b" {}"),
    b"headers": (MAP, b" {}"),
    b"transfer_encoding": (LIST, b" []"),
    b"websocket": (LIST, b" []"),
}


class Lines:
    """Tells what kind a line is, in one layout."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def read(self, line: bytes) -> Line:
        rest = line.lstrip(b" ")
        column = len(line) - len(rest)
        if rest.startswith(b"- "):
            return self._value(column, rest[2:])
        if column == self.columns.name:
            if rest.startswith(b"? "):
                return LONG_NAME, text(rest[2:]), None
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


# Values on one line

# Not an indicator, and where it is "-" not a list item.
_PLAIN = re.compile(rb"(?:[A-Za-z0-9/_.(+$^;~\\<=\x80-\xff]|-(?=[!-~]))[ -~\x80-\xff]*")
# The escapes met most; the others are looked up one by one.
_COMMON_ESCAPES = (
    (b'\\"', b'"'),
    (b"\\n", b"\n"),
    (b"\\r", b"\r"),
    (b"\\t", b"\t"),
    (b"\\0", b"\0"),
)
_ESCAPE = re.compile(
    rb"\\(?:([abefvNLP_])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))"
)
_LETTERS = {name.encode(): chr(point).encode() for point, name in ESCAPES.items()}


def string(raw: bytes) -> bytes:
    """Return the value up to the end of its line, if go-yaml takes it for a string."""
    quote = raw[:1]
    if quote == b'"':
        return _double(raw)
    if quote == b"'":
        return _single(raw)
    return _plain(raw)


def _plain(raw: bytes) -> bytes:
    if (
        not _PLAIN.fullmatch(raw)
        or b": " in raw
        or b" #" in raw
        or raw[-1] in b": "
        or not is_text(raw)
    ):
        raise Decline
    return raw


def _inner(raw: bytes, quote: bytes) -> bytes:
    if len(raw) < 2 or raw[-1:] != quote:
        raise Decline
    return raw[1:-1]


def _single(raw: bytes) -> bytes:
    return single_inner(_inner(raw, b"'"))


def single_inner(inner: bytes) -> bytes:
    """Decode what stands between single quotes."""
    if b"'" not in inner:
        return inner
    if b"'" in inner.replace(b"''", b""):
        raise Decline
    return inner.replace(b"''", b"'")


def _double(raw: bytes) -> bytes:
    return double_inner(_inner(raw, b'"'))


def double_inner(inner: bytes) -> bytes:
    """Decode what stands between double quotes."""
    # Every backslash that is left in a part begins an escape of its own.
    parts = inner.split(b"\\\\")
    if parts[-1][-1:] == b"\\":
        raise Decline
    return b"\\".join([_unescaped(part) for part in parts])


def _unescaped(part: bytes) -> bytes:
    if part.count(b'"') != part.count(b'\\"'):
        raise Decline
    for escape, meaning in _COMMON_ESCAPES:
        part = part.replace(escape, meaning)
    if not (left := part.count(b"\\")):
        return part
    text, found = _ESCAPE.subn(_meaning, part)
    if found != left:
        raise Decline
    return text


def _meaning(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return _LETTERS[match[1]]
    try:
        return chr(int(match[2] or match[3] or match[4], 16)).encode()
    except (ValueError, OverflowError):  # a surrogate, or beyond Unicode
        raise Decline from None
