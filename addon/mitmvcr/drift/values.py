"""What an answer says, as a value of JSON, whatever it is written in."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, repeat
from typing import Any, TypeVar

from mitmvcr.core.bodies import form_fields, without_codings
from mitmvcr.core.media import FORM, is_json, is_json_lines, is_json_seq, media_kind
from mitmvcr.core.model import Request, Response, header
from mitmvcr.drift import markup

_EVENT_END = re.compile(r"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(r"\r\n|\n|\r")
_TEXTS = re.compile(rb"[\n\x1e]")
Reader = Callable[[bytes], Any]
T = TypeVar("T")


def plain(response: Response) -> bytes:
    """Return a body without its codings."""
    coded = Request(body=response.body, headers=response.headers)
    return without_codings(coded).body


def value_of(response: Response) -> tuple[Any] | None:
    """Return what a body says, in a tuple; None where nothing here can read it."""
    read = _reader(header(response.headers, "Content-Type"))
    if read is None:
        return None
    try:
        return (read(plain(response)),)
    except (ValueError, RecursionError, csv.Error):
        return None


def is_xml(media: str) -> bool:
    return media_kind(media).endswith(("/xml", "+xml"))


def _reader(media: str) -> Reader | None:
    kind = media_kind(media)
    if kind in _READERS:
        return _READERS[kind]
    if is_json_lines(media) or is_json_seq(media):
        return _lines
    if is_json(media):
        return json.loads
    return markup.value if is_xml(media) else None


def _events(body: bytes) -> dict[str, list[Any]]:
    """Return what the events of a stream say, by their names; one that has no end does
    not count."""
    found: dict[str, list[Any]] = {}
    for event in _EVENT_END.split(body.decode("utf-8-sig"))[:-1]:
        fields = [line.partition(":") for line in _LINE_END.split(event)]
        said = [(name, text.removeprefix(" ")) for name, _, text in fields]
        data = [text for name, text in said if name == "data"]
        names = [text for name, text in said if name == "event"]
        if data:
            kind = names[-1] if names else "message"
            found.setdefault(kind, []).append(_json("\n".join(data)))
    return found


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _lines(body: bytes) -> list[Any]:
    return [json.loads(each) for each in _TEXTS.split(body) if each.strip()]


def _form(body: bytes) -> dict[str, list[str]]:
    """Return the values of each name: how many a field has is no matter of shape."""
    return _by_name(form_fields(body))


def _table(body: bytes) -> list[dict[str, Any]]:
    """Return the rows of a table whose first line names its columns; what a short row
    lacks is null."""
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig")), strict=True)
    names = next(rows, [])
    pairs = (zip(names, chain(row, repeat(None)), strict=False) for row in rows if row)
    cells = map(_by_name, pairs)
    return [{n: v if len(v) > 1 else v[0] for n, v in each.items()} for each in cells]


def _by_name(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


_READERS: Mapping[str, Reader] = {
    "text/event-stream": _events,
    FORM: _form,
    "text/csv": _table,
}
