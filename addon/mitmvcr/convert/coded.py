"""What several formats share: bodies in base64, times, and URLs in parts."""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from mitmvcr.codings import CodingError, decoded, encoded
from mitmvcr.convert.tree import Tree, UnreadableError, compact, raw_of
from mitmvcr.core.dates import date_of
from mitmvcr.core.media import FORM, is_json, media_kind, parameter
from mitmvcr.core.model import Headers, Interaction, Response

#: Between two cookies: within one, a date has a comma and no name behind it.
COOKIES = re.compile(r", (?=[^\s;,=\"]+=)")
#: The port of each scheme that a URL leaves out.
PORTS = {"http": 80, "https": 443}


def from_base64(tree: Tree) -> bytes:
    """Return what a text stands for. Raise UnreadableError."""
    try:
        return base64.b64decode(tree.text())
    except (binascii.Error, ValueError):
        raise UnreadableError("is not base64", tree.place) from None


def as_coded(body: bytes, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a body as it was sent, of which a recorder has undone the content coding.
    Raise UnreadableError."""
    try:
        return encoded(body, ", ".join(_values(headers, "content-encoding")))
    except CodingError as error:
        raise UnreadableError(str(error), "request.body") from None


def _values(headers: Iterable[tuple[str, str]], lower: str) -> list[str]:
    return [value for name, value in headers if name.lower() == lower]


def uncoded(body: bytes, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a body of which a recorder has left out by which header it is in a content
    coding, and not undone that, as it does with gzip."""
    pairs = list(headers)
    is_open = _values(pairs, "content-encoding") or text_of(body) is not None
    media = "".join(_values(pairs, "content-type")[:1])
    for coding in () if is_open or not is_text(media) else _CODINGS:
        with suppress(CodingError):
            plain = decoded(body, coding)
            if text_of(plain) is not None:
                return plain
    return body


_CODINGS = ("gzip", "zstd", "deflate", "br")


def is_text(media: str) -> bool:
    """Return whether a media type is that of a text."""
    kind = media_kind(media)
    return kind.startswith("text/") or kind == FORM or is_json(kind)


def as_meant(value: Tree, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a body of which a recorder keeps what its JSON means, where it is any: a
    text may have been one of JSON's, and nothing its ``null``. The length that the
    headers state says which; where none fits, the media type does."""
    if not (value.is_text or value.is_none):
        return value.data()
    stated = {name.lower(): text for name, text in headers}
    forms = _forms(value)
    sized = [each for each in forms if f"{len(each)}" == stated.get("content-length")]
    if sized:
        return sized[0]
    # JSON that stands there as a text was written by hand.
    is_by_hand = value.is_none or forms[0][:1] in (b"", b"{", b"[")
    return forms[is_json(stated.get("content-type", "")) and not is_by_hand]


def _forms(value: Tree) -> list[bytes]:
    """Return how a text, or nothing, may have been sent, the likeliest first."""
    if value.is_none:
        return [b"null", b""]
    text = value.text()
    return [raw_of(text), compact(text), json.dumps(text).encode()]


def in_charset(text: Tree, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a body of which a recorder keeps what its text means, as it was sent: in
    the charset of its media type, where that has it all."""
    media = _values(headers, "content-type")
    named = parameter(media[0], "charset") if media else ""
    if named and text and text.is_text:  # an empty one has no mark of its order
        with suppress(LookupError, ValueError):
            return text.text().encode(named)
    return text.data()


def form_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values as a form has them, and a query."""
    return urlencode([(raw_of(name), raw_of(value)) for name, value in pairs])


def to_base64(body: bytes) -> str:
    return base64.b64encode(body).decode()


def text_of(body: bytes) -> str | None:
    """Return a body as text, or None where it is none."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


#: How bytes stand in a text that are no UTF-8.
has_bytes = re.compile("[\udc80-\udcff]").search


def in_text(each: Interaction) -> Interaction:
    """Return an interaction without such bytes, for formats of text alone: what has
    them is ISO-8859-1 there, as Python and Node read it."""
    request, response = each.request, each.response
    asked = replace(
        request, url=_in_text(request.url), headers=_all_in_text(request.headers)
    )
    said = replace(
        response,
        status=_in_text(response.status),
        headers=_all_in_text(response.headers),
    )
    return replace(each, request=asked, response=said)


def _in_text(text: str) -> str:
    return raw_of(text).decode("latin-1") if has_bytes(text) else text


def _all_in_text(headers: Headers) -> Headers:
    return {name: [*map(_in_text, values)] for name, values in headers.items()}


def moments(interactions: Iterable[Interaction]) -> list[datetime]:
    """Return when each exchange was, as far as the answers say: a cassette does
    not hold it. One that says nothing was with the one before it, the first ones with
    the first that says it; where none does, it is the present."""
    dates = [date_of(each) for each in interactions]
    last = next(filter(None, dates), None) or datetime.now(UTC).replace(microsecond=0)
    return [last := date or last for date in dates]


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def reason(status: str) -> str:
    """Return the words of a status line's tail: ``200 OK`` -> ``OK``."""
    return status.partition(" ")[2]


def lists(headers: Headers) -> dict[str, list[str]]:
    return {name: list(values) for name, values in headers.items()}


def as_sent(response: Response) -> dict[str, list[str]]:
    """Return the headers of a response with the one that go-vcr keeps in a field."""
    coding = [*response.transfer_encoding]
    framing = {"Transfer-Encoding": coding} if coding else {}
    return {**lists(response.headers), **framing}


def url_of(scheme: str, host: str, port: Tree, path: str) -> str:
    """Return the URL of parts that a format keeps apart; a usual port is left out."""
    usual = PORTS.get(scheme)
    number = port.number(usual or 0)
    place = host if number == usual else f"{host}:{number}"
    return f"{scheme}://{place}{path}"


def host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0]


def path_of(url: str) -> str:
    """Return the path with the query."""
    place = url.partition("://")[2]
    return place[len(host_of(url)) :] or "/"
