"""What go-yaml escapes in double quotes, and what it writes in base64."""

import codecs
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from struct import Struct

from mitmvcr.core.searching import LARGE, holds

#: Worth a look: C0 without the line feed, DEL, and lead bytes of characters of which
#: some are escaped or end a line.
_HARDLY_MET = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_ASCII_MET = b"\t\r\x7f"
_MET = _ASCII_MET + b"\xc2\xe2\xef\xf0\xf1\xf2\xf3\xf4"
_HARMLESS = bytes({*range(0x100)} - {*_HARDLY_MET, *_MET})
_LEADS = b"\xc2\xe2\xef"
#: Escaped, whatever stands round it.
LATIN_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
UNPRINTABLE = tuple(each.encode() for each in ("\ufeff", "\ufffe", "\uffff"))
#: They end a line in YAML 1.1.
SEPARATORS = tuple(each.encode() for each in ("\u2028", "\u2029"))


#: What is larger is gone through in parts of this size, which stay in the cache.
_PART = 1 << 16


def oddities(value: bytes) -> bytes:
    """Return the bytes of a value that are worth a look, each once or more often;
    mostly none."""
    if len(value) <= LARGE:
        return value.translate(None, _HARMLESS)
    # One of them is looked for many times faster than each byte is looked at. (With DEL
    # among the others letters would be taken for a trace of it, time and again.)
    odd = bytes(n for n in (_ASCII_MET if value.isascii() else _MET) if n in value)
    for some in (_HARDLY_MET[:15], _HARDLY_MET[15:]):
        if holds(value, *(bytes([n]) for n in some)):
            odd += bytes(n for n in some if n in value)
    return odd


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
    return b"\xef" in odd and holds(value, *UNPRINTABLE)


#: The letter behind the backslash, for who writes and who reads.
ESCAPES = {
    0x00: "0", 0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f",
    0x0D: "r", 0x1B: "e", 0x22: '"', 0x5C: "\\", 0x85: "N", 0xA0: "_",
    0x2028: "L", 0x2029: "P",
}  # fmt: skip
_NAMED = bytes(point for point in ESCAPES if point < 0x80)
_SIMPLE_ESCAPES = (
    (b"\\", b"\\\\"),
    (b'"', b'\\"'),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\t", b"\\t"),
)
_ONES = b"".join(character for character, _ in _SIMPLE_ESCAPES)
#: What is escaped beyond ASCII, by its first byte: a few texts, or many kinds.
_RARE = {0xE2: SEPARATORS, 0xEF: UNPRINTABLE}
_MANY_KINDS = {
    0xC2: re.compile(rb"(\xc2[\x80-\x9f])"),
    **{lead: re.compile(b"(%c[\x80-\xbf]{3})" % lead) for lead in range(0xF0, 0xF5)},
}
_BOM = UNPRINTABLE[0]


def double_quoted(value: bytes, odd: bytes) -> Iterable[bytes]:
    """Yield a text in UTF-8 double-quoted, a large one a part at a time."""
    kinds = bytes(set(odd))
    escape = _all_escaped if value.startswith(_BOM) else _escaped_text
    if len(value) <= 2 * _PART:
        return b'"', escape(value, kinds), b'"\n'
    return _large_quoted(value, kinds, escape)


def _large_quoted(
    value: bytes, kinds: bytes, escape: Callable[[bytes, bytes], bytes]
) -> Iterator[bytes]:
    yield b'"'
    at = 0
    while at < len(value):
        end = at + _PART
        while value[end : end + 1] and value[end] & 0xC0 == 0x80:
            end += 1  # in the midst of a character
        yield escape(value[at:end], kinds)
        at = end
    yield b'"\n'


def _escaped_text(value: bytes, kinds: bytes) -> bytes:
    """Escape a text; ``kinds`` are the oddities in it, and perhaps others."""
    if value.isascii() and not _is_sparse(value):
        return _ascii_escaped(value, kinds)
    dense = _is_dense(value, kinds)
    for character, escape in _SIMPLE_ESCAPES:
        value = value.replace(character, escape)
    escaped = _astral_escaped(value) if dense else None
    return _rare_escaped(value, kinds) if escaped is None else escaped


def _rare_escaped(value: bytes, kinds: bytes) -> bytes:
    for lead in set(kinds) - set(b"\r\t"):
        if lead in _RARE:
            for text in _RARE[lead]:
                if holds(value, text):
                    value = value.replace(text, _escapes(text))
        elif lead in _MANY_KINDS:
            parts = _MANY_KINDS[lead].split(value)
            parts[1::2] = map(_escapes, parts[1::2])
            value = b"".join(parts)
        else:
            text = bytes([lead])
            value = value.replace(text, _escapes(text))
    return value


_SAMPLE = 4096


def _is_sparse(value: bytes) -> bool:
    """Return whether fewer than one in seven bytes has an escape of its own: then it is
    faster to replace each kind than to translate all."""
    start = value[:_SAMPLE]
    return len(value) > _SAMPLE and 7 * len(start.translate(None, _ONES)) > 6 * _SAMPLE


# Many characters at once, without a step of Python's for each: the bytes are translated
# to text of which Python's own codecs make two or four bytes each, and those bytes are
# translated to the wanted ones.


def _table(*changes: tuple[int, int]) -> bytes:
    """Return a table for ``bytes.translate``."""
    table = dict(zip(range(256), range(256), strict=True)) | dict(changes)
    return bytes(table.values())


#: A named character becomes one from U+0080 on, which UTF-8 writes as C2 and a byte.
_TO_PAIRS = _table(*((point, 0x80 + at) for at, point in enumerate(_NAMED)))
_FROM_PAIRS = _table(
    (0xC2, ord("\\")),
    *((0x80 + at, ord(ESCAPES[point])) for at, point in enumerate(_NAMED)),
)


def _ascii_escaped(value: bytes, kinds: bytes) -> bytes:
    paired = value.translate(_TO_PAIRS).decode("latin-1").encode()
    return _rare_escaped(paired.translate(_FROM_PAIRS), kinds.translate(None, _NAMED))


#: Both hexadecimal digits of an ASCII character with their highest bit changed: then
#: it is none, and ``unicode_escape`` writes it as ``\\xNN``. A quote goes as a tab.
_TO_HEX = _table(*((n, n ^ 0x88) for n in range(128) if n not in b'\\"\n\r'), (34, 9))
_FROM_HEX = _table(
    *((ord(f"{n:x}"), ord(f"{n ^ 8:X}")) for n in range(16)), (ord("t"), ord('"'))
)
_NOT_ASCII = re.compile(rb"([\x80-\xff]+)")


def _all_escaped(value: bytes, kinds: bytes) -> bytes:
    """Escape every character of a text behind a BOM, as go-yaml does: it looks for a
    BOM at the start of the text, whichever character it is about to write."""
    rest = value.removeprefix(_BOM)
    bom = value[: len(value) - len(rest)]
    parts = [rest] if rest.isascii() else _NOT_ASCII.split(rest)
    escaped = b"".join(_each_escaped(part) for part in (bom, *parts))
    for point in set(kinds) & set(_NAMED) - set(b"\r"):
        name = b"\\" + ESCAPES[point].encode()
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


def _is_dense(value: bytes, kinds: bytes) -> bool:
    """Return whether most of what is not ASCII lies above U+FFFF, and is much."""
    astral = value.count(b"\xf0")
    return (
        astral > _MANY
        and _SPARSE * astral > len(value)
        and not kinds.translate(None, b"\r\t\xc2\xe2\xef\xf0")
        and not _LIKE_ESCAPE.search(value)
        and len(value.translate(None, _ASCII)) < 8 * astral
    )


def _astral_escaped(value: bytes) -> bytes | None:
    """Escape all that is not ASCII, and undo that for the few characters that stand for
    themselves. Return None where those are more, or others are among them."""
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
    """Return whether a character that is not above U+FFFF cannot stand for itself."""
    is_rare = character in _RARE.get(character[0], ())
    return is_rare or LATIN_CONTROL.match(character) is not None


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
    """Escape a character in UTF-8."""
    return _escape(one.decode()).encode()


_ROW = 70
#: Two rows are 105 bytes; what stays in the cache is several times as fast.
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
        yield pad
        yield pad.join(_rows(b64encode(view[at : at + _BINARY_PART])))
    yield b"\n"


def is_one_row(value: bytes) -> bool:
    return -(-len(value) // 3) * 4 < _ROW


def _rows(text: bytes) -> Sequence[bytes]:
    rows: Sequence[bytes] = _whole_rows(len(text) // _ROW).unpack_from(text)
    rest = text[len(rows) * _ROW :]
    return (*rows, rest) if rest else rows


@lru_cache(maxsize=512)
def _whole_rows(count: int) -> Struct:
    """Return a struct that takes many rows at once, five times as fast as slices."""
    return Struct(f"{_ROW}s" * count)
