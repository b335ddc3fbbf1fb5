"""Simulations of Hoverfly, of schema 1 to 5.

A field of a request is ``[{matcher, value}]`` from schema 5 on, ``{exactMatch}``
before, and a plain text in schema 1. What is not exact is noted.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, unquote_to_bytes

from mitmvcr import __version__
from mitmvcr.convert.coded import (
    form_of,
    from_base64,
    host_of,
    lists,
    path_of,
    text_of,
    to_base64,
)
from mitmvcr.convert.exchange import Exchange
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, UnreadableError, from_json, raw_of
from mitmvcr.core.model import Interaction

_OF_PAIR = frozenset({"request", "response"})
_OF_REQUEST = frozenset(
    {
        *("path", "method", "destination", "scheme", "body", "query", "headers"),
        *("headersWithMatchers", "queriesWithMatchers", "requestType"),
    }
)
_OF_RESPONSE = frozenset(
    {"status", "body", "encodedBody", "headers", "bodyFile", "fixedDelay"}
)
_EXACT = ("exact", "exactMatch", "")
#: They have the whole body, and do not mind how it is written.
_WHOLE = (*_EXACT, "json", "jsonMatch", "xml", "xmlMatch")


def read(data: bytes, found: Found) -> None:
    """Read a simulation. Raise UnreadableError."""
    whole = from_json(data)["data"]
    found.no_place((Tree(whole.value), frozenset({"pairs", "globalActions"})))
    for name, actions in whole["globalActions"].pairs():
        if actions:
            found.say(f"globalActions.{name}", "a cassette has no place for it")
    found.collect(whole["pairs"].listed(), _exchanges)


def _exchanges(pair: Tree, found: Found) -> Iterator[Exchange]:
    request, response = pair["request"], pair["response"]
    turns = _turns(request["requiresState"], response["transitionsState"])
    found.no_place(
        (pair, _OF_PAIR),
        (request, _OF_REQUEST | turns),
        (response, _OF_RESPONSE | turns),
    )
    yield Exchange(
        method=_exact(request["method"], found) or "GET",
        url=_url(request, found),
        headers=_headers(request, found),
        body=_body(request["body"], found),
        code=response["status"].number(200),
        answer_headers=[
            (n, each.text())
            for n, values in response["headers"].pairs()
            for each in values.each()
        ],
        answer=_answer(response, found),
        duration=response["fixedDelay"].number() * 1_000_000,
    )


_STATES = frozenset({"requiresState", "transitionsState"})


def _turns(*states: Tree) -> frozenset[str]:
    """Return the names of states where they only say which of equal requests comes
    first: Hoverfly records them in that order, as a cassette has them."""
    names = [name for each in states for name in each.names()]
    are_turns = all(name.startswith("sequence:") for name in names)
    return _STATES if are_turns else frozenset()


def _body(field: Tree, found: Found) -> bytes:
    """Return what a body has to be; of a form its fields, as a client sends them."""
    for matcher in field.each():
        if matcher.is_map and matcher["matcher"].text() == "form":
            return _fields(matcher["value"], found).encode()
    return (_exact(field, found, _WHOLE) or "").encode("utf-8", "surrogateescape")


def _fields(form: Tree, found: Found) -> str:
    pairs = [(name, _values(value, found)) for name, value in form.pairs()]
    return form_of((n, each) for n, v in pairs if v is not None for each in v)


def _values(field: Tree, found: Found) -> list[str] | None:
    """Return the values of a name, which may be there more than once: newer releases
    have a list of them, older ones one text."""
    for matcher in field.each():
        if matcher.is_map and matcher["matcher"].text() == "array":
            for switch in matcher["config"].names():
                if matcher["config"][switch].flag():
                    found.say(field.place, f"also lets others match ({switch})")
            return [each.text() for each in matcher["value"].each()]
    value = _exact(field, found)
    return None if value is None else value.split(";")


def _answer(response: Tree, found: Found) -> bytes:
    if response["bodyFile"]:
        name = response["bodyFile"].text()
        data = found.beside(name)
        if data is None:
            raise UnreadableError(f"{name} is not there", "response.bodyFile")
        return data
    body = response["body"]
    return from_base64(body) if response["encodedBody"].flag() else body.data()


def _exact(field: Tree, found: Found, accepted: tuple[str, ...] = _EXACT) -> str | None:
    """Return the value that a field wants, or None, noted where it wants no certain
    one."""
    if field.is_none:
        return None
    wanted = [each for matcher in field.each() for each in _matchers(matcher)]
    for kind, value in wanted:
        if kind in accepted or (kind.startswith("glob") and "*" not in value.text()):
            return value.data().decode("utf-8", "surrogateescape")
    kinds = ", ".join(kind for kind, _ in wanted)
    found.say(field.place, f"is not exact ({kinds}), so it is not kept")
    return None


def _matchers(matcher: Tree) -> list[tuple[str, Tree]]:
    if not matcher.is_map:
        return [("", matcher)]
    if not matcher["value"].is_none:
        return [(matcher["matcher"].text(), matcher["value"])]
    return [(name, value) for name, value in matcher.pairs() if not value.is_none]


def _url(request: Tree, found: Found) -> str:
    path = _exact(request["path"], found)
    if path is None:
        raise UnreadableError("names no path, and a cassette has one", "request.path")
    host, scheme = (_exact(request[name], found) for name in ("destination", "scheme"))
    origin = found.origin() if host is None else f"{scheme or 'http'}://{host}"
    query = _query(request, found)
    return f"{origin}{_escaped(path)}{f'?{query}' if query else ''}"


_SAFE = "/:@!$&'()*+,;=~"
#: What Go leaves as it is, and writes a path in that differs from what it would write.
_SAFE_IN_GO = "/:@$&+,;=~"
_HAS_ESCAPES = re.compile(r"(?=.*%)(?:[!-$&-~]|%[0-9A-Fa-f]{2})+").fullmatch


def _is_gos(path: str) -> bool:
    """Return whether Go writes a path so: it keeps it without its escapes then, and as
    it came otherwise."""
    return quote(unquote_to_bytes(path), safe=_SAFE_IN_GO) == path


def _escaped(path: str) -> str:
    if _HAS_ESCAPES(path) and not _is_gos(path):
        return path
    return quote(raw_of(path), safe=_SAFE)


def _unescaped(path: str) -> str:
    return unquote(path, errors="surrogateescape") if _is_gos(path) else path


def _query(request: Tree, found: Found) -> str:
    query = request.first("query", "queriesWithMatchers")
    if not query.is_map or "exactMatch" in query.names():
        return _exact(query, found) or ""
    return _fields(query, found)


def _headers(request: Tree, found: Found) -> list[tuple[str, str]]:
    headers = request.first("headersWithMatchers", "headers")
    pairs = [(name, _exact(value, found)) for name, value in headers.pairs()]
    return [(name, value) for name, value in pairs if value is not None]


# Back


def write(interactions: Sequence[Interaction]) -> bytes:
    """Return a simulation of schema 5.2. Equal requests become a sequence, whose last
    answer goes on."""
    requests = [_request(each) for each in interactions]
    keys = [json.dumps(each, sort_keys=True) for each in requests]
    counts, met, names = Counter(keys), Counter[str](), dict[str, str]()
    pairs = []
    for key, request, each in zip(keys, requests, interactions, strict=True):
        response = _response(each)
        if counts[key] > 1:
            name = names.setdefault(key, f"sequence:{len(names) + 1}")
            met[key] += 1
            request["requiresState"] = {name: f"{met[key]}"}
            if met[key] < counts[key]:
                response["transitionsState"] = {name: f"{met[key] + 1}"}
        pairs.append({"request": request, "response": response})
    actions: dict[str, list[object]] = {"delays": [], "delaysLogNormal": []}
    whole = {
        "data": {"pairs": pairs, "globalActions": actions},
        "meta": {"schemaVersion": "v5.2", "hoverflyVersion": f"mitmvcr {__version__}"},
    }
    return f"{json.dumps(whole, indent=2)}\n".encode()


def _wants(value: str) -> list[dict[str, str]]:
    return [{"matcher": "exact", "value": value}]


def _request(each: Interaction) -> dict[str, Any]:
    request = each.request
    path, _, query = path_of(request.url).partition("?")
    values: dict[str, list[str]] = {}
    parameters = query.partition("#")[0]
    for name, value in parse_qsl(
        parameters, keep_blank_values=True, errors="surrogateescape"
    ):
        values.setdefault(name, []).append(value)
    return {
        "path": _wants(_unescaped(path)),
        "method": _wants(request.method or "GET"),
        "scheme": _wants(request.url.partition("://")[0]),
        "destination": _wants(host_of(request.url)),
        "body": _wants(request.body.decode("utf-8", "replace")),
        # Without it any parameters would do.
        "query": {n: _wants(";".join(v)) for n, v in values.items()},
    }


def _response(each: Interaction) -> dict[str, Any]:
    response = each.response
    text = text_of(response.body)
    return {
        "status": response.code,
        "body": to_base64(response.body) if text is None else text,
        "encodedBody": text is None,
        "headers": lists(response.headers),
        "templated": False,
    }
