"""What go-yaml escapes in double quotes, and what it writes in base64."""

import codecs
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from struct import Struct

from mitmvcr.core.vectors import LARGE, holds

#: Bytes that need no look at all. The rest is C0 without the line feed, DEL, and lead
#: bytes of characters of which some are escaped or end a line.
_HARMLESS = bytes({*range(0x20, 0x7F), 0x0A, *range(0x80, 0xF0)} - {0xC2, 0xE2, 0xEF})
_LEADS = b"\xc2\xe2\xef"
_LATIN_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_UNPRINTABLE = tuple(each.encode() for each in ("\ufeff", "\ufffe", "\uffff"))
#: They end a line in YAML 1.1.
SEPARATORS = tuple(each.encode() for each in ("\u2028", "\u2029"))


_CONTROLS = tuple(bytes([byte]) for byte in range(0x80) if byte not in _HARMLESS)
#: What is larger is gone through in parts of this size, which stay in the cache.
_PART = 1 << 16


def oddities(value: bytes) -> bytes:
    """The bytes of a value that are worth a look, in their order; mostly none."""
    if len(value) > LARGE and is_plain_ascii(value):
        return b""
    return value.translate(None, _HARMLESS)


def is_plain_ascii(value: bytes) -> bool:
    if not value.isascii():
        return False
    # Of many bytes one is looked for faster than each is looked at, 33 times over.
    if len(value) > LARGE:
        return not any(control in value for control in _CONTROLS)
    return not value.translate(None, _HARMLESS)


def is_utf8(value: bytes) -> bool:
    """In parts: one large text would take fresh memory, at five times the cost."""
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
    """Whether some character of a text in UTF-8 cannot stand for itself.

    Tabs and line ends can, in some places.
    """
    if odd.translate(None, _LEADS + b"\t"):
        return True
    if b"\xc2" in odd and _LATIN_CONTROL.search(value):
        return True
    return b"\xef" in odd and any(holds(value, each) for each in _UNPRINTABLE)


_NAMES = {
    0x00: "0", 0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f",
    0x0D: "r", 0x1B: "e", 0x22: '"', 0x5C: "\\", 0x85: "N", 0xA0: "_",
    0x2028: "L", 0x2029: "P",
}  # fmt: skip
_NAMED = bytes(point for point in _NAMES if point < 0x80)
_SIMPLE_ESCAPES = (
    (b"\\", b"\\\\"),
    (b'"', b'\\"'),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\t", b"\\t"),
)
#: What is escaped, by its first byte: to look for a single byte first is by far the
#: fastest, so nothing literal follows it here.
_RARE = {
    0xC2: re.compile(rb"\xc2[\x80-\x9f]"),
    0xE2: re.compile(rb"\xe2(?=\x80[\xa8\xa9])[\x80-\xbf]{2}"),
    0xEF: re.compile(rb"\xef(?=\xbb\xbf|\xbf[\xbe\xbf])[\x80-\xbf]{2}"),
    **{lead: re.compile(b"%c[\x80-\xbf]{3}" % lead) for lead in range(0xF0, 0xF5)},
}
_BOM = b"\xef\xbb\xbf"


def double_quoted(value: bytes, odd: bytes) -> Sequence[bytes] | Iterator[bytes]:
    """A text in UTF-8, in pieces; a large one a part at a time."""
    escape = _all_escaped if value.startswith(_BOM) else _escaped_text
    if len(value) <= 2 * _PART:
        return b'"', escape(value, odd), b'"\n'
    return _large_quoted(value, odd, escape)


def _large_quoted(
    value: bytes, odd: bytes, escape: Callable[[bytes, bytes], bytes]
) -> Iterator[bytes]:
    # How many there are of a kind counts only where not all is ASCII.
    kinds = bytes(set(odd)) if value.isascii() else b""
    yield b'"'
    at = 0
    while at < len(value):
        end = at + _PART
        while value[end : end + 1] and value[end] & 0xC0 == 0x80:
            end += 1  # in the midst of a character
        part = value[at:end]
        yield escape(part, kinds or oddities(part))
        at = end
    yield b'"\n'


def _escaped_text(value: bytes, odd: bytes) -> bytes:
    if value.isascii():
        return _ascii_escaped(value, odd)
    dense = _is_dense(value, odd)
    for character, escape in _SIMPLE_ESCAPES:
        value = value.replace(character, escape)
    escaped = _astral_escaped(value) if dense else None
    return _rare_escaped(value, odd) if escaped is None else escaped


def _rare_escaped(value: bytes, odd: bytes) -> bytes:
    for lead in set(odd) - set(b"\r\t"):
        if lead in _RARE:
            value = _RARE[lead].sub(lambda match: _escaped(match[0]), value)
        else:
            value = value.replace(bytes([lead]), _escape(chr(lead)).encode())
    return value


# Many characters at once, without a step of Python's for each: the bytes are translated
# to text of which Python's own codecs make two or four bytes each, and those bytes are
# translated to the wanted ones.


def _table(*changes: tuple[int, int]) -> bytes:
    """For ``bytes.translate``."""
    table = dict(zip(range(256), range(256), strict=True)) | dict(changes)
    return bytes(table.values())


#: A named character becomes one from U+0080 on, which UTF-8 writes as C2 and a byte.
_TO_PAIRS = _table(*((point, 0x80 + at) for at, point in enumerate(_NAMED)))
_FROM_PAIRS = _table(
    (0xC2, ord("\\")),
    *((0x80 + at, ord(_NAMES[point])) for at, point in enumerate(_NAMED)),
)


def _ascii_escaped(value: bytes, odd: bytes) -> bytes:
    paired = value.translate(_TO_PAIRS).decode("latin-1").encode()
    return _rare_escaped(paired.translate(_FROM_PAIRS), odd.translate(None, _NAMED))


#: Both hexadecimal digits of an ASCII character with their highest bit changed: then
#: it is none, and ``unicode_escape`` writes it as ``\\xNN``. A quote goes as a tab.
_TO_HEX = _table(*((n, n ^ 0x88) for n in range(128) if n not in b'\\"\n\r'), (34, 9))
_FROM_HEX = _table(
    *((ord(f"{n:x}"), ord(f"{n ^ 8:X}")) for n in range(16)), (ord("t"), ord('"'))
)
_NOT_ASCII = re.compile(rb"([\x80-\xff]+)")


def _all_escaped(value: bytes, odd: bytes) -> bytes:
    """go-yaml looks for a BOM at the start of the text, whichever character it is about
    to write, and so, behind one, escapes every one."""
    rest = value.removeprefix(_BOM)
    bom = value[: len(value) - len(rest)]
    parts = [rest] if rest.isascii() else _NOT_ASCII.split(rest)
    escaped = b"".join(_each_escaped(part) for part in (bom, *parts))
    for point in set(odd) & set(_NAMED) - set(b"\r"):
        name = b"\\" + _NAMES[point].encode()
        escaped = escaped.replace(b"\\x%02X" % point, name)
    return escaped


def _each_escaped(part: bytes) -> bytes:
    if not part.isascii():
        return "".join(map(_escape, part.decode())).encode()
    hidden = part.translate(_TO_HEX).decode("latin-1")
    return hidden.encode("unicode_escape").translate(_FROM_HEX)


#: ``backslashreplace`` writes hexadecimal digits in lower case; so those letters of the
#: text are written in the other case before, and then every one is changed.
_OTHER_CASE = _table(*zip(b"abcdefABCDEF", b"ABCDEFabcdef", strict=True))
_SHORT_ESCAPE = re.compile(rb"\\(?:u(....)|x(..))")
_LIKE_ESCAPE = re.compile(rb"\\[uxU]")
_ASCII = bytes(range(128))
_FEW, _MANY = 12, 64
#: To escape each alone takes 50 times as long as to look at a byte in bulk.
_SPARSE = 50


def _is_dense(value: bytes, odd: bytes) -> bool:
    """Whether most of what is not ASCII lies above U+FFFF, and is much."""
    astral = odd.count(b"\xf0")
    return (
        astral > _MANY
        and _SPARSE * astral > len(value)
        and not odd.translate(None, b"\r\t\xc2\xe2\xef\xf0")
        and not _LIKE_ESCAPE.search(value)
        and len(value.translate(None, _ASCII)) < 8 * astral
    )


def _astral_escaped(value: bytes) -> bytes | None:
    """All that is not ASCII escaped, and undone for the few characters that stand for
    themselves. None where those are more, or others are among them."""
    text = value.translate(_OTHER_CASE).decode()
    escaped = text.encode("ascii", "backslashreplace").translate(_OTHER_CASE)
    for _ in range(_FEW):
        found = _SHORT_ESCAPE.search(escaped)
        if found is None:
            return escaped
        character = chr(int(found[1] or found[2], 16)).encode()
        if _must_be_escaped(character):
            return None
        escaped = escaped.replace(found[0], character)
    return None


def _must_be_escaped(character: bytes) -> bool:
    rare = _RARE.get(character[0])
    return rare is not None and rare.match(character) is not None


@lru_cache(maxsize=4096)
def _escaped(character: bytes) -> bytes:
    return _escape(character.decode()).encode()


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
    rows = [b"!!binary |", *_rows(text)]
    rows[-1] += b"\n"
    return (b"\n" + b" " * indent).join(rows)


def is_one_row(value: bytes) -> bool:
    return -(-len(value) // 3) * 4 < _ROW


def _rows(text: bytes) -> list[bytes]:
    most = len(text) - len(text) % _ROWS.size
    rows = list(chain.from_iterable(_ROWS.iter_unpack(memoryview(text)[:most])))
    rows += [text[at : at + _ROW] for at in range(most, len(text), _ROW)]
    return rows
