"""A multipart body taken apart."""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import groupby, pairwise
from typing import TypeVar

from mitmvcr.core.bodies.forms import place_of
from mitmvcr.core.media import parameter
from mitmvcr.core.model import Headers, header

_Part = TypeVar("_Part")

#: What may stand in a line behind the boundary.
_REST = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")

_LONGEST = 200
_LINE_END = re.compile(rb"\r?\n")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def boundary_of(body: bytes) -> str:
    """Return the boundary of a body that begins and ends with one, whatever its type
    says; else an empty text."""
    line = body[2 : body.find(b"\n", 0, _LONGEST)].rstrip(b"\r \t")
    if not body.startswith(b"--") or b'"' in line or b"\\" in line:
        return ""
    is_closed = body[-_LONGEST:].rstrip().endswith(b"--%b--" % line)
    return line.decode("utf-8", "surrogateescape") if line and is_closed else ""


def multipart_parts(body: bytes, boundary: str) -> Iterator[tuple[Headers, bytes]]:
    """Yield headers, names in lower case, and content of each part.

    Raise ValueError where the body does not end with the boundary.
    """
    for headers, content in multipart_places(body, boundary):
        yield headers, body[content]


def field_name(headers: Headers) -> str:
    """Return the name of a form's field by its part's headers; an empty text for a file
    and for any other part."""
    said = header(headers, "content-disposition")
    is_field = said.lower().startswith("form-data") and "filename" not in said.lower()
    return parameter(said, "name") if is_field else ""


def in_one_order(parts: Iterable[tuple[str, _Part]]) -> Iterator[_Part]:
    """Yield parts, each given with its field's name, in one order of all those that say
    the same: fields between two files by their names, those of one name as they were.

    Clients in Go write fields as a map has them, in another order each time;
    what follows a file is left there, since S3 passes over it.
    """
    for _, run in groupby(parts, lambda each: bool(each[0])):
        yield from (part for _, part in sorted(run, key=lambda it: place_of(it[0])))


def digest_of(pieces: Iterable[bytes | memoryview]) -> bytes:
    """Return a digest, for which nothing is copied; an empty one of no pieces."""
    whole, are_any = blake2b(digest_size=32), False
    for piece in pieces:
        whole.update(b"%d:" % len(piece))
        whole.update(piece)
        are_any = True
    return whole.digest() if are_any else b""


def multipart_places(body: bytes, boundary: str) -> Iterator[tuple[Headers, slice]]:
    """Yield the same, and where in the body the content is: to copy it takes its time.
    Raise ValueError as well."""
    if not boundary:
        raise ValueError("no boundary")
    marks = list(_marks(body, b"--" + boundary.encode("utf-8", "surrogateescape")))
    # Text before the first and after the last boundary says nothing.
    if len(marks) < 2 or not marks[-1][2]:
        raise ValueError("the last boundary is missing")
    for (_, start, _), (end, _, _) in pairwise(marks):
        yield _split_part(body, start, end)


def _marks(body: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield for each line with the boundary where it starts, with the line end before
    it, where it ends, and whether it says that it is the last."""
    at, floor = body.find(mark), 0
    while at >= 0:
        start = at
        if at and body[at - 1 : at] == b"\n" and at > floor:
            start = at - 2 if body[max(floor, at - 2) : at] == b"\r\n" else at - 1
        rest = _REST.match(body, at + len(mark))
        if rest and (start < at or at == 0):
            yield start, rest.end(), rest[1] is not None
            floor = rest.end()
        at = body.find(mark, rest.end() if rest else at + 1)


def _split_part(body: bytes, start: int, end: int) -> tuple[Headers, slice]:
    if none := _LINE_END.match(body, start, end):  # it has no headers
        return {}, slice(none.end(), end)
    blank = _BLANK_LINE.search(body, start, end)
    head = body[start : blank.start() if blank else end]
    headers: dict[str, list[str]] = {}
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines():
        name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return headers, slice(blank.end() if blank else end, end)
