"""Where a value that varies comes from."""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import md5, sha1, sha256, sha512
from html import escape
from itertools import chain
from urllib.parse import quote

from mitmvcr.core.model import Interaction
from mitmvcr.echo.places import Value
from mitmvcr.learn.aligning import Asked
from mitmvcr.learn.findings import Class
from mitmvcr.miss.freshness import fresh

#: Shorter texts are found by chance; numbers are not looked for within words.
_SHORT = 3
#: What a value is split at, to see whether pieces of it were given.
_APART = re.compile(r"([^\w.~=-]+)")
_DIGESTS: Mapping[str, Callable[[bytes], bytes]] = {
    "SHA-256": lambda raw: sha256(raw).digest(),
    "SHA-1": lambda raw: sha1(raw, usedforsecurity=False).digest(),
    "SHA-512": lambda raw: sha512(raw).digest(),
    "MD5": lambda raw: md5(raw, usedforsecurity=False).digest(),
}
_SPELLINGS: Sequence[Callable[[bytes], str]] = (
    bytes.hex,
    lambda raw: b64encode(raw).decode(),
    lambda raw: urlsafe_b64encode(raw).decode().rstrip("="),
)
_MOST_VALUES = 2000
_BYTES = ("utf-8", "surrogateescape")
#: What a machine makes up rather than a program.
_OF_MACHINE = ("a port", "a temporary name")


class Run:
    """One recording, to be searched for where a value came from."""

    def __init__(
        self, recording: Sequence[Interaction], asked: Sequence[Asked]
    ) -> None:
        self._recording, self._asked = recording, asked
        self._texts: dict[int, str] = {}

    def gave(self, value: str, position: int) -> bool:
        """Return whether a response that came before an interaction holds a value that
        no request had before: what a client made up is its own, also where a response
        repeats it."""
        if len(value) < _SHORT and not value.isdecimal():
            return False
        spelled = dict.fromkeys((value, quote(value, safe=""), escape(value)))
        regex = re.compile(
            rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, spelled))})(?![A-Za-z0-9])"
        )
        first = next((a for a in range(position) if regex.search(self._text(a))), None)
        return first is not None and not any(
            regex.search(self._sent(at)) for at in range(first + 1)
        )

    def _text(self, position: int) -> str:
        if position not in self._texts:
            response = self._recording[position].response
            said = [value for values in response.headers.values() for value in values]
            frames = _messages(self._recording[position], from_client=False)
            whole = (*said, response.body.decode(*_BYTES), *frames)
            self._texts[position] = "\n".join(whole)
        return self._texts[position]

    def _sent(self, position: int) -> str:
        request = self._recording[position].request
        said = [value for values in request.headers.values() for value in values]
        frames = _messages(self._recording[position], from_client=True)
        return "\n".join((request.url, *said, request.body.decode(*_BYTES), *frames))

    @cached_property
    def digests(self) -> Mapping[str, tuple[str, str]]:
        """Return the digests of all values of the requests, in all spellings: the
        digest's name and the value."""
        found: dict[str, tuple[str, str]] = {}
        for value in self._values():
            raw = value.encode("utf-8", "surrogateescape")
            for name, digest in _DIGESTS.items():
                found.update((each(digest(raw)), (name, value)) for each in _SPELLINGS)
            for spelling in _SPELLINGS:
                found.setdefault(spelling(raw), ("base64", value))
        return found

    def _values(self) -> Iterator[str]:
        of_all = chain.from_iterable(each.values.values() for each in self._asked)
        texts = (each for each in of_all if isinstance(each, str) and len(each) > 7)
        yield from list(dict.fromkeys(texts))[:_MOST_VALUES]


def _messages(interaction: Interaction, *, from_client: bool) -> list[str]:
    frames = interaction.response.websocket
    return [e.content.decode(*_BYTES) for e in frames if e.from_client is from_client]


def source(
    runs: tuple[Run, Run], positions: tuple[int, int], one: Value, other: Value
) -> tuple[Class, str]:
    """Return the class of a value that differs, and what it looks like."""
    texts = str(one), str(other)
    if _was_given(runs, positions, *texts):
        return Class.GIVEN, ""
    found = [run.digests.get(text) for run, text in zip(runs, texts, strict=True)]
    if found[0] and found[1] and found[0][0] == found[1][0]:
        sources = found[0][1], found[1][1]
        if _was_given(runs, positions, *sources):
            return Class.GIVEN, f"{found[0][0]} of what was given"
        return Class.DERIVED, f"is {found[0][0]} of another value"
    return _by_looks(one, other)


def _by_looks(one: Value, other: Value) -> tuple[Class, str]:
    if _is_number(one) and _is_number(other):
        new = fresh(str(one), str(other))
        return Class.MADE_UP, new.words if new else "a number that changes"
    if not (isinstance(one, str) and isinstance(other, str)):
        return Class.UNKNOWN, ""
    new = fresh(one, other)
    if new is None:
        is_count = one.isdecimal() and other.isdecimal()
        if is_count:
            return Class.MADE_UP, "a number that changes"
        return Class.UNKNOWN, ""
    if any(each in new.words for each in _OF_MACHINE):
        return Class.MACHINE, new.words
    is_signature = "signature" in new.words or "a JWT" in new.words
    return Class.DERIVED if is_signature else Class.MADE_UP, new.words


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _was_given(
    runs: tuple[Run, Run], positions: tuple[int, int], one: str, other: str
) -> bool:
    """Return whether earlier responses held both, or all the pieces that differ."""
    texts = one, other
    if all(r.gave(t, p) for r, t, p in zip(runs, texts, positions, strict=True)):
        return True
    split = [_APART.split(each) for each in texts]
    if len(split[0]) != len(split[1]) or len(split[0]) == 1:
        return False
    differ = [pair for pair in zip(*split, strict=True) if pair[0] != pair[1]]
    return bool(differ) and all(
        runs[0].gave(ours, positions[0]) and runs[1].gave(theirs, positions[1])
        for ours, theirs in differ
    )
