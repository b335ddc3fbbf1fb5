"""What a scalar means, as go-yaml decides it.

PyYAML's own resolvers are not used: they follow YAML 1.1 (``on`` is a bool,
``12:30:45`` a number). The rules here are those of go.yaml.in/yaml/v4 v4.0.0-rc.6,
``internal/libyaml/resolver.go``, which go-vcr v4.0.7 pins.
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
_BY_VALUE = (BOOL, INT, FLOAT, NULL, TIMESTAMP)

# Compiled when they are first needed, which in a session they seldom are.
_INTEGER = r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
# Longer numbers than this exist only to cost time.
_LONGEST_NUMBER = 1000

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
    """Return the meaning of a scalar with an explicit short ``tag`` or none."""
    if tag == "!!str" or (quoted and tag in ("", "!")):
        return Resolved(STR, text)
    if tag == "":
        return _by_value(text, dates=True)
    if tag == "!!binary":
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


def _by_value(text: str, *, dates: bool) -> Resolved:
    if text in _WORDS:
        tag, number = _WORDS[text]
        return Resolved(tag, text, number)
    if text[0] == "." and re.fullmatch(_FLOAT, text):
        return _float(text, text)
    if text[0] not in "+-0123456789":
        return Resolved(STR, text)
    if dates and is_timestamp(text):
        return Resolved(TIMESTAMP, text)
    return _number(text)


def _number(text: str) -> Resolved:
    if len(text) > _LONGEST_NUMBER:
        return Resolved(STR, text)
    plain = text.replace("_", "")
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


def _from_base64(text: str) -> str:
    try:
        data = decode_base64(text.replace("\r", "").replace("\n", ""))
    except ValueError:
        raise Unfit("!!binary holds something that is not base64") from None
    return data.decode("utf-8", "surrogateescape")


def decode_base64(text: str | bytes) -> bytes:
    """Decode as Go's StdEncoding: padded, nothing foreign, nothing after the
    padding."""
    # Python alone would take padding where none is due.
    if len(text) % 4 or text[-3:] in ("===", b"==="):
        raise ValueError("wrong padding")
    return base64.b64decode(text, validate=True)


def shown(text: str) -> str:
    """Return a short form of a value for a message, on one line."""
    short = text if len(text) <= 40 else f"{text[:37]}..."
    return f"`{short}`" if short.isprintable() else ascii(short)
