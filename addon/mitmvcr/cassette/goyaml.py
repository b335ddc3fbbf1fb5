"""Scalars and maps as go-yaml writes them, byte for byte.

go-vcr hands its cassette to go-yaml, so these are go-yaml's rules, read from its
source (go.yaml.in/yaml/v4 v4.0.0-rc.6 and gopkg.in/yaml.v3 v3.0.1) and held to it by
``tests/golden``:

- Nothing is ever folded: the width is unlimited.
- Text with a line feed is a literal block, unless a block cannot hold it: a space
  before a line end or at the end, or a character that has to be escaped.
- Escaped are C0 controls, DEL, C1 controls, a BOM, U+FFFE, U+FFFF and everything
  above U+FFFF. Text with one of those, or a tab, on one line is double-quoted.
- What another YAML type would claim (``true``, ``1e3``, ``2001-02-03``, ``""``) is
  double-quoted; what is no plain scalar for its characters is single-quoted.
- Bytes that are not UTF-8 are ``!!binary``, in lines of 70 where there are so many.

One exception: some blocks that go-yaml writes it cannot read, or reads as something
else (see ``_block_is_sound``). Those values are double-quoted here.

Go's strings are bytes, and so are the values here. What is returned has its line end.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from struct import Struct

from mitmvcr.cassette.goplain import is_old_type, is_other_type


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where yaml/v4 and yaml.v3 part."""

    #: Round the booleans and base-60 numbers of YAML 1.1.
    old_type_quote: str
    #: Text of nothing but white space and line ends is never a block.
    blank_is_quoted: bool
    #: ``<<`` is quoted. A key always is: plain, even go-yaml takes it for a merge.
    merge_is_quoted: bool
    #: A block that starts with a line end loses it.
    drops_first_break: bool


V4 = Dialect("'", blank_is_quoted=True, merge_is_quoted=True, drops_first_break=False)
V3 = Dialect('"', blank_is_quoted=False, merge_is_quoted=False, drops_first_break=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a scalar stands. A block's lines start at column ``indent``."""

    indent: int
    is_item: bool = False


#: Bytes that need no look at all. The rest is C0 without the line feed, DEL, and lead
#: bytes of characters of which some are escaped or end a line.
_HARMLESS = bytes({*range(0x20, 0x7F), 0x0A, *range(0x80, 0xF0)} - {0xC2, 0xE2, 0xEF})
_LEADS = b"\xc2\xe2\xef"
_LATIN_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_BOM = b"\xef\xbb\xbf"
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
#: U+2028 and U+2029: line ends that YAML 1.1 knows.
_SEPARATORS = (b"\xe2\x80\xa8", b"\xe2\x80\xa9")
_BREAKS = (b"\n", *_SEPARATORS)


def scalar(value: bytes, place: Place, dialect: Dialect) -> bytes:
    """The value of a map or an item of a list, from its first character on."""
    if not value:
        return b'""\n'
    if not _is_utf8(value):
        return _binary(value, place)
    odd = value.translate(None, _HARMLESS)
    if odd and _is_escaped(value, odd):
        return _double_quoted(value)
    separated = b"\xe2" in odd and any(each in value for each in _SEPARATORS)
    if b"\n" in value:
        if _block_is_allowed(value, separated, dialect) and _block_is_sound(
            value, place, dialect
        ):
            return _block(value, place, separated)
        return _double_quoted(value)
    if separated:
        return _separated_line(value, place)
    return _double_quoted(value) if b"\t" in odd else _line(value, dialect)


def _is_utf8(value: bytes) -> bool:
    if value.isascii():
        return True
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_escaped(value: bytes, odd: bytes) -> bool:
    """Whether a character cannot stand for itself; ``odd`` is all but the harmless."""
    if odd.translate(None, _LEADS + b"\t"):
        return True
    if b"\xc2" in odd and _LATIN_CONTROL.search(value):
        return True
    return b"\xef" in odd and any(each in value for each in (_BOM, *_NONCHARACTERS))


# On one line

_TYPED_STARTS = re.compile(rb"[-+.0-9~<yYnNtTfFoO]")
#: What a plain scalar cannot begin with; ``---`` and ``...`` are marks of documents.
_INDICATOR = re.compile(rb"[#,\[\]{}&*!|>'\"%@` ]|---|\.\.\.|[-?](?: |\Z)")


def _line(value: bytes, dialect: Dialect) -> bytes:
    if _TYPED_STARTS.match(value) and (quote := _type_quote(value.decode(), dialect)):
        return f"{quote}{value.decode()}{quote}\n".encode()
    if _is_plain(value):
        return value + b"\n"
    return b"'%b'\n" % value.replace(b"'", b"''")


def _type_quote(text: str, dialect: Dialect) -> str:
    if text == "<<":
        return "'" if dialect.merge_is_quoted else ""
    if is_old_type(text):
        return dialect.old_type_quote
    return '"' if is_other_type(text) else ""


def _is_plain(value: bytes) -> bool:
    return not (
        _INDICATOR.match(value)
        or value.endswith((b":", b" "))
        or b": " in value
        or b" #" in value
    )


_SEPARATOR = re.compile(rb"(\xe2\x80[\xa8\xa9])(?!\xe2\x80[\xa8\xa9]|\Z)")
_SPACE_BY_SEPARATOR = re.compile(rb" \xe2\x80[\xa8\xa9]|\xe2\x80[\xa8\xa9] ")


def _separated_line(value: bytes, place: Place) -> bytes:
    """With U+2028 or U+2029: they end lines, and the next line is indented."""
    if b"\t" in value or _SPACE_BY_SEPARATOR.search(value):
        return _double_quoted(value)
    quoted = value.replace(b"'", b"''")
    return b"'%b'\n" % _SEPARATOR.sub(rb"\1" + b" " * place.indent, quoted)


# On many lines

_LEADING_BREAKS = re.compile(rb"(?:\n|\xe2\x80[\xa8\xa9])*")
_SPACE_BEFORE_SEPARATOR = re.compile(rb" \xe2\x80[\xa8\xa9]")
#: A line end with a line behind it that is not empty.
_BREAK = re.compile(rb"\n(?=[^\n])")
_ANY_BREAK = re.compile(rb"(\n|\xe2\x80[\xa8\xa9])(?!\n|\xe2\x80[\xa8\xa9]|\Z)")


def _block_is_allowed(value: bytes, separated: bool, dialect: Dialect) -> bool:
    return not (
        value.endswith(b" ")
        or b" \n" in value
        or (separated and _SPACE_BEFORE_SEPARATOR.search(value))
        or (dialect.blank_is_quoted and _is_blank(value))
    )


def _is_blank(value: bytes) -> bool:
    return value.isspace() or (
        not value.lstrip()[:1].isascii() and value.decode().isspace()
    )


def _block_is_sound(value: bytes, place: Place, dialect: Dialect) -> bool:
    """Whether go-yaml reads the block it would write.

    It gives the indent only where the text starts with a space, and then wrongly in
    a list. Elsewhere readers take it from the first line with text, so that line's
    own blanks are lost, or an error.
    """
    if value.startswith(b" "):
        return not place.is_item
    start = _LEADING_BREAKS.match(value).end()  # type: ignore[union-attr] # it may be empty
    if start and dialect.drops_first_break:
        return False
    return value[start : start + 1] not in (b" ", b"\t")


def _block(value: bytes, place: Place, separated: bool) -> bytes:
    pad = b" " * place.indent
    if separated:
        lines = _ANY_BREAK.sub(rb"\1" + pad, value)
    elif b"\n\n" in value:
        lines = _BREAK.sub(b"\n" + pad, value)
    else:
        lines = value[:-1].replace(b"\n", b"\n" + pad) + value[-1:]
    indicator = b"4" if value.startswith(b" ") else b""
    first = b"" if value.startswith(_BREAKS) else pad
    end = b"" if value.endswith(_BREAKS) else b"\n"
    return b"|%b%b\n%b%b%b" % (indicator, _chomping(value), first, lines, end)


def _chomping(value: bytes) -> bytes:
    if not value.endswith(_BREAKS):
        return b"-"
    before = value[-4:-1] if value.endswith(b"\n") else value[-6:-3]
    return b"+" if before.endswith(_BREAKS) else b""


# Escapes and base64

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
_NAMES = {
    0x00: "0", 0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f",
    0x0D: "r", 0x1B: "e", 0x22: '"', 0x5C: "\\", 0x85: "N", 0xA0: "_",
    0x2028: "L", 0x2029: "P",
}  # fmt: skip


def _double_quoted(value: bytes) -> bytes:
    if value.startswith(_BOM):
        # go-yaml looks for the BOM at the start of the text, whichever character it
        # is about to write, and escapes every one.
        return f'"{"".join(map(_escape, value.decode()))}"\n'.encode()
    odd = value.translate(None, _HARMLESS)
    for character, escape in _SIMPLE_ESCAPES:
        value = value.replace(character, escape)
    if odd.translate(None, b"\r\t"):
        value = _RARE.sub(lambda match: _escaped(match[0]), value)
    return b'"%b"\n' % value


def _escape(character: str) -> str:
    point = ord(character)
    if point in _NAMES:
        return "\\" + _NAMES[point]
    if point <= 0xFF:
        return f"\\x{point:02X}"
    return f"\\u{point:04X}" if point <= 0xFFFF else f"\\U{point:08X}"


@lru_cache(maxsize=4096)
def _escaped(character: bytes) -> bytes:
    """As it stands in double quotes, where most stand for themselves."""
    odd = character.translate(None, _HARMLESS)
    if _is_escaped(character, odd) or character in _SEPARATORS:
        return _escape(character.decode()).encode()
    return character


_ROW = 70
_ROWS = Struct(f"{_ROW}s" * 128)


def _binary(value: bytes, place: Place) -> bytes:
    text = b64encode(value)
    if len(text) < _ROW:
        return b"!!binary %b\n" % text
    end = b"\n" + b" " * place.indent
    return b"!!binary |%b%b\n" % (end, end.join(_rows(text)))


def _rows(text: bytes) -> list[bytes]:
    most = len(text) - len(text) % _ROWS.size
    rows = list(chain.from_iterable(_ROWS.iter_unpack(memoryview(text)[:most])))
    rows += [text[at : at + _ROW] for at in range(most, len(text), _ROW)]
    return rows


# Keys

_KEY_LIMIT = 128
_MULTILINE = re.compile(rb"[\n\r]|\xc2\x85|\xe2\x80[\xa8\xa9]")


def key(name: bytes, column: int, dialect: Dialect) -> tuple[bytes, bool]:
    """A map's key up to and with the colon, and whether it is of the short form."""
    if name == b"<<":
        return (b"'<<':" if dialect.merge_is_quoted else b'"<<":'), True
    text = scalar(name, Place(column + 4), dialect)
    if _is_simple_key(name):
        return text[:-1] + b":", True
    return b"? %b%b:" % (text, b" " * column), False


def _is_simple_key(name: bytes) -> bool:
    if not _is_utf8(name):
        return len(b64encode(name)) < _ROW
    return len(name) <= _KEY_LIMIT and not _MULTILINE.search(name)
