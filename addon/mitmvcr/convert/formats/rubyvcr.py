"""Cassettes of Ruby's VCR, of betamax and of R's vcr, in YAML and JSON.

- VCR 2 and later, and betamax: ``http_interactions``. A body is ``{encoding, string}``,
  the string in UTF-8 whatever the encoding that it had, or ``{base64_string}``.
- R's vcr has a status of its own (``status_code``, and later a number alone), a single
  value for each header, the status line as a header ``status``, and bodies that are
  compressed (``raw_gzip``) or in a file.
- VCR 1: a list of Ruby structs; a method is a symbol, a body a text.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from mitmvcr.codings import CodingError, decoded
from mitmvcr.convert.coded import (
    as_sent,
    from_base64,
    http_date,
    lists,
    moments,
    reason,
    text_of,
    to_base64,
)
from mitmvcr.convert.exchange import Exchange
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, UnreadableError, from_json
from mitmvcr.convert.yamltree import CUT_OFF, to_yaml, whole_from_yaml
from mitmvcr.core.media import parameter
from mitmvcr.core.model import Headers, Interaction, header

#: What all of them write last.
_END = "recorded_with"
_KNOWN = frozenset({"http_interactions", _END})
_OF_ITEM = frozenset({"request", "response", "recorded_with"})
_OF_MESSAGE = frozenset(
    {
        *("method", "uri", "body", "headers", "status", "http_version", "url"),
        *("protocol", "type", "status_code"),
    }
)


def read(data: bytes, found: Found) -> None:
    """Read a cassette. Raise UnreadableError."""
    is_json = data.lstrip()[:1] == b"{"
    whole = from_json(data) if is_json else whole_from_yaml(data, _END)
    items = found.items_of(whole, "http_interactions", _KNOWN)
    has_end = is_json or whole.is_list or not whole[_END].is_none
    if items and not has_end and items[-1].first("recorded_at", _END).is_none:
        raise UnreadableError(CUT_OFF)
    found.collect(items, _exchanges)


def _exchanges(item: Tree, found: Found) -> Iterator[Exchange]:
    request, response = item["request"], item["response"]
    found.no_place((item, _OF_ITEM), (request, _OF_MESSAGE), (response, _OF_MESSAGE))
    status, line, headers = _status(response), "", []
    for name, value in response["headers"].fields():
        if name == "status" and _STATUS_LINE.match(value):
            line = value
        elif name == "status" and line and (taken := _HEADER.fullmatch(value)):
            headers.append((taken[1], taken[2]))
        else:
            headers.append((name, value))
    yield Exchange(
        method=request["method"].text().lstrip(":").upper(),
        url=request["uri"].text(),
        headers=request["headers"].fields(),
        body=_body(request["body"], found),
        code=status.first("code", "status_code").number(),
        reason=status["message"].text() or None,
        answer_headers=headers,
        answer=_body(response["body"], found),
        version=response["http_version"].text(line.partition(" ")[0]),
    )


#: What R's HTTP library takes for a header.
_STATUS_LINE = re.compile(r"HTTP/[0-9.]+ [0-9]{3}")
#: A header that crul puts beside it, as it does with each that has ``HTTP/`` in it.
_HEADER = re.compile(r"([\w-]+): *(.*)")


def _status(response: Tree) -> Tree:
    status = response["status"]
    if status.is_none:  # as betamax had it at first
        return Tree({"code": response["status_code"].value})
    return status if status.is_map else Tree({"code": status.value}, status.place)


def _body(body: Tree, found: Found) -> bytes:
    if not body.is_map:
        return body.data()
    if not (coded := body["base64_string"]).is_none:
        return from_base64(coded)
    if not (packed := body["raw_gzip"]).is_none:
        return _unpacked(packed)
    text = body["string"]
    if body["file"].flag():
        return found.file(text.text())
    if isinstance(text.value, bytes):
        return text.value
    return _encoded(text, body["encoding"].text() or "UTF-8", found)


def _unpacked(packed: Tree) -> bytes:
    """Return a body that R compressed: in zlib's format, which R calls gzip."""
    data = from_base64(packed)
    try:
        return decoded(data, "gzip" if data.startswith(b"\x1f\x8b") else "deflate")
    except CodingError as error:
        raise UnreadableError(str(error), packed.place) from None


_BYTES = ("UTF-8", "ASCII-8BIT", "US-ASCII", "BINARY")


def _encoded(text: Tree, encoding: str, found: Found) -> bytes:
    """Return a body in the encoding that it was in before it became text."""
    if encoding.upper() in _BYTES:
        return text.data()
    try:
        return text.text().encode(encoding)
    except (LookupError, ValueError):  # what is no name at all is a ValueError
        problem = f"is not text in {encoding}, so it is written in UTF-8"
        found.say(text.place, problem)
        return text.data()


# Back


def write(interactions: Sequence[Interaction]) -> bytes:
    """Return a cassette of VCR in YAML, each text quoted: Ruby takes more for other
    types than Python does."""
    items = [
        {
            "request": {
                "method": (each.request.method or "GET").lower(),
                "uri": each.request.url,
                **_message(each.request.body, lists(each.request.headers)),
            },
            "response": {
                "status": {
                    "code": each.response.code,
                    "message": reason(each.response.status),
                },
                **_message(each.response.body, as_sent(each.response)),
                "http_version": _version(each.response.proto),
            },
            "recorded_at": http_date(moment),
        }
        for each, moment in zip(interactions, moments(interactions), strict=True)
    ]
    cassette = {"http_interactions": items, "recorded_with": "VCR 6.2.0"}
    return b"---\n" + to_yaml(cassette, quotes=True)


def _message(body: bytes, headers: Headers) -> dict[str, Any]:
    text = text_of(body)
    if text is None:
        held = {"encoding": "ASCII-8BIT", "base64_string": to_base64(body)}
    else:
        held = {"encoding": "UTF-8", "string": text}
    return {"headers": headers, "body": held}


def _version(proto: str) -> str | None:
    return None if proto in ("", "HTTP/1.1") else proto.removeprefix("HTTP/")


def write_betamax(interactions: Sequence[Interaction]) -> bytes:
    """Return a cassette of betamax in JSON: it reads no YAML."""
    items = [
        {
            "request": {
                "method": each.request.method or "GET",
                "uri": each.request.url,
                **_for_requests(each.request.body, lists(each.request.headers)),
            },
            "response": {
                "status": {
                    "code": each.response.code,
                    "message": reason(each.response.status),
                },
                "url": each.request.url,
                **_for_requests(each.response.body, as_sent(each.response)),
            },
            "recorded_at": f"{moment:%Y-%m-%dT%H:%M:%S}",
        }
        for each, moment in zip(interactions, moments(interactions), strict=True)
    ]
    cassette = {"http_interactions": items, "recorded_with": "betamax/0.9.0"}
    return f"{json.dumps(cassette, indent=2)}\n".encode()


def _for_requests(body: bytes, headers: Headers) -> dict[str, Any]:
    """Return a message's headers and its body, with the encoding in which requests is
    to read it as text."""
    charset = parameter(header(headers, "Content-Type"), "charset").lower() or None
    text = text_of(body)
    if text is None or charset not in (None, "utf-8"):
        held = {"encoding": charset, "base64_string": to_base64(body)}
    else:
        held = {"encoding": "utf-8", "string": text}
    return {"headers": headers, "body": held}
