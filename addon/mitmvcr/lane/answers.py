"""An answer in one piece of bytes, as mitmproxy writes it."""

from collections.abc import Iterable

from mitmvcr.view.parts import WireResponse

_CHUNKED = b"Transfer-Encoding", b"chunked"


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
    if _CHUNKED not in sent.fields:
        return head + b"".join(parts)
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part]
    return b"".join((head, *chunks, b"0\r\n\r\n"))
