"""Which plain scalars go-yaml would not read as strings, and so quotes.

Its resolver goes by the first character: words, floats, whole numbers in Go's
notation, and timestamps. YAML 1.1's booleans and base-60 numbers are strings to
go-yaml; it quotes them for the sake of other readers.
"""

import re

_WORDS = frozenset(
    "true True TRUE false False FALSE ~ null Null NULL << -0 -0.0"
    " .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF".split()
)
_OLD_WORDS = frozenset("y Y yes Yes YES on On ON n N no No NO off Off OFF".split())

_OLD_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<x>[0-9a-fA-F]+)|0[bB](?P<b>[01]+)"
    r"|0[oO]?(?P<o>[0-7]+)|(?P<d>0|[1-9][0-9]*))"
)
_BASES = {"x": 16, "b": 2, "o": 8, "d": 10}
#: yaml.v3 strips ``0b`` and ``0o`` itself, which lets a sign stand behind them.
_SIGN_BEHIND = re.compile(r"0b[-+]?[01]+|0o[-+]?[0-7]+|-0b[01]+|-0o[0-7]+")
_CLOCK = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    rf"(?:[Tt]{_CLOCK}(?:Z|[-+]([0-9]{{2}}):([0-9]{{2}}))| +{_CLOCK})?"
)


def is_old_type(text: str) -> bool:
    """A boolean or a base-60 number of YAML 1.1."""
    return text in _OLD_WORDS or _OLD_BASE_60.fullmatch(text) is not None


def is_other_type(text: str) -> bool:
    """Null, a boolean, a number or a timestamp: not a string when plain."""
    if text in _WORDS or not text:
        return True
    first = text[0]
    if first == ".":
        return _is_float(text)
    if first not in "0123456789+-":
        return False
    return _is_timestamp(text) or _is_number(text.replace("_", ""))


def _is_number(text: str) -> bool:
    return _is_whole(text) or _is_float(text)


def _is_float(text: str) -> bool:
    # What overflows is no float to Go, and a string again.
    return _DECIMAL.fullmatch(text) is not None and abs(float(text)) != float("inf")


def _is_whole(text: str) -> bool:
    form = _WHOLE.fullmatch(text)
    if form is None or form.lastgroup is None:
        return False
    digits = form[form.lastgroup].lstrip("0")
    if len(digits) > 64:
        return False
    size = int(digits or "0", _BASES[form.lastgroup])
    limit = {"-": 2**63, "+": 2**63 - 1}.get(form["sign"], 2**64 - 1)
    return size <= limit


def _is_timestamp(text: str) -> bool:
    form = _TIMESTAMP.fullmatch(text)
    if form is None:
        return False
    year, month, day, *rest = (int(part or 0) for part in form.groups())
    if not 1 <= month <= 12 or not 1 <= day <= _days(year, month):
        return False
    hour, minute, second, zone_hour, zone_minute, *other = rest
    hour, minute, second = (max(*pair) for pair in zip((hour, minute, second), other))
    return (
        hour < 24 and max(minute, second) < 60 and zone_hour <= 24 and zone_minute <= 60
    )


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (
        29
        if month == 2 and leap
        else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )
