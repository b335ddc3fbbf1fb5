"""Recordings of Azure's test proxy, and of the test framework of its .NET SDK.

A body of a text type is JSON in place, a text or a list of its lines; any other is in
base64, or a list of parts in it.
"""

import base64
import binascii
from collections.abc import Iterator

from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, from_json

_KNOWN = frozenset(
    {
        *("RequestUri", "RequestMethod", "RequestHeaders", "RequestBody"),
        *("StatusCode", "ResponseHeaders", "ResponseBody"),
    }
)
_TEXT = (
    "text/",
    "json",
    "xml",
    "x-www-form-urlencoded",
    "javascript",
    "multipart/mixed",
)


def read(data: bytes, found: Found) -> None:
    """Read a recording. Raise UnreadableError."""
    whole = from_json(data)
    found.no_place((whole, frozenset({"Entries"})))
    found.collect(whole["Entries"].listed(), _exchanges)


def _exchanges(entry: Tree, found: Found) -> Iterator[Exchange]:
    found.no_place((entry, _KNOWN))
    asked, answered = (entry[f"{side}Headers"].fields() for side in _SIDES)
    yield Exchange(
        method=entry["RequestMethod"].text(),
        url=entry["RequestUri"].text(),
        headers=asked,
        body=_body(entry["RequestBody"], asked),
        code=entry["StatusCode"].number(),
        answer_headers=answered,
        answer=_body(entry["ResponseBody"], answered),
    )


_SIDES = ("Request", "Response")


def _body(body: Tree, headers: Pairs) -> bytes:
    kinds = [value.lower() for name, value in headers if name.lower() == "content-type"]
    is_text = any(form in kind for kind in kinds for form in _TEXT)
    if not body.is_list:
        return _part(body, is_text)
    parts = body.items()
    if all(part.is_text for part in parts):
        return b"".join(_part(part, is_text) for part in parts)
    return body.data()


def _part(part: Tree, is_text: bool) -> bytes:
    if is_text or part.is_map:
        return part.data()
    try:
        return base64.b64decode(part.text(), validate=True)
    except (binascii.Error, ValueError):
        return part.data()  # of no type that is known, and text
