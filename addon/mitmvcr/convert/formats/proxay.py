"""Tapes of Proxay: a list in YAML.

It stands in front of one origin, which a tape does not name: its requests are to Proxay
itself. A text stands without its content coding, anything else as it came, in base64.
"""

from collections.abc import Iterator

from mitmvcr.convert.coded import as_coded, from_base64
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, UnreadableError
from mitmvcr.convert.yamltree import CUT_OFF, whole_from_yaml

_OF_ITEM = frozenset({"request", "response"})
_OF_REQUEST = frozenset({"method", "path", "headers", "body"})
_OF_RESPONSE = frozenset({"status", "headers", "body"})


def read(data: bytes, found: Found) -> None:
    """Read a tape. Raise UnreadableError."""
    known = frozenset({"http_interactions"})
    items = found.items_of(whole_from_yaml(data), "http_interactions", known)
    if items and items[-1]["response"]["body"].is_none:  # what is written last
        raise UnreadableError(CUT_OFF)
    found.collect(items, _exchanges)


def _exchanges(item: Tree, found: Found) -> Iterator[Exchange]:
    request, response = item["request"], item["response"]
    found.no_place((item, _OF_ITEM), (request, _OF_REQUEST), (response, _OF_RESPONSE))
    headers = request["headers"].fields()
    body = _body(request["body"])
    yield Exchange(
        method=request["method"].text(),
        url=found.origin(_asked_of(headers)) + request["path"].text(),
        headers=headers,
        body=as_coded(body, headers) if _is_undone(request["body"]) else body,
        code=response["status"]["code"].number(),
        answer_headers=response["headers"].fields(),
        answer=_body(response["body"]),
        is_decoded=_is_undone(response["body"]),
    )


def _asked_of(headers: Pairs) -> str:
    hosts = [value for name, value in headers if name.lower() == "host"]
    return f"http://{hosts[0]}" if hosts else ""


def _body(body: Tree) -> bytes:
    is_coded = body["encoding"].text() == "base64"
    return from_base64(body["data"]) if is_coded else body["data"].data()


def _is_undone(body: Tree) -> bool:
    return body["compression"].text("none") != "none"
