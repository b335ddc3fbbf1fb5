"""A value as it travels: percent, JSON, HTML, base64 at each of its three offsets."""

import html
import json
import re
from base64 import b32encode, b64encode
from collections.abc import Iterator
from itertools import product
from string import ascii_letters, digits

from mitmvcr.secrets.scan import BYTES

#: What is left as it is, and with it: a path's slashes, and what JavaScript's
#: encodeURIComponent leaves.
_UNRESERVED = (ascii_letters + digits + "_.-~").encode()
_SAFE = b"", b"/", b"!'()*", b"!'()*/"
#: Each encoding leaves them.
_SAME = re.compile(rb"[A-Za-z0-9._~-]*")

_FOR_URLS = bytes.maketrans(b"+/", b"-_")


def as_text(value: bytes) -> set[bytes]:
    """Return the value in each encoding that keeps its letters readable."""
    if _SAME.fullmatch(value):
        return {value}
    text = value.decode(*BYTES)
    forms = {value, *_percent(value), *_json(text)}
    forms |= {html.escape(text, quote).encode(*BYTES) for quote in (False, True)}
    # Once more: a URL within a URL, JSON within JSON.
    forms |= {once for form in _percent(value) for once in _percent(form)}
    inner = {form.decode(*BYTES) for form in _json(text)}
    forms |= {twice for form in inner for twice in _json(form)}
    return forms


def _percent(value: bytes) -> set[bytes]:
    """Return the value as programs encode it in a URL, with capitals or without."""
    coded = value.replace(b"%", b"%25")
    others = {*coded.translate(None, _UNRESERVED + b"%")}
    forms: set[bytes] = set()
    for capitals, safe in product((b"%%%02X", b"%%%02x"), _SAFE):
        form = coded
        for each in others.difference(safe):
            form = form.replace(bytes([each]), capitals % each)
        forms |= {form} if safe else {form, form.replace(b"%20", b"+")}
    return forms


def _json(text: str) -> Iterator[bytes]:
    for ascii_only in (False, True):
        escaped = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        for form in (escaped, escaped.replace("/", "\\/"), _gos(escaped)):
            yield form.encode(*BYTES)


def _gos(escaped: str) -> str:
    """Escape ``<``, ``>`` and ``&`` as Go's encoding/json does."""
    for character in "<>&":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped


def recoded(value: bytes, new: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the value in hex and in base32, and in each what stands in its place."""
    for one, other in ((value.hex(), new.hex()), (_base32(value), _base32(new))):
        yield one.encode(), other.encode()
    yield value.hex().upper().encode(), new.hex().upper().encode()
    whole = b32encode(value)
    if whole.endswith(b"="):
        yield whole, b32encode(new)


def _base32(value: bytes) -> str:
    return b32encode(value).decode().rstrip("=")


def as_base64(value: bytes) -> set[bytes]:
    """Return what of the value's base64 does not depend on the bytes around it."""
    forms: list[bytes] = []
    for offset in range(3):
        first = (offset * 8 + 5) // 6
        last = (offset + len(value)) * 8 // 6
        forms.append(b64encode(bytes(offset) + value)[first:last])
    return {*forms, *[each.translate(_FOR_URLS) for each in forms]}
