"""A recorded response as it goes out again."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from mitmvcr.codings import (
    CodingError,
    accepted_codings,
    are_accepted,
    decoded,
    encoded,
    encoded_pieces,
    first_known,
)
from mitmvcr.core.events import came_in_units, is_stream
from mitmvcr.core.model import Headers, Interaction, Response, header
from mitmvcr.view.parts import (
    Fields,
    RequestParts,
    ResponseParts,
    WireResponse,
    raw,
    value_of,
)

#: Restated or left out on replay: they describe the recorded connection.
_CODING = b"content-encoding"
CHUNKED = b"Transfer-Encoding", b"chunked"
_NOT_REPLAYED = frozenset(
    {
        b"connection",
        b"content-length",
        b"keep-alive",
        b"proxy-connection",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)


def to_wire(
    interaction: Interaction, live: RequestParts, *, encodes: bool = True
) -> WireResponse:
    """Return the recorded response for this live request, ready to be sent. It is
    marked HTTP/1.1, which mitmproxy translates for every client; a length is never
    trusted but restated from the body. Where it ``encodes``, what the origin sent in a
    content coding is put in one again.
    """
    recorded = interaction.response
    sent = _sent(recorded.headers)
    fields, coding = [*sent.fields], sent.coding
    trailers = _trailers(recorded, live)
    body = recorded.body
    if has_no_body(live.method, recorded.code):
        body = b""
        fields += _recorded_length(recorded)
    else:
        if coding:
            body = _recoded(interaction, coding, live, fields)
        elif recorded.uncompressed and encodes:
            body = _encoded(body, live, fields)
        if not trailers:  # with a length, clients do not wait for what comes after
            fields.append((b"Content-Length", b"%d" % len(body)))
        elif live.http_version == b"HTTP/1.1":
            fields += (CHUNKED, _announced(trailers))
    return _make_response(recorded, fields, body, trailers)


def _trailers(recorded: Response, live: RequestParts) -> Fields | None:
    """Return the trailers that this client gets: over HTTP/1.1 those that came so, with
    a body in chunks."""
    if not recorded.trailer:
        return None
    is_new = live.http_version in (b"HTTP/2.0", b"HTTP/3")
    goes_on = live.http_version == b"HTTP/1.1" and recorded.content_length < 0
    is_there = goes_on and not has_no_body(live.method, recorded.code)
    if not is_new and not (is_there and recorded.proto_major == 1):
        return None
    return tuple(
        # Blanks round a value end an HTTP/2 connection; in headers mitmproxy takes
        # them away itself.
        (raw(name).lower() if is_new else raw(name), raw(value).strip(b" \t"))
        for name, values in recorded.trailer.items()
        for value in values
    )


def _announced(trailers: Fields) -> tuple[bytes, bytes]:
    return b"Trailer", b", ".join(dict(trailers))


class _Sent(NamedTuple):
    """Headers as they are sent, and the content coding that they name."""

    fields: Fields
    coding: Sequence[str]


class _Names(NamedTuple):
    """The names of headers as they are sent, which of them are, and the one that names
    a content coding."""

    sent: Sequence[bytes]
    are_sent: Sequence[bool]
    coding: str | None


@lru_cache(maxsize=512)
def _names(spelled: tuple[str, ...]) -> _Names:
    sent = tuple(map(raw, spelled))
    lower = [name.lower() for name in sent]
    codings = [n for n, low in zip(spelled, lower, strict=True) if low == _CODING]
    are_sent = tuple(name not in _NOT_REPLAYED for name in lower)
    return _Names(sent, are_sent, codings[-1] if codings else None)


def _sent(headers: Headers) -> _Sent:
    names = _names(tuple(headers))
    coding = headers[names.coding] if names.coding is not None else ()
    with suppress(ValueError):  # nearly always each has one value
        values = raw("\n".join([each for (each,) in headers.values()])).split(b"\n")
        pairs = zip(names.sent, values, strict=True)
        return _Sent(tuple(compress(pairs, names.are_sent)), coding)
    all_of_them = zip(names.sent, names.are_sent, headers.values(), strict=True)
    fields = ((n, raw(v)) for n, is_sent, own in all_of_them if is_sent for v in own)
    return _Sent(tuple(fields), coding)


#: A longer body leaves in parts, so that mitmproxy does not copy all of it.
LARGE = 1 << 22


def is_streamed(recorded: Response) -> bool:
    """Return whether it leaves in parts, or fails. Every replay asks."""
    if len(recorded.body) > LARGE:
        return True
    headers = recorded.headers
    kind = headers.get("Content-Type") or headers.get("content-type")
    if kind and is_stream(kind[0]):
        return True
    if recorded.content_length < 0 and kind and came_in_units(kind[0], recorded.body):
        return True
    return bool(
        recorded.chunks or recorded.failure or recorded.until or recorded.code == 101
    )


def to_stream(
    recorded: Response,
    live: RequestParts,
    parts: Sequence[bytes],
    *,
    encodes: bool = True,
) -> tuple[WireResponse, Sequence[bytes]]:
    """Return the same as parts, each of which can be read when it comes. As it was
    recorded it has a length or none; one that broke off has the length that was
    announced.
    """
    fields = [
        (raw(name), raw(value))
        for name, values in recorded.headers.items()
        if raw(name).lower() not in _NOT_REPLAYED
        for value in values
    ]
    body = recorded.body
    if encodes and recorded.uncompressed and (coding := _asked_for(live)):
        fields.append((b"Content-Encoding", coding.encode()))
        parts = list(encoded_pieces(parts, coding))
        body = b"".join(parts)
    size = recorded.content_length if recorded.failure else len(body)
    is_whole = not recorded.failure  # else a length would pass a part for the whole
    if recorded.content_length >= 0 or (is_whole and live.http_version == b"HTTP/1.0"):
        fields.append((b"Content-Length", b"%d" % size))
    elif live.http_version == b"HTTP/1.1":
        fields.append(CHUNKED)
    trailers = _trailers(recorded, live)
    if trailers and live.http_version == b"HTTP/1.1":
        fields.append(_announced(trailers))
    # Without a body mitmproxy would end the stream with its head.
    return _make_response(recorded, fields, body or b" ", trailers), parts


def later_coding(recorded: Response, live: RequestParts) -> str:
    """Return the coding in which a large body leaves that the origin sent in one, or
    an empty text. It is applied part by part, so its length is not known beforehand."""
    if not recorded.uncompressed or live.http_version == b"HTTP/1.0":
        return ""
    return "" if header(recorded.headers, "Content-Encoding") else _asked_for(live)


def coded_head(
    coding: str, live: RequestParts, response: ResponseParts
) -> WireResponse:
    """Return the head of a response whose body is put in a coding on its way out."""
    framing = (b"content-length", b"transfer-encoding")
    fields = [
        each for each in response.headers.fields if each[0].lower() not in framing
    ]
    fields.append((b"Content-Encoding", coding.encode()))
    if live.http_version == b"HTTP/1.1":
        fields.append(CHUNKED)
    trailers = response.trailers.fields if response.trailers else None
    code, reason = response.status_code, response.reason
    return WireResponse(code, reason, tuple(fields), b"", trailers)


def has_no_body(method: bytes, code: int) -> bool:
    return method.upper() == b"HEAD" or code in (204, 304) or code < 200


def _recorded_length(recorded: Response) -> list[tuple[bytes, bytes]]:
    """Return what a body would have measured: for HEAD and 304 it is the recorded
    one."""
    if recorded.code == 204 or recorded.code < 200:
        return []
    for name, values in recorded.headers.items():
        if name.lower() == "content-length" and values:
            return [(b"Content-Length", raw(values[0]))]
    return []


def _encoded(
    body: bytes, live: RequestParts, fields: list[tuple[bytes, bytes]]
) -> bytes:
    """Return the body in a coding that this client accepts, since the origin sent
    one."""
    coding = _asked_for(live)
    if not coding or not body:
        return body
    fields.append((b"Content-Encoding", coding.encode()))
    return encoded(body, coding)


def _accepted(live: RequestParts) -> tuple[str, ...]:
    return accepted_codings(value_of(live.headers, b"accept-encoding") or "")


def _asked_for(live: RequestParts) -> str:
    """Return the coding in which this client gets a body, if any."""
    return first_known(_accepted(live))


def _recoded(
    interaction: Interaction,
    fields_of_coding: Sequence[str],
    live: RequestParts,
    fields: list[tuple[bytes, bytes]],
) -> bytes:
    """Return the body of a response that was stored in a content coding. It stays as it
    is for who accepts that coding, and where the origin used one that was not asked
    for. A client that does not accept what another one did gets it anew.
    """
    recorded = interaction.response
    codings = ", ".join(fields_of_coding)
    once = accepted_codings(header(interaction.request.headers, "Accept-Encoding"))
    if are_accepted(codings, _accepted(live)) or not are_accepted(codings, once):
        return recorded.body
    if recorded.code == 206:  # a part of it cannot be decoded
        return recorded.body
    try:
        plain = decoded(recorded.body, codings)
    except CodingError:
        return recorded.body  # not what its header says: as it was
    fields[:] = [each for each in fields if each[0].lower() != b"content-encoding"]
    return _encoded(plain, live, fields)


def _make_response(
    recorded: Response,
    fields: list[tuple[bytes, bytes]],
    body: bytes,
    trailers: Fields | None,
) -> WireResponse:
    reason = _reason(recorded.status)
    return WireResponse(recorded.code, reason, tuple(fields), body, trailers)


def _reason(status: str) -> bytes:
    """Return the reason, ``200 OK`` -> ``OK``, without what would break the status
    line."""
    return raw(status.partition(" ")[2].replace("\r", "").replace("\n", ""))
