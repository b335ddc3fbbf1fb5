"""Comments that somebody has written between the interactions of a cassette, and around
what stands before them."""

import re
from collections.abc import Callable
from typing import NamedTuple

#: In lines of their own, and behind what is written.
_OWN, _END = rb"(?: *(?:#[^\n]*)?\n)*+", rb" *(?: #[^\n]*)?\n"
#: What stands before the first item, with them anywhere; and what it is without.
_HEAD = re.compile(
    rb"%b(?:---%b%b)?version: 2%b%binteractions:%b%b(?= *- )"
    % (_OWN, _END, _OWN, _END, _OWN, _END, _OWN)
)
_BARE_HEAD = b"version: 2\ninteractions:\n"
#: Where only the first lines are comments, and behind the last item.
_BEFORE = re.compile(rb"(?:#[^\n]*\n)*")
_BEHIND = re.compile(rb"(?:^(?: {0,4}#[^\n]*|\.\.\.)(?:\n|\Z))+\Z", re.MULTILINE)
#: In bytes: comments before an interaction are hardly ever longer.
_NEAR = 1 << 12


class Around(NamedTuple):
    """What stands in a file before and behind a cassette; ``head`` is all that stands
    before its first interaction, where the cassette was given a bare one instead."""

    before: bytes = b""
    behind: bytes = b""
    head: bytes | None = None


def parts(data: bytes) -> tuple[Around, bytes]:
    """Return what stands around a cassette in its file, and the cassette."""
    found = _HEAD.match(data)
    before = found or _BEFORE.match(data)
    assert before is not None
    start = before.end()
    behind = _BEHIND.search(data, start)
    end = behind.start() if behind else len(data)
    if found is None:
        return Around(data[:start], data[end:]), data[start:end]
    return Around(b"", data[end:], found[0]), _BARE_HEAD + data[start:end]


def behind(read: Callable[[int], bytes], dash: int) -> bytes:
    """Return the comments behind an item; ``read`` returns a piece of the given size at
    the end of it, or all where it is shorter."""
    near = read(_NEAR)
    at = begin(near, dash)
    if len(near) == _NEAR and b"\n" not in near[: max(at - 1, 0)]:
        near = read(1 << 62)  # what stands before them is farther away
        at = begin(near, dash)
    return near[at:]


def begin(item: bytes, dash: int) -> int:
    """Return where the comments begin that stand behind an item, not deeper than where
    items begin: they are about the next one."""
    found = end = len(item)
    while end:
        start = item.rfind(b"\n", 0, end - 1) + 1
        line = item[start:end].lstrip(b" ")
        if line.startswith(b"#") and end - start - len(line) <= dash:
            found = start
        elif line.strip():
            break
        end = start
    return found
