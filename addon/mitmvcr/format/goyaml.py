"""Scalars and maps as go-yaml writes them, byte for byte.

go-vcr hands its cassette to go-yaml, so these are go-yaml's rules, read from its
source (gopkg.in/yaml.v3 v3.0.1, and go.yaml.in/yaml/v4 v4.0.0-rc.6 and v4.0.0) and
held to it by ``tests/golden``:

- Nothing is ever folded: the width is unlimited.
- Text with a line feed is a literal block, unless a block cannot hold it: a character
  that has to be escaped or, before v4.0.0, a space before a line end or at the end.
- Escaped are C0 controls, DEL, C1 controls, a BOM, U+FFFE, U+FFFF and everything
  above U+FFFF. Text with one of those, or a tab, on one line is double-quoted.
- What another YAML type would claim (``true``, ``1e3``, ``2001-02-03``, ``""``) is
  double-quoted; what is no plain scalar for its characters is single-quoted.
- Bytes that are not UTF-8 are ``!!binary``, in lines of 70 if one is too short.

One exception: some blocks that go-yaml before v4.0.0 writes it cannot read, or reads
as something else (see ``_block_is_sound``). Those values are double-quoted here.

Go's strings are bytes, and so are the values here. What is returned has its line end.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mitmvcr.format.goescape import (
    SEPARATORS,
    binary,
    double_quoted,
    is_one_row,
    is_plain_ascii,
    is_utf8,
    must_escape,
    oddities,
)
from mitmvcr.format.resolve import TYPED_WORDS, is_old_type, is_other_type


@dataclass(frozen=True, slots=True)
class Dialect:
    """The differences between yaml.v3, yaml/v4's candidates and its release."""

    #: Round the booleans and base-60 numbers of YAML 1.1.
    old_type_quote: str
    #: Text of nothing but white space and line ends is never a block.
    blank_is_quoted: bool
    #: Round ``<<``, if any. A key always has one: plain, even go-yaml takes it for a
    #: merge.
    merge_quote: str
    #: A block that starts with a line end loses it.
    drops_first_break: bool
    #: ``0b-1`` is a number.
    sign_inside: bool
    #: A block says how far it is indented wherever that is not plain to see, and
    #: spaces may end its lines: every block is read again.
    blocks_are_sound: bool = False


V3 = Dialect(
    old_type_quote='"',
    blank_is_quoted=False,
    merge_quote="",
    drops_first_break=True,
    sign_inside=True,
)
V4 = Dialect(
    old_type_quote="'",
    blank_is_quoted=True,
    merge_quote="'",
    drops_first_break=False,
    sign_inside=False,
)
#: Of the release, which go-vcr has from v4.0.8 on.
V4_0_8 = replace(V4, old_type_quote='"', merge_quote='"', blocks_are_sound=True)


Piece = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Place:
    """Where a scalar stands. A block's lines start at column ``indent``."""

    indent: int
    is_item: bool = False


def scalar(value: bytes, place: Place, dialect: Dialect) -> bytes:
    """Return the value of a map or an item of a list, from its first character on."""
    return b"".join(pieces(value, place, dialect))


def pieces(value: bytes, place: Place, dialect: Dialect) -> Iterable[Piece]:
    """Return the same in pieces, which need not be joined where they are large."""
    if not value:
        return (b'""\n',)
    if value[0] in _MARKS and b"\n" not in value and is_plain_ascii(value):
        # JSON on one line, as most bodies are.
        return b"'", value.replace(b"'", b"''"), b"'\n"
    if not is_utf8(value):
        return binary(value, place.indent)
    odd = oddities(value)
    if odd and must_escape(value, odd):
        return double_quoted(value)
    separated = b"\xe2" in odd and any(each in value for each in SEPARATORS)
    if b"\n" in value:
        return _block(value, separated, place, dialect) or double_quoted(value)
    line = _line(value, b"\t" in odd, separated, place, dialect)
    return (line,) if line else double_quoted(value)


#: The digits of a number that is a whole one in any notation.
_DIGITS = 18


def string(value: str, place: Place, dialect: Dialect) -> bytes:
    """Return the same for text, whose surrogate escapes stand for bytes."""
    if value.isascii() and value.isprintable():
        if (
            value[:1].isalpha()
            and (" " not in value or (": " not in value and " #" not in value))
            and value[-1] not in ": "
            and value not in TYPED_WORDS
        ):
            return b"%b\n" % value.encode()
        if value.isdigit() and len(value) <= _DIGITS:
            return b'"%b"\n' % value.encode()
    return scalar(encode(value), place, dialect)


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# On one line. An empty answer means that it has to be double-quoted.

#: What a plain scalar cannot begin with; ``---`` and ``...`` are marks of documents.
_MARKS = b"#,[]{}&*!|>'\"%@` "
_INDICATOR = re.compile(rb"[%b]|---|\.\.\.|[-?](?: |\Z)" % re.escape(_MARKS))
_TYPED_STARTS = re.compile(rb"[-+.0-9~<yYnNtTfFoO]")


def _line(
    value: bytes, tabbed: bool, separated: bool, place: Place, dialect: Dialect
) -> bytes:
    if tabbed:
        return b""
    if separated:
        return _separated_line(value, place)
    if _INDICATOR.match(value):
        return _single_quoted(value)
    if _TYPED_STARTS.match(value) and (quote := _type_quote(value.decode(), dialect)):
        return f"{quote}{value.decode()}{quote}\n".encode()
    return value + b"\n" if _is_plain(value) else _single_quoted(value)


def _is_plain(value: bytes) -> bool:
    # One byte is looked for much faster than two.
    return not (
        value.endswith((b":", b" "))
        or (b":" in value and b": " in value)
        or (b"#" in value and b" #" in value)
    )


def _single_quoted(value: bytes) -> bytes:
    return b"".join((b"'", value.replace(b"'", b"''"), b"'\n"))


def _type_quote(text: str, dialect: Dialect) -> str:
    if text == "<<":
        return dialect.merge_quote
    if is_old_type(text):
        return dialect.old_type_quote
    return '"' if is_other_type(text, sign_inside=dialect.sign_inside) else ""


_SPACE_BY_SEPARATOR = re.compile(rb" \xe2\x80[\xa8\xa9]|\xe2\x80[\xa8\xa9] ")


def _separated_line(value: bytes, place: Place) -> bytes:
    """Write a value with U+2028 or U+2029: they end lines, and the next line is
    indented."""
    if _SPACE_BY_SEPARATOR.search(value):
        return b""
    return _single_quoted(_padded(value, b" " * place.indent))


# On many lines

_BREAKS = (b"\n", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
# To look for the line end first is twice as fast: there are fewer of them.
_SPACE_BEFORE_BREAK = re.compile(rb"\n(?<= \n)")
#: An empty line, or the above.
_UNEVEN = re.compile(rb"\n(?<=[ \n]\n)")
#: Two empty lines, or the above.
_VERY_UNEVEN = re.compile(rb"\n(?<=[ \n]\n)(?:(?<= \n)|(?<=\n\n\n))")
_BLANK_AFTER_BREAKS = re.compile(rb"(?:\n|\xe2\x80[\xa8\xa9])*[ \t]")
_SPACE_BEFORE_SEPARATOR = re.compile(rb" \xe2\x80[\xa8\xa9]")
#: The above, or a separator beside another end of a line.
_UNUSUAL_SEPARATOR = re.compile(
    rb"\xe2(?=\x80[\xa8\xa9])..(?:(?=\n|\xe2\x80[\xa8\xa9])|(?<=[ \n]...))", re.DOTALL
)
_SEPARATOR = re.compile(rb"(\xe2(?=\x80[\xa8\xa9])..)", re.DOTALL)


def _block(
    value: bytes, separated: bool, place: Place, dialect: Dialect
) -> tuple[Piece, ...]:
    uneven, very_uneven = _unevenness(value)
    beside = separated and _UNUSUAL_SEPARATOR.search(value) is not None
    if dialect.blank_is_quoted and _is_blank(value):
        return ()
    if not dialect.blocks_are_sound:
        if value.endswith(b" ") or (very_uneven and _SPACE_BEFORE_BREAK.search(value)):
            return ()
        if beside and _SPACE_BEFORE_SEPARATOR.search(value):
            return ()
        if not _block_is_sound(value, place, dialect):
            return ()
    pad = b" " * place.indent
    lines: Piece
    if very_uneven or beside:
        lines = _padded(value, pad)
    else:
        lines = _padded_lines(value, pad, uneven=uneven, separated=separated)
    return _literal(value, lines, pad, _hint(value, place, dialect))


def _unevenness(value: bytes) -> tuple[bool, bool]:
    """Return whether some line is empty or ends with a space, and whether more than a
    single one in a row is empty."""
    uneven = _UNEVEN.search(value) is not None
    return uneven, uneven and _VERY_UNEVEN.search(value) is not None


def _is_blank(value: bytes) -> bool:
    return value.isspace() or (
        not value.lstrip()[:1].isascii() and value.decode().isspace()
    )


def _block_is_sound(value: bytes, place: Place, dialect: Dialect) -> bool:
    """Return whether go-yaml reads the block it would write.

    It gives the indent only where the text starts with a space, and then wrongly in
    a list. Elsewhere readers take it from the first line with text, so that line's
    own blanks are lost, or an error.
    """
    if value.startswith(b" "):
        return not place.is_item
    if dialect.drops_first_break and value.startswith(_BREAKS):
        return False
    return not _BLANK_AFTER_BREAKS.match(value)


def _padded_lines(value: bytes, pad: bytes, *, uneven: bool, separated: bool) -> Piece:
    """Indent the lines behind the first, except single empty ones.

    A line end that an empty line follows stands for itself in the meantime as NUL,
    which no block holds: to look for a single byte is fastest.
    """
    ends_a_line = value.endswith(_BREAKS)
    if uneven:
        value = value.replace(b"\n\n", b"\0\n")
    value = value.replace(b"\n", b"\n" + pad)
    if separated:
        parts = _SEPARATOR.split(value)
        parts[1::2] = [separator + pad for separator in parts[1::2]]
        value = b"".join(parts)
    if uneven:
        value = value.replace(b"\0", b"\n")
    return memoryview(value)[: -len(pad)] if ends_a_line else value


_BEFORE_TEXT = re.compile(
    rb"(?:\n|\xe2\x80[\xa8\xa9])(?!\n|\xe2\x80[\xa8\xa9]|\Z)", re.DOTALL
)


def _padded(value: bytes, pad: bytes) -> bytes:
    """Indent the lines of any text that have something on them."""
    return _BEFORE_TEXT.sub(lambda end: end[0] + pad, value)


def _hint(value: bytes, place: Place, dialect: Dialect) -> bytes:
    """Return how far a block is indented, where go-yaml says so."""
    if dialect.blocks_are_sound:
        is_given = _BLANK_AFTER_BREAKS.match(value) is not None
        return (b"2" if place.is_item else b"4") if is_given else b""
    return b"4" if value.startswith(b" ") else b""


def _literal(value: bytes, lines: Piece, pad: bytes, hint: bytes) -> tuple[Piece, ...]:
    head = b"|%b%b\n" % (hint, _chomping(value))
    first = b"" if value.startswith(_BREAKS) else pad
    end = b"" if value.endswith(_BREAKS) else b"\n"
    return head, first, lines, end


def _chomping(value: bytes) -> bytes:
    if not value.endswith(_BREAKS):
        return b"-"
    before = value[-4:-1] if value.endswith(b"\n") else value[-6:-3]
    return b"+" if before.endswith(_BREAKS) else b""


# Keys

_KEY_LIMIT = 128
_MULTILINE = re.compile(rb"[\n\r]|\xc2\x85|\xe2\x80[\xa8\xa9]")


def key(name: bytes, column: int, dialect: Dialect) -> tuple[bytes, bool]:
    """Return a map's key up to and with the colon, and whether it is of the short
    form."""
    if name == b"<<":
        quote = dialect.merge_quote.encode() or b'"'
        return b"%b<<%b:" % (quote, quote), True
    text = scalar(name, Place(column + 4), dialect)
    if _is_simple_key(name):
        return text[:-1] + b":", True
    return b"? %b%b:" % (text, b" " * column), False


def _is_simple_key(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return is_one_row(name)
    return len(name) <= _KEY_LIMIT and not _MULTILINE.search(name)
