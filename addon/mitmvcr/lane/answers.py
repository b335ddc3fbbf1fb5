"""An answer in one piece of bytes, as mitmproxy writes it."""

from mitmvcr.view.parts import WireResponse


def render(sent: WireResponse) -> bytes:
    """Return the head and the body of an answer that has a length."""
    code, reason, fields, body, _ = sent
    lines = [b"HTTP/1.1 %d %b" % (code, reason)]
    lines += [b"%b: %b" % field for field in fields]
    lines += (b"", body)
    return b"\r\n".join(lines)
