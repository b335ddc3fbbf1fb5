"""Recordings of nock: a list of what was asked and answered.

What is binary is in hex, and an answer in a content coding is a list of parts in hex.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from mitmvcr.convert.coded import PORTS
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found, placed
from mitmvcr.convert.tree import Tree, from_json

_KNOWN = frozenset(
    {
        *("scope", "method", "path", "body", "status", "response", "rawHeaders"),
        *("headers", "reqheaders", "responseIsBinary"),
    }
)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")


def read(data: bytes, found: Found) -> None:
    """Read a recording. Raise UnreadableError."""
    found.collect(placed(from_json(data).items()), _exchanges)


def _exchanges(item: Tree, found: Found) -> Iterator[Exchange]:
    found.no_place((item, _KNOWN))
    headers = _headers(item.first("rawHeaders", "headers"))
    yield Exchange(
        method=item["method"].text("GET"),
        url=f"{_origin(item['scope'].text())}{item['path'].text()}",
        headers=_headers(item["reqheaders"]),
        body=item["body"].data(),
        code=item["status"].number(200),
        answer_headers=headers,
        answer=_answer(item, headers),
    )


def _origin(scope: str) -> str:
    """Return an origin without the port that everybody leaves out."""
    parts = urlsplit(scope)
    if parts.hostname and parts.port == PORTS.get(parts.scheme):
        return f"{parts.scheme}://{parts.netloc.rpartition(':')[0]}"
    return scope


def _headers(tree: Tree) -> Pairs:
    if tree.is_list:
        texts = [each.text() for each in tree.items()]
        return list(zip(texts[::2], texts[1::2], strict=False))
    return [(n, each.text()) for n, values in tree.pairs() for each in values.each()]


def _answer(item: Tree, headers: Pairs) -> bytes:
    response = item["response"]
    is_coded = any(name.lower() == "content-encoding" for name, _ in headers)
    if response.is_list and is_coded:
        parts = [each.text() for each in response.items() if each.is_text]
        if len(parts) == len(response.items()) and all(map(_HEX.fullmatch, parts)):
            return bytes.fromhex("".join(parts))
    if item["responseIsBinary"].flag() and _HEX.fullmatch(response.text()):
        return bytes.fromhex(response.text())
    return response.data()
