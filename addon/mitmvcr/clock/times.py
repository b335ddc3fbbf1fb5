"""Times as they are spelled: read, moved by seconds, and spelled the same way again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from mitmvcr.clock.table import CLAIMS
from mitmvcr.core.tokens import changed_token

#: A claim that is a number, at whatever depth.
_CLAIM = re.compile(
    rb'("(?:' + "|".join(CLAIMS).encode() + rb')"\s*:\s*)(\d+(?:\.\d*)?)'
)


def remade(token: bytes, move: Callable[[str], str]) -> bytes:
    """Return a JWT with each time in its claims moved, and the same order and spelling;
    the same one where none moves, or where it is not readable."""

    def later(claim: re.Match[bytes]) -> bytes:
        return claim[1] + move(claim[2].decode()).encode()

    return changed_token(token, lambda plain: _CLAIM.sub(later, plain))


#: What a time is as text: Unix seconds, and the text for it moved by some seconds.
Spelled = tuple[int, Callable[[int], str]]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_MONTHS = _MONTH.split("|")
_CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)"
#: Of HTTP and cookies: RFC 1123, RFC 850, and Netscape's between the two.
_HTTP = re.compile(
    rf"(?P<day>[A-Z][a-z]+), (?P<d>\d\d?)(?P<s>[ -])(?P<m>{_MONTH})(?P=s)"
    rf"(?P<y>\d{{4}}|\d\d) {_CLOCK}(?P<zone> (?:GMT|UTC|[+-]0000))"
)
_ASCTIME = re.compile(
    rf"(?P<day>[A-Z][a-z][a-z]) (?P<m>{_MONTH}) (?P<d>[ \d]\d) {_CLOCK} (?P<y>\d{{4}})"
)
_ISO = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)(T|t| |%20)(\d\d)(:|%3A|%3a|)(\d\d)\7(\d\d)"
    r"([.,]\d+)?(Z|z|(?: |%20)UTC|(?:[+-]|%2[Bb])\d\d(?::|%3[Aa])?\d\d)?",
    re.ASCII,
)
_UNIX = re.compile(r"(\d{10})(\d{3}(?:\d{3})?)?(\.\d*)?", re.ASCII)
_OFFSET = re.compile(r"(?:%2[Bb]|([+-]))(\d\d)(?::|%3[Aa])?(\d\d)")


def read(text: str) -> Spelled | None:
    """Return what a text is as a time; None where it is none: RFC 1123 and its elders,
    ISO 8601 with the time of day, Unix seconds, milliseconds and microseconds."""
    for pattern, made in _SPELLINGS:
        if (found := pattern.fullmatch(text)) is not None:
            try:
                return made(found)
            except (ValueError, OverflowError):
                return None
    return None


def moved(text: str, seconds: int) -> str:
    """Return the text of a time that many seconds later; itself where it is none, or
    leaves the calendar."""
    spelled = read(text)
    if spelled is None:
        return text
    try:
        return spelled[1](seconds)
    except (ValueError, OverflowError):
        return text


def _http(found: re.Match[str]) -> Spelled:
    parts = found.groupdict()
    short, dash = len(parts["y"]) == 2, parts["s"]
    date = _calendar(parts)
    is_long = parts["day"] in _DAYS

    def write(seconds: int) -> str:
        new = date + timedelta(seconds=seconds)
        day = _DAYS[new.weekday()][: None if is_long else 3]
        year = f"{new.year % 100:02}" if short else f"{new.year:04}"
        day_of_month = f"{new.day:0{len(parts['d'])}}"
        name = _MONTHS[new.month - 1]
        return (
            f"{day}, {day_of_month}{dash}{name}{dash}{year} {new:%H:%M:%S}"
            f"{parts['zone']}"
        )

    return int(date.timestamp()), write


def _asctime(found: re.Match[str]) -> Spelled:
    date = _calendar(found.groupdict())

    def write(seconds: int) -> str:
        new = date + timedelta(seconds=seconds)
        day, month = _DAYS[new.weekday()][:3], _MONTHS[new.month - 1]
        return f"{day} {month} {new.day:2} {new:%H:%M:%S} {new.year:04}"

    return int(date.timestamp()), write


def _calendar(parts: dict[str, str]) -> datetime:
    year = int(parts["y"])
    if len(parts["y"]) == 2:  # RFC 6265, 5.1.1
        year += 2000 if year < 70 else 1900
    hour, minute, second = map(int, parts["clock"].split(":"))
    month = _MONTHS.index(parts["m"]) + 1
    return datetime(year, month, int(parts["d"]), hour, minute, second, tzinfo=UTC)


def _iso(found: re.Match[str]) -> Spelled:
    year, dash, month, day, mark, hour, colon, minute, second, rest, zone = (
        found.groups(default="")
    )
    day_of_time = int(year), int(month), int(day)
    clock_of_time = int(hour), int(minute), int(second)
    date = datetime(*day_of_time, *clock_of_time, tzinfo=_zone(zone))

    def write(seconds: int) -> str:
        new = date + timedelta(seconds=seconds)
        days = dash.join((f"{new.year:04}", f"{new:%m}", f"{new:%d}"))
        clock = colon.join((f"{new:%H}", f"{new:%M}", f"{new:%S}"))
        return f"{days}{mark}{clock}{rest}{zone}"

    return int(date.timestamp()), write


def _zone(text: str) -> timezone:
    found = _OFFSET.fullmatch(text)
    if found is None:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)


def _unix(found: re.Match[str]) -> Spelled:
    seconds, thousandths, rest = found.groups(default="")

    def write(later: int) -> str:
        new = int(seconds) + later
        if new < 0:
            raise OverflowError(new)
        return f"{new:010}{thousandths}{rest}"

    return int(seconds), write


_SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Spelled]], ...] = (
    (_UNIX, _unix),
    (_ISO, _iso),
    (_HTTP, _http),
    (_ASCTIME, _asctime),
)
