"""An HTTP archive (HAR 1.2) of a cassette, as a browser's tools import it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from mitmvcr import __version__
from mitmvcr.codings import decoded_or_same
from mitmvcr.convert.coded import (
    as_sent,
    moments,
    path_of,
    reason,
    text_of,
    to_base64,
)
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import (
    Headers,
    Interaction,
    Request,
    Response,
    all_values,
    header,
)

#: Those that have no answer, as browsers have them; others have what came of it.
FAILURES = frozenset({"refused", "reset", "timeout"})
_OPCODES = {"text": 1, "binary": 2, "close": 8}


def write(interactions: Sequence[Interaction]) -> bytes:
    """Return an archive. When each exchange was is taken from its ``Date``: a cassette
    does not hold it."""
    log = {
        "version": "1.2",
        "creator": {"name": "mitmvcr", "version": __version__},
        "pages": [],
        "entries": list(map(_entry, interactions, moments(interactions))),
    }
    return f"{json.dumps({'log': log}, indent=2)}\n".encode()


def _entry(each: Interaction, began: datetime) -> dict[str, Any]:
    request, response = each.request, each.response
    wait = response.duration / 1e6
    receive = (response.lasted - response.duration) / 1e6
    entry: dict[str, Any] = {
        "startedDateTime": began.isoformat(timespec="milliseconds"),
        "time": wait + receive,
        "request": _request(request, response.proto),
        "response": _response(response),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": receive},
    }
    if response.failure in FAILURES:
        entry["_error"] = response.failure
    if response.websocket:
        start = began + timedelta(microseconds=response.duration / 1000)
        entry["_resourceType"] = "websocket"
        entry["_webSocketMessages"] = [_message(f, start) for f in response.websocket]
    return entry


def _request(request: Request, proto: str) -> dict[str, Any]:
    query = path_of(request.url).partition("?")[2].partition("#")[0]
    found: dict[str, Any] = {
        "method": request.method or "GET",
        "url": request.url,
        "httpVersion": proto or "HTTP/1.1",
        "cookies": [],
        "headers": _headers(request.headers),
        "queryString": _named(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        kind = header(request.headers, "Content-Type")
        found["postData"] = {"mimeType": kind, **_text(request.body)}
    return found


def _response(response: Response) -> dict[str, Any]:
    sent, kind = response.body, header(response.headers, "Content-Type")
    named = all_values(response.headers, "content-encoding")
    body = decoded_or_same(sent, named)  # no browser decodes what it imports
    return {
        "status": 0 if response.failure in FAILURES else response.code,
        "statusText": reason(response.status),
        "httpVersion": response.proto or "HTTP/1.1",
        "cookies": [],
        "headers": _headers(as_sent(response)),
        "content": {"size": len(body), "mimeType": kind, **_text(body)},
        "redirectURL": header(response.headers, "Location"),
        "headersSize": -1,
        "bodySize": len(sent),
    }


def _text(body: bytes) -> dict[str, str]:
    if (text := text_of(body)) is not None:
        return {"text": text}
    return {"text": to_base64(body), "encoding": "base64"}


def _headers(headers: Headers) -> list[dict[str, str]]:
    return _named([(n, value) for n, values in headers.items() for value in values])


def _named(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _message(frame: Frame, start: datetime) -> dict[str, Any]:
    is_binary = frame.kind == "binary"
    content = frame.content
    data = to_base64(content) if is_binary else content.decode("utf-8", "replace")
    return {
        "type": "send" if frame.from_client else "receive",
        "time": start.timestamp() + frame.at / 1e9,
        "opcode": _OPCODES[frame.kind],
        "data": data,
    }
