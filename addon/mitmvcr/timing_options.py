"""Parse the options that are durations, in Go's spelling."""

from mitmvcr.core.duration import format_duration, parse_duration
from mitmvcr.core.errors import UnusableValueError

_SECOND = 1_000_000_000


def parse_timeout(text: str) -> float:
    """Parse a duration, as ``30m``, and return seconds; 0 is never."""
    try:
        duration = parse_duration(text.strip().lower())
    except ValueError:
        duration = -1
    if duration < 0:
        raise UnusableValueError(text, "use a duration, as 30m or 90s, or 0 for never")
    return duration / _SECOND


def write_timeout(seconds: float) -> str:
    """Write it so that it can be parsed, as a user would."""
    text = format_duration(round(seconds * _SECOND))
    for nothing in ("m0s", "h0m"):
        text = f"{text[:-2]}" if text.endswith(nothing) else text
    return text


#: Seconds in what Go's durations have no unit for.
_LONG = {"d": 86400, "w": 7 * 86400}


def parse_age(text: str) -> float | None:
    """Parse an age, as ``30d``, ``8w`` or ``12h``, and return seconds; None if
    empty."""
    word = text.strip().lower()
    if not word:
        return None
    if word[-1] in _LONG and word[:-1].isascii() and word[:-1].isdigit():
        return float(int(word[:-1]) * _LONG[word[-1]])
    try:
        seconds = parse_duration(word) / _SECOND
    except ValueError:
        seconds = 0
    if seconds <= 0:
        raise UnusableValueError(text, "use an age, as 30d, 8w or 12h")
    return seconds
