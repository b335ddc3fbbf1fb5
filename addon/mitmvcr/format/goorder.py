"""The order of go-yaml's map keys: numbers inside names count as numbers.

``a2`` stands before ``a10``; letters stand behind what is neither letter nor digit.
"""

import re
from collections.abc import Iterable
from functools import cmp_to_key

_NOT_UTF8 = re.compile("[\udc80-\udcff]")


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=cmp_to_key(_compare)))


def _compare(one: str, other: str) -> int:
    return -1 if _is_less(one, other) else 1


def _is_less(one: str, other: str) -> bool:
    one, other = _runes(one), _runes(other)
    at = _first_difference(one, other)
    if at == min(len(one), len(other)):
        return len(one) < len(other)
    a, b = one[at], other[at]
    if a.isalpha() and b.isalpha():
        return a < b
    if a.isalpha() or b.isalpha():
        after_digit = at > 0 and one[at - 1].isdecimal()
        return a.isalpha() if after_digit else b.isalpha()
    return _number_is_less(one, other, at)


def _runes(text: str) -> str:
    """Return the runes of a text; a byte that is not UTF-8 is U+FFFD to Go."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return _NOT_UTF8.sub("\ufffd", whole)


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _number_is_less(one: str, other: str, at: int) -> bool:
    """Return whether the number in ``one`` is less. Both texts differ at ``at``, and
    neither has a letter there."""
    start = 1 if "0" in (one[at], other[at]) and _follows_nonzero(one, at) else 0
    (a, a_end), (b, b_end) = _number(one, at, start), _number(other, at, start)
    return (a, a_end, one[at]) < (b, b_end, other[at])


def _follows_nonzero(text: str, at: int) -> bool:
    """Return whether the digits before ``at`` have one that is not 0."""
    digits = text[:at]
    while digits and digits[-1].isdecimal():
        if digits[-1] != "0":
            return True
        digits = digits[:-1]
    return False


def _number(text: str, at: int, value: int) -> tuple[int, int]:
    """Return the number that stands at ``at`` and where it ends; it overflows as in
    Go."""
    while at < len(text) and text[at].isdecimal():
        value = (value * 10 + ord(text[at]) - ord("0") + 2**63) % 2**64 - 2**63
        at += 1
    return value, at
