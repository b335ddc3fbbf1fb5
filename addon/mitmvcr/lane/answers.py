"""An answer as mitmproxy writes it: in one piece of bytes, or for frames of HTTP/2."""

from collections.abc import Iterable

from mitmvcr.lane.line import Answer
from mitmvcr.view.parts import WireResponse
from mitmvcr.view.restore import CHUNKED

#: HTTP/2 has frames in their place.
_OF_HTTP1 = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection"),
        *(b"transfer-encoding", b"upgrade"),
    )
)


def render(sent: WireResponse) -> bytes:
    """Return the head and the body of an answer that has a length."""
    code, reason, fields, body, _ = sent
    lines = [b"HTTP/1.1 %d %b" % (code, reason)]
    lines += [b"%b: %b" % field for field in fields]
    lines += (b"", body)
    return b"\r\n".join(lines)


def render_parts(sent: WireResponse, parts: Iterable[bytes]) -> bytes:
    """Return the head of an answer and its body in parts, each of which is a chunk
    where the answer has no length."""
    head = render(sent._replace(body=b""))
    if CHUNKED not in sent.fields:
        return head + b"".join(parts)
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part]
    return b"".join((head, *chunks, b"0\r\n\r\n"))


def render_http2(sent: WireResponse, parts: Iterable[bytes] = ()) -> Answer:
    """Return an answer whose body is in parts, if any, for HTTP/2."""
    code, _, fields, body, trailers = sent
    lower = ((name.lower().strip(), value.strip()) for name, value in fields)
    kept = (each for each in lower if each[0] not in _OF_HTTP1)
    return Answer(
        ((b":status", b"%d" % code), *kept), b"".join(parts) or body, trailers
    )
