"""Recordings of google/test-server: a file of JSON for each test.

A body is the list of its segments: JSON in place, or text; those of an event stream are
the data of its events.
"""

from collections.abc import Iterator

from mitmvcr.convert.coded import url_of
from mitmvcr.convert.exchange import Exchange
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, from_json

_OF_FILE = frozenset({"recordID", "interactions"})
_OF_ITEM = frozenset({"request", "response", "shaSum"})
_OF_REQUEST = frozenset(
    {
        *("method", "url", "request", "headers", "bodySegments", "previousRequest"),
        *("serverAddress", "port", "protocol"),
    }
)
_OF_RESPONSE = frozenset(
    {"statusCode", "headers", "bodySegments", "sdkResponseSegments"}
)


def read(data: bytes, found: Found) -> None:
    """Read a recording. Raise UnreadableError."""
    whole = from_json(data)
    found.no_place((whole, _OF_FILE))
    found.collect(whole["interactions"].listed(), _exchanges)


def _exchanges(item: Tree, found: Found) -> Iterator[Exchange]:
    request, response = item["request"], item["response"]
    found.no_place(
        (item, _OF_ITEM),
        (request, _OF_REQUEST),
        (response, _OF_RESPONSE),
    )
    yield Exchange(
        method=request["method"].text(),
        url=_url(request),
        headers=request["headers"].fields(),
        body=_body(request),
        code=response["statusCode"].number(),
        answer_headers=response["headers"].fields(),
        answer=_body(response),
    )


def _url(request: Tree) -> str:
    path = request["url"].text()
    if "://" in path:
        return path
    scheme, host = request["protocol"].text("https"), request["serverAddress"].text()
    return url_of(scheme, host, request["port"], path)


def _body(message: Tree) -> bytes:
    segments = [each for each in message["bodySegments"].items() if not each.is_none]
    kinds = [v for name, v in message["headers"].fields() if name == "Content-Type"]
    if any("event-stream" in kind for kind in kinds):
        return b"".join(b"data: %b\r\n\r\n" % each.data() for each in segments)
    return b"".join(each.data() for each in segments)
