"""Whose a request is: its hidden values by their places, and what of each stays the
same from request to request."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from mitmvcr.core.choosing import ANY, SOFT, Values
from mitmvcr.core.model import Request
from mitmvcr.core.searching import each_match
from mitmvcr.secrets.known import KnownSecrets, encoded_placeholders
from mitmvcr.secrets.lists import FRESH_CLAIMS
from mitmvcr.secrets.looks import FAKE, is_real
from mitmvcr.secrets.messages import Text, Walk
from mitmvcr.secrets.names import kind_of, plain
from mitmvcr.secrets.runs import decoded_base64, object_in
from mitmvcr.secrets.scan import Place

if TYPE_CHECKING:
    from mitmvcr.secrets.text_redactor import Sweep

#: A place, and the value there; None for one that stands for any.
Hidden = tuple[str, bytes | None]
_PARTS = "request.headers.", "request.url", "request.body"
_IN_SIGNATURE = re.compile(rb"\.([a-z2-7]+)A+\Z")
#: What is new in each request, or in each run, and says nothing of who asks.
_FRESH = re.compile(
    r".*(?:signature|nonce|csrf|xsrf|captcha|hmac|digest|timestamp).*"
    r"|authenticitytoken|requestverificationtoken|antiforgery(?:token)?"
    r"|sig|xlcsign|(?:auth|authorization|exchange|js)?code|fbdtsg|codeverifier"
    r"|codechallenge|state|samlresponse|samlrequest|dpop"
    r"|xamzsecuritytoken|xamzdate|xamzcontentsha256|ga|gid|fbp|kubectlsession"
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
    b"credential username keyid key_id id oauth_consumer_key oauth_token client_id"
    b" token access_token"
).split()
_ACCOUNT = re.compile(rb"sharedkey(?:lite)?")


def whose(sweep: "Sweep", request: Request) -> Values:
    """Return the hidden values of a request by their places, in order. What is new in
    each request is left out; a variable that was named stands for itself."""
    found: dict[str, list[bytes | None]] = {}

    def visit(text: Text) -> bytes:
        if text.where.startswith(_PARTS):
            for place, value in _hidden(sweep, text):
                name = place.rpartition(":")[2]
                if is_typed(name):
                    found.setdefault(SOFT + place, []).append(value)
                elif not is_fresh(name):
                    found.setdefault(place, []).append(value)
        return text.data

    Walk(visit, sweep.names).request(request)
    return found


def whose_recorded(sweep: "Sweep", met: Request, kept: Request) -> Values:
    """Return the same of a request that is written as it is ``kept``: most hide nothing
    but in the headers that all have."""
    if "REDACTED" in kept.url or b"REDACTED" in kept.body or met.body != kept.body:
        return whose(sweep, met)
    headers = {
        name: values
        for name, values in met.headers.items()
        if kept.headers.get(name) is not values or "REDACTED" in str(values)
    }
    return whose(sweep, Request(headers=headers)) if headers else {}


def _hidden(sweep: "Sweep", text: Text) -> Iterator[Hidden]:
    data = text.data
    spans = () if text.place is Place.HEADER else sweep.found(text).spans
    is_cookie = text.place is Place.COOKIE
    if text.place is Place.HEADER or (is_cookie and (spans or b"REDACTED" in data)):
        name = kind_of(text.name if is_cookie else text.name.lower())
        yield from _one(sweep.memory, f"cookie:{name}" if is_cookie else name, data)
        return
    done = 0
    # What it is called here comes before what it was called where it was met first.
    hidden = [*spans, *sweep.memory.places(data)]
    for start, end, kind, value, *_ in sorted(hidden, key=lambda it: (it[0], -it[1])):
        if start >= done:
            done = end
            yield from _one(sweep.memory, kind, value or data[start:end])
    if b"REDACTED" in data or b"eyJ" in data:
        for mark in sent_back(data):
            yield ANY, mark


def _one(memory: KnownSecrets, place: str, value: bytes) -> Iterator[Hidden]:
    marks = list(sent_back(value))
    if marks or b"REDACTED" in value:
        yield place, marks[0] if len(marks) == 1 else None
    elif is_real(value.strip()):
        yield place, _named(memory, lasting(place, value), value)


def _named(memory: KnownSecrets, value: bytes, whole: bytes) -> bytes:
    """Return the name of a variable in place of its value, where a user named it."""
    for each in (whole, whole.rpartition(b" ")[2]):
        mark = memory.placeholder(each, "")
        if mark.startswith(b"<"):
            return mark
    return value


def _in_basic(value: bytes) -> bytes:
    scheme, _, coded = value.partition(b" ")
    return (decoded_base64(coded) or b"") if scheme.lower() == b"basic" else b""


def sent_back(value: bytes) -> Iterator[bytes | None]:
    """Yield for each placeholder in a value what an identity's letters know it by; None
    for one without a hint, and for a fake JWT that has none."""
    for found in encoded_placeholders(value):
        kind, _, hint = found[1].rpartition(b"--")
        yield b"[REDACTED:--%b]" % hint if kind and hint else None
    if b"REDACTED" in _in_basic(value):  # of a pair it is not known whose it is
        yield None
    if b"eyJ" in value:
        for found in each_match(FAKE, b"eyJ", value):
            hint = _IN_SIGNATURE.search(found[0])
            yield b"[REDACTED:--%b]" % hint[1] if hint else None


# What of a value lasts


def is_fresh(name: str) -> bool:
    """Return whether what has this name is another in each request."""
    return _FRESH.fullmatch(plain(name)) is not None


def is_typed(name: str) -> bool:
    """Return whether what has this name is a code that is used once: it may be another
    in each run, or the same one, as a wrong one often is."""
    return _TYPED.fullmatch(plain(name)) is not None


def lasting(name: str, value: bytes) -> bytes:
    """Return what of a hidden value stays the same while the same one asks."""
    if plain(name).endswith(("authorization", "xwsse")):
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
    claims = object_in(parts[1]) or {}
    kept = {k: v for k, v in claims.items() if k not in FRESH_CLAIMS}
    lasts = value
    with suppress(RecursionError):
        if kept:
            lasts = json.dumps(kept, sort_keys=True).encode()
    return lasts
