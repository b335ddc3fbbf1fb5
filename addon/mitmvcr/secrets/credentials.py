"""Whose a credential is: what of it stays the same from request to request."""

import json
import re
from contextlib import suppress

from mitmvcr.secrets.names import plain
from mitmvcr.secrets.runs import decoded_base64

#: What is new in each request, or in each run, and says nothing of who asks.
_FRESH = re.compile(
    r".*(?:signature|nonce|csrf|xsrf|captcha|hmac|digest|timestamp).*"
    r"|authenticitytoken|requestverificationtoken|antiforgery(?:token)?"
    r"|sig|code|codeverifier|codechallenge|state|samlresponse|samlrequest|dpop"
    r"|xamzsecuritytoken|xamzdate|xamzcontentsha256|ga|gid|fbp"
)
#: Codes that are used once, or that a test types anew each time.
_TYPED = re.compile(
    r".*totp.*|(?:otp|hotp|mfa|2fa|twofactor|onetime)(?:code|password|passcode|pin)?"
)
_SCHEME = re.compile(rb"\s*([A-Za-z][\w-]*)\s+(\S.*?)\s*", re.DOTALL)
_PARAMETER = re.compile(rb'([A-Za-z_-]+)\s*=\s*(?:"([^"]*)"|([^",\s]+))')
#: Each request has another token of these.
_HANDSHAKES = frozenset({b"negotiate", b"ntlm", b"kerberos"})
_WHO = (
    b"credential",
    b"username",
    b"keyid",
    b"key_id",
    b"id",
    b"oauth_consumer_key",
    b"oauth_token",
    b"client_id",
    b"token",
    b"access_token",
)
_ACCOUNT = re.compile(rb"sharedkey(?:lite)?")
#: Claims of a JWT that are new in each.
_FRESH_CLAIMS = frozenset(
    {
        "aio",
        "at_hash",
        "auth_time",
        "c_hash",
        "exp",
        "iat",
        "jti",
        "nbf",
        "nonce",
        "rat",
        "rh",
        "s_hash",
        "sid",
        "uti",
    }
)


def is_fresh(name: str) -> bool:
    """Return whether what has this name is another in each request."""
    return _FRESH.fullmatch(plain(name)) is not None


def is_typed(name: str) -> bool:
    """Return whether what has this name is a code that is used once: it may be another
    in each run, or the same one, as a wrong one often is."""
    return _TYPED.fullmatch(plain(name)) is not None


def lasting(name: str, value: bytes) -> bytes:
    """Return what of a hidden value stays the same while the same one asks."""
    if plain(name).endswith("authorization"):
        return _of_header(value)
    if plain(name).endswith("credential"):
        return value.partition(b"/")[0]
    return of_token(value)


def _of_header(value: bytes) -> bytes:
    found = _SCHEME.fullmatch(value)
    if found is None:
        return of_token(value.strip())
    scheme, rest = found[1].lower(), found[2]
    if scheme in _HANDSHAKES:
        return scheme
    if _ACCOUNT.fullmatch(scheme):
        return scheme + b" " + rest.partition(b":")[0]
    pairs = {
        name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)
    }
    who = [pairs[name].partition(b"/")[0] for name in _WHO if name in pairs]
    if who:
        return b" ".join([scheme, *who])
    is_signed = any(is_fresh(name.decode()) for name in pairs)
    return scheme if is_signed else scheme + b" " + of_token(rest)


def of_token(value: bytes) -> bytes:
    """Return a token, or the lasting claims of a JWT."""
    parts = value.split(b".")
    if len(parts) != 3 or not value.startswith(b"eyJ"):
        return value
    with suppress(ValueError, RecursionError):
        claims = json.loads(decoded_base64(parts[1]) or b"")
        kept = {k: v for k, v in claims.items() if k not in _FRESH_CLAIMS}
        if kept:
            return json.dumps(kept, sort_keys=True).encode()
    return value
