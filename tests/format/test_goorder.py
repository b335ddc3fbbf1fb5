"""The order of a map's keys."""

import itertools

import pytest

from mitmvcr.format.goorder import in_order


@pytest.mark.parametrize(
    "names",
    [
        ("a1", "a2", "a10", "a20", "a100"),
        ("a", "a1", "ab", "b"),
        ("a", "a-b", "ab"),
        ("A", "B", "a", "b"),
        ("a0", "a00", "a10", "a100"),
        ("v1.2", "v1.9", "v1.10"),
        ("a-b", "a1", "aa"),
        ("1a", "1-"),
        ("", "-", "a"),
        ("a1_0", "a10"),
        ("a01", "a1")[::-1],
        ("18446744073709551616", "5"),
        ("\ufffc", "\udcff", "\ufffe"),
        ("é", "ê"),
    ],
)
def test_names_come_in_this_order(names: tuple[str, ...]) -> None:
    for shuffled in itertools.permutations(names):
        assert in_order(shuffled) == names


def test_bytes_that_make_a_character_count_as_that_character() -> None:
    assert in_order(["ê", "\udcc3\udca9"]) == ("\udcc3\udca9", "ê")
