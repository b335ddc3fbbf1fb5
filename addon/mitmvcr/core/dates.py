"""When an interaction was recorded, by what the origin said, and how long ago."""

import re
from datetime import UTC, datetime

from mitmvcr.core.model import Interaction, header
from mitmvcr.core.wording import number_of

_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DATE = re.compile(r"\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)


def date_of(met: Interaction) -> datetime | None:
    """Return the response's Date; None where there is none that says anything."""
    return parse_date(header(met.response.headers, "Date"))


def parse_date(text: str) -> datetime | None:
    """Parse a date of HTTP; None of another text. As everybody writes it, it takes a
    tenth of the time that the library's parser takes."""
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            from email.utils import parsedate_to_datetime  # slow, and rarely needed

            return parsedate_to_datetime(text).astimezone(UTC)
        day, month, year, hour, minute, second = found.groups()
        place = _MONTHS.find(month) // 3 + 1  # 0 is no month, and refused below
        numbers = int(year), place, int(day), int(hour), int(minute), int(second)
        return datetime(*numbers, tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def age_shown(then: datetime, now: datetime) -> str:
    """Return how long ago that was, in one unit: ``3 days``."""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, size in _UNITS:
        if seconds >= size:
            count = seconds // size
            return number_of(count, unit)
    return "now"


_UNITS = (
    ("year", 365 * 86400),
    ("month", 30 * 86400),
    ("day", 86400),
    ("hour", 3600),
    ("minute", 60),
)
