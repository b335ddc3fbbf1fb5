"""Values that stand on one line in the style of go-yaml.

Bytes in, UTF-8 bytes out. ``Decline`` is raised for whatever is not plainly in that
style: it does not mean that the text is wrong, only that PyYAML has to look at it.
The text as a whole is known to be sound UTF-8 without control characters.
"""

import re

from mitmvcr.format.resolve import is_timestamp


class Decline(Exception):
    """The text is not in go-yaml's own style: leave it to PyYAML."""


# Not an indicator, and where it is "-" not a list item.
_PLAIN = re.compile(rb"(?:[A-Za-z0-9/_.(+$^;~\\<=\x80-\xff]|-(?=[!-~]))[ -~\x80-\xff]*")
# No strings, or no names where they are keys.
_WORDS = (b"~", b"null", b"Null", b"NULL", b"<<")

# The escapes met most; the others are looked up one by one.
_COMMON_ESCAPES = (
    (b'\\"', b'"'),
    (b"\\n", b"\n"),
    (b"\\r", b"\r"),
    (b"\\t", b"\t"),
    (b"\\0", b"\0"),
)
_ESCAPE = re.compile(
    rb"\\(?:([abefvNLP_])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))"
)
_LETTERS = {
    b"a": "\a",
    b"b": "\b",
    b"e": "\x1b",
    b"f": "\f",
    b"v": "\v",
    b"N": "\x85",
    b"L": "\u2028",
    b"P": "\u2029",
    b"_": "\xa0",
}


def string(raw: bytes) -> bytes:
    """Return the value up to the end of its line, if go-yaml takes it for a string."""
    quote = raw[:1]
    if quote == b'"':
        return _double(raw)
    if quote == b"'":
        return _single(raw)
    return _plain(raw)


def _plain(raw: bytes) -> bytes:
    if (
        not _PLAIN.fullmatch(raw)
        or b": " in raw
        or b" #" in raw
        or raw[-1] in b": "
        or raw in _WORDS
        or (raw[4:5] == b"-" and is_timestamp(raw.decode("latin-1")))
    ):
        raise Decline
    return raw


def _inner(raw: bytes, quote: bytes) -> bytes:
    if len(raw) < 2 or raw[-1:] != quote:
        raise Decline
    return raw[1:-1]


def _single(raw: bytes) -> bytes:
    return single_inner(_inner(raw, b"'"))


def single_inner(inner: bytes) -> bytes:
    """Decode what stands between single quotes."""
    if b"'" not in inner:
        return inner
    if b"'" in inner.replace(b"''", b""):
        raise Decline
    return inner.replace(b"''", b"'")


def _double(raw: bytes) -> bytes:
    return double_inner(_inner(raw, b'"'))


def double_inner(inner: bytes) -> bytes:
    """Decode what stands between double quotes."""
    # Every backslash that is left in a part begins an escape of its own.
    parts = inner.split(b"\\\\")
    if parts[-1][-1:] == b"\\":
        raise Decline
    return b"\\".join([_unescaped(part) for part in parts])


def _unescaped(part: bytes) -> bytes:
    if part.count(b'"') != part.count(b'\\"'):
        raise Decline
    for escape, meaning in _COMMON_ESCAPES:
        part = part.replace(escape, meaning)
    if not (left := part.count(b"\\")):
        return part
    text, found = _ESCAPE.subn(_meaning, part)
    if found != left:
        raise Decline
    return text


def _meaning(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return _LETTERS[match[1]].encode()
    try:
        return chr(int(match[2] or match[3] or match[4], 16)).encode()
    except (ValueError, OverflowError):  # a surrogate, or beyond Unicode
        raise Decline from None
