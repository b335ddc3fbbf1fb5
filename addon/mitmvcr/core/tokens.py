"""JWTs and other base64 in a text: what they hold, changed."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress

#: A JWT that is signed or not; an encrypted one has five parts. A full stop may follow.
TOKEN = re.compile(rb"(?<![\w.-])eyJ[\w-]{4,}+\.[\w-]{4,}+\.[\w-]*+(?![\w-]|\.[\w-])")
#: What may be base64 of a text.
BASE64 = re.compile(rb"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w+/=-])")

Change = Callable[[bytes], bytes]


def payload_of(token: bytes) -> bytes:
    """Return what a JWT says, empty where it cannot be read."""
    return decoded(token.split(b".")[1])


def decoded(text: bytes) -> bytes:
    """Return what base64 of either alphabet holds, empty where it is none."""
    plain = text.rstrip(b"=").translate(_TO_URL)
    with suppress(ValueError):
        return urlsafe_b64decode(plain + b"=" * (-len(plain) % 4))
    return b""


_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def changed_token(token: bytes, change: Change) -> bytes:
    """Return a JWT whose claims are changed, with a signature of zeros; the same where
    nothing in it changes."""
    head, _, signature = token.split(b".")
    old = payload_of(token)
    new = change(old)
    if new == old:
        return token
    return b".".join((head, _coded(new), b"A" * len(signature)))


def is_signed(token: bytes) -> bool:
    """Return whether a JWT has a signature that is not made of zeros."""
    return token.rpartition(b".")[2].strip(b"A") != b""


def changed_base64(text: bytes, change: Change) -> bytes:
    """Return base64 whose content is changed, in the same alphabet and with padding
    where it had some."""
    old = decoded(text)
    new = change(old)
    if new == old or not _is_text(old):
        return text
    coded = _coded(new)
    if b"+" in text or b"/" in text:
        coded = coded.translate(_FROM_URL)
    padded = text.endswith(b"=") or (len(text) % 4 == 0 and len(coded) % 4 == 0)
    return coded + b"=" * (-len(coded) % 4) if padded else coded


def _coded(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
