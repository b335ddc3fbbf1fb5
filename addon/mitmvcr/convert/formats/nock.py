"""Recordings of nock: a list of what was asked and answered.

What is JSON is kept as what it means, in a text too, so that the text "a" may stand for
itself or for JSON's. What is binary is in hex, and an answer in a content coding is a
list of parts in hex.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from mitmvcr.convert.coded import PORTS, as_meant, is_text, text_of
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, from_json

_KNOWN = frozenset(
    {
        *("scope", "method", "path", "body", "status", "response", "rawHeaders"),
        *("headers", "reqheaders", "responseIsBinary"),
    }
)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
_HEX_OF_BYTES = re.compile(r"(?:[0-9a-f]{2})+")


def read(data: bytes, found: Found) -> None:
    """Read a recording. Raise UnreadableError."""
    found.collect(from_json(data).listed(), _exchanges)


def _exchanges(item: Tree, found: Found) -> Iterator[Exchange]:
    found.no_place((item, _KNOWN))
    method, asked = item["method"].text("GET").upper(), _headers(item["reqheaders"])
    headers = _headers(item.first("rawHeaders", "headers"))
    yield Exchange(
        method=method,
        url=f"{_origin(item['scope'].text())}{item['path'].text()}",
        headers=asked,
        body=_body(item, asked),
        code=item["status"].number(200),
        answer_headers=headers,
        answer=_answer(item, method, headers),
    )


def _origin(scope: str) -> str:
    """Return an origin without the port that everybody leaves out."""
    with suppress(ValueError):  # it is no URL, and is told to be none
        parts = urlsplit(scope)
        if parts.hostname and parts.port == PORTS.get(parts.scheme):
            return f"{parts.scheme}://{parts.netloc.rpartition(':')[0]}"
    return scope


def _headers(tree: Tree) -> Pairs:
    if tree.is_list:
        texts = [each.text() for each in tree.items()]
        return list(zip(texts[::2], texts[1::2], strict=False))
    return [(n, each.text()) for n, values in tree.pairs() for each in values.each()]


def _body(item: Tree, headers: Pairs) -> bytes:
    if "body" not in item.names():
        return b""
    data = _from_hex(item["body"], headers)
    return as_meant(item["body"], headers) if data is None else data


def _from_hex(body: Tree, headers: Pairs) -> bytes | None:
    """Return the bytes that stand in hex, which nothing says but that they are no text;
    None where the hex is what was sent."""
    if not (body.is_text and _HEX_OF_BYTES.fullmatch(body.text())):
        return None
    data = bytes.fromhex(body.text())
    stated = {name.lower(): value for name, value in headers}
    length = stated.get("content-length")
    if text_of(data) is not None or length == f"{len(body.text())}":
        return None
    is_sure = length == f"{len(data)}" or "content-encoding" in stated
    return data if is_sure or not is_text(stated.get("content-type", "")) else None


def _answer(item: Tree, method: str, headers: Pairs) -> bytes:
    if method == "HEAD" or "response" not in item.names():
        return b""
    response = item["response"]
    is_coded = any(name.lower() == "content-encoding" for name, _ in headers)
    if response.is_list and is_coded:
        parts = [each.text() for each in response.items() if each.is_text]
        if len(parts) == len(response.items()) and all(map(_HEX.fullmatch, parts)):
            return bytes.fromhex("".join(parts))
    if item["responseIsBinary"].flag():
        is_hex = _HEX.fullmatch(response.text())
        return bytes.fromhex(response.text()) if is_hex else response.data()
    return as_meant(response, headers)
