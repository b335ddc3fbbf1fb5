"""The new answer, which differs from the old one in what the API changed and in nothing
else: values that only differ from answer to answer stay as they were recorded."""

import codecs
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from mitmvcr import codings
from mitmvcr.core.media import is_json
from mitmvcr.core.model import Headers, Response, all_values, header
from mitmvcr.drift import markup
from mitmvcr.drift.rules import OTHER_ANSWER, Finding
from mitmvcr.drift.shapes import format_of, kind_of
from mitmvcr.drift.text import Path, Scalar, scalars, spelled
from mitmvcr.drift.values import is_xml, plain, value_of

_TEXT = "utf-8", "surrogateescape"


def grafted(
    old: Response,
    new: Response,
    findings: Collection[Finding],
    volatile: Collection[str],
) -> Response:
    """Return the new answer with the old one's duration, with its headers of the names
    in ``volatile`` (lower case), and with its values wherever there is no finding, if
    the bodies were compared."""
    headers = _headers(old.headers, new.headers, volatile)
    is_other = any(each.rule in OTHER_ANSWER for each in findings)
    body = new.body if is_other else _body(old, new, {each.path for each in findings})
    if body != new.body:
        length = [str(len(body))]
        headers = {
            name: length if name.lower() == "content-length" else each
            for name, each in headers.items()
        }
    is_known = new.content_length == len(new.body)
    return replace(
        new,
        headers=headers,
        body=body,
        content_length=len(body) if is_known else new.content_length,
        duration=old.duration,
        proto=old.proto or new.proto,
        chunks=new.chunks if body == new.body else (),
        turns=new.turns or old.turns,  # who asks again says all at once
    )


def _headers(old: Headers, new: Headers, volatile: Collection[str]) -> Headers:
    """Return the new headers; of volatile ones as many as there were."""
    kept = {n: v for n, v in old.items() if n.lower() in volatile}
    real = {n: v for n, v in new.items() if n.lower() not in volatile}
    return {**real, **kept}


def _body(old: Response, new: Response, changed: Collection[str]) -> bytes:
    way = _way(old, new)
    if way is None:
        return new.body
    coding = all_values(new.headers, "content-encoding")
    bodies = plain(old), plain(new)
    if coding and bodies[1] == new.body:
        coding = ""  # it was undone already
    text = _joined(*bodies, changed, way)
    if text == bodies[1]:
        return new.body
    return codings.packed_as(new.body, text, coding) if coding else text


def _joined(old: bytes, new: bytes, changed: Collection[str], way: "_Way") -> bytes:
    """Return the new text with the old one's values; the new one, where they are not
    both in UTF-8. A byte order mark is no value."""
    mark = codecs.BOM_UTF8 if new.startswith(codecs.BOM_UTF8) else b""
    texts = [each.removeprefix(codecs.BOM_UTF8) for each in (old, new)]
    if any(json.detect_encoding(each) != "utf-8" for each in texts):
        return new
    before, after = (each.decode(*_TEXT) for each in texts)
    return mark + _grafted(before, after, changed, way).encode(*_TEXT)


class _Way(NamedTuple):
    """How a text is taken apart, and which of two scalars are of one kind."""

    scalars: Callable[[str], Iterator[Scalar]]
    are_alike: Callable[[str, str], bool]


def _way(old: Response, new: Response) -> _Way | None:
    """Return how two answers are taken apart; None where they are not."""
    types = [header(each.headers, "Content-Type") for each in (old, new)]
    if value_of(old) is None or value_of(new) is None:
        return None
    found = [
        _JSON if is_json(each) else _XML if is_xml(each) else None for each in types
    ]
    return found[0] if found[0] is found[1] else None


def _grafted(before: str, after: str, changed: Collection[str], way: _Way) -> str:
    known: Mapping[Path, str] = {
        each.path: before[each.start : each.end] for each in way.scalars(before)
    }
    parts, at = [], 0
    for each in way.scalars(after):
        now, was = after[each.start : each.end], known.get(each.path)
        if (
            was is not None
            and way.are_alike(was, now)
            and not _is_found(each.path, changed)
        ):
            parts += [after[at : each.start], was]
            at = each.end
    return "".join([*parts, after[at:]])


def _are_alike(was: str, now: str) -> bool:
    """Return whether two scalars of JSON are of one type and format."""
    one, other = json.loads(was, strict=False), json.loads(now, strict=False)
    if kind_of(one) != kind_of(other):
        return False
    return not isinstance(one, str) or format_of(one) == format_of(other)


def _have_one_format(was: str, now: str) -> bool:
    return format_of(was.strip("\"'")) == format_of(now.strip("\"'"))


_JSON = _Way(scalars, _are_alike)
_XML = _Way(markup.scalars, _have_one_format)


def _is_found(path: Path, changed: Collection[str]) -> bool:
    """Return whether a finding is about this place, or a list in which it is."""
    general = tuple("*" if isinstance(step, int) else step for step in path)
    for length in range(len(path) + 1):
        for each in (path[:length], general[:length]):
            if spelled(each).replace('["*"]', "[*]") in changed:
                return True
    return False
