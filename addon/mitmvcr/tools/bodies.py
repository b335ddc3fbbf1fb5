"""A body changed: its coding, lengths, digests and times follow; JSON stays as it is
spelled."""

import codecs
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from mitmvcr.codings import CodingError, decoded, packed_as
from mitmvcr.core.calls import in_turn
from mitmvcr.core.chunks import moved
from mitmvcr.core.jsonpaths import Finder, Steps
from mitmvcr.core.jsontext import TOKEN, blank, laid_out, members, value_at
from mitmvcr.core.media import charset, is_json
from mitmvcr.core.model import Headers, Interaction, Request, Response, header
from mitmvcr.secrets import digests


def _joined(comma: str, colon: str) -> Callable[[str], str]:
    marks = {",": comma, ":": colon}
    return lambda text: "".join(marks.get(each, each) for each in TOKEN.findall(text))


#: How programs write JSON: without blanks, as Python does, in one column.
_STYLES = (_joined(",", ":"), _joined(", ", ": "), laid_out)


def restyled(text: str, like: str) -> str:
    """Return JSON in the style of other JSON, if that has one that is known, and with
    what stands around it."""
    own = like.strip(" \t\r\n")
    start = like[: len(like) - len(like.lstrip(" \t\r\n"))]
    end = like[len(start) + len(own) :]
    text = text.strip(" \t\r\n")
    written = next((style(text) for style in _STYLES if style(own) == own), text)
    return start + written + end


def without(text: str, finders: Sequence[Finder]) -> str:
    """Return JSON without the places that JSONPaths choose; the root itself stays.

    Raises ValueError for what is no JSON, or is nested too deep.
    """
    try:
        value = json.loads(text)
        chosen = {steps for find in finders for steps in find(value) if steps}
        if not chosen:
            return text
        start = blank(text, 0)
        return text[:start] + _kept(text, start, (), chosen)
    except RecursionError:
        raise ValueError("is nested too deep") from None


def _kept(text: str, at: int, steps: Steps, chosen: set[Steps]) -> str:
    """Return the value that begins here and all behind it."""
    written, end = _value(text, at, steps, chosen)
    return written + text[end:]


def _value(text: str, at: int, steps: Steps, chosen: set[Steps]) -> tuple[str, int]:
    """Return a value without what was chosen, and where it ends."""
    _, end = value_at(text, at)
    if text[at] not in "{[" or not any(each[: len(steps)] == steps for each in chosen):
        return text[at:end], end
    kept: list[str] = []
    last = at + 1
    for step, lead, start, stop in members(text, at):
        last = stop
        if (*steps, step) not in chosen:
            written, _ = _value(text, start, (*steps, step), chosen)
            kept.append(text[lead:start] + written)
    return text[at] + ",".join(kept) + text[last:end], end


Message = TypeVar("Message", Request, Response)


class BodyError(Exception):
    """A body cannot be changed; the text says why."""


def side(met: Interaction, *, of_request: bool) -> Request | Response:
    return met.request if of_request else met.response


def plain(message: Request | Response) -> bytes:
    """Return a body with its codings undone. Raise BodyError."""
    coding = header(message.headers, "Content-Encoding")
    if not coding or not message.body:
        return message.body
    try:
        return decoded(message.body, coding)
    except CodingError as error:
        raise BodyError(f"its {coding} cannot be undone: {error}") from error


def text_of(message: Request | Response) -> str:
    """Return a body as text, codings undone. Raise BodyError where it is none."""
    body = plain(message)
    try:
        text = body.decode(charset_of(message, body))
    except ValueError:
        raise BodyError("it is binary") from None
    if "\0" in text:
        raise BodyError("it is binary")
    return text


def charset_of(message: Request | Response, body: bytes) -> str:
    """Return the charset of a body without codings; a byte order mark counts only
    where there is one, so that none is added."""
    name = charset(header(message.headers, "Content-Type"))
    has_mark = body.startswith(codecs.BOM_UTF8)
    return "utf-8" if name == "utf-8-sig" and not has_mark else name


def to_edit(message: Request | Response) -> tuple[str, bool]:
    """Return the text that somebody edits, and whether it is JSON, which is laid out
    then. Raise BodyError."""
    text = text_of(message)
    if _holds_json(message, text):
        return laid_out(text) + "\n", True
    return text, False


def _holds_json(message: Request | Response, text: str) -> bool:
    if not is_json(header(message.headers, "Content-Type")) and text[:1] not in "{[":
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def edited(met: Interaction, text: str, *, of_request: bool = False) -> Interaction:
    """Return an interaction with a text that somebody edited as :func:`to_edit` gave
    it. JSON goes back into the spelling it had. Raise BodyError."""
    message = side(met, of_request=of_request)
    shown, was_json = to_edit(message)
    if text == shown:
        return met
    if was_json:
        _check_json(text)
        text = restyled(text, text_of(message))
    try:
        body = text.encode(charset_of(message, plain(message)))
    except UnicodeEncodeError as error:
        raise BodyError(f"the text cannot be written as {error.encoding}") from error
    return with_body(met, body, of_request=of_request)


def _check_json(text: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BodyError(f"{place}: it is no JSON any more: {error.msg}") from error
    except RecursionError:
        raise BodyError("it is nested too deep") from None


def with_body(
    met: Interaction, body: bytes, *, of_request: bool = False
) -> Interaction:
    """Return an interaction with another body, which has no coding yet; the same one
    where it has this body. Raise BodyError."""
    message = side(met, of_request=of_request)
    if body == plain(message):
        return met
    coding = header(message.headers, "Content-Encoding")
    raw = packed_as(message.body, body, coding) if coding and message.body else body
    headers = _with_length(message.headers, len(raw))
    length = message.content_length if message.content_length < 0 else len(raw)
    if of_request:
        request = replace(met.request, body=raw, headers=headers, content_length=length)
        return in_turn(replace(met, request=request))
    response = replace(
        met.response,
        body=raw,
        headers=headers,
        content_length=length,
        chunks=moved(met.response.chunks, message.body, raw),
    )
    return in_turn(digests.restated(met, replace(met, response=response)))


def _with_length(headers: Headers, size: int) -> Headers:
    return {
        name: [str(size)] if name.lower() == "content-length" else values
        for name, values in headers.items()
    }


#: These have no body, whatever length they say.
_BODILESS = (204, 304)


def fixed(met: Interaction) -> tuple[Interaction, Sequence[str]]:
    """Return an interaction whose lengths are those of its bodies, and what was wrong.

    A length of -1 means that none was sent. An answer to HEAD, a 304 and one that broke
    off keep the lengths that they said.
    """
    found: list[str] = []
    request = _in_length(met.request, "request", found)
    response = met.response
    has_body = met.request.method != "HEAD" and response.code not in _BODILESS
    if has_body and not response.failure and not response.websocket:
        response = _in_length(response, "response", found)
    return (replace(met, request=request, response=response) if found else met), found


def _in_length(message: Message, whose: str, found: list[str]) -> Message:
    size = len(message.body)
    if message.content_length not in (-1, size):
        found.append(f"{whose}.content_length {message.content_length} is {size}")
        message = replace(message, content_length=size)
    said = header(message.headers, "Content-Length")
    if said and said != str(size):
        found.append(f"{whose}.headers.Content-Length {said} is {size}")
        message = replace(message, headers=_with_length(message.headers, size))
    return message
