"""HTTP archives (HAR): of browsers, Charles, Playwright, Polly.js and mitmproxy.

A body is given decoded, as text or in base64. Where they differ:

- Chromium and mitmproxy put a WebSocket's messages into ``_webSocketMessages``, the
  former with its reason for a failure in ``_error``.
- Playwright may put a body into a file beside the archive (``_file``, ``_sha1``).
- Polly.js writes what is binary as a JSON list of chunks, in hex or base64, and in its
  content coding.
- mitmproxy's ``.zhar`` is compressed.
"""

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from mitmvcr.codings import CodingError, decoded
from mitmvcr.convert.coded import (
    COOKIES,
    form_of,
    from_base64,
    in_charset,
    text_of,
)
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, UnreadableError, from_json
from mitmvcr.core.frames import Frame, Kind
from mitmvcr.core.media import FORM, is_json, media_kind, parameter
from mitmvcr.view.golang import announced

_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
#: What is said elsewhere too, or of the transfer alone.
_OF_ENTRY = frozenset(
    {
        *("request", "response", "time", "timings", "cache", "comment"),
        *("_webSocketMessages", "_resourceType", "_error", "_id", "_order"),
    }
)
_OF_MESSAGE = frozenset(
    {
        *("method", "url", "httpVersion", "headers", "queryString", "cookies"),
        *("headersSize", "bodySize", "postData", "status", "statusText", "content"),
        *("redirectURL", "_transferSize", "_error", "comment"),
    }
)
_OF_CONTENT = frozenset(
    {
        *("size", "mimeType", "text", "encoding", "compression", "params", "comment"),
        *("_isBinary", "_file", "_sha1"),
    }
)
_FAILURES = (
    ("refused", re.compile(r"refused", re.IGNORECASE)),
    ("timeout", re.compile(r"time[ _-]?(?:d[ _-])?out", re.IGNORECASE)),
    ("reset", re.compile(r"reset|closed|empty|aborted|disconnect", re.IGNORECASE)),
)
_GATEWAY = {"timeout": 504}


def read(data: bytes, found: Found) -> None:
    """Read an archive. Raise UnreadableError."""
    if data.startswith(_ZLIB):
        try:
            data = decoded(data, "deflate")
        except CodingError as error:
            raise UnreadableError(f"is not a complete archive: {error}") from None
    entries = from_json(data)["log"]["entries"].listed()
    found.collect(entries, _exchanges)


def _exchanges(entry: Tree, found: Found) -> Iterator[Exchange]:
    request, response = entry["request"], entry["response"]
    found.no_place(
        (entry, _OF_ENTRY),
        (request, _OF_MESSAGE),
        (request["postData"], _OF_CONTENT),
        (response, _OF_MESSAGE),
        (response["content"], _OF_CONTENT),
    )
    code, failure = response["status"].number(), ""
    if code <= 0:
        code, failure = _failed(entry)
    method = _method(request["method"].text())
    has_body = method != "HEAD" and code not in (204, 304)
    answered = [
        one for name, value in _headers(response) for one in _apart(name, value)
    ]
    answer, is_decoded = _content(response["content"], answered, found, has_body)
    yield Exchange(
        method=method,
        url=_url(request["url"].text()),
        headers=_headers(request),
        body=_posted(request, found),
        code=code,
        reason="" if failure else _reason(response),
        answer_headers=answered,
        answer=answer,
        version=response["httpVersion"].text() or request["httpVersion"].text(),
        duration=_duration(entry),
        is_decoded=is_decoded,
        failure=failure,
        frames=_frames(entry),
    )


def _reason(response: Tree) -> str | None:
    """Return the words of a status. They are empty in later versions of HTTP, and where
    a recorder does not know them."""
    words = response["statusText"]
    is_told = response["httpVersion"].text().lower().startswith("http/1.")
    return words.text() or ("" if is_told and not words.is_none else None)


#: What fetch sends in capitals, however a program spells it; ``patch`` it does not.
_CAPITALS = frozenset(("get", "head", "post", "put", "delete", "options"))


def _method(method: str) -> str:
    """Return a method as it was sent. axios-har-tracker writes it as axios has it."""
    return method.upper() if method in _CAPITALS else method


def _url(url: str) -> str:
    """Return the URL of a WebSocket as the request that opened it had it."""
    return f"http{url[2:]}" if url.startswith(("ws://", "wss://")) else url


def _headers(message: Tree) -> Pairs:
    items = message["headers"].items()
    return [(i["name"].text(), v.text()) for i in items for v in i["value"].each()]


def _apart(name: str, value: str) -> Pairs:
    """Return a header, or the cookies that Python's recorders have joined in it, as far
    as attributes tell that they are several: a value may have a comma."""
    if name.lower() != "set-cookie" or "\n" in value:  # as Chromium joins them
        return [(name, value)]
    cookies = [""]
    for part in COOKIES.split(value):
        joined = part if not cookies[-1] else f"{cookies[-1]}, {part}"
        cookies = [*cookies, part] if ";" in cookies[-1] else [*cookies[:-1], joined]
    return [(name, each) for each in cookies]


def _failed(entry: Tree) -> tuple[int, str]:
    """Return the status that stands for a failure, and which it was."""
    response = entry["response"]
    reason = response["_error"].text() or entry["_error"].text()
    for failure, form in _FAILURES:
        if form.search(reason):
            return _GATEWAY.get(failure, 502), failure
    problem = f"has no answer: {reason}" if reason else "has no answer"
    raise UnreadableError(problem, "response.status")


def _duration(entry: Tree) -> int:
    """Return the nanoseconds until the head; -1 stands for what does not apply."""
    wait = entry["timings"]["wait"]
    known = entry["time"] if wait.is_none else wait
    return max(0, round(known.real() * 1e6))


# Bodies


def _posted(request: Tree, found: Found) -> bytes:
    posted = request["postData"]
    body, _ = _text(posted, request["bodySize"], found, _headers(request))
    if body or not posted["params"]:
        if not body and (lacking := _lacking(request)):
            found.say("request.body", f"is absent: the archive has its {lacking} alone")
        return body
    kind = posted["mimeType"].text()
    if media_kind(kind) != FORM:
        found.say(
            "request.body", f"is absent: the archive has its parts alone ({kind})"
        )
        return b""
    params = posted["params"].items()
    pairs = [(each["name"].text(), each["value"].text()) for each in params]
    return form_of(pairs).encode()


_POSTING = ("POST", "PUT", "PATCH")


def _lacking(request: Tree) -> str:
    """Return what an archive has in place of what was posted, empty for nothing.
    Polly.js writes so what fetch sent as bytes."""
    size, posted, headers = request["bodySize"], request["postData"], _headers(request)
    if max(size.number(), 0 if posted else _stated(headers).length) > 0:
        return "size"
    is_told = not posted.first("text", "_file", "_sha1").is_none
    # chrome-har-capturer knows no size, and leaves a form with files out.
    has_name = any(name.lower() == "content-type" for name, _ in headers)
    is_posted = request["method"].text() in _POSTING and size.number(-1) < 0
    has_kind = bool(posted) or (has_name and is_posted)
    return "media type" if has_kind and not is_told else ""


def _content(
    content: Tree, headers: Pairs, found: Found, has_body: bool
) -> tuple[bytes, bool]:
    """Return a body, and whether it is known to be decoded. Of what has none some have
    the length all the same that its head states."""
    stated = _stated(headers)
    body, is_decoded = _text(content, content["size"], found, headers)
    size, length = content["size"].number(), stated.length
    if not content["text"].is_none:  # it may be what nothing is in a coding
        size, length = size + content["compression"].number(), stated.uncoded
    if has_body and not body and max(size, length) > 0:
        found.say("response.body", "is absent: the archive has its size alone")
    if body and has_body and stated.uncoded not in (-1, len(body)):
        found.say("response.body", "is not as long as its head states")
    return body, is_decoded


class _Stated(NamedTuple):
    """What a head states, -1 if it does not: the length of what was sent, and that of a
    body that is in no coding."""

    length: int = -1
    uncoded: int = -1


def _stated(headers: Pairs) -> _Stated:
    named = {name.lower(): value for name, value in headers}
    length = announced(named.get("content-length", ""))
    return _Stated(length, -1 if "content-encoding" in named else length)


def _text(
    content: Tree, size: Tree, found: Found, headers: Pairs
) -> tuple[bytes, bool]:
    """Return a body, and whether it is known to be decoded."""
    kinds = [("content-type", content["mimeType"].text())], headers
    stated = _stated(headers).uncoded
    named = content.first("_file", "_sha1")
    if not (content["text"] or named.is_none):  # Playwright posts an empty text then
        return _encoded_file(found.file(named.text()), kinds, stated), False
    if _is_chunks(content):
        return _chunks(content["text"]), False
    if content["encoding"].text().lower() == "base64":
        return from_base64(content["text"]), False
    return _encoded(content["text"], kinds, (stated, *_sizes(content, size))), True


def _encoded_file(data: bytes, kinds: Sequence[Pairs], stated: int) -> bytes:
    """Return what lies beside as it was sent: Playwright writes text in UTF-8."""
    text = text_of(data)
    if text is None or stated in (-1, len(data)):
        return data
    return _encoded(Tree(text), kinds, (stated, len(data)))


def _sizes(content: Tree, size: Tree) -> list[int]:
    """Return the sizes that an archive says. mitmproxy says that of what was
    compressed, and by how much that was less."""
    whole = size.number()
    return sorted((whole, whole + content["compression"].number()))


def _encoded(text: Tree, kinds: Sequence[Pairs], sizes: Sequence[int]) -> bytes:
    """Return text in the encoding in which it has one of these sizes, of which its head
    states the first: its own, which Chromium leaves to the head, behind its mark, or as
    mitmproxy and browsers read what names none."""
    in_its_own, *others = [in_charset(text, each) for each in kinds]
    made = [text.data(), in_its_own, *others]
    made += [codecs.BOM_UTF8 + text.data()] if text else []
    guessed = list(made)
    with suppress(UnicodeEncodeError):
        guessed.append(text.text().translate(_WINDOWS).encode("latin-1"))
    # What an archive itself says may be a number of letters.
    tried = [guessed, *[made if _is_utf_8(kinds) else guessed] * len(sizes)]
    pairs = zip(sizes, tried, strict=False)
    fitting = (body for each, some in pairs for body in some if len(body) == each)
    return next(fitting, in_its_own)


def _is_utf_8(kinds: Sequence[Pairs]) -> bool:
    named = [v for each in kinds for n, v in each if n.lower() == "content-type"]
    return any(is_json(each) or parameter(each, "charset") in _UTF_8 for each in named)


_UTF_8 = ("utf-8", "utf8", "UTF-8", "UTF8")


#: windows-1252 for browsers, which is Latin-1 for mitmproxy.
_WINDOWS = {ord(bytes([n]).decode("cp1252", "ignore") or chr(n)): n for n in range(256)}
_CHUNKS = re.compile(r'\[(?:"[A-Za-z0-9+/=]*",?)+\]')
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def _is_chunks(content: Tree) -> bool:
    """Return whether Polly.js wrote it, as a list of chunks."""
    says_so = content["_isBinary"].flag() or content["encoding"].text() == "base64"
    text = content["text"]
    return says_so and text.is_text and _CHUNKS.fullmatch(text.text()) is not None


def _chunks(text: Tree) -> bytes:
    chunks = json.loads(text.text())
    if all(map(_HEX.fullmatch, chunks)):
        return b"".join(map(bytes.fromhex, chunks))
    return b"".join(from_base64(Tree(each, text.place)) for each in chunks)


# WebSockets

_KINDS: dict[int, Kind] = {1: "text", 2: "binary", 8: "close"}
#: In seconds it would be the year 5138.
_IN_MILLISECONDS = 1e11


def _frames(entry: Tree) -> list[Frame]:
    messages = entry["_webSocketMessages"].items()
    if not messages:
        return []
    start = _started(entry)
    return [_frame(each, start) for each in messages]


def _started(entry: Tree) -> float | None:
    """Return when the head came, in seconds since 1970; None if that is not known."""
    try:
        began = datetime.fromisoformat(entry["startedDateTime"].text())
    except ValueError:
        return None
    return began.timestamp() + _duration(entry) / 1e9


def _frame(message: Tree, start: float | None) -> Frame:
    kind = _KINDS.get(message["opcode"].number(1))
    if kind is None:
        raise message["opcode"].fails("1, 2 or 8")
    moment = message["time"].real()
    if moment > _IN_MILLISECONDS:
        moment /= 1000
    # Microseconds are all that a float holds of today's seconds.
    at = 0 if start is None else max(0, round((moment - start) * 1e6)) * 1000
    data = message["data"]
    content = from_base64(data) if kind == "binary" else data.data()
    return Frame(message["type"].text() == "send", at, kind, content)
