"""One interaction in a layout of go-vcr's own, read by lines.

It knows in which column each kind of line stands, which makes it many times as fast
as PyYAML. What it does not know it declines, and PyYAML reads the item. A test holds
both to the same values.
"""

import re
from typing import Any

from mitmvcr.core.frames import Frame, parse_frame
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format.faults import Decline
from mitmvcr.format.goescape import LATIN_CONTROL, SEPARATORS, UNPRINTABLE
from mitmvcr.format.lines import (
    BLOCK,
    LIST,
    LIST_VALUE,
    MAP,
    NAME,
    PART,
    VALUE,
    BlockHead,
    Columns,
    Line,
    Lines,
    body,
    from_base64,
    integer,
)
from mitmvcr.format.resolve import repaired
from mitmvcr.format.speed import Memo

# libyaml and go-yaml refuse these, differ on them, or take them for a line end.
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
_SPECIAL = (
    LATIN_CONTROL,
    *(re.compile(b"|".join(each)) for each in (SEPARATORS, UNPRINTABLE)),
)

_REQUEST = frozenset(Request.__annotations__)
_RESPONSE = frozenset(Response.__annotations__)
_FRAME = _REQUEST - {"body", "content_length"}


#: The key of a field, its value, and the part that begins behind it, if one does.
Field = tuple[str, Any, str]
Parts = dict[str, dict[str, Any]]

# Fields repeat from item to item; those that do not must not fill the memory.
_MEMO_FIELDS = 512
_MEMO_LENGTH = 512
_MEMO_FRAMES = 64
_LONGEST_FRAME = 4096


class ItemParser:
    """Reads the interactions of one file; ``earlier`` read files in the same layout."""

    def __init__(self, columns: Columns, earlier: "ItemParser | None" = None) -> None:
        self._lines: Lines = earlier._lines if earlier else Lines(columns)
        self._margin = b" " * columns.field
        # A field is on one line, or the lines below it are indented deeper.
        between = re.compile(b"\n%b(?=[a-z])" % self._margin)
        self._split, self._next = between.split, between.match
        self._head = re.compile(
            b" {%d}- (?:id: (0|[1-9][0-9]{0,17})\n {%d})?(request|response):"
            % (columns.dash, columns.dash + 2)
        ).fullmatch
        make = earlier._own_field if earlier else self._field
        self._known = Memo(make, _MEMO_FIELDS)
        self._length = b"\n%bcontent_length: " % self._margin
        self._body = b"\n%bbody: " % self._margin
        self._frames = Memo(self._frame, _MEMO_FRAMES)

    def parse(self, item: bytes) -> Interaction:
        """Read an item. Raise ``Decline`` for what is not in the layout to the
        letter."""
        if item[-1:] != b"\n" or not is_ordinary(item):
            raise Decline
        start, *fields = self._split(item[:-1])
        head = self._head(start)
        if head is None:
            raise Decline
        part: dict[str, Any] = {}
        parts: Parts = {head[2].decode(): part}
        for raw in fields:
            known = self._known[raw] if len(raw) <= _MEMO_LENGTH else self._field(raw)
            key, part[key], following = known
            if following:
                if following in parts:
                    raise Decline
                parts[following] = part = {}
        if sum(map(len, parts.values())) != len(fields):  # some field is there twice
            raise Decline
        return _interaction(int(head[1] or 0), parts)

    def parse_request(self, text: bytes) -> Request:
        """Read the request of an item that is cut off before its response, in a third
        of the time that the whole item takes: apart from body and length, most requests
        repeat the one before. Raise ``Decline`` more often; the result is as in the
        whole item."""
        length = text.find(self._length)
        after_length = text.find(b"\n", length + 1)
        if length < 0 or not self._next(text, after_length) or not is_ordinary(text):
            raise Decline
        start, colon, frame = text[:length].partition(b"request:")
        if not self._head(start + colon):
            raise Decline
        count = integer(text[length + len(self._length) : after_length])
        at_body = text.find(self._body, after_length)
        if at_body < 0:  # go-vcr leaves out an empty one
            return self._request(frame + text[after_length:], count, b"")
        after_body = text.find(b"\n", at_body + 1)
        if not self._next(text, after_body):
            raise Decline
        frame += text[after_length:at_body] + text[after_body:]
        content = body(text[at_body + len(self._body) : after_body])
        return self._request(frame, count, content)

    def _request(self, frame: bytes, length: int, content: bytes) -> Request:
        is_short = len(frame) <= _LONGEST_FRAME
        fields = self._frames[frame] if is_short else self._frame(frame)
        sound = repaired(content, length)
        if sound is None:
            sound = content
        return Request(**fields, content_length=length, body=sound)

    def _frame(self, text: bytes) -> dict[str, Any]:
        """Return the fields of a request without its length and body."""
        nothing, *raws = self._split(text)
        fields: dict[str, Any] = {}
        for raw in raws:
            key, fields[key], following = self._field(raw)
            if following:
                raise Decline
        if (
            nothing
            or len(fields) != len(raws)
            or not {"url", "method"} <= fields.keys() <= _FRAME
        ):
            raise Decline
        return fields

    def _field(self, raw: bytes) -> Field:
        lines = raw.split(b"\n")
        lines[0] = self._margin + lines[0]
        kind, key, value = self._line(lines[0])
        at, following = 1, ""
        if kind == BLOCK:
            at, value = self._block(lines, 1, value)
        elif kind == MAP:
            at, value = self._map(lines) if value else (1, {})
        elif kind == LIST:
            at, value = self._values(lines, 1, LIST_VALUE) if value else (1, ())
            if key == "websocket":
                value = _frames(value)
        if at < len(lines):
            kind, following, _ = self._line(lines[at])
            if kind != PART or at + 1 < len(lines):
                raise Decline
        return key, value, following

    def _own_field(self, raw: bytes) -> Field:
        """Return a field for another file: a map that is changed there stays as it was
        here."""
        key, value, following = self._known[raw]
        return key, {**value} if isinstance(value, dict) else value, following

    def _line(self, line: bytes) -> Line:
        return self._lines.memo.get(line) or self._lines.read(line)

    def _map(self, lines: list[bytes]) -> tuple[int, dict[str, tuple[str, ...]]]:
        """Return where the map below a field ends, and its names and values."""
        names: dict[str, tuple[str, ...]] = {}
        at = 1
        while at < len(lines):
            kind, name, has_values = self._line(lines[at])
            if kind != NAME:
                break
            if name in names:
                raise Decline
            at += 1
            names[name] = ()
            if has_values:
                at, names[name] = self._values(lines, at, VALUE)
        return at, names

    def _values(
        self, lines: list[bytes], at: int, wanted: int
    ) -> tuple[int, tuple[str, ...]]:
        values = []
        while at < len(lines):
            kind, value, _ = self._line(lines[at])
            if kind != wanted:
                break
            values.append(value)
            at += 1
        return at, tuple(values)

    def _block(
        self, lines: list[bytes], start: int, head: BlockHead
    ) -> tuple[int, bytes]:
        """Return where a literal block ends, and what it holds."""
        margin = b" " * (head.width or self._width(lines, start))
        end = start
        while end < len(lines) and (not lines[end] or lines[end].startswith(margin)):
            end += 1
        width = len(margin)
        content = b"\n".join([line[width:] for line in lines[start:end]])
        stripped = content.rstrip(b"\n")
        if not stripped:
            raise Decline
        if head.binary:
            return end, from_base64(content.replace(b"\n", b""))
        if head.chomping == b"-":
            return end, stripped
        return end, (content if head.chomping else stripped) + b"\n"

    def _width(self, lines: list[bytes], start: int) -> int:
        """Return the indentation, which the first line that is not empty sets."""
        first = next((line for line in lines[start:] if line), b"")
        rest = first.lstrip(b" ")
        width = len(first) - len(rest)
        if width <= self._lines.columns.field or rest[:1] in (b"", b"\t"):
            raise Decline
        return width


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


def _frames(values: tuple[str, ...]) -> tuple[Frame, ...]:
    try:
        return tuple(map(parse_frame, values))
    except ValueError:
        raise Decline from None


def _interaction(id: int, parts: Parts) -> Interaction:
    request, response = parts.get("request", {}), parts.get("response", {})
    if not (
        request.keys() <= _REQUEST
        and response.keys() <= _RESPONSE
        and "url" in request
        and "method" in request
        and "code" in response
    ):
        raise Decline
    for part in request, response:
        body = repaired(part.get("body", b""), part.get("content_length", 0))
        if body is not None:
            part["body"] = body
    return Interaction(id, Request(**request), Response(**response))
