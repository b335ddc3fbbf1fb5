"""One interaction in a layout of go-vcr's own, read by lines.

It knows in which column each kind of line stands, which makes it many times as fast
as PyYAML. What it does not know it declines, and PyYAML reads the item. A test holds
both to the same values.
"""

import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

from mitmvcr.core.frames import Frame, parse_frame
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format.faults import Decline
from mitmvcr.format.lines import (
    BLOCK,
    LIST,
    LIST_VALUE,
    LONG_NAME,
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
    is_ordinary,
)
from mitmvcr.format.lines import text as address
from mitmvcr.format.resolve import repaired

_REQUEST = frozenset(Request.__annotations__)
_RESPONSE = frozenset(Response.__annotations__)
#: What of a request seldom is as in another one; the length, where it has a body.
_VARYING = (b"content_length", b"url", b"body")
_FRAME = _REQUEST - {"url", "body"}


#: The key of a field, its value, and the part that begins behind it, if one does.
Field = tuple[str, Any, str]
Parts = dict[str, dict[str, Any]]

# Fields repeat from item to item; those that do not must not fill the memory.
_MEMO_FIELDS, _MEMO_LINES = 512, 4096
_MEMO_LENGTH, _LONGEST_LINE = 512, 160
_MEMO_FRAMES = 64
_LONGEST_FRAME = 4096


class ItemParser:
    """Reads the interactions of one file."""

    def __init__(self, columns: Columns) -> None:
        self._lines = Lines(columns)
        self._margin = b" " * columns.field
        # A field is on one line, or the lines below it are indented deeper.
        between = re.compile(b"\n%b(?=[a-z])" % self._margin)
        self._split, self._next = between.split, between.match
        self._head = re.compile(
            b" {%d}- (?:id: (0|[1-9][0-9]{0,17})\n {%d})?(request|response):"
            % (columns.dash, columns.dash + 2)
        ).fullmatch
        self._known = lru_cache(_MEMO_FIELDS)(self._field)
        self._known_line = lru_cache(_MEMO_LINES)(self._lines.read)
        keys = (b"\n%b%b: " % (self._margin, key) for key in _VARYING)
        self._length, self._url, self._body = keys
        self._form = b"\n%bform:\n" % self._margin
        self._find_next = between.search
        self._response = b"\n%bresponse:" % (b" " * (columns.dash + 2))
        self._frames = lru_cache(_MEMO_FRAMES)(self._frame)

    def parse(self, item: bytes) -> Interaction:
        """Read an item. Raise ``Decline`` for what is not in the layout to the
        letter."""
        if item[-1:] != b"\n" or not is_ordinary(item):
            raise Decline
        end = item.find(self._response)
        if end > 0:
            with suppress(Decline):
                return self._parse_usual(item, end)
        start, *fields = self._split(item[:-1])
        id, name = self._head_of(start)
        return _interaction(id, self._parts(name, fields))

    def _head_of(self, start: bytes) -> tuple[int, str]:
        """Return the id that an item begins with, and the name of its first part."""
        head = self._head(start)
        if head is None:
            raise Decline
        return int(head[1] or 0), head[2].decode()

    def _parts(self, name: str, fields: list[bytes]) -> Parts:
        """Read fields, the first of which are of the part of that name."""
        part: dict[str, Any] = {}
        parts: Parts = {name: part}
        for raw in fields:
            known = self._known(raw) if len(raw) <= _MEMO_LENGTH else self._field(raw)
            key, part[key], following = known
            if following:
                if following in parts:
                    raise Decline
                parts[following] = part = {}
        if sum(map(len, parts.values())) != len(fields):  # some field is there twice
            raise Decline
        return parts

    def _parse_usual(self, item: bytes, end: int) -> Interaction:
        """Read an item whose response begins at ``end``, behind a request that most
        likely is much as the one before."""
        id, request = self._id_and_request(item[:end])
        content, rest = self._without_body(item[end + len(self._response) : -1])
        nothing, *fields = self._split(rest)
        parts = self._parts("response", fields)
        if nothing or len(parts) > 1:
            raise Decline
        if content is not None:
            if "body" in parts["response"]:
                raise Decline
            parts["response"]["body"] = content
        return Interaction(id, request, _response(parts))

    def _without_body(self, text: bytes) -> tuple[bytes | None, bytes]:
        """Return a body that stands on one line, and the fields without it: it is
        most of what is read, and nothing has to be sought in it."""
        at = text.find(self._body)
        end = text.find(b"\n", at + 1)
        if at < 0 or not self._next(text, end):
            return None, text
        return body(text[at + len(self._body) : end]), text[:at] + text[end:]

    def parse_request(self, text: bytes) -> Request:
        """Read the request of an item that is cut off before its response, in a fifth
        of the time that the whole item takes: apart from URL, body and length, most
        requests repeat the one before. Raise ``Decline`` more often; the result is as
        in the whole item."""
        if not is_ordinary(text):
            raise Decline
        return self._id_and_request(text)[1]

    def _id_and_request(self, text: bytes) -> tuple[int, Request]:
        varying: dict[str, Any] = {}
        if self._body in text:  # go-vcr leaves out an empty one
            # First: what is large is copied with each of the others.
            content, text = self._cut(text, self._body)
            length, text = self._cut(text, self._length)
            varying["content_length"] = integer(length)
            varying["body"] = body(content)
        if self._form in text:
            varying["form"], text = self._cut_form(text)
        url, text = self._cut(text, self._url)
        start, colon, frame = text.partition(b"request:")
        id, _ = self._head_of(start + colon)
        is_short = len(frame) <= _LONGEST_FRAME
        fields = self._frames(frame) if is_short else self._frame(frame)
        if varying:
            if not fields.keys().isdisjoint(varying):
                raise Decline
            fields = {**fields, **_sound(varying)}
        return id, Request(**fields, url=address(url))

    def _cut_form(self, text: bytes) -> tuple[dict[str, tuple[str, ...]], bytes]:
        """Return the form, which is the query's, and the text without it."""
        at = text.find(self._form)
        end = self._find_next(text, at + 1)
        if end is None:
            raise Decline
        raw = text[at + len(self._margin) + 1 : end.start()]
        known = self._known(raw) if len(raw) <= _MEMO_LENGTH else self._field(raw)
        _, form, following = known
        if following:
            raise Decline
        return form, text[:at] + text[end.start() :]

    def _cut(self, text: bytes, mark: bytes) -> tuple[bytes, bytes]:
        """Return the value of the field that begins with ``mark``, and the text
        without it."""
        at = text.find(mark)
        end = text.find(b"\n", at + 1)
        if at < 0 or not self._next(text, end):
            raise Decline
        return text[at + len(mark) : end], text[:at] + text[end:]

    def _frame(self, text: bytes) -> dict[str, Any]:
        """Return the fields of a request that are not among those that vary."""
        nothing, *raws = self._split(text)
        fields: dict[str, Any] = {}
        for raw in raws:
            key, fields[key], following = self._field(raw)
            if following:
                raise Decline
        if (
            nothing
            or len(fields) != len(raws)
            or not {"method"} <= fields.keys() <= _FRAME
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

    def _line(self, line: bytes) -> Line:
        is_short = len(line) <= _LONGEST_LINE
        return self._known_line(line) if is_short else self._lines.read(line)

    def _map(self, lines: list[bytes]) -> tuple[int, dict[str, tuple[str, ...]]]:
        """Return where the map below a field ends, and its names and values."""
        names: dict[str, tuple[str, ...]] = {}
        at = 1
        while at < len(lines):
            kind, name, has_values = self._line(lines[at])
            if kind not in (NAME, LONG_NAME):
                break
            if name in names:
                raise Decline
            at += 1
            if kind == LONG_NAME:
                has_values = self._is_followed(lines, at)
                at += not has_values
            names[name] = ()
            if has_values:
                at, names[name] = self._values(lines, at, VALUE)
        return at, names

    def _is_followed(self, lines: list[bytes], at: int) -> bool:
        """Return whether a long name has values. The line of its colon, which is also
        that of the first one, becomes a line as all values have."""
        margin = b" " * self._lines.columns.name
        if at == len(lines) or not lines[at].startswith(margin + b":"):
            raise Decline
        rest = lines[at][len(margin) + 1 :]
        lines[at] = margin + b" " + rest
        return rest != b" []"

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


def _frames(values: tuple[str, ...]) -> tuple[Frame, ...]:
    try:
        return tuple(map(parse_frame, values))
    except ValueError:
        raise Decline from None


def _interaction(id: int, parts: Parts) -> Interaction:
    request = parts.get("request", {})
    if not {"url", "method"} <= request.keys() <= _REQUEST:
        raise Decline
    return Interaction(id, Request(**_sound(request)), _response(parts))


def _response(parts: Parts) -> Response:
    found = parts.get("response", {})
    if not {"code"} <= found.keys() <= _RESPONSE:
        raise Decline
    return Response(**_sound(found))


def _sound(part: dict[str, Any]) -> dict[str, Any]:
    body = repaired(part.get("body", b""), part.get("content_length", 0))
    return part if body is None else {**part, "body": body}
