"""Cassettes of vcrpy, in YAML and JSON, as all its releases wrote them.

- 0.x: a list; a request is a pickled object with ``host``, ``port``, ``protocol`` and
  ``path``, and its headers are a frozenset of tuples.
- 1.x and later: ``interactions`` and ``version: 1``; a request has a ``uri``; headers
  have one value or a list; a body is text, ``!!binary``, a pickled file or iterator.
  A response's body is ``{string: ...}``; older ones have ``{base64_string: ...}`` or no
  mapping at all.
- pytest-recording, and serializers of others', write a JSON body as ``parsed_body``.
- Betamax of Java writes the like, with each name once and the values joined, and
  text as what it means.
- The stubs of httpx once wrote ``content`` and ``http_version`` and a bare
  ``status_code``; Tornado's, ``url``.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from mitmvcr.convert.coded import (
    COOKIES,
    as_sent,
    from_base64,
    in_charset,
    lists,
    reason,
    url_of,
)
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, from_json
from mitmvcr.convert.yamltree import to_yaml, whole_from_yaml
from mitmvcr.core.model import Headers, Interaction, Request

_KNOWN = frozenset({"interactions", "version"})
_OF_ITEM = frozenset({"request", "response"})
_OF_REQUEST = frozenset(
    {
        *("method", "uri", "body", "headers", "parsed_body"),
        *("host", "path", "port", "protocol", "url"),
    }
)
_OF_RESPONSE = frozenset(
    {
        *("status", "headers", "body", "url", "protocol", "version"),
        *("status_code", "content", "http_version", "reason"),
    }
)


def read(data: bytes, found: Found) -> None:
    """Read a cassette. Raise UnreadableError."""
    whole = (
        from_json(data)
        if data.lstrip()[:1] in (b"{", b"[")
        else whole_from_yaml(data, "version")
    )
    items = found.items_of(whole, "interactions", _KNOWN)
    found.collect(items, _exchanges)


def _exchanges(item: Tree, found: Found) -> Iterator[Exchange]:
    request, response = item["request"], item["response"]
    found.no_place(
        (item, _OF_ITEM),
        (request, _OF_REQUEST),
        (response, _OF_RESPONSE),
    )
    code, words = _status(response)
    headers: Pairs = _headers(request["headers"])
    answer_headers: Pairs = _headers(response["headers"])
    body, (answer, is_decoded) = _body(request), _answer(response)
    if not item["recorded"].is_none:  # a tape
        body = _in_charset(request, headers, body)
        answer = _in_charset(response, answer_headers, answer)
        answer_headers = _apart(answer_headers)
    yield Exchange(
        method=request["method"].text(),
        url=_uri(request),
        headers=headers,
        body=body,
        code=code,
        reason=words,
        answer_headers=answer_headers,
        answer=answer,
        version=response.first("http_version", "protocol").text(),
        is_decoded=is_decoded,
    )


def _uri(request: Tree) -> str:
    if not (uri := request.first("uri", "url")).is_none:
        return uri.text()
    scheme, host = request["protocol"].text(), request["host"].text()
    return url_of(scheme, host, request["port"], request["path"].text())


def _headers(tree: Tree) -> list[tuple[str, str]]:
    """Return headers: a mapping to values or lists, or a list of pairs, or of lists of
    them."""
    if tree.is_list:
        return [pair for item in tree.items() for pair in _pair(item)]
    return [
        (name, each.text()) for name, value in tree.pairs() for each in _flat(value)
    ]


def _apart(pairs: Pairs) -> Pairs:
    """Return headers with each cookie apart, which alone are no list."""
    return [
        (name, value)
        for name, joined in pairs
        for value in (
            COOKIES.split(joined) if name.lower() == "set-cookie" else [joined]
        )
    ]


def _in_charset(message: Tree, headers: Pairs, body: bytes) -> bytes:
    """Return what a tape has as text as it was sent."""
    held = message["body"]
    return in_charset(held, headers) if isinstance(held.value, str) else body


def _pair(item: Tree) -> list[tuple[str, str]]:
    parts = item.items()
    if len(parts) == 2 and parts[0].is_text:
        return [(parts[0].text(), each.text()) for each in _flat(parts[1])]
    return [pair for part in parts for pair in _pair(part)]


def _flat(value: Tree) -> list[Tree]:
    """Return the values of a header: it once could hold a list in a list."""
    return [each for part in value.each() for each in part.each()]


def _body(message: Tree) -> bytes:
    """Return a body, and JSON as the library that wrote it would have sent it."""
    if not (parsed := message["parsed_body"]).is_none:
        return parsed.json()
    body = message["body"]
    if body.is_map:
        return _wrapped(body)
    return b"".join(part.data() for part in body.each())


def _wrapped(body: Tree) -> bytes:
    if not (coded := body["base64_string"]).is_none:
        return from_base64(coded)
    if not (parsed := body["parsed_body"]).is_none:
        return parsed.json()
    if body["string"].is_none and body.names() not in ([], ["string"]):
        return body.data()  # JSON in the body's own place
    return b"".join(part.data() for part in body["string"].each())


def _answer(response: Tree) -> tuple[bytes, bool]:
    """Return the body, and whether its coding was undone."""
    if not (content := response["content"]).is_none:
        return content.data(), True
    body = response["body"]
    is_parsed = not response["parsed_body"].is_none
    if body.is_map and not is_parsed:
        is_parsed = not body["parsed_body"].is_none
    return _body(response), is_parsed


def _status(response: Tree) -> tuple[int, str | None]:
    status = response["status"]
    if status.is_map:
        code, words = status["code"], status["message"]
    else:
        code, words = response.first("status_code", "status"), response["reason"]
    return code.number(), None if words.is_none else words.text()


# Back


def write(interactions: Sequence[Interaction]) -> bytes:
    """Return a cassette in YAML, as vcrpy itself lays it out."""
    return to_yaml(_cassette(interactions, binary=lambda body: body))


def write_json(interactions: Sequence[Interaction]) -> bytes:
    """Return a cassette in JSON, which has no place for bytes that are not UTF-8."""
    tree = _cassette(interactions, binary=lambda body: body.decode("utf-8", "replace"))
    return f"{json.dumps(tree, indent=4)}\n".encode()


def _cassette(interactions: Sequence[Interaction], binary: Any) -> dict[str, Any]:
    items = [
        {
            "request": {
                "body": _sent(each.request, binary),
                "headers": lists(each.request.headers),
                "method": each.request.method or "GET",
                "uri": each.request.url,
            },
            "response": {
                "body": {"string": _text(each.response.body, binary)},
                "headers": as_sent(each.response),
                "status": {
                    "code": each.response.code,
                    "message": reason(each.response.status),
                },
            },
        }
        for each in interactions
    ]
    return {"interactions": items, "version": 1}


def _sent(request: Request, binary: Any) -> Any:
    """Return a body as vcrpy keeps it: its matcher ``body`` tells none from an empty
    one, which is what its stub of httpx keeps for none."""
    if request.body or _is_of_httpx(request.headers):
        return _text(request.body, binary)
    return None


def _is_of_httpx(headers: Headers) -> bool:
    """Say whether httpx sent these headers, or one of the SDKs that stand on it."""
    agents = headers.get("User-Agent", [])
    languages = headers.get("X-Stainless-Lang", [])
    return any(each.startswith("python-httpx") for each in agents) or languages == [
        "python"
    ]


def _text(body: bytes, binary: Any) -> Any:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return binary(body)
