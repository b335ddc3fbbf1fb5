"""Request headers, as they tell equal interactions apart."""

import re
from collections.abc import Mapping

from mitmvcr.core.media import without_boundary
from mitmvcr.core.model import Headers
from mitmvcr.core.placeholders import any_placeholder_text

#: Name in lower case -> values, in one text.
Fields = Mapping[str, str]

#: What a client, a proxy or a connection adds by itself: a cassette that one language's
#: client made replays to another's.
NEVER = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "forwarded",
        "host",
        "http2-settings",
        "keep-alive",
        "origin",
        "priority",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-forwarded-for",
    }
)

_BLANKS = re.compile(r"[ \t]+")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_MOST = 512
_known: dict[int, tuple[Headers, Fields]] = {}


def fields(headers: Headers) -> Fields:
    """Return the headers that may tell requests apart, remembered by the object: most
    clients and most cassettes repeat theirs."""
    known = _known.get(id(headers))
    if known is not None and known[0] is headers:
        return known[1]
    found: dict[str, str] = {}
    for spelled, values in headers.items():
        name = spelled.lower()
        if name not in NEVER:
            text = ",".join(map(spelled_once, values))
            if name == "soapaction":  # clients write it with quotes and without
                text = text.strip('"')
            found[name] = f"{found[name]},{text}" if name in found else text
    if len(_known) >= _MOST:
        _known.clear()
    _known[id(headers)] = headers, found
    return found


def spelled_once(value: str) -> str:
    """Return a header's value in one spelling of its blanks."""
    value = any_placeholder_text(without_boundary(value)).strip()
    if "," in value:
        value = _COMMA.sub(",", value)
    return _BLANKS.sub(" ", value) if " " in value or "\t" in value else value
