"""JSON texts read and written in one spelling, also those that stand in strings of
JSON.

What stands in such a string is opened for the comparison: it has a place of its own
(``$.input.id``), and its white space and the order of its names do not count. Closed
again it is a string, so that ``{"a": "{}"}`` and ``{"a": {}}`` stay two things.
"""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from mitmvcr.core.bodies.graphql import one_spelling
from mitmvcr.core.media import charset, is_json_lines, is_json_seq

if TYPE_CHECKING:
    from decimal import Decimal

_SEPARATOR = b"\x1e"
_LOOKS = re.compile(rb"\s*[{\[\x1e]")


def may_be_lines(body: bytes, media: str) -> bool:
    """Return whether a body may be several texts: by its type, or by how it begins."""
    if _LOOKS.match(body) is not None:
        return True
    return is_json_lines(media) or is_json_seq(media)


def json_texts(body: bytes, media: str) -> tuple[bytes, list[bytes]]:
    """Return the texts, and what keeps them apart: a line feed or a record separator.

    Raise ValueError where a body is neither by its type nor by how it begins, or has
    one text only. Whether each is JSON is for the caller to find out.
    """
    if not may_be_lines(body, media):
        raise ValueError("no lines of JSON")
    mark = _SEPARATOR if body.startswith(_SEPARATOR) else b"\n"
    texts = [text for text in body.split(mark) if text.strip()]
    if mark == b"\n" and len(texts) < 2:
        raise ValueError("one text")
    return mark, texts


def ending(body: bytes) -> bytes:
    """Return the line feed at the end: a server may want it (Elasticsearch's bulk)."""
    return b"\n" if body.rstrip(b" \t\r").endswith(b"\n") else b""


_SPACE = " \t\r\n"
_STARTS_JSON = re.compile(rb"\s*[{\[]")


#: In characters: no float stands for two shorter numbers that are this far from 0.
_HELD, _LEAST = 16, 1e-300


def number(text: str) -> "float | int | Decimal":
    """Return a number; JSON has one kind, so that 1.0 is 1. What no float holds is a
    decimal: two amounts that differ in the last of 18 digits are two. Raise ValueError
    where no float is so large."""
    value = float(text)
    if len(text) <= _HELD and _LEAST < abs(value) < 2**53:
        return int(value) if value.is_integer() else value
    is_it = repr(value) == text and not value.is_integer()
    return value if is_it else _exactly(text, value)


def _exactly(text: str, value: float) -> "float | int | Decimal":
    from decimal import Decimal  # few numbers need it

    if abs(value) == float("inf"):
        raise ValueError("no float holds it")
    try:
        exact = Decimal(text)
    except ArithmeticError as error:
        raise ValueError("no decimal holds it") from error
    if exact == exact.to_integral_value():
        return int(exact)
    return value if exact == Decimal(repr(value)) else exact


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. One with two members of a name is another to each who reads it
    (RFC 8259, section 4), and is no value here."""
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a name stands in it twice")
    return found


def _spelled(exact: "Decimal") -> object:
    """Return a decimal as nothing else is written: JSON has no NaN."""
    sign, digits, exponent = exact.as_tuple()
    figures = "".join(map(str, digits))
    least = figures.rstrip("0")
    return [float("nan"), sign, least, int(exponent) + len(figures) - len(least)]


_decoder = json.JSONDecoder(
    parse_float=number, parse_constant=_refuse, object_pairs_hook=_object
)
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_spelled)


def read(text: str) -> object:
    """Return the value of a JSON text. Raise ValueError where it is none."""
    try:
        return _decoder.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def parse_json(body: bytes, content_type: str) -> object:
    """Return the JSON value of a body that is JSON, by its type or by how it starts.

    Raise ValueError where it is not.
    """
    media = content_type.lower()
    if not _STARTS_JSON.match(body) and "json" not in media:
        raise ValueError("not JSON")
    return read(_json_text(body, media))


def _json_text(body: bytes, media: str) -> str:
    if "charset" in media:
        return body.decode(charset(media)).removeprefix("\ufeff")
    # UTF-16 and -32 are known by where their zeros stand.
    zeros = b"\0" in body[:4]
    return body.decode(json.detect_encoding(body) if zeros else "utf-8-sig")


def written(value: object) -> str:
    """Return a JSON value in one spelling. Raise ValueError where it is nested too
    deep."""
    try:
        return _encoder.encode(value)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def json_bytes(value: object) -> bytes:
    """Return a JSON value in one spelling. Raise ValueError where it is nested too
    deep."""
    return written(value).encode()


class OpenedObject(dict[str, Any]):
    """An object that stands in a string."""


class OpenedList(list[Any]):
    """A list that stands in a string."""


def may_hold_texts(body: bytes) -> bool:
    """Return whether strings of a JSON body may hold JSON; nearly always not, and
    quickly. Never False for one that does, however it is written: a quote within a
    string is behind a backslash. UTF-16 is always looked through."""
    return (
        b"\\" in body and (b'"{' in body or b'"[' in body or b'"\\u00' in body)
    ) or b"\0" in body[:4]


def opened(value: object) -> object:
    """Return a value with the JSON in its strings read; it is changed in place."""
    root = [value]
    left: list[Any] = [root]
    while left:
        holder = left.pop()
        for at, each in _items(holder):
            if isinstance(each, str):
                if each[:1] in _OPENS and '"' in each:
                    holder[at] = inner = _opened_text(each)
                    if inner is not each:
                        left.append(inner)
            elif isinstance(each, dict | list):
                left.append(each)
    return root[0]


#: As such a text begins; an empty one does not.
_OPENS = ("{", "[")


def _items(holder: Any) -> Iterable[tuple[Any, Any]]:
    """Return keys with values; those may be replaced meanwhile, not taken out."""
    return holder.items() if isinstance(holder, dict) else enumerate(holder)


def _opened_text(text: str) -> object:
    with suppress(ValueError):
        value = document(read(text))
        return OpenedObject(value) if isinstance(value, dict) else OpenedList(value)
    return text


def document(value: Any) -> Any:
    """Return what a GraphQL client sends, one operation or a list of them, with its
    documents in one spelling; other values as they are. It is changed in place."""
    if isinstance(value, dict):
        if isinstance(value.get("query"), str):
            value["query"] = one_spelling(value["query"]) or value["query"]
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for each in value:
            if isinstance(each, dict):
                document(each)
    return value


def with_texts(value: object, change: Callable[[str], str]) -> object:
    """Return a value with each string in it changed, names apart; it is changed in
    place."""
    root = [value]
    left: list[Any] = [root]
    while left:
        holder = left.pop()
        for at, each in _items(holder):
            if isinstance(each, str):
                holder[at] = change(each)
            elif isinstance(each, dict | list):
                left.append(each)
    return root[0]


def closed(value: object) -> object:
    """Return a value with what was opened as strings again; it is changed in place.
    Raise ValueError where it is nested too deep."""
    root = [value]
    left: list[Any] = [root]
    found: list[tuple[Any, Any, object]] = []
    while left:
        holder = left.pop()
        for at, each in _items(holder):
            if isinstance(each, OpenedObject | OpenedList):
                found.append((holder, at, each))
            if isinstance(each, dict | list):
                left.append(each)
    for holder, at, each in reversed(found):  # what is inside comes first
        holder[at] = written(each)
    return root[0]


def text_spelling(text: str, *, may_be_graphql: bool = False) -> str | None:
    """Return one spelling of a text that is an object or a list of JSON, or, if it may
    be, GraphQL; None for any other."""
    if text.lstrip(_SPACE)[:1] in _OPENS:
        with suppress(ValueError):
            return written(closed(opened(document(read(text)))))
    return one_spelling(text) if may_be_graphql else None
