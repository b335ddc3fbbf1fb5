"""Heads of requests over HTTP/2, in the spelling that clients send.

As in ``heads.py``, one that is spelled in any other way is None, and mitmproxy reads
it.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from mitmvcr.lane import heads
from mitmvcr.view.parts import Fields, PlainHeaders, PlainRequest

_PSEUDO = frozenset((b":method", b":scheme", b":path", b":authority"))
_METHOD = re.compile(rb"[A-Z]{3,16}")
_PATH = re.compile(rb"/[!-~]*")
_AUTHORITY = re.compile(rb"([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE = re.compile(rb"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")
#: A call of gRPC or Connect may go on in both directions.
_CALLS = (b"application/grpc", b"application/connect+")


class Head(NamedTuple):
    """``length`` is that of the body, -1 where it is not said."""

    method: bytes
    path: bytes
    authority: bytes
    headers: PlainHeaders
    length: int

    def request(self, place: tuple[str, int], body: bytes) -> PlainRequest:
        """Return the request with its body, through a tunnel to a host and a port."""
        return PlainRequest(
            *place,
            self.method,
            b"https",
            self.authority,
            self.path,
            b"HTTP/2.0",
            self.headers,
            body,
        )


def read(fields: Fields) -> Head | None:
    """Read a head whose pseudo-headers come first."""
    said = dict(fields[:4])
    if said.keys() != _PSEUDO or said[b":scheme"] != b"https":
        return None
    method, path = said[b":method"], said[b":path"]
    authority = said[b":authority"]
    if method == b"CONNECT" or not _METHOD.fullmatch(method):
        return None
    if not _PATH.fullmatch(path) or heads.OF_MITMPROXY[1] in path:
        return None
    found = _headers(fields[4:]) if _is_place(authority) else None
    return None if found is None else Head(method, path, authority, *found)


@lru_cache(maxsize=1024)
def _is_place(authority: bytes) -> bool:
    found = _AUTHORITY.fullmatch(authority)
    return bool(found and heads.host_of(found[1]) and int(found[2] or 0) < 65536)


@lru_cache(maxsize=512)
def _headers(fields: Fields) -> tuple[PlainHeaders, int] | None:
    """Return headers that say nothing but how long the body is, and its length; a
    client sends most of them again and again."""
    plain = tuple((name, value) for name, value in fields)
    for name, value in plain:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            return None
        if name == b"content-type" and value.startswith(_CALLS):
            return None
    framed = heads.framed(plain)
    if framed is None or any(name == b"connection" for name, _ in plain):
        return None
    has_length = any(name == b"content-length" for name, _ in plain)
    return framed.fields, framed.length if has_length else -1
