"""An interaction with a large response body, of which only the body becomes large.

The value of the body is left out when the item is read, and decoded window by window
into one object. A test holds it to the same values as the whole item gives.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO

from mitmvcr.core.model import Interaction
from mitmvcr.format.faults import Decline
from mitmvcr.format.items import ItemParser
from mitmvcr.format.lines import (
    BLOCK_HEAD,
    Columns,
    double_inner,
    from_base64,
    is_ordinary,
    single_inner,
    string,
)
from mitmvcr.format.resolve import repaired
from mitmvcr.format.source import Source

#: An item that is longer, in bytes, is read so.
LARGE = 1 << 20

#: More than the key of a body and the head of its block.
_HEAD = 64
#: No escape is longer: ``\U0001F600``.
_LONGEST_ESCAPE = 10


def read_large(
    source: Source,
    place: tuple[int, int],
    columns: Columns,
    parser: ItemParser,
    *,
    with_body: bool = True,
) -> Interaction:
    """Read the item at this place; leave out its response's body where that is not
    asked for.

    Raises ``Decline`` for what is not in the layout to the letter.
    """
    start, end = place
    body = _body(source, start, end, columns)
    rest = source.read(start, body[0]) + b'""' + source.read(body[1], end)
    found = parser.parse(rest)
    if not with_body:
        return found
    content = decoded(source, body, columns)
    sound = repaired(content, found.response.content_length)
    response = replace(found.response, body=content if sound is None else sound)
    return replace(found, response=response)


def _body(source: Source, start: int, end: int, columns: Columns) -> tuple[int, int]:
    """Return where the value of the response's body stands, without its line end."""
    response = b"\n%bresponse:\n" % (b" " * (columns.dash + 2))
    margin = b"\n" + b" " * columns.field
    at = source.find(response, start, end)
    body = source.find(margin + b"body: ", at + len(response) - 1, end)
    if at < 0 or body < 0:
        raise Decline
    body += len(margin) + len(b"body: ")
    return body, _end(source, body, end, re.compile(margin + b"[a-z]"))


def _end(source: Source, body: int, end: int, following: re.Pattern[bytes]) -> int:
    for window in source.windows(body, end, _HEAD):
        if found := following.search(window.data):
            return window.at + found.start()
    return end - 1


def decoded(source: Source, place: tuple[int, int], columns: Columns) -> bytes:
    """Return the bytes of a value, in whatever style go-vcr wrote it. Raise
    ``Decline``."""
    start, end = place
    head = source.read(start, min(end, start + _HEAD))
    first, line_end, _ = head.partition(b"\n")
    out = BytesIO()  # it grows in place, and gives what it holds without a copy
    if line_end and (block := BLOCK_HEAD.fullmatch(first)):
        width = columns.field + int(block[2]) if block[2] else 0
        text = _lines(source, start + len(first), end, width, columns.field)
        if not block[1]:
            out.writelines(text)
            return _chomped(out, block[3])
        out.writelines(_from_base64(part.replace(b"\n", b"") for part in text))
        if not out.tell():
            raise Decline
    elif head.startswith(b"!!binary "):
        parts = _ordinary(source, start + len(b"!!binary "), end)
        out.writelines(_from_base64(parts))
    elif head[:1] == b'"':
        inner = _cut(_inner(source, start, end), _between_escapes)
        out.writelines(map(double_inner, inner))
    elif head[:1] == b"'":
        inner = _cut(_inner(source, start, end), _between_quotes)
        out.writelines(map(single_inner, inner))
    else:
        out.writelines(_ordinary(source, start, end))
        return string(out.getvalue())
    return out.getvalue()


def _cut(parts: Iterable[bytes], place: Callable[[bytes], int]) -> Iterator[bytes]:
    """Yield the parts cut where ``place`` says that nothing is cut in two; the rest
    comes with the next part."""
    rest = b""
    for part in parts:
        text = rest + part
        at = place(text)
        rest = text[at:]
        if at:
            yield text[:at]
    if rest:
        yield rest


def _ordinary(source: Source, start: int, end: int) -> Iterator[bytes]:
    """Yield everything in parts of whole characters."""
    windows = (window.data for window in source.windows(start, end, 0))
    for text in _cut(windows, _between_characters):
        if not is_ordinary(text):
            raise Decline
        yield text


def _between_characters(text: bytes) -> int:
    for back in range(1, min(4, len(text)) + 1):
        byte = text[-back]
        if byte >= 0xC0:  # it begins one, which may go on
            return len(text) - back
        if byte < 0x80:
            return len(text) - back + 1
    return len(text)


def _inner(source: Source, start: int, end: int) -> Iterator[bytes]:
    """Yield what stands between two quotes on one line."""
    if end - start < 2 or source.read(end - 1, end) != source.read(start, start + 1):
        raise Decline
    for text in _ordinary(source, start + 1, end - 1):
        if b"\n" in text:
            raise Decline
        yield text


def _between_quotes(text: bytes) -> int:
    """Return where text between single quotes can be cut: inside it they come in
    pairs."""
    return len(text) - (len(text) - len(text.rstrip(b"'"))) % 2


def _between_escapes(text: bytes) -> int:
    last = text.rfind(b"\\", max(0, len(text) - _LONGEST_ESCAPE))
    before = text[: last + 1]
    begins_one = (len(before) - len(before.rstrip(b"\\"))) % 2
    return last if begins_one else len(text)


def _lines(
    source: Source, start: int, end: int, width: int, field: int
) -> Iterator[bytes]:
    """Yield the lines of a block, whose head ends where they start; ``width`` is what
    the head says, or 0."""
    width = width or _width(source, start, end, field)
    margin = b"\n" + b" " * width
    stray = re.compile(b"\n(?! {%d}|\n|\\Z)" % width)

    def place(text: bytes) -> int:
        last = text.rfind(b"\n", max(0, len(text) - width))
        return len(text) if last < 0 else last

    skipped = 1  # the end of the head's line
    for text in _cut(_ordinary(source, start, end), place):
        if stray.search(text):
            raise Decline
        yield text.replace(margin, b"\n")[skipped:]
        skipped = 0


def _width(source: Source, start: int, end: int, field: int) -> int:
    """Return the indentation, which the first line that is not empty sets."""
    first = source.read(start, min(end, start + LARGE)).lstrip(b"\n")
    rest = first.lstrip(b" ")
    width = len(first) - len(rest)
    if width <= field or rest[:1] in (b"", b"\n", b"\t"):
        raise Decline
    return width


def _chomped(out: BytesIO, chomping: bytes) -> bytes:
    size = out.tell()
    with out.getbuffer() as text:
        while size and text[size - 1] == ord("\n"):
            size -= 1
    if not size:
        raise Decline
    if chomping != b"+":
        out.truncate(size)
        out.seek(size)
    if chomping != b"-":
        out.write(b"\n")
    return out.getvalue()


def _from_base64(parts: Iterable[bytes]) -> Iterator[bytes]:
    is_padded = False
    for part in _cut(parts, lambda text: len(text) // 4 * 4):
        if is_padded:
            raise Decline
        is_padded = part.endswith(b"=")
        yield from_base64(part)
