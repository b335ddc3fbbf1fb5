"""Texts that say before each string how many bytes it has: what PHP's serialize writes,
netstrings, bencode, the protocol of Redis. A string of another length breaks them."""

import re

_COUNT = re.compile(rb'([0-9]{1,6}+)(:\\{0,15}+"|:|\r\n)')
_QUOTE = re.compile(rb'\\{0,15}+"')
_BENCODE = re.compile(rb"d[0-9]{1,6}+:[\w .-]+[0-9]")
_ENDS_BENCODE = b"0123456789deil"
#: In bytes: so far before a secret its length is looked for.
_FAR = 300


class Counted:
    """Says of places in a text, which are asked for in order, whether they are in a
    string whose length stands before it. No byte is looked through again."""

    def __init__(self, data: bytes) -> None:
        self._data, self._done = data, 0
        self._near: list[tuple[re.Match[bytes], int]] = []

    def has(self, start: int, end: int) -> bool:
        data, far = self._data, max(0, start - _FAR)
        near = [each for each in self._near if each[0].start() >= far]
        for found in _COUNT.finditer(data, max(far, self._done), start):
            near.append((found, found.end() + int(found[1])))
        self._near, self._done = near, start
        return any(
            end <= last < len(data) and _is_count(data, found, last)
            for found, last in near
        )


def _is_count(data: bytes, found: re.Match[bytes], last: int) -> bool:
    """Return whether a number is the length of what follows it up to ``last``, by what
    stands before it and there."""
    at, sign = found.start(), found[2]
    if sign == b":":
        if data[last] == ord(","):
            return data[at - 1 : at] in (b"", b",", b":")
        return data[last] in _ENDS_BENCODE and _BENCODE.match(data) is not None
    if sign == b"\r\n":
        return data[at - 1 : at] == b"$" and data.startswith(b"\r\n", last)
    return data[at - 2 : at] == b"s:" and _QUOTE.match(data, last) is not None
