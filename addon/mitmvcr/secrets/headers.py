"""The parts of headers that hold secrets."""

import re
from collections.abc import Callable, Iterator

from mitmvcr.secrets.looks import is_opaque, is_random
from mitmvcr.secrets.runs import decoded_base64
from mitmvcr.secrets.scan import BYTES, Place, Scan, Value

#: As in Token token="x"
_PARAMETER = re.compile(
    r"(?i)\b(?:(?:access_|oauth_|auth_|api_)?token|(?:api_?)?key|secret|password)"
    r"=\"?([^\",\s]{8,})\"?"
)
_SCHEME = re.compile(r"\s*([A-Za-z][\w-]*)\s+(\S+)\s*")
_QUOTES = '"'
#: A header in which browsers send a token too, since they can set no other one for a
#: WebSocket.
PROTOCOLS = "sec-websocket-protocol"
PIECE = re.compile(r"[^\s,.\"]{16,}")
_HUMPS = r"[A-Za-z][a-z]{0,13}(?:[A-Z][a-z]{1,13}){0,4}"
_WORD = rf"(?:(?:{_HUMPS}|[A-Z]{{2,14}})[0-9]{{0,4}}|[0-9]{{1,4}})"
#: As ``graphql-transport-ws``, ``mqttv5``.
_PROTOCOL = re.compile(rf"{_WORD}(?:[-_+]{_WORD})*+")


def credentials(value: str) -> Iterator[str]:
    """Yield the secrets in a value as ``Bearer abc`` or ``Basic dTpw``."""
    found = _SCHEME.fullmatch(value)
    if found is None or _PARAMETER.fullmatch(found[2]):
        if " " not in value.strip():
            yield value.strip()
        yield from (found[1] for found in _PARAMETER.finditer(value))
        return
    yield found[2]
    key, colon, _ = found[2].partition(":")
    if colon and is_opaque(key.encode(*BYTES)) and not (key.islower() or key.isupper()):
        yield key  # of LOW key:secret; an account has small letters
    if found[1].lower() == "basic":
        pair = decoded_base64(found[2].encode(*BYTES)) or b""
        yield pair.partition(b":")[2].decode(*BYTES)


def masked_cookies(value: str, mask: Callable[[str, str], str]) -> str:
    """Replace each value by ``mask(name, value)``, where the name may be empty; the
    rest stays."""
    return ";".join(_masked(part, mask) for part in value.split(";"))


def masked_set_cookie(value: str, mask: Callable[[str, str], str]) -> str:
    """Replace the cookie's own value alone: its attributes stay. Several may be joined,
    as by fetch and gateways."""

    def masked(cookie: str) -> str:
        pair, semicolon, attributes = cookie.partition(";")
        return _masked(pair, mask) + semicolon + attributes

    return ",".join(map(masked, _apart(value)))


def _apart(value: str) -> list[str]:
    """Return each of joined cookies: one ends with its attributes, or at a blank; any
    other comma is one of its value."""
    first, *rest = _JOINED.split(value)
    found = [first]
    for piece in rest:
        if piece[:1].isspace() or ";" in found[-1]:
            found.append(piece)
        else:
            found[-1] += "," + piece
    return found


def masked_protocols(value: str, mask: Callable[[str], str]) -> str:
    """Replace each token among the protocols of a WebSocket, as Kubernetes and others
    have it there: ``base64url.bearer.authorization.k8s.io.bGV0LW1lLWlu``. A JWT shows
    by its own form."""

    def hidden(found: re.Match[str]) -> str:
        return mask(found[0]) if is_token(found[0]) else found[0]

    return value if "eyJ" in value else PIECE.sub(hidden, value)


def is_token(piece: str) -> bool:
    """Return whether a piece of a protocol's name is a token."""
    return not _PROTOCOL.fullmatch(piece) and is_random(piece.encode(*BYTES))


#: The comma before a cookie: the one of a date has no name behind it.
_JOINED = re.compile(r",(?=\s*[\w!#$%&'*+.^`|~-]+=)")
_COOKIES = re.compile(
    rb"(?:\\{0,15}+[\"'](?:[ \t]{0,20}+,\s{0,80}+\\{0,15}+[\"']value\\{0,15}+[\"'])?+"
    rb"[ \t]{0,20}+[:=]|[ \t]{0,20}+=|:[ \t]{0,9}+\r?\n[ \t]{0,60}+-)[ \t\r\n]{0,20}+"
    rb"\[?[ \t\r\n]{0,20}+\\{0,15}+[\"']?"
    rb"([\w.-]{1,100}+=[^\"'\\\r\n<>]{1,8000}+)"
)
_COOKIE = re.compile(rb"[ \t]*+([\w.-]{1,100}+)=([^;]++)")


def cookies_in(scan: Scan, at: int) -> Iterator[tuple[bytes, Value]]:
    """Yield the name of each cookie behind the name of their header, and its value, in
    JSON and in code; a head's own line is that of ``heads.py``."""
    found = scan.match(_COOKIES, at)
    if found is None:
        return
    for each in _COOKIE.finditer(scan.data, *found.span(1)):
        yield each[1], Value(*each.span(2), each[2], Place.COOKIE)


def _masked(part: str, mask: Callable[[str, str], str]) -> str:
    name, equals, value = part.partition("=")
    if not equals:
        name, value = "", part
    bare = value.strip().strip(_QUOTES)
    if not bare:
        return part
    return name + equals + value.replace(bare, mask(name.strip(), bare))
