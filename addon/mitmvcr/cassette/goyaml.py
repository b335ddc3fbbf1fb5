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

#: What a plain scalar cannot begin with, and what begins a document's mark.
_NOT_PLAIN_START = re.compile(rb"[#,\[\]{}&*!|>'\"%@` ]|---|\.\.\.|[-?](?: |$)")


def _line(value: bytes, dialect: Dialect) -> bytes:
    if value[:1] in _TYPED_STARTS and (quote := _type_quote(value.decode(), dialect)):
        return b"%b%b%b\n" % (quote, value, quote)
    if (
        _NOT_PLAIN_START.match(value)
        or value.endswith((b":", b" "))
        or b": " in value
        or b" #" in value
    ):
        return b"'%b'\n" % value.replace(b"'", b"''")
    return value + b"\n"
