"""Go's ``time.Duration`` as text, as ``String`` writes and ``ParseDuration`` reads it.

Durations are whole nanoseconds in an ``int`` that fits 64 bits, as in Go.
"""

import re

#: Nanoseconds per unit. Micro has two spellings: the micro sign and the Greek mu.
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_MAX = 2**63 - 1
_MIN = -(2**63)
_FORM = re.compile(r"([-+]?)((?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[^0-9.]+)+)")
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)")


def format_duration(ns: int) -> str:
    """Write nanoseconds as Go prints them: ``1.5s``, ``712ms``, ``250µs``, ``1m30.7s``,
    ``0s``."""
    if 1_000_000 <= ns < 1_000_000_000:  # nearly all that is recorded
        digits = str(ns)
        below = digits[-6:].rstrip("0")
        return f"{digits[:-6]}.{below}ms" if below else f"{digits[:-6]}ms"
    if not _MIN <= ns <= _MAX:
        raise ValueError(f"a duration of {ns} ns does not fit 64 bits")
    sign, size = ("-", -ns) if ns < 0 else ("", ns)
    return sign + (_below_a_second(size) if size < _UNITS["s"] else _clock(size))


def _below_a_second(ns: int) -> str:
    """Use the largest unit that leaves a whole part; zero is ``0s``."""
    if ns == 0:
        return "0s"
    unit = "ns" if ns < _UNITS["us"] else "µs" if ns < _UNITS["ms"] else "ms"
    return f"{ns / _UNITS[unit]:.15g}{unit}"


def _clock(ns: int) -> str:
    minutes, rest = divmod(ns, _UNITS["m"])
    # No more than 11 digits, which a float holds.
    seconds = f"{rest / _UNITS['s']:.15g}s"
    if not minutes:
        return seconds
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}"


def parse_duration(text: str) -> int:
    """Return the nanoseconds of ``1h2m3.5s`` and the like. Raise ValueError where Go
    refuses."""
    if text in ("0", "+0", "-0"):
        return 0
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"invalid duration {text!r}")
    size = sum(_part(part, text) for part in _PART.finditer(form[2]))
    ns = -size if form[1] == "-" else size
    if not _MIN <= ns <= _MAX:
        raise ValueError(f"invalid duration {text!r}: more than 64 bits")
    return ns


def _part(part: re.Match[str], text: str) -> int:
    whole, fraction, unit = part.groups(default="")
    size = _UNITS.get(unit)
    if size is None:
        raise ValueError(f"unknown unit {unit!r} in duration {text!r}")
    return int(whole or "0") * size + _below_the_unit(fraction, size)


def _below_the_unit(fraction: str, size: int) -> int:
    """Compute in floats and with the digits that fit 63 bits, because Go rounds so."""
    value, scale = 0, 1.0
    for digit in fraction:
        longer = value * 10 + int(digit)
        if value > _MAX // 10 or longer > 2**63:
            break
        value, scale = longer, scale * 10
    return int(float(value) * (size / scale))
