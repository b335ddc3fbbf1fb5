"""What go-yaml escapes in double quotes, and what it writes in base64."""

import codecs
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache

#: Worth a look: C0 without the line feed, DEL, and lead bytes of characters of which
#: some are escaped or end a line.
_MET = bytes({*range(0x20), 0x7F, 0xC2, 0xE2, 0xEF, *range(0xF0, 0xF5)} - {0x0A})
_HARMLESS = bytes({*range(0x100)} - {*_MET})
_LEADS = b"\xc2\xe2\xef"
#: Escaped, whatever stands round it.
LATIN_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
UNPRINTABLE = tuple(each.encode() for each in ("\ufeff", "\ufffe", "\uffff"))
#: They end a line in YAML 1.1.
SEPARATORS = tuple(each.encode() for each in ("\u2028", "\u2029"))


#: What is larger is gone through in parts of this size, which stay in the cache.
_PART = 1 << 16


def oddities(value: bytes) -> bytes:
    """Return the bytes of a value that are worth a look; mostly none."""
    return value.translate(None, _HARMLESS)


def is_plain_ascii(value: bytes) -> bool:
    return value.isascii() and not oddities(value)


def is_utf8(value: bytes) -> bool:
    """Return whether data is UTF-8. Decode it in parts: one large text would take fresh
    memory, at five times the cost."""
    if value.isascii():
        return True
    view, at = memoryview(value), 0
    try:
        while at < len(value):
            part = view[at : at + _PART]
            at += codecs.utf_8_decode(part, "strict", at + len(part) == len(value))[1]
    except UnicodeDecodeError:
        return False
    return True


def must_escape(value: bytes, odd: bytes) -> bool:
    """Return whether some character of a text in UTF-8 cannot stand for itself.

    Tabs and line ends can, in some places.
    """
    if odd.translate(None, _LEADS + b"\t"):
        return True
    if b"\xc2" in odd and LATIN_CONTROL.search(value):
        return True
    return b"\xef" in odd and any(text in value for text in UNPRINTABLE)


#: The letter behind the backslash, for who writes and who reads.
ESCAPES = {
    0x00: "0", 0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f",
    0x0D: "r", 0x1B: "e", 0x22: '"', 0x5C: "\\", 0x85: "N", 0xA0: "_",
    0x2028: "L", 0x2029: "P",
}  # fmt: skip
#: What texts have many of: each is replaced everywhere at once.
_SIMPLE_ESCAPES = (
    (b"\\", b"\\\\"),
    (b'"', b'\\"'),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\t", b"\\t"),
)
#: Other characters that may have to be.
_RARE = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f\x7f\xc2\xe2\xef\xf0-\xf4][\x80-\xbf]*")
_BOM = UNPRINTABLE[0]


def double_quoted(value: bytes) -> Iterable[bytes]:
    """Return a text in UTF-8 double-quoted, in pieces. Behind a BOM go-yaml escapes
    every character: it looks for one at the start of the text, whichever character it
    is about to write."""
    if value.startswith(_BOM):
        text = value.decode()
        escaped = {each: _escape(each) for each in set(text)}
        return b'"', "".join(map(escaped.__getitem__, text)).encode(), b'"\n'
    for character, escape in _SIMPLE_ESCAPES:
        value = value.replace(character, escape)
    return b'"', _RARE.sub(lambda found: _escapes(found[0]), value), b'"\n'


@lru_cache(maxsize=4096)
def _escape(character: str) -> str:
    point = ord(character)
    if point in ESCAPES:
        return "\\" + ESCAPES[point]
    if point <= 0xFF:
        return f"\\x{point:02X}"
    return f"\\u{point:04X}" if point <= 0xFFFF else f"\\U{point:08X}"


@lru_cache(maxsize=4096)
def _escapes(one: bytes) -> bytes:
    """Escape a character in UTF-8 if it cannot stand for itself."""
    character = one.decode()
    is_plain = 0xA0 <= ord(character) <= 0xFFFF
    if is_plain and one not in (*SEPARATORS, *UNPRINTABLE):
        return one
    return _escape(character).encode()


_ROW = 70
#: In bytes: two rows are 105.
_BINARY_PART = 105 * 256


def binary(value: bytes, indent: int) -> Iterator[bytes]:
    """Yield data as ``!!binary``, in pieces; on the same line where that line is short
    enough."""
    if is_one_row(value):
        yield b"!!binary %b\n" % b64encode(value)
        return
    yield b"!!binary |"
    view, pad = memoryview(value), b"\n" + b" " * indent
    for at in range(0, len(value), _BINARY_PART):
        text = b64encode(view[at : at + _BINARY_PART])
        yield pad
        yield pad.join([text[i : i + _ROW] for i in range(0, len(text), _ROW)])
    yield b"\n"


def is_one_row(value: bytes) -> bool:
    return -(-len(value) // 3) * 4 < _ROW
