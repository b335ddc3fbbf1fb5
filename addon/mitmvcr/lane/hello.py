"""The first message of TLS, as far as it decides who answers it."""

from collections.abc import Iterator
from typing import NamedTuple

_HANDSHAKE, _CLIENT_HELLO = 22, 1
_NAME, _ALPN = 0, 16
#: A longer one is mitmproxy's.
_LONGEST = 1 << 14


class Hello(NamedTuple):
    """The name of the host that is wanted, None where none is, and the protocols in
    the order in which the client likes them."""

    name: str | None
    protocols: tuple[bytes, ...]


class UnknownHelloError(Exception):
    """This is no hello that is known here."""


def read(data: bytes) -> Hello | None:
    """Read a hello; None while some of it is still to come. Raise
    UnknownHelloError."""
    if data[:1] != b"\x16"[: len(data)] or data[1:2] != b"\x03"[: len(data[1:2])]:
        raise UnknownHelloError
    if len(data) < 5:
        return None
    end = 5 + int.from_bytes(data[3:5], "big")
    if end > _LONGEST:
        raise UnknownHelloError
    if len(data) < end:
        return None
    try:
        return _read(data[5:end])
    except (IndexError, UnicodeError) as error:
        raise UnknownHelloError from error


def _read(body: bytes) -> Hello:
    if body[0] != _CLIENT_HELLO or 4 + int.from_bytes(body[1:4], "big") != len(body):
        raise UnknownHelloError  # it goes on in another record
    at = 4 + 2 + 32
    at += 1 + body[at]  # the session
    at += 2 + _two(body, at)  # the ciphers
    at += 1 + body[at]  # the compressions
    if at == len(body):
        return Hello(None, ())
    extensions = dict(_extensions(body, at + 2))
    return Hello(_name(extensions), tuple(_protocols(extensions.get(_ALPN))))


def _two(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _extensions(body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(body):
        size = _two(body, at + 2)
        if at + 4 + size > len(body):
            raise UnknownHelloError
        yield _two(body, at), body[at + 4 : at + 4 + size]
        at += 4 + size


def _name(extensions: dict[int, bytes]) -> str | None:
    value = extensions.get(_NAME)
    if value is None:
        return None
    size = _two(value, 3)
    if value[2] != 0 or 5 + size != len(value):
        raise UnknownHelloError
    return value[5:].decode("ascii")


def _protocols(value: bytes | None) -> Iterator[bytes]:
    at = 2
    while value is not None and at < len(value):
        size = value[at]
        if at + 1 + size > len(value):
            raise UnknownHelloError
        yield value[at + 1 : at + 1 + size]
        at += 1 + size
