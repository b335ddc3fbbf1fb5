import ssl

import pytest

from mitmvcr.lane.hello import Hello, UnknownHelloError, read


def sent(name: str | None = "api.test", protocols: tuple[str, ...] = ()) -> bytes:
    """What a client sends first."""
    context = ssl.create_default_context()
    context.check_hostname = name is not None
    if protocols:
        context.set_alpn_protocols(list(protocols))
    out = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()


def test_a_hello_says_who_is_wanted_and_what_is_spoken() -> None:
    protocols = ("h2", "http/1.1")
    assert read(sent("api.test", protocols)) == Hello("api.test", (b"h2", b"http/1.1"))
    assert read(sent("127.0.0.1")) == Hello(None, ())


def test_a_hello_may_come_in_pieces() -> None:
    data = sent()
    for size in (0, 1, 2, 4, 5, len(data) - 1):
        assert read(data[:size]) is None
    assert read(data + b"more") == Hello("api.test", ())


def edited(at: int, value: bytes) -> bytes:
    data = bytearray(sent())
    data[at : at + len(value)] = value
    return bytes(data)


NAME = sent().index(b"api.test")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x02",
        edited(3, b"\xff\xff"),  # longer than any
        edited(5, b"\x02"),  # another message
        edited(6, b"\x00\xff\xff"),  # it goes on in another record
        edited(NAME - 2, b"\0\1"),  # two names
        edited(NAME - 3, b"\1"),  # a name of another kind
        edited(NAME, b"\xff"),  # no ASCII
        edited(NAME - 7, b"\xff\xff"),  # an extension that goes on behind the end
        edited(43, b"\xff"),  # a session that does
        b"\x16\x03\x01\0\4\1\0\0\0",
    ],
)
def test_any_other_hello_is_mitmproxys(data: bytes) -> None:
    with pytest.raises(UnknownHelloError):
        read(data)


def test_a_hello_needs_no_extensions() -> None:
    body = b"\3\3" + b"r" * 32 + b"\0" + b"\0\2\0\x2f" + b"\1\0"
    message = b"\1" + len(body).to_bytes(3, "big") + body
    assert read(b"\x16\3\1" + len(message).to_bytes(2, "big") + message) == (None, ())


def test_a_list_of_protocols_ends_where_it_says() -> None:
    data = sent(protocols=("http/1.1",))
    at = data.index(b"http/1.1") - 1
    with pytest.raises(UnknownHelloError):
        read(data[:at] + b"\xf0" + data[at + 1 :])
