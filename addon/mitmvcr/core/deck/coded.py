"""Base64 within a text, and what it holds: a value may stand in it together with
others, as a user's name and a key do."""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

_END = r"(?:=|%3[Dd]){0,2}"
#: Of either alphabet; in a URL or a form three of its characters may be quoted.
RUN = rf"(?:[A-Za-z0-9+/_-]|%2[BbFf])*{_END}"
#: A placeholder takes more letters than any word has.
_LONG = re.compile(rf"(?:[A-Za-z0-9+/_-]|%2[BbFf]){{8,}}{_END}")
_STEP = re.compile(rf"[A-Za-z0-9+_-]{{8,}}{_END}")
#: How a placeholder looks in base64: a part of ``REDACTED``, or ``<`` and a capital
#: letter, at each of the three offsets.
may_hold = re.compile("JFREFDVEV|SRURBQ1RF|UkVEQUNUR|P[EF]|[DTjz]x|8[Q-W]").search
#: In a longer text none is looked for.
_MOST = 1 << 16


class Coded:
    """What a text may be that holds base64: a pattern with a group for each, and what
    each may hold."""

    def __init__(
        self, pattern: re.Pattern[str], within: Sequence[re.Pattern[str]]
    ) -> None:
        self._pattern, self._within = pattern, within
        self.pattern = pattern.pattern

    def fullmatch(self, text: str) -> re.Match[str] | None:
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        pairs = zip(self._within, found.groups(), strict=True)
        return found if all(_holds(*pair) for pair in pairs) else None


def _holds(blank: re.Pattern[str], run: str) -> bool:
    plain = _decoded(run)
    return plain is not None and blank.fullmatch(plain) is not None


def decoded_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where base64 may stand in a text, and what it would hold, as Latin-1; also
    between two slashes, which are of one alphabet and part the steps of a path."""
    is_short = len(text) <= _MOST
    for found in _LONG.finditer(text) if is_short and may_hold(text) else ():
        yield from _run(found)
        if "/" in found[0]:
            for step in _STEP.finditer(text, *found.span()):
                yield from _run(step)


def _run(found: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    plain = _decoded(found[0]) if may_hold(found[0]) else None
    if plain is not None:
        yield *found.span(), plain


def with_decoded(text: str) -> str:
    """Return a text, and below it what base64 in it may hold."""
    return "\n".join([text, *(plain for _, _, plain in decoded_runs(text))])


def _decoded(run: str) -> str | None:
    bare = unquote(run).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("latin-1")
    except ValueError:
        return None
