import pytest

from mitmvcr.lane import heads
from mitmvcr.lane.heads import Head, Tunnel

GET = b"GET /a?b=1 HTTP/1.1\r\nHost: api.test\r\n"


def read(data: bytes) -> Head | Tunnel | None:
    end = heads.end_of(data, 0)
    return heads.read(data, 0, end) if end >= 0 else None


def headers(*lines: bytes) -> heads.Headers | None:
    found = read(GET + b"".join(line + b"\r\n" for line in lines) + b"\r\n")
    return found.headers if isinstance(found, Head) else None


def test_a_request_is_read_as_it_is_spelled() -> None:
    found = read(b"PATCH http://api.test:81/a HTTP/1.1\r\nhost:  x \r\nX-A:\r\n\r\n")
    assert isinstance(found, Head)
    assert found[:4] == (b"PATCH", "api.test", 81, b"/a")
    assert found.headers.fields.fields == ((b"host", b"x"), (b"X-A", b""))


@pytest.mark.parametrize(
    ("target", "host", "port", "path"),
    [
        (b"/", "", 0, b"/"),
        (b"http://a.test", "a.test", 80, b"/"),
        (b"http://127.0.0.1:8000/x#y", "127.0.0.1", 8000, b"/x#y"),
        (b"http://a.test/http://b.test/", "a.test", 80, b"/http://b.test/"),
    ],
)
def test_a_target_names_its_host_or_none(target, host, port, path) -> None:
    found = read(b"GET " + target + b" HTTP/1.1\r\n\r\n")
    assert isinstance(found, Head)
    assert found[1:4] == (host, port, path)


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_a_tunnel_has_a_place_and_a_version(version) -> None:
    head = b"CONNECT api.test:443 " + version + b"\r\nProxy-Connection: x\r\n\r\n"
    assert read(head) == Tunnel("api.test", 443, version)


def test_what_follows_a_head_is_said_by_its_headers() -> None:
    assert headers(b"Content-Length: 12", b"Connection: close")[1:] == (12, True)
    assert headers(b"Connection: keep-alive")[1:] == (0, False)
    assert headers(b"Content-Length: 0")[1:] == (0, False)


@pytest.mark.parametrize(
    "line",
    [
        b"GET /a HTTP/1.0",
        b"GET  /a HTTP/1.1",
        b"GET /a\tHTTP/1.1",
        b"get /a HTTP/1.1",
        b"GET /a HTTP/1.1 ",
        b"GET * HTTP/1.1",
        b"GET /caf\xe9 HTTP/1.1",
        b"GET https://api.test/ HTTP/1.1",
        b"GET HTTP://api.test/ HTTP/1.1",
        b"GET http://API.test/ HTTP/1.1",
        b"GET http://user@api.test/ HTTP/1.1",
        b"GET http://[::1]/ HTTP/1.1",
        b"GET http://a_b.test/ HTTP/1.1",
        b"GET http://xn--caf-dma.test/ HTTP/1.1",
        b"GET http://-a.test/ HTTP/1.1",
        b"GET http://a..test/ HTTP/1.1",
        b"GET http://a.test?b HTTP/1.1",
        b"GET http://a.test:99999/ HTTP/1.1",
        b"GET http://a.test:080/ HTTP/1.1",
        b"GET http:/// HTTP/1.1",
        b"GET http://mitm.it/ HTTP/1.1",
        b"GET http://127.0.0.1:8080/_vcr/status HTTP/1.1",
        b"GET /mitmproxy-1.crl HTTP/1.1",
        b"CONNECT api.test HTTP/1.1",
        b"CONNECT api.test:99999 HTTP/1.1",
        b"CONNECT API.test:443 HTTP/1.1",
        b"CONNECT mitm.it:443 HTTP/1.1",
        b"CONNECT api.test:443 HTTP/2.0",
        b"CONNECT http://api.test/ HTTP/1.1",
        b"CONNECT / HTTP/1.1",
        b"PRI * HTTP/2.0",
    ],
)
def test_any_other_first_line_is_mitmproxys(line) -> None:
    assert read(line + b"\r\n\r\n") is None


#: What must never be read in two ways.
AMBIGUOUS = [
    (b"Content-Length: 3", b"Content-Length: 3"),
    (b"Content-Length: 3", b"content-length: 4"),
    (b"Content-Length: 3", b"Transfer-Encoding: chunked"),
    (b"Transfer-Encoding: chunked",),
    (b"Transfer-Encoding: xchunked",),
    (b"Transfer-Encoding : chunked",),
    (b"Content-Length : 3",),
    (b"Content-Length: +3",),
    (b"Content-Length: 03",),
    (b"Content-Length: 3,3",),
    (b"Content-Length: 0x3",),
    (b"Content-Length: -1",),
    (b"Content-Length:",),
    (b"Content-Length: 1234567890",),
    (b"X: a\nContent-Length: 3",),
    (b"X: a\rContent-Length: 3",),
    (b"X: a", b" Content-Length: 3"),
    (b"X: a", b"\tfolded"),
    (b"X: a\0b",),
    (b"X\0: a",),
    (b": a",),
    (b"no colon",),
    (b"X\x0b: a",),
    (b"X: \x0ba",),
    (b"Expect: 100-continue",),
    (b"Upgrade: websocket",),
    (b"HTTP2-Settings: AAMAAABkAAQAAP__",),
    (b"Connection: close", b"Connection: keep-alive"),
    (b"Connection: Close",),
    (b"Connection: keep-alive, Upgrade",),
    (b"Host: mitm.it",),
]


@pytest.mark.parametrize("lines", AMBIGUOUS)
def test_what_could_be_read_in_two_ways_is_mitmproxys(lines) -> None:
    assert headers(*lines) is None


def test_a_tunnel_with_a_body_is_mitmproxys() -> None:
    head = b"CONNECT api.test:443 HTTP/1.1\r\n%b\r\n\r\n"
    assert read(head % b"Content-Length: 1") is None
    assert read(head % b"Connection: close") is None


@pytest.mark.parametrize("data", [b"G", GET, GET + b"X: a\r", GET + b"\r"])
def test_a_head_may_come_in_pieces(data) -> None:
    assert heads.end_of(data, 0) == -1


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01",
        b"\x05\x01\x00",
        b"\r\n",
        b"get /",
        b"GET / HTTP/1.1\n\n",
        b"GET / HTTP/1.1\r\nHost: a\n\r\n",
        b"G" * (heads.LONGEST + 1),
        b"GET / HTTP/1.1\r\nX: " + b"x" * heads.LONGEST + b"\r\n\r\n",
    ],
)
def test_what_is_no_head_is_not_waited_for(data) -> None:
    assert heads.end_of(data, 0) == -2


def test_a_head_begins_where_the_one_before_has_ended() -> None:
    data = GET + b"\r\n" + b"HEAD /b HTTP/1.1\r\n\r\nrest"
    first = heads.end_of(data, 0)
    start = first + 4
    end = heads.end_of(data, start)
    found = heads.read(data, start, end)
    assert isinstance(found, Head)
    assert found[0], found[3] == (b"HEAD", b"/b")
    assert data[end + 4 :] == b"rest"


def test_long_headers_are_read_too() -> None:
    found = headers(*(b"X-%d: %b" % (n, b"v" * 100) for n in range(40)))
    assert found is not None
    assert len(found.fields.fields) == 41
