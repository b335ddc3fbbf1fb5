"""Which plain scalars go-yaml would not read as strings, and so quotes.

Its resolver goes by the first character: words, floats, whole numbers in Go's
notation, and timestamps. YAML 1.1's booleans and base-60 numbers are strings to
go-yaml; it quotes them for the sake of other readers.
"""

import re
from math import isfinite

_WORDS = frozenset(
    [
        *("true", "True", "TRUE", "false", "False", "FALSE"),
        *("~", "null", "Null", "NULL", "-0", "-0.0"),
        *(".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"),
        *("+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"),
    ]
)
_OLD_WORDS = frozenset(
    [
        *("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"),
        *("n", "N", "no", "No", "NO", "off", "Off", "OFF"),
    ]
)
#: The words among what is not plain: types of YAML 1.2 and of 1.1.
TYPED_WORDS = _WORDS | _OLD_WORDS

#: The plainest, which is met most: it needs no closer look.
_NUMBER = re.compile(r"[0-9]{1,18}")
_OLD_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
#: Here the underscores stay, and have to stand between digits.
_SHORT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_WHOLE = re.compile(
    r"([-+]?)(?:0[xX](?P<x>[0-9a-fA-F]+)|0[bB](?P<b>[01]+)"
    r"|0[oO]?(?P<o>[0-7]+)|(?P<d>0|[1-9][0-9]*))"
)
_SIGN_INSIDE = re.compile(r"\A(0[bo])([-+])")
_BASES = {"x": 16, "b": 2, "o": 8, "d": 10}
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?P<gap> +|[Tt])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?"
    r"(?P<zone>Z|[-+](\d{2}):(\d{2}))?)?",
    re.ASCII,
)


def is_old_type(text: str) -> bool:
    """Return whether a text is a boolean or a base-60 number of YAML 1.1."""
    return text in _OLD_WORDS or (
        ":" in text and _OLD_BASE_60.fullmatch(text) is not None
    )


def is_other_type(text: str, *, sign_inside: bool = False) -> bool:
    """Return whether a plain text is no string to YAML: null, a boolean, a number or a
    timestamp.

    yaml.v3 takes ``0b`` and ``0o`` off itself, and so lets a sign stand behind them.
    """
    if text in _WORDS:
        return True
    first = text[0]
    if first == ".":
        return _SHORT_FLOAT.fullmatch(text) is not None and _is_finite(text)
    if first not in "0123456789+-":
        return False
    if first != "0" and _NUMBER.fullmatch(text):
        return True
    plain = text.replace("_", "")
    if sign_inside:
        plain = _SIGN_INSIDE.sub(r"\2\1", plain)
    return _is_timestamp(text) or _is_number(plain)


def _is_number(text: str) -> bool:
    return _is_whole(text) or (
        _DECIMAL.fullmatch(text) is not None and _is_finite(text)
    )


def _is_finite(text: str) -> bool:
    """Return whether a float is finite: what overflows is no float to Go, and a string
    again."""
    return isfinite(float(text))


def _is_whole(text: str) -> bool:
    form = _WHOLE.fullmatch(text)
    if form is None:
        return False
    ((base, digits),) = ((k, v) for k, v in form.groupdict().items() if v)
    size = int(digits[-65:], _BASES[base]) if len(digits.lstrip("0")) <= 64 else 2**64
    return size <= _LIMITS[form[1]]


#: A sign makes it 64 bits signed, none lets all 64 bits count.
_LIMITS = {"": 2**64 - 1, "+": 2**63 - 1, "-": 2**63}


def _is_timestamp(text: str) -> bool:
    """Match ``2001-2-3``, or that with `` 4:5:6``, or with ``T4:5:6`` and a zone."""
    form = _TIMESTAMP.fullmatch(text)
    if form is None:
        return False
    year, month, day, gap, hour, minute, second, zone, *offset = form.groups("0")
    needs_zone = gap in ("T", "t")
    return (
        needs_zone == (zone != "0")
        and _is_day(int(year), int(month), int(day))
        and int(hour) <= 23
        and max(int(minute), int(second)) <= 59
        and int(offset[0]) <= 24
        and int(offset[1]) <= 60
    )


def _is_day(year: int, month: int, day: int) -> bool:
    if not 1 <= month <= 12:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 29 if month == 2 and leap else _DAYS[month - 1]
    return 1 <= day <= days


_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
