"""Cassette format 1, as go-vcr's libraries v1 and v2 wrote it.

It has the same fields, but fewer of them: no protocol, no host, no lengths. They are
filled in as Go fills them in, since go-vcr's matcher compares them.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader

#: At the start of a line it can only be the document's own key.
_VERSION = re.compile(rb"^version:[ \t]*1[ \t]*(?=\r?$|#)", re.M)


def is_format1(data: bytes) -> bool:
    return _VERSION.search(data) is not None


def read(data: bytes, name: str) -> Cassette:
    """Read a cassette of format 1. Raise CassetteError."""
    if not is_format1(data):
        raise CassetteError(
            name, "is not a cassette of format 1: there is nothing to convert"
        )
    found = reader.loads(_VERSION.sub(b"version: 2", data, count=1), name)
    items = enumerate(found.interactions)
    return Cassette([_completed(number, item) for number, item in items])


def _completed(number: int, item: Interaction) -> Interaction:
    return Interaction(number, _request(item.request), _response(item.response))


def _request(old: Request) -> Request:
    return replace(
        old,
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(old.body),
        host=_host(old.url),
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _response(old: Response) -> Response:
    return replace(
        old,
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(old.body),
    )
