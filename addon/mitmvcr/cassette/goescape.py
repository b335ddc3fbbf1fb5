"""What go-yaml escapes in double quotes, and what it writes in base64."""

import re
from base64 import b64encode
from functools import lru_cache
from itertools import chain
from struct import Struct

#: Bytes that need no look at all. The rest is C0 without the line feed, DEL, and lead
#: bytes of characters of which some are escaped or end a line.
_HARMLESS = bytes({*range(0x20, 0x7F), 0x0A, *range(0x80, 0xF0)} - {0xC2, 0xE2, 0xEF})
_LEADS = b"\xc2\xe2\xef"
_LATIN_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_UNPRINTABLE = ("\ufeff", "\ufffe", "\uffff")
#: They end a line in YAML 1.1.
SEPARATORS = ("\u2028", "\u2029")


def oddities(value: bytes) -> bytes:
    """The bytes of a value that are worth a look, in their order; mostly none."""
    return value.translate(None, _HARMLESS)


def must_escape(value: bytes, text: str, odd: bytes) -> bool:
    """Whether some character cannot stand for itself; ``text`` is decoded ``value``.

    Tabs and line ends can, in some places.
    """
    if odd.translate(None, _LEADS + b"\t"):
        return True
    if b"\xc2" in odd and _LATIN_CONTROL.search(value):
        return True
    return b"\xef" in odd and any(each in text for each in _UNPRINTABLE)


_SIMPLE_ESCAPES = (
    (b"\\", b"\\\\"),
    (b'"', b'\\"'),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\t", b"\\t"),
)
_RARE = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xc2\xe2\xef\xf0-\xf4][\x80-\xbf]*"
)
_BOM = b"\xef\xbb\xbf"


def double_quoted(value: bytes, odd: bytes) -> bytes:
    if value.startswith(_BOM):
        # go-yaml looks for the BOM at the start of the text, whichever character it
        # is about to write, and so escapes every one.
        return f'"{"".join(map(_escape, value.decode()))}"\n'.encode()
    for character, escape in _SIMPLE_ESCAPES:
        value = value.replace(character, escape)
    if odd.translate(None, b"\r\t"):
        value = _RARE.sub(lambda match: _escaped(match[0]), value)
    return b'"%b"\n' % value


@lru_cache(maxsize=4096)
def _escaped(character: bytes) -> bytes:
    """As it stands in double quotes, where most stand for themselves."""
    text = character.decode()
    if must_escape(character, text, oddities(character)) or text in SEPARATORS:
        return _escape(text).encode()
    return character


_NAMES = {
    0x00: "0", 0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f",
    0x0D: "r", 0x1B: "e", 0x22: '"', 0x5C: "\\", 0x85: "N", 0xA0: "_",
    0x2028: "L", 0x2029: "P",
}  # fmt: skip


@lru_cache(maxsize=4096)
def _escape(character: str) -> str:
    point = ord(character)
    if point in _NAMES:
        return "\\" + _NAMES[point]
    if point <= 0xFF:
        return f"\\x{point:02X}"
    return f"\\u{point:04X}" if point <= 0xFFFF else f"\\U{point:08X}"


_ROW = 70
#: Many rows at once, which is five times as fast as to slice them off.
_ROWS = Struct(f"{_ROW}s" * 128)


def binary(value: bytes, indent: int) -> bytes:
    """``!!binary``, on the same line where that line is short enough."""
    text = b64encode(value)
    if is_one_row(value):
        return b"!!binary %b\n" % text
    end = b"\n" + b" " * indent
    return b"!!binary |%b%b\n" % (end, end.join(_rows(text)))


def is_one_row(value: bytes) -> bool:
    return -(-len(value) // 3) * 4 < _ROW


def _rows(text: bytes) -> list[bytes]:
    most = len(text) - len(text) % _ROWS.size
    rows = list(chain.from_iterable(_ROWS.iter_unpack(memoryview(text)[:most])))
    rows += [text[at : at + _ROW] for at in range(most, len(text), _ROW)]
    return rows
