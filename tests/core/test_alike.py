"""How much of two texts is the same, found by halves and blocks."""

import pytest

from mitmvcr.core.alike import common

BLOCK = 1 << 20


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [
        ("", "", 0),
        ("a", "", 0),
        ("ab", "ab", 2),
        ("abc", "abd", 2),
        ("abc", "x", 0),
        ("a" * BLOCK, "a" * (BLOCK + 1), BLOCK),
        ("a" * BLOCK + "b", "a" * BLOCK + "c", BLOCK),
        ("a" * 2 * BLOCK + "bcd", "a" * 2 * BLOCK + "bce", 2 * BLOCK + 2),
    ],
)
def test_the_common_start_is_measured(one: str, other: str, length: int) -> None:
    assert common(one, other) == length
    assert common(other.encode(), one.encode()) == length
