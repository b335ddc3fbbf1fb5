"""A JWT of the same form that is nobody's, for clients that take apart what they get.

Its header and claims are those of the real one, except for what tells of a person and
what has the name of a secret; its signature is zeros. In a replay its times are moved
to the present, by as much each, so that it is as young as it was.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from math import isfinite

from mitmvcr.core.searching import each_match
from mitmvcr.secrets.looks import FAKE
from mitmvcr.secrets.runs import object_in

Claims = dict[str, object]

#: Claims about a person or an account of one: OpenID Connect Core 5.1, and those of
#: Entra ID, Google and Cognito.
_NAMES = (
    "sub email emails name given_name family_name middle_name nickname profile picture"
    " website gender birthdate phone_number address preferred_username username upn"
    " unique_name oid sid puid altsecid ipaddr login_hint onprem_sid user_id uid hd"
    " cognito:username custom:email account actor"
)
_PERSONAL = frozenset(_NAMES.split())
_TIMES = ("iat", "nbf", "exp", "auth_time")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NOBODY = "00000000-0000-4000-8000-000000000000"
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


class Fakes:
    """Makes fakes; ``is_secret`` tells the names of secrets."""

    def __init__(self, is_secret: Callable[[str], bool]) -> None:
        self._is_secret = is_secret

    def of(self, token: bytes) -> bytes | None:
        """Return the fake of a token; None for what is no JWT, or an encrypted one."""
        parts = token.split(b".")
        claims = claims_of(token) if len(parts) == 3 else None
        if claims is None or object_in(parts[0]) is None:
            return None
        with suppress(RecursionError):  # nobody nests claims so deep
            plain = {name: self._claim(name, value) for name, value in claims.items()}
            return b".".join((parts[0], _coded(plain), b"A" * len(parts[2])))
        return None

    def _claim(self, name: str, value: object) -> object:
        if name in _PERSONAL or self._is_secret(name):
            return _nobodys(value)
        if isinstance(value, dict):
            return {inner: self._claim(inner, each) for inner, each in value.items()}
        return value


def _nobodys(value: object) -> object:
    """Return a value of the same form; that of such a value is the same again."""
    if isinstance(value, dict):
        return {name: _nobodys(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_nobodys(each) for each in value]
    if isinstance(value, str):
        return _text(value)
    return value if isinstance(value, bool) or value is None else 0


def _text(value: str) -> str:
    if _UUID.fullmatch(value):
        return _NOBODY
    if _EMAIL.fullmatch(value):
        return "user@example.com"
    return _DIGIT.sub("0", _LETTER.sub("x", value))


def moved(fake: bytes, now: int) -> bytes:
    """Return a fake with its times as late as if it was given out now."""
    claims = claims_of(fake) or {}
    given = next((t for name in _TIMES if (t := _time(claims, name))), None)
    if given is None or given >= now:
        return fake
    later: Claims = {}
    for name in _TIMES:
        if (time := _time(claims, name)) is not None:
            later[name] = time + now - given
    head, _, signature = fake.split(b".")
    return b".".join((head, _coded(claims | later), signature))


def _time(claims: Claims, name: str) -> int | None:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return int(value) if isfinite(value) else None


def each_in(data: bytes) -> list[bytes]:
    """Return the fakes in a text."""
    return list(dict.fromkeys(found[0] for found in each_match(FAKE, b"eyJ", data)))


def claims_of(token: bytes) -> Claims | None:
    return object_in(token.split(b".")[1])


def _coded(claims: Claims) -> bytes:
    text = json.dumps(claims, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).rstrip(b"=")
