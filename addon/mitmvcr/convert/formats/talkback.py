"""Tapes of talkback: a file of JSON5 for each exchange.

A body that people can read stands in its place, as a text or as JSON, without its
content coding; any other is in base64.
"""

import json
import re
from collections.abc import Iterator

from mitmvcr.convert.coded import as_coded, as_meant, from_base64
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, UnreadableError, from_json, raw_of

_OF_TAPE = frozenset({"meta", "req", "res"})
_FLAGS = ("HumanReadable", "Uncompressed")
_OF_META = frozenset(
    {"createdAt", "host", *(side + flag for side in ("req", "res") for flag in _FLAGS)}
)
_OF_REQUEST = frozenset({"method", "url", "headers", "body"})
_OF_RESPONSE = frozenset({"status", "headers", "body"})

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]]))
    |(?P<text>'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")
    |(?P<name>[\w$]+)(?=\s*:)
    |(?P<rest>[{}\[\]:,]|[-+.\w]+)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_ESCAPED = {
    **{"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"},
    **dict.fromkeys(("\n", "\r", "\r\n", "\u2028", "\u2029"), ""),
}


def read(data: bytes, found: Found) -> None:
    """Read a tape. Raise UnreadableError."""
    found.collect([_from_json5(data)], _exchanges)


def _exchanges(tape: Tree, found: Found) -> Iterator[Exchange]:
    meta, request, response = tape["meta"], tape["req"], tape["res"]
    found.no_place(
        (tape, _OF_TAPE),
        (meta, _OF_META),
        (request, _OF_REQUEST),
        (response, _OF_RESPONSE),
    )
    headers, answered = request["headers"].fields(), response["headers"].fields()
    body = _body(request, meta["reqHumanReadable"], headers)
    yield Exchange(
        method=request["method"].text(),
        url=meta["host"].text().rstrip("/") + request["url"].text(),
        headers=headers,
        body=as_coded(body, headers) if meta["reqUncompressed"].flag() else body,
        code=response["status"].number(),
        answer_headers=answered,
        answer=_body(response, meta["resHumanReadable"], answered),
        is_decoded=meta["resUncompressed"].flag(),
    )


def _body(message: Tree, is_readable: Tree, headers: Pairs) -> bytes:
    body = message["body"]
    if is_readable.flag() and "body" in message.names():
        return as_meant(body, headers)
    return from_base64(body) if body.is_text else body.data()


def _from_json5(data: bytes) -> Tree:
    """Read JSON5, as far as it is written by its own library, or is like that. Raise
    UnreadableError."""
    text, at, parts = data.decode("utf-8-sig", "surrogateescape"), 0, list[str]()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            line = text.count("\n", 0, at) + 1
            raise UnreadableError(f"is not complete JSON5: line {line}")
        at = token.end()
        if token["text"]:
            parts.append(json.dumps(_unescaped(token["text"][1:-1])))
        elif token["name"]:
            parts.append(json.dumps(token["name"]))
        else:  # a fault is told by its line
            parts.append(token["rest"] or "\n" * token[0].count("\n"))
    return from_json(raw_of("".join(parts)))


def _unescaped(text: str) -> str:
    def meant(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])

    return _ESCAPE.sub(meant, text)
