"""A time is moved and keeps its spelling."""

import pytest

from mitmvcr.clock.times import moved, read

#: A year and a second.
LATER = 365 * 86400 + 1


@pytest.mark.parametrize(
    ("text", "seconds", "later"),
    [
        (
            "Sun, 06 Nov 1994 08:49:37 GMT",
            784111777,
            "Mon, 06 Nov 1995 08:49:38 GMT",
        ),
        (
            "Sunday, 06-Nov-94 08:49:37 GMT",
            784111777,
            "Monday, 06-Nov-95 08:49:38 GMT",
        ),
        ("Sun, 6-Nov-1994 08:49:37 GMT", 784111777, "Mon, 6-Nov-1995 08:49:38 GMT"),
        ("Sun Nov  6 08:49:37 1994", 784111777, "Mon Nov  6 08:49:38 1995"),
        ("Thu, 01-Jan-70 00:00:00 GMT", 0, "Fri, 01-Jan-71 00:00:01 GMT"),
        ("1994-11-06T08:49:37Z", 784111777, "1995-11-06T08:49:38Z"),
        ("1994-11-06 08:49:37", 784111777, "1995-11-06 08:49:38"),
        (
            "1994-11-06T08:49:37.120+02:00",
            784104577,
            "1995-11-06T08:49:38.120+02:00",
        ),
        ("1994-11-06T08:49:37-0130", 784117177, "1995-11-06T08:49:38-0130"),
        ("19941106T084937Z", 784111777, "19951106T084938Z"),
        ("1994-11-06T08%3A49%3A37Z", 784111777, "1995-11-06T08%3A49%3A38Z"),
        (
            "1994-11-06T08%3A49%3A37-01%3A30",
            784117177,
            "1995-11-06T08%3A49%3A38-01%3A30",
        ),
        (
            "1994-11-06%2008%3A49%3A37%2b0000",
            784111777,
            "1995-11-06%2008%3A49%3A38%2b0000",
        ),
        ("1994-11-06%2008:49:37%20UTC", 784111777, "1995-11-06%2008:49:38%20UTC"),
        ("1700000000", 1700000000, "1731536001"),
        ("1700000000123", 1700000000, "1731536001123"),
        ("1700000000.25", 1700000000, "1731536001.25"),
    ],
)
def test_a_time_keeps_its_spelling(text: str, seconds: int, later: str) -> None:
    spelled = read(text)
    assert spelled is not None
    assert spelled[0] == seconds
    assert moved(text, LATER) == later
    assert moved(later, -LATER) == text
    assert moved(text, 0) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "120", "1994-11-06", "2024-13-01T00:00:00Z", "12345678901"),
        *("Wed, 31 Feb 2024 00:00:00 GMT", "1994-11-0608:49:37Z"),
    ],
)
def test_what_is_no_time_stays(text: str) -> None:
    assert read(text) is None
    assert moved(text, LATER) == text


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "1700000000"])
def test_what_leaves_the_calendar_stays(text: str) -> None:
    by = LATER if text.startswith("9") else -(1 << 33)
    assert moved(text, by) == text
