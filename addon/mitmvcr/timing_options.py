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
