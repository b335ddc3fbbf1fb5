from h2.utilities import HeaderValidationFlags, normalize_outbound_headers

from mitmvcr.lane import render, render_http2, render_parts
from mitmvcr.view.parts import WireResponse


def test_an_answer_is_written_as_mitmproxy_writes_it() -> None:
    fields = ((b"X-A", b"1"), (b"x-a", b""), (b"Content-Length", b"2"))
    head = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: \r\nContent-Length: 2\r\n\r\n"
    assert render(WireResponse(200, b"OK", fields, b"ab")) == head + b"ab"
    assert render(WireResponse(204, b"", (), b"")) == b"HTTP/1.1 204 \r\n\r\n"


def test_a_stream_is_written_in_chunks_unless_it_has_a_length() -> None:
    parts = [b"ab", b"", b"c" * 16]
    chunked = WireResponse(200, b"OK", ((b"Transfer-Encoding", b"chunked"),), b"")
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"2\r\nab\r\n10\r\n" + b"c" * 16 + b"\r\n0\r\n\r\n"
    assert render_parts(chunked, parts) == head + chunks
    sized = WireResponse(200, b"OK", ((b"Content-Length", b"18"),), b"all of it")
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n"
    assert render_parts(sized, parts) == head + b"ab" + b"c" * 16


def test_an_answer_over_http2_has_the_headers_that_mitmproxy_would_send() -> None:
    fields = (
        *((b"X-A", b"1 "), (b"x-a", b""), (b"Content-Length", b"2"), (b"TE", b"x")),
        *((b"Keep-Alive", b"1"), (b"Proxy-Connection", b"x"), (b"Upgrade", b"h2c")),
        *((b"Connection", b"close"), (b"Transfer-Encoding", b"chunked")),
    )
    sent = WireResponse(200, b"OK", fields, b"ab", ((b"x-sum", b"1"),))
    made = render_http2(sent)
    flags = HeaderValidationFlags(False, False, True, False)
    theirs = [(b":status", b"200"), *fields]
    assert list(made.fields) == list(normalize_outbound_headers(theirs, flags))
    assert (made.body, made.trailers) == (b"ab", sent.trailers)
    assert render_http2(sent, [b"c", b"d"]).body == b"cd"
