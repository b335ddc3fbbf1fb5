"""One interaction in a layout of go-vcr's own, read by lines.

It knows in which column each kind of line stands, which makes it many times as fast
as PyYAML. What it does not know it declines, and PyYAML reads the item. A test holds
both to the same values.
"""

import re
from typing import Any

from mitmvcr.cassette.lines import (
    BLOCK,
    FIELD,
    ID,
    LIST,
    LIST_VALUE,
    MAP,
    NAME,
    PART,
    VALUE,
    BlockHead,
    Columns,
    Lines,
    from_base64,
)
from mitmvcr.cassette.repair import repaired
from mitmvcr.cassette.scalars import Decline
from mitmvcr.core.frames import parse_frame
from mitmvcr.core.model import Interaction, Request, Response

# libyaml and go-yaml refuse these, differ on them, or take them for a line end.
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
_SPECIAL = (
    re.compile(rb"\xc2[\x80-\x9f]"),  # C1, NEL
    re.compile(rb"\xe2\x80[\xa8\xa9]"),  # line and paragraph separator
    re.compile(rb"\xef(?:\xbb\xbf|\xbf[\xbe\xbf])"),  # BOM, no characters
)

_REQUEST = frozenset(Request.__slots__)
_RESPONSE = frozenset(Response.__slots__)
_MAPS = ("headers", "form", "trailer")


class ItemParser:
    """Reads the interactions of one file."""

    def __init__(self, columns: Columns) -> None:
        self._lines = Lines(columns)
        self._margin = b" " * (columns.dash + 2)

    def parse(self, item: bytes) -> Interaction:
        """Raises ``Decline`` for what is not in the layout to the letter."""
        if item[-1:] != b"\n" or not is_ordinary(item):
            raise Decline
        lines = item.split(b"\n")
        lines.pop()
        lines[0] = self._margin + lines[0][len(self._margin) :]
        return _interaction(self._parts(lines))

    def _parts(self, lines: list[bytes]) -> dict[str, Any]:
        """The keys of the item. One loop, since a call for each line costs a third."""
        known, read = self._lines.memo.get, self._lines.read
        item: dict[str, Any] = {}
        part: dict[str, Any] | None = None
        names: dict[str, list[str]] | None = None
        values: list[str] | None = None
        fresh: list[str]
        named: dict[str, list[str]]
        at, end = 0, len(lines)
        while at < end:
            line = lines[at]
            at += 1
            kind, key, value = known(line) or read(line)
            if kind == VALUE and names is not None and values is not None:
                values.append(key)
            elif kind == NAME and names is not None and key not in names:
                names[key] = fresh = []
                values = fresh if value else None
            elif kind == FIELD and part is not None and key not in part:
                part[key] = value
                names = values = None
            elif kind == LIST_VALUE and names is None and values is not None:
                values.append(key)
            elif kind == PART and key not in item:
                item[key] = part = {}
                names = values = None
            elif kind == ID and key not in item:
                item[key] = value
                part = names = values = None
            elif part is None or key in part:
                raise Decline
            elif kind == MAP:
                part[key] = named = {}
                names, values = named if value else None, None
            elif kind == LIST:
                part[key] = fresh = []
                names, values = None, fresh if value else None
            elif kind == BLOCK:
                at, part[key] = self._block(lines, at, value)
                names = values = None
            else:
                raise Decline
        return item

    def _block(
        self, lines: list[bytes], start: int, head: BlockHead
    ) -> tuple[int, bytes]:
        """Where a literal block ends, and what it holds."""
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
        """The first line that is not empty sets the indentation."""
        first = next((line for line in lines[start:] if line), b"")
        rest = first.lstrip(b" ")
        width = len(first) - len(rest)
        if width <= self._lines.columns.field or rest[:1] in (b"", b"\t"):
            raise Decline
        return width


def is_ordinary(item: bytes) -> bool:
    """Sound UTF-8 without characters that mean something else somewhere."""
    if len(item.translate(None, _CONTROLS)) != len(item):
        return False
    if item.isascii():
        return True
    try:
        item.decode()
    except UnicodeError:
        return False
    return not any(special.search(item) for special in _SPECIAL)


def _interaction(item: dict[str, Any]) -> Interaction:
    request, response = item.get("request", {}), item.get("response", {})
    if not (
        request.keys() <= _REQUEST
        and response.keys() <= _RESPONSE
        and "url" in request
        and "method" in request
        and "code" in response
    ):
        raise Decline
    _finish(request)
    _finish(response)
    return Interaction(item.get("id", 0), Request(**request), Response(**response))


def _finish(part: dict[str, Any]) -> None:
    """Repair the body, and make the lists what the model's defaults are."""
    body = repaired(part.get("body", b""), part.get("content_length", 0))
    if body is not None:
        part["body"] = body
    for name in _MAPS:
        if name in part:
            part[name] = {key: tuple(values) for key, values in part[name].items()}
    if "transfer_encoding" in part:
        part["transfer_encoding"] = tuple(part["transfer_encoding"])
    if "websocket" in part:
        try:
            part["websocket"] = tuple(map(parse_frame, part["websocket"]))
        except ValueError:
            raise Decline from None


def read_item(item: bytes, parser: ItemParser) -> Interaction:
    """By lines, or by PyYAML where that declines; raises ``Fault``."""
    try:
        return parser.parse(item)
    except Decline:
        # PyYAML takes 25 ms to import, and a cassette of go-vcr's seldom needs it.
        from mitmvcr.cassette import yamlreader

        return yamlreader.read_item(item)
