"""Every secret in a text that shows as one: by its field's name or by its own form."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache

from mitmvcr.secrets import lists
from mitmvcr.secrets.anchors import Anchors, Hit, spellings
from mitmvcr.secrets.index import SecretIndex
from mitmvcr.secrets.lists import Pattern
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.places import Places, is_real
from mitmvcr.secrets.spans import Span

#: No match of a pattern is longer, but for those that begin with their anchor.
_LONGEST = 600
_MARK = b"REDACTED"
_FORM = re.compile(
    rb"[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+(?:&[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+)*+"
)


@lru_cache(maxsize=1)
def table() -> tuple[Anchors, Sequence[Pattern | None]]:
    """Return the texts to look for and what each of them may belong to; None is a
    name."""
    stems = {text.encode() for stem in lists.STEMS for text in spellings(stem)}
    entries: list[tuple[bytes, Pattern | None]] = [
        (text, None) for text in sorted(stems)
    ]
    entries += [(a.encode(), each) for each in lists.PATTERNS for a in each.anchors]
    entries.append((_MARK, None))
    texts = [text for text, _ in entries]
    return Anchors(texts), [each for _, each in entries]


@cache
def compiled(regex: str) -> re.Pattern[bytes]:
    return re.compile(regex.encode(), re.DOTALL)


def is_form(data: bytes) -> bool:
    """Return whether all of it is ``name=value&name=value``."""
    return b"=" in data[:200] and _FORM.fullmatch(data) is not None


def has_userinfo(data: bytes) -> bool:
    return compiled(lists.USERINFO).search(data) is not None


class Finder:
    """The lists, with a user's regexes and exceptions."""

    def __init__(
        self,
        names: Names,
        regexes: Sequence[re.Pattern[bytes]] = (),
        keep: Collection[str] = (),
        *,
        watch: SecretIndex,
    ) -> None:
        self._names, self._places = names, Places(names)
        self._regexes = regexes
        self._keep = frozenset(keep)
        self._watch = watch
        more = watch.size - len(table()[1])
        self._targets = [*table()[1], *[None] * more]
        self._known = len(self._targets)

    def suspects(self, data: bytes) -> bool:
        """Return whether there may be any secret; quick where there is none."""
        if b"@" in data and has_userinfo(data):
            return True
        if self._regexes and any(regex.search(data) for regex in self._regexes):
            return True
        return any(self._is_suspect(data, hit) for hit in self._watch.find(data))

    def _is_suspect(self, data: bytes, hit: Hit) -> bool:
        number, start, end = hit
        if number >= self._known:
            return True  # it was learned
        pattern = self._targets[number]
        if pattern is not None:
            return self._matched(pattern, data, start, end) is not None
        return (
            self._places.has_secret_name(data, start, end) or _MARK in data[start:end]
        )

    def spans(self, data: bytes, *, form: bool = False) -> Iterator[Span]:
        """Yield all secrets, those within others too."""
        for number, start, end in self._watch.find(data):
            if number >= self._known:
                continue
            pattern = self._targets[number]
            if pattern is None:
                span = self._places.of(data, start, end, is_form=form)
            else:
                span = self._matched(pattern, data, start, end)
            if span is not None:
                yield span
        yield from self._by_regex(data)
        if b"@" in data and "userinfo" not in self._keep:
            for found in compiled(lists.USERINFO).finditer(data):
                if is_real(found[1]):
                    yield Span(found.start(1), found.end(1), "userinfo", found[1])

    def _matched(
        self, pattern: Pattern, data: bytes, start: int, end: int
    ) -> Span | None:
        if pattern.kind in self._keep:
            return None
        regex = compiled(pattern.regex)
        if pattern.back:
            first = max(0, start - pattern.back)
            found = regex.search(data, first, end + _LONGEST)
        else:
            found = regex.match(data, start)
        if found is None:
            return None
        group = 1 if found.lastindex else 0
        value = found[group]
        return Span(found.start(group), found.end(group), pattern.kind, value)

    def _by_regex(self, data: bytes) -> Iterator[Span]:
        for regex in self._regexes:
            for found in regex.finditer(data):
                group = found.lastgroup or (1 if found.lastindex else 0)
                value = found[group]
                if value and is_real(value):
                    kind = found.lastgroup or "regex"
                    yield Span(found.start(group), found.end(group), kind, value)
