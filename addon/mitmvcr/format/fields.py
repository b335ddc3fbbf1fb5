"""Nodes into an ``Interaction``, field by field, by the rules of go-yaml's decoder.

The rules are those of ``internal/libyaml/constructor.go`` of go.yaml.in/yaml/v4
v4.0.0-rc.6 with go-vcr's structs. Wider on purpose: a ``duration`` may be an integer
(nanoseconds) or ``""``, and a date without quotes is text where text is wanted, as to
v4.0.0 and to Go's libraries before, which that one release alone refuses; and what Ruby
tags ``!binary``, which Go takes for a text, is bytes. Narrower on purpose: merge keys
are refused, and an interaction needs the keys without which it cannot be replayed,
since a file that was cut short lacks them.
"""

import difflib
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from mitmvcr.core.calls import parse_turns, problem_of_turns
from mitmvcr.core.chunks import Chunk, due_times, parse_chunks
from mitmvcr.core.duration import parse_duration
from mitmvcr.core.frames import Frame, parse_frame
from mitmvcr.core.holds import is_until
from mitmvcr.core.jsontext import read_value
from mitmvcr.core.model import Headers, all_values
from mitmvcr.core.wording import shown as quotable
from mitmvcr.format.faults import Fault
from mitmvcr.format.nodes import ListNode, MapNode, Node, Scalar
from mitmvcr.format.resolve import (
    BOOL,
    FLOAT,
    INT,
    MERGE,
    NULL,
    STR,
    YAML_11_BOOLS,
    Resolved,
    Unfit,
    resolve,
    shown,
)

_INT64 = range(-(1 << 63), 1 << 63)
_GZIP, _PARTIAL = b"\x1f\x8b", 206
#: Content codings; of what is in another than gzip it is known only that it is no text.
_GZIPS, _CODINGS = ("gzip", "x-gzip"), ("br", "deflate", "zstd")
_NO_TEXT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\udc80-\udcff]").search
_KINDS = {Scalar: "a single value", ListNode: "a list", MapNode: "a mapping"}
_IN_QUOTES = "text, as it stands in quotes: take them away"
_STATUS = re.compile("([2-9][0-9]{2})(?: |$)").match
#: Of a body in gzip no more is unpacked, and so much at once, to see whether it can be.
_MOST_UNPACKED, _AT_ONCE = 1 << 24, 1 << 16

Converter = Callable[[Node], Any]


def scalar(node: Node) -> Resolved:
    if not isinstance(node, Scalar):
        kind = _KINDS[type(node)]
        remedy = "put it in quotes, 'as this'"
        raise Fault(f"{kind}, where a single value is wanted: {remedy}", node.line)
    try:
        return resolve(node.text, node.tag, quoted=node.quoted)
    except Unfit as error:
        raise Fault(str(error), node.line) from None


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and scalar(node).tag == NULL


def text(node: Node) -> str:
    found = scalar(node)
    return "" if found.tag == NULL else found.text


def body(node: Node) -> bytes:
    return text(node).encode("utf-8", "surrogateescape")


def integer(node: Node) -> int:
    found = scalar(node)
    if found.tag == NULL:
        return 0
    if found.tag in (INT, FLOAT) and (value := _whole(found)) is not None:
        return value
    raise _unfit(found, (INT, FLOAT), "not a whole number of 64 bits", node.line)


def _unfit(found: Resolved, wanted: Collection[str], why: str, line: int) -> Fault:
    is_text = found.tag == STR and resolve(found.text).tag in wanted
    return Fault(f"{shown(found.text)} is {_IN_QUOTES if is_text else why}", line)


def _whole(found: Resolved) -> int | None:
    number = found.number
    if isinstance(number, float) and not number.is_integer():
        return None
    value = int(number or 0)
    return value if value in _INT64 else None


def flag(node: Node) -> bool:
    found = scalar(node)
    if found.tag == NULL:
        return False
    if found.tag == BOOL:
        return bool(found.number)
    if found.tag == STR and found.text in YAML_11_BOOLS:
        return YAML_11_BOOLS[found.text]
    raise _unfit(found, (BOOL,), "neither true nor false", node.line)


def duration(node: Node) -> int:
    found = scalar(node)
    if found.tag != STR:
        return integer(node)
    try:
        return parse_duration(found.text) if found.text else 0
    except ValueError:
        problem = f"{shown(found.text)} is not a duration such as 1.5s or 712ms"
        raise Fault(problem, node.line) from None


def chunks(node: Node) -> tuple[Chunk, ...]:
    try:
        return parse_chunks(text(node))
    except ValueError as error:
        raise Fault(f"not chunks as '0@0s 57@50ms': {error}", node.line) from None


def turns(node: Node) -> tuple[int, ...]:
    try:
        return parse_turns(text(node))
    except ValueError as error:
        raise Fault(f"not turns as '1 1 2 3': {error}", node.line) from None


def frames(node: Node) -> tuple[Frame, ...]:
    try:
        return tuple(map(parse_frame, texts(node)))
    except ValueError as error:
        raise Fault(str(error), node.line) from None


def texts(node: Node) -> tuple[str, ...]:
    """Return a list of texts without its nulls, as go-yaml leaves them out."""
    if is_null(node):
        return ()
    if not isinstance(node, ListNode):
        raise _not_a("list", node)
    return tuple(text(item) for item in node.items if not is_null(item))


def _not_a(kind: str, node: Node) -> Fault:
    if isinstance(node, Scalar) and scalar(node).tag == MERGE:
        return _no_merge(node)  # go-yaml passes over it
    remedy = ": put it on a line of its own, behind `- `" if kind == "list" else ""
    return Fault(f"{_KINDS[type(node)]}, where a {kind} is wanted{remedy}", node.line)


def _no_merge(node: Node) -> Fault:
    problem = "YAML merge keys (<<) are not read: write the values out"
    return Fault(problem, node.line)


def headers(node: Node) -> Headers:
    return {key: named(key, texts, value) for key, value in pairs(node)}


def variables(node: Node) -> Headers:
    return {key: named(key, _items, value) for key, value in pairs(node)}


def _items(node: Node) -> tuple[str, ...]:
    items = texts(node)
    try:
        if items:
            read_value(items)
    except ValueError as error:
        raise Fault(str(error), node.line) from None
    return items


def pairs(node: Node) -> list[tuple[str, Node]]:
    """Return the named values of a mapping, or none where there is a null."""
    if is_null(node):
        return []
    if not isinstance(node, MapNode):
        raise _not_a("mapping", node)
    _refuse_repeats(node)
    spelled = [(name(key), value) for key, value in node.pairs]
    return [(key, value) for key, value in spelled if key is not None]


def strays(node: Node, place: str, known: Collection[str]) -> Iterator[Fault]:
    """Yield the keys that nothing reads and that are spelled nearly as one that is not
    there: what stands under them is lost without a word."""
    values = pairs(node)
    absent = {*known} - {key for key, _ in values}
    for key, value in values:
        if key in known or not absent:
            continue
        for near in difflib.get_close_matches(key.lower(), absent, n=1, cutoff=0.75):
            problem = f"nothing reads this key: does it stand for `{near}`?"
            yield Fault(problem, value.line, f"{place}.{quotable(key)}")


def contradictions(
    request: Mapping[str, Any], response: Mapping[str, Any], line: int
) -> Iterator[Fault]:
    """Yield what is said of an answer that is not so: it may be of another, which was
    edited or cut since."""
    asked, said = request.get("body", b""), response.get("body", b"")
    yield from _opened(response, line)
    code, status = response.get("code", 0), response.get("status", "")
    number = _STATUS(status) if code == 101 or code in range(200, 1000) else None
    if number and int(number[1]) != code:
        problem = f"`{quotable(status)}`, but `code` is {code}, and that is answered"
        yield Fault(problem, line, "response.status")
    if problem := problem_of_turns(response.get("turns", ()), asked, said):
        yield Fault(f"{problem}: record the call anew", line, "response.turns")
    times = response.get("chunks", ())
    if times and due_times(times, len(said)) is None:
        problem = "are of another body, and no replay heeds them: take them out"
        yield Fault(problem, line, "response.chunks")
    until = response.get("until", "")
    if until and not is_until(until):
        problem = f"`{quotable(until)}` is not as `DELETE /mcp` or `3 POST /mcp`"
        yield Fault(problem, line, "response.until")


def _opened(response: Mapping[str, Any], line: int) -> Iterator[Fault]:
    """Yield a body that is said to be in a coding and is not, as one is that somebody
    has made readable; a part of it need not look so."""
    body, headers = response.get("body", b""), response.get("headers", {})
    codings = all_values(headers, "content-encoding").lower().split(",")
    coding = codings[-1].strip()  # the one that was applied last
    is_whole = response.get("code") != _PARTIAL and body
    if is_whole and _is_not_in(coding, body):
        problem = (
            f"is not in {coding}, as Content-Encoding says, and clients cannot unpack"
            " it: if it was made readable, take that header out"
        )
        yield Fault(problem, line, "response.body")
    elif is_whole and coding in _GZIPS and (why := _spoiled(body)):
        problem = f"is gzip that no client can unpack ({why}): record it anew"
        yield Fault(problem, line, "response.body")


def _spoiled(body: bytes) -> str:
    """Return why a body in gzip cannot be unpacked; one that was cut off can be as far
    as it goes."""
    unpacker, rest = zlib.decompressobj(31), body
    try:
        for _ in range(0, _MOST_UNPACKED, _AT_ONCE):
            unpacker.decompress(rest, _AT_ONCE)
            rest = unpacker.unconsumed_tail
    except zlib.error as error:
        return str(error).rpartition(": ")[2]
    return ""


def _is_not_in(coding: str, body: bytes) -> bool:
    if coding in _GZIPS:
        return not body.startswith(_GZIP)
    # Nothing in brotli of one byte is no text.
    is_text = not _NO_TEXT(body.decode("utf-8", "surrogateescape")) and len(body) > 1
    return coding in _CODINGS and is_text


def _refuse_repeats(node: MapNode) -> None:
    seen: set[str] = set()
    for key, _ in node.pairs:
        spelled = key.text if isinstance(key, Scalar) else ""
        if spelled in seen:
            raise Fault(f"{shown(spelled)} is set twice", key.line)
        seen.add(spelled)


def name(key: Node) -> str | None:
    """Return a key's name; None for a null key, which go-yaml passes over."""
    if isinstance(key, Scalar) and key.tag == "!!merge":
        raise _no_merge(key)
    found = scalar(key)
    if found.tag == MERGE:
        raise _no_merge(key)
    return None if found.tag == NULL else text(key)


def named(place: str, convert: Converter, node: Node) -> Any:
    """Convert a field, and put its name before the place of what goes wrong."""
    try:
        return convert(node)
    except Fault as fault:
        fault.field = f"{place}.{fault.field}" if fault.field else place
        raise


_MESSAGE: Mapping[str, Converter] = {
    "proto": text,
    "proto_major": integer,
    "proto_minor": integer,
    "content_length": integer,
    "transfer_encoding": texts,
    "trailer": headers,
    "body": body,
    "headers": headers,
}
REQUEST: Mapping[str, Converter] = {
    **_MESSAGE,
    "host": text,
    "remote_addr": text,
    "request_uri": text,
    "form": headers,
    "identity": text,
    "variables": variables,
    "echoes": texts,
    "url": text,
    "method": text,
}
RESPONSE: Mapping[str, Converter] = {
    **_MESSAGE,
    "uncompressed": flag,
    "status": text,
    "code": integer,
    "duration": duration,
    "chunks": chunks,
    "failure": text,
    "until": text,
    "turns": turns,
    "websocket": frames,
}
