"""Fill a request: where a recorded one has a blank, such as a placeholder, and the live
one has a value, the blank is put in its place."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from mitmvcr.core.bodies import (
    canonical_xml,
    closed,
    ending,
    field_name,
    frame_messages,
    framed,
    held_field,
    in_one_order,
    json_bytes,
    json_texts,
    json_value,
    multipart_parts,
    tagged_fields,
)
from mitmvcr.core.deck.coded import Coded
from mitmvcr.core.matching import url_host
from mitmvcr.core.media import (
    FORM,
    JSON,
    PROTOBUF,
    holds_json,
    is_framed,
    is_protobuf,
    media_kind,
    parameter,
)
from mitmvcr.core.model import Headers, Request, header
from mitmvcr.core.urls import url_parts

#: Matches the live texts that a recorded text with a blank stands for.
Blank = re.Pattern[str] | Coded
#: Returns the blank of a recorded text; None if it has none.
FindBlank = Callable[[str], Blank | None]
Part = tuple[Headers, bytes]
#: Matches any value of a variable.
ANY = r"\S*"
#: In bytes: longer bodies are not filled.
LONGEST = 1 << 20
_TEXT = "utf-8", "surrogateescape"


def _may_be_absent(recorded: object, blank: FindBlank) -> bool:
    """Return whether a recorded value is a variable's, which may be unset here."""
    pattern = blank(recorded) if isinstance(recorded, str) else None
    return pattern is not None and ANY in pattern.pattern


def _filled(asked: str, recorded: str, blank: FindBlank) -> str:
    pattern = blank(recorded)
    return recorded if pattern and pattern.fullmatch(asked) else asked


def _filled_raw(asked: bytes, recorded: bytes, blank: FindBlank) -> bytes:
    texts = asked.decode(*_TEXT), recorded.decode(*_TEXT)
    return _filled(*texts, blank).encode(*_TEXT)


def filled_url(asked: str, recorded: str, blank: FindBlank) -> str:
    """Return a URL with the blanks of the recorded one."""
    ours, theirs = url_parts(asked), url_parts(recorded)
    if ours is None or theirs is None:
        return asked
    origin = _filled(ours.origin, theirs.origin, blank)
    if url_host(origin) != url_host(theirs.origin):
        return asked
    steps = ours.path.split("/"), theirs.path.split("/")
    path = ours.path
    if len(steps[0]) == len(steps[1]):
        pairs = zip(*steps, strict=True)
        path = "/".join(_filled(one, other, blank) for one, other in pairs)
    query = _filled_query(ours.query, theirs.query, blank)
    return origin + path + query + ours.fragment


def _filled_query(asked: str, recorded: str, blank: FindBlank) -> str:
    """Return a query with the blank parameters of the recorded one in their places,
    even those that it lacks."""
    left = asked[1:].split("&") if asked[1:] else []
    found: list[str] = []
    for piece in recorded[1:].split("&"):
        same = next((p for p in left if _name(p) == _name(piece)), None)
        if same is not None:
            found += left[: left.index(same)]
            left = left[left.index(same) + 1 :]
            found.append(_filled_parameter(same, piece, blank))
        elif _may_be_absent(piece, blank):
            found.append(piece)
    return "?" + "&".join([*found, *left]) if found or left else asked


def _filled_parameter(asked: str, recorded: str, blank: FindBlank) -> str:
    text = asked if "=" in asked else asked + "="
    filled = _filled(text, recorded, blank)
    if filled != text:
        return filled
    with suppress(ValueError, RecursionError):
        return _filled_json(text, recorded, blank) if blank(recorded) else asked
    return asked


def _filled_json(asked: str, recorded: str, blank: FindBlank) -> str:
    """Return a parameter or a field that is JSON. Raise ValueError for another."""
    name, mark, own = asked.partition("=")
    ours, theirs = (
        json_value(unquote_to_bytes(text.replace("+", " ")), "")
        for text in (own, recorded.partition("=")[2])
    )
    filled = json_bytes(closed(_filled_value(ours, theirs, blank)))
    return name + mark + quote(filled, safe="[]:")  # placeholders are known as they are


def _name(piece: str) -> str:
    return piece.partition("=")[0]


# Bodies


def filled_body(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    """Return a body with the blanks of the recorded one: by place in JSON, lines of
    JSON, forms, multiparts and protobuf; else if everything around them is equal."""
    if max(len(asked.body), len(recorded.body)) > LONGEST:
        return asked.body
    for way in (_frames, _protobuf, _json, _lines, _form, _multipart, _xml):
        with suppress(ValueError, RecursionError):
            return way(asked, recorded, blank)
    return _filled_raw(asked.body, recorded.body, blank)


def _frames(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    media = _media(asked)
    if not is_framed(media):
        raise ValueError("no frames")
    inner = JSON if holds_json(media) else PROTOBUF
    found = []
    for pair in zip(*(frame_messages(r.body) for r in (asked, recorded)), strict=True):
        one, other = (
            Request(body=each.content, headers={"Content-Type": [inner]})
            for each in pair
        )
        found.append(pair[0]._replace(content=filled_body(one, other, blank)))
    return framed(found)


def _protobuf(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    if not is_protobuf(_media(asked)):
        raise ValueError("no protobuf")

    def fill(one: bytes, other: bytes) -> bytes:
        return _filled_raw(one, other, blank)

    return filled_message(asked.body, recorded.body, fill)


def _media(request: Request) -> str:
    return header(request.headers, "Content-Type")


def _json(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    ours, theirs = (json_value(each.body, _media(each)) for each in (asked, recorded))
    return json_bytes(closed(_filled_value(ours, theirs, blank)))


def _filled_value(asked: Any, recorded: Any, blank: FindBlank) -> Any:
    if isinstance(recorded, str) and blank(recorded):
        text = "" if asked is None else asked
        return _filled(text, recorded, blank) if isinstance(text, str) else asked
    if isinstance(asked, dict) and isinstance(recorded, dict):
        for name, value in recorded.items():
            if name not in asked and (same := _same_name(asked, recorded, name, blank)):
                asked[name] = asked.pop(same.string)
            if name in asked or _may_be_absent(value, blank):
                asked[name] = _filled_value(asked.get(name), value, blank)
    elif isinstance(asked, list) and isinstance(recorded, list):
        pairs: Sequence[tuple[Any, Any]] = list(zip(asked, recorded, strict=False))
        asked[: len(pairs)] = [_filled_value(*pair, blank) for pair in pairs]
    return asked


def _same_name(
    asked: dict[str, Any], recorded: dict[str, Any], name: str, blank: FindBlank
) -> re.Match[str] | None:
    """Return the first live name that a recorded name with a blank matches."""
    pattern = blank(name)
    names = (each for each in asked if each not in recorded) if pattern else ()
    return next(filter(None, map(pattern.fullmatch, names)), None) if pattern else None


def _lines(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    (mark, ours), (_, theirs) = (
        json_texts(each.body, _media(each)) for each in (asked, recorded)
    )
    found = []
    for pair in zip(ours, theirs, strict=True):
        one, other = (json_value(each, "json") for each in pair)
        found.append(json_bytes(closed(_filled_value(one, other, blank))))
    if mark != b"\n":
        return b"".join(mark + each for each in found) + ending(asked.body)
    return mark.join(found) + ending(asked.body)


def _form(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    if media_kind(_media(asked)) != FORM:
        raise ValueError("no form")
    ours, theirs = (
        [piece for piece in each.body.decode(*_TEXT).split("&") if piece]
        for each in (asked, recorded)
    )
    held: defaultdict[str, deque[str]] = defaultdict(deque)
    for piece in theirs:
        held[_name(piece)].append(piece)
    found = []
    for piece in ours:  # those of one name in their order
        same = held[_name(piece)]
        found.append(_filled_parameter(piece, same.popleft() if same else piece, blank))
    left = chain.from_iterable(held.values())
    found += [piece for piece in left if _may_be_absent(piece, blank)]
    return "&".join(found).encode(*_TEXT)


def _multipart(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    boundary = parameter(_media(asked), "boundary")
    theirs = _ordered(recorded.body, parameter(_media(recorded), "boundary"))
    ours = _ordered(asked.body, boundary)
    found = [_filled_part(*pair, blank) for pair in zip(ours, theirs, strict=True)]
    if found == ours:
        return asked.body
    mark = b"--" + boundary.encode(*_TEXT)
    pieces = [mark + b"\r\n" + _written_part(*part) for part in found]
    return b"".join([*pieces, mark, b"--\r\n"])


def _ordered(body: bytes, boundary: str) -> list[Part]:
    parts = multipart_parts(body, boundary)
    return list(in_one_order((field_name(part[0]), part) for part in parts))


def _filled_part(asked: Part, recorded: Part, blank: FindBlank) -> Part:
    ours, theirs = (
        Request(body=body, headers=head) for head, body in (asked, recorded)
    )
    if ours.headers.keys() != theirs.headers.keys():
        return asked
    headers = {
        name: [_filled(*pair, blank) for pair in zip(own, other, strict=True)]
        for name, own in ours.headers.items()
        for other in [theirs.headers[name]]
    }
    return headers, filled_body(ours, theirs, blank)


def _written_part(headers: Headers, content: bytes) -> bytes:
    lines = (f"{name}: {each}\r\n" for name, own in headers.items() for each in own)
    return "".join(lines).encode(*_TEXT) + b"\r\n" + content + b"\r\n"


def _xml(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    if not media_kind(_media(asked)).endswith(("/xml", "+xml")):
        raise ValueError("no XML")
    ours, theirs = (canonical_xml(each.body) for each in (asked, recorded))
    filled = _filled_raw(ours, theirs, blank)
    return asked.body if filled == ours else filled


#: Returns the content of a field with the blanks of a recorded one.
Fill = Callable[[bytes, bytes], bytes]


def filled_message(asked: bytes, recorded: bytes, fill: Fill) -> bytes:
    """Return a protobuf message with the blanks of a recorded one, paired by tags. An
    empty field is absent from a message. Raise ValueError if one is not a message."""
    left = tagged_fields(asked)
    found: list[bytes] = []
    for tag, content, raw in tagged_fields(recorded):
        at = next((at for at, each in enumerate(left) if each.tag == tag), None)
        if at is not None:
            found += [each.raw for each in left[:at]]
            _, own, own_raw = left[at]
            left = left[at + 1 :]
            if own is None or content is None:
                found.append(own_raw)
            else:
                found.append(held_field(tag, _filled_field(own, content, fill)))
        elif content is not None and fill(b"", content):
            found.append(raw)
    return b"".join([*found, *(each.raw for each in left)])


def _filled_field(asked: bytes, recorded: bytes, fill: Fill) -> bytes:
    filled = fill(asked, recorded)
    if filled == asked != recorded:
        with suppress(ValueError, RecursionError):
            return filled_message(asked, recorded, fill)
    return filled
