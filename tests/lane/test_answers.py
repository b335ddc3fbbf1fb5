from mitmvcr.lane import render
from mitmvcr.view.parts import WireResponse


def test_an_answer_is_written_as_mitmproxy_writes_it() -> None:
    fields = ((b"X-A", b"1"), (b"x-a", b""), (b"Content-Length", b"2"))
    head = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: \r\nContent-Length: 2\r\n\r\n"
    assert render(WireResponse(200, b"OK", fields, b"ab")) == head + b"ab"
    assert render(WireResponse(204, b"", (), b"")) == b"HTTP/1.1 204 \r\n\r\n"
