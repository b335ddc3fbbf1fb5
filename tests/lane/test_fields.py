"""Heads over HTTP/2: which are known, and what they say."""

import pytest

from mitmvcr.lane import fields

KNOWN = {
    b":method": b"POST",
    b":scheme": b"https",
    b":authority": b"api.test:8443",
    b":path": b"/a?b=%20c",
}


def head(*more: tuple[bytes, bytes], **pseudo: bytes) -> fields.Head | None:
    """Read a head; ``pseudo`` without its colon, None for one that is absent."""
    changed = KNOWN | {b":" + name.encode(): value for name, value in pseudo.items()}
    return fields.read((*(each for each in changed.items() if each[1]), *more))


def test_a_known_head_becomes_a_request_of_its_tunnel() -> None:
    sent = (b"accept", b"*/*"), (b"content-length", b"2"), (b"x", b"caf\xc3\xa9 b")
    found = head(*sent)
    assert found is not None
    assert found.length == 2
    request = found.request(("api.test", 443), b"{}")
    assert request.host == "api.test"
    assert request.port == 443
    assert request.scheme == b"https"
    assert request.authority == b"api.test:8443"
    assert request.path == b"/a?b=%20c"
    assert request.http_version == b"HTTP/2.0"
    assert request.headers.fields == sent
    assert request.content == b"{}"


def test_a_length_that_is_not_said_is_not_nothing() -> None:
    found = head()
    assert found is not None
    assert found.length == -1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("method", each) for each in (b"CONNECT", b"get", b"M SEARCH", b"")),
        *(("scheme", each) for each in (b"http", b"HTTPS", b"")),
        *(("path", each) for each in (b"*", b"a", b"/a b", b"/mitmproxy-a", b"")),
        *(("authority", each) for each in (b"API.test", b"mitm.it", b"a@b.test")),
        *(("authority", each) for each in (b"api.test:0", b"a.test:99999", b"xn--a")),
        ("authority", b""),
        *(("protocol", each) for each in (b"websocket",)),
    ],
)
def test_another_head_is_not_known(name: str, value: bytes) -> None:
    assert head(**{name: value}) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((b"X-Upper", b"1"), (b"x y", b"1"), (b"", b"1"), (b":late", b"1")),
        *((b"x", b" a"), (b"x", b"a\t"), (b"x", b"a\r\nb"), (b"x", b"\0")),
        *((b"connection", b"keep-alive"), (b"upgrade", b"h2c"), (b"expect", b"1")),
        *((b"transfer-encoding", b"chunked"), (b"content-length", b"+1")),
        *((b"host", b"mitm.it"), (b"content-type", b"application/grpc+proto")),
    ],
)
def test_a_header_that_may_change_more_is_not_known(name: bytes, value: bytes) -> None:
    assert head((name, value)) is None


def test_a_length_is_said_once() -> None:
    assert head((b"content-length", b"2"), (b"content-length", b"2")) is None
