"""Whether a text is the time at which something ran."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from mitmvcr.miss.freshness import Piece

#: A number of seconds, milliseconds, microseconds or nanoseconds.
NUMBER = re.compile(r"1[0-9]{9}(?:[0-9]{3}){0,3}")
#: What is a number, in units of one second.
_UNITS = {10: 1, 13: 1e3, 16: 1e6, 19: 1e9}
_WRITTEN = (
    "%Y-%m-%d",
    "%Y%m%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%B %d %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%d %b %Y",
)
_WEEKDAY = re.compile(r"^(?:[A-Z][a-z]*day|Mon|Tue|Wed|Thu|Fri|Sat|Sun),? ")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)")
_DAY = 86_400


class Span(NamedTuple):
    """Seconds of Unix time, from the first to the last."""

    begun: float
    ended: float

    def holds(self, seconds: float) -> bool:
        return self.begun <= seconds <= self.ended

    def holds_number(self, text: str) -> bool:
        """Return whether a number, as :data:`NUMBER` finds it, is such a time."""
        whole, _, rest = text.partition(".")
        return self.holds(float(f"{whole}.{rest or 0}") / _UNITS[len(whole)])

    def holds_piece(self, piece: Piece) -> bool:
        """Return whether a piece of a text is such a time, or its date."""
        if piece.kind.name == "a time stamp":
            if NUMBER.fullmatch(piece.text.partition(".")[0]):
                return self.holds_number(piece.text)
            seconds = _seconds(piece.text)
            return seconds is not None and self.holds(seconds)
        return piece.kind.name == "a date" and self._holds_day(piece.text)

    def _holds_day(self, text: str) -> bool:
        """Return whether a date is one of its days, anywhere on earth."""
        text = _ORDINAL.sub("", _WEEKDAY.sub("", text)).replace(",", "")
        for form in _WRITTEN:
            with suppress(ValueError):
                day = datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
                return self.begun - 2 * _DAY < day < self.ended + _DAY
        return False


def _seconds(text: str) -> float | None:
    for form in ("%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT"):
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    with suppress(ValueError):
        found = datetime.fromisoformat(text.replace(",", "."))
        return found.replace(tzinfo=found.tzinfo or UTC).timestamp()
    return None
