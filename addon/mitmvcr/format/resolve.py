"""What a scalar means, as go-yaml decides it: for who writes, reads and checks.

The rules are those of go.yaml.in/yaml/v4 v4.0.0-rc.6, ``internal/libyaml/resolver.go``,
which go-vcr v4.0.7 pins: they go by the first character, then come words, dates, whole
numbers in Go's notation and floats. PyYAML's own resolvers are not used: they follow
YAML 1.1 (``on`` is a bool, ``12:30:45`` a number). To go-yaml those are strings, and
it quotes them for the sake of other readers.
"""

import base64
import re
from typing import NamedTuple

NULL, BOOL, INT, FLOAT = "null", "bool", "int", "float"
STR, TIMESTAMP, BINARY, MERGE = "str", "timestamp", "binary", "merge"


class Unfit(ValueError):
    """A value that its place cannot hold; the message says why."""


class Resolved(NamedTuple):
    """A scalar's tag without ``!!``, its text, and its number where it has one."""

    tag: str
    text: str
    number: int | float | None = None


_WORDS: dict[str, tuple[str, float | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **dict.fromkeys(("true", "True", "TRUE"), (BOOL, 1)),
    **dict.fromkeys(("false", "False", "FALSE"), (BOOL, 0)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (FLOAT, float("nan"))),
    **dict.fromkeys((".inf", ".Inf", ".INF"), (FLOAT, float("inf"))),
    **dict.fromkeys(("+.inf", "+.Inf", "+.INF"), (FLOAT, float("inf"))),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (FLOAT, float("-inf"))),
    **dict.fromkeys(("-0", "-0.0"), (FLOAT, -0.0)),
    "<<": (MERGE, None),
}
#: What go-yaml takes for a bool in a bool field only.
YAML_11_BOOLS = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
#: The words that are no plain strings to every reader: types of YAML 1.2 and of 1.1.
TYPED_WORDS = frozenset([*_WORDS, *YAML_11_BOOLS]) - {"", "<<"}
_BY_VALUE = (BOOL, INT, FLOAT, NULL, TIMESTAMP)
#: Plain scalars that are no text where a text is wanted, or no name as a key.
_NO_TEXTS = frozenset(
    word.encode() for word, (tag, _) in _WORDS.items() if tag in (NULL, MERGE)
)

# Compiled when they are first needed, which in a session they seldom are.
_OLD_BASE_60 = r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
_INTEGER = r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))"
_SIGN_INSIDE = r"\A(0[bo])([-+])"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
#: Behind a point the underscores stay, and have to stand between digits.
_SHORT_FLOAT = r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?"

# What Go's time.Parse takes: one digit or two, a comma for the point, any number of
# spaces for one, and zones up to 24:60.
_CLOCK = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
_TIMESTAMP = (
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    rf"(?:[Tt]{_CLOCK}(?:Z|[-+]([0-9]{{2}}):([0-9]{{2}}))| +{_CLOCK})?"
)
_TIMESTAMP_LIMITS = (23, 59, 59, 24, 60, 23, 59, 59)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def resolve(text: str, tag: str = "", *, quoted: bool = False) -> Resolved:
    """Return the meaning of a scalar with an explicit short ``tag`` or none. Raise
    Unfit."""
    if tag == "!!str" or (quoted and tag in ("", "!")):
        return Resolved(STR, text)
    if tag == "":
        return _by_value(text)
    if tag in ("!!binary", "!binary"):  # the second is Ruby's
        return Resolved(BINARY, _from_base64(text))
    if tag.removeprefix("!!") not in _BY_VALUE:
        return Resolved(tag, text)
    return _forced(text, tag.removeprefix("!!"))


def _forced(text: str, tag: str) -> Resolved:
    """Return the value as its explicit tag has it. Raise Unfit where they disagree;
    only an int may pass as a float."""
    found = _by_value(text, dates=tag == TIMESTAMP)
    if tag == FLOAT and found.tag == INT and found.number is not None:
        return Resolved(FLOAT, text, float(found.number))
    if found.tag != tag:
        raise Unfit(f"{shown(text)} is not a !!{tag}")
    return found


def is_text(raw: bytes) -> bool:
    """Return whether a plain scalar stands for itself where a text or a name is
    wanted, as a number does; a null, a merge key and a date do not."""
    return raw not in _NO_TEXTS and not (
        raw[4:5] == b"-" and is_timestamp(raw.decode("latin-1"))
    )


def is_other_type(text: str, *, sign_inside: bool = False) -> bool:
    """Return whether a plain text is no string to YAML: null, a boolean, a number or a
    timestamp.

    ``sign_inside``: yaml.v3 takes ``0b`` and ``0o`` off itself, and so lets a sign
    stand behind them.
    """
    return _by_value(text, sign_inside=sign_inside).tag not in (STR, MERGE)


def is_old_type(text: str) -> bool:
    """Return whether a text is a boolean or a base-60 number of YAML 1.1."""
    return text in YAML_11_BOOLS or (
        ":" in text and re.fullmatch(_OLD_BASE_60, text) is not None
    )


def _by_value(text: str, *, dates: bool = True, sign_inside: bool = False) -> Resolved:
    if text in _WORDS:
        tag, number = _WORDS[text]
        return Resolved(tag, text, number)
    if text[0] == "." and re.fullmatch(_SHORT_FLOAT, text):
        return _float(text, text)
    if text[0] not in "+-0123456789":
        return Resolved(STR, text)
    if dates and is_timestamp(text):
        return Resolved(TIMESTAMP, text)
    plain = text.replace("_", "")
    if sign_inside:
        plain = re.sub(_SIGN_INSIDE, r"\2\1", plain)
    return _number(text, plain)


def _number(text: str, plain: str) -> Resolved:
    if (match := re.fullmatch(_INTEGER, plain)) and (
        value := _integer(match)
    ) is not None:
        return Resolved(INT, text, value)
    if re.fullmatch(_FLOAT, plain):
        return _float(text, plain)
    return Resolved(STR, text)


def _integer(match: re.Match[str]) -> int | None:
    """Return an integer; None where it fits neither an int64 nor, without a sign, a
    uint64."""
    sign, *digits = match.groups()
    base, number = next(
        (base, group)
        for base, group in zip((16, 2, 8, 10), digits, strict=True)
        if group is not None
    )
    # No 64-bit number has more digits than this, and int() is not linear in them.
    if len(number.lstrip("0")) > 64:
        return None
    value = int(number, base)
    if sign == "-":
        return -value if value <= 1 << 63 else None
    return value if value < 1 << (63 if sign else 64) else None


def _float(text: str, plain: str) -> Resolved:
    value = float(plain)
    # Go's ParseFloat calls this out of range, and then the value is a string.
    if value in (float("inf"), float("-inf")):
        return Resolved(STR, text)
    return Resolved(FLOAT, text, value)


def is_timestamp(text: str) -> bool:
    """Return whether go-yaml takes a plain scalar for a date, which no text field can
    hold."""
    if text[4:5] != "-" or not (match := re.fullmatch(_TIMESTAMP, text)):
        return False
    year, month, day = (int(part) for part in match.groups()[:3])
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if (month, day) == (2, 29) and not leap:
        return False
    parts = zip(match.groups()[3:], _TIMESTAMP_LIMITS, strict=True)
    return all(int(part) <= limit for part, limit in parts if part is not None)


def shown(text: str) -> str:
    """Return a short form of a value for a message, on one line."""
    short = text if len(text) <= 40 else f"{text[:37]}..."
    return f"`{short}`" if short.isprintable() else ascii(short)


# Bytes


def _from_base64(text: str) -> str:
    try:
        data = decode_base64(text.replace("\r", "").replace("\n", ""))
    except ValueError:
        raise Unfit(f"!!binary holds {_foreign(text)}") from None
    return data.decode("utf-8", "surrogateescape")


def _foreign(text: str) -> str:
    """Return what of a text is not base64."""
    if other := re.search(r"[^A-Za-z0-9+/=\r\n]", text):
        return f"{shown(other[0])}, which is not base64: take it out"
    if count := len(re.sub(r"[\r\n]", "", text)) % 4:
        return f"base64 that lacks {4 - count} characters, or has {count} too many"
    return "something that is not base64"


def decode_base64(text: str | bytes) -> bytes:
    """Decode as Go's StdEncoding: padded, nothing foreign, nothing after the
    padding."""
    # Python alone would take padding where none is due.
    if len(text) % 4 or text[-3:] in ("===", b"==="):
        raise ValueError("wrong padding")
    return base64.b64decode(text, validate=True)


def repaired(body: bytes, content_length: int) -> bytes | None:
    """Return the bytes that were recorded, or None where ``body`` is sound or in doubt.

    Release candidates of yaml v4 wrote each byte of a binary body as the character of
    that number, as text (go-vcr issue 140). Certain means: every character is below
    256, and as bytes they are exactly as many as the recorded length, which the text
    itself exceeds.
    """
    if not 0 < content_length < len(body) or body.isascii():
        return None
    try:
        recorded = body.decode().encode("latin-1")
    except UnicodeError:
        return None
    return recorded if len(recorded) == content_length else None
