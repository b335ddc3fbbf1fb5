"""The values of a request, each by its place."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from numbers import Number
from typing import NamedTuple, cast

from mitmvcr.core.bodies import (
    BodyRules,
    form_fields,
    json_texts,
    json_value,
    multipart_parts,
    parsed_xml,
    payload,
)
from mitmvcr.core.jsonpaths import path_step
from mitmvcr.core.matching import query_pairs, split_url
from mitmvcr.core.media import FORM, is_framed, media_kind, parameter
from mitmvcr.core.model import Request, header
from mitmvcr.miss.freshness import pieces

#: Larger bodies are not taken apart.
MOST = 1 << 20
#: So many values of one request are looked at.
_MANY = 2000
#: In a longer text nothing is looked for.
_SHORT = 1 << 12
_EVERYTHING = BodyRules()


class Place(NamedTuple):
    """Where a value stands in a request.

    ``kind`` and ``name``: ``path`` a step's number, ``query`` and ``form`` a name,
    ``header`` a name in lower case, ``json`` a JSONPath, ``part`` the name of a part of
    a multipart, ``xml`` the way to an element, ``piece`` the number of what is made
    anew in a text, ``boundary`` and ``text`` nothing.
    ``number`` counts the values of one name, from 0.
    """

    kind: str
    name: str = ""
    number: int = 0

    def __str__(self) -> str:
        """Write it as a cassette has it: ``query.state``, ``json.$.id``."""
        kind = f"{self.kind}#{self.number}" if self.number else self.kind
        return f"{kind}.{self.name}"

    @classmethod
    def of(cls, text: str) -> "Place":
        """Read a place; what is none is a place where nothing stands."""
        start, _, name = text.partition(".")
        kind, _, number = start.partition("#")
        return cls(kind, name, int(number) if number.isdecimal() else 0)


#: What JSON has no parts of. Absent stands for an empty list or object.
Value = str | int | float | bool | None


def values(
    request: Request, no_headers: Collection[str] = (), *, as_text: bool = False
) -> dict[Place, Value]:
    """Return the values of a request by place, in reading order; without the headers of
    these names, in lower case. ``as_text``: lines of JSON are a text, as they were in
    older recordings."""
    found: dict[Place, Value] = {}
    for kind, name, value in _each(request, no_headers, as_text):
        if len(found) == _MANY:
            break
        place = Place(kind, name)
        while place in found:
            place = place._replace(number=place.number + 1)
        found[place] = value
    return found


_Found = Iterator[tuple[str, str, Value]]


def _each(request: Request, no_headers: Collection[str], as_text: bool) -> _Found:
    parts = split_url(request.url)
    if parts is not None:
        for number, step in enumerate(parts[2].split("/")):
            yield "path", str(number), step
        for name, value in query_pairs(parts[3]):
            yield "query", name, value
    for name, texts in request.headers.items():
        lower = name.lower()
        for text in () if lower in no_headers else texts:
            yield "header", lower, text
    if request.body and len(request.body) <= MOST:
        yield from _of_body(request, as_text)


def _of_body(request: Request, as_text: bool) -> _Found:
    media = header(request.headers, "Content-Type")
    body = payload(request, media)[1]
    if is_framed(media):
        return
    kind = media_kind(media)
    try:
        for value in _json_values(body, media, as_text):
            yield from _of_json("json", value)
        return
    except ValueError:
        pass
    with suppress(ValueError):
        if kind.startswith("multipart/"):
            yield from _of_parts(body, media)
            return
        if kind.endswith(("/xml", "+xml")):
            yield from _of_xml(body)
            return
    if kind == FORM:
        for name, value in form_fields(body):
            yield "form", name, value
        return
    with suppress(UnicodeDecodeError):
        yield from _of_text(body.decode())


def _json_values(body: bytes, media: str, as_text: bool) -> list[object]:
    """Return the value of JSON, or those of its lines. Raise ValueError for others."""
    try:
        return [json_value(body, media, _EVERYTHING)]
    except ValueError:
        if as_text:
            raise
    return [json_value(each, "json") for each in json_texts(body, media)[1]]


def _of_text(text: str) -> _Found:
    """Yield a text, and what is made anew in a short one, each for itself."""
    yield "text", "", text
    for number, each in enumerate(pieces(text) if len(text) <= _SHORT else ()):
        yield "piece", str(number), each.text


def _of_json(kind: str, whole: object) -> _Found:
    """Yield the leaves of a JSON value, with a stack of its own: it may be nested
    deeply."""
    left: list[tuple[str, object]] = [("$", whole)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            inner = [(path + path_step(name), each) for name, each in value.items()]
            left += reversed(inner)
        elif isinstance(value, list):
            left += reversed([(f"{path}[{i}]", each) for i, each in enumerate(value)])
        elif isinstance(value, Number) and not isinstance(value, int | float):
            yield kind, path, float(value)  # type: ignore[arg-type]
        else:
            yield kind, path, cast(Value, value)


def _of_parts(body: bytes, media: str) -> _Found:
    boundary = parameter(media, "boundary")
    found = list(multipart_parts(body, boundary))
    yield "boundary", "", boundary
    for number, (headers, content) in enumerate(found):
        disposition = header(headers, "content-disposition")
        name = parameter(disposition, "name") or str(number)
        yield "filename", name, parameter(disposition, "filename")
        with suppress(UnicodeDecodeError):
            yield "part", name, content.decode()


def _of_xml(body: bytes) -> _Found:
    left = [("", parsed_xml(body))]
    while left:
        path, element = left.pop()
        tag = element.tag.rpartition("}")[2]
        here = f"{path}/{tag}"
        for name, value in element.attrib.items():
            yield "xml", f"{here}@{name.rpartition('}')[2]}", value
        if (element.text or "").strip():
            yield "xml", here, element.text
        left += [(here, each) for each in reversed(element)]
