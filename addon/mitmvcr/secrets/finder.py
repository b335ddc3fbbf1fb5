"""Every secret in a text that shows as one: by its field's name or by its own form."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from mitmvcr.core.media import FORM
from mitmvcr.secrets import lists
from mitmvcr.secrets.anchors import Anchors, Hit, spellings
from mitmvcr.secrets.columns import columns
from mitmvcr.secrets.forms import Pattern, is_genuine
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.patterns import PATTERNS
from mitmvcr.secrets.places import Places
from mitmvcr.secrets.rules import Rules
from mitmvcr.secrets.runs import JSON_STARTS, Held, held_in, percent_in
from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.spans import Span

_MARK = b"REDACTED"
_FORM = re.compile(
    rb"[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+(?:&[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+)*+"
)
_RUN = re.compile(rb"[\w.~+/=-]*+")
#: What is encoded within what is encoded is looked into so far.
DEEPEST = 4
#: So often is a form tried in one run of letters where it does not stand.
_TRIES = 4
#: No token is shorter.
SHORTEST = 14


@lru_cache(maxsize=1)
def table() -> tuple[Anchors, Sequence[Pattern | None]]:
    """Return the texts to look for and what each of them may belong to; None is a
    name."""
    stems = {text.encode() for stem in lists.STEMS for text in spellings(stem)}
    entries: list[tuple[bytes, Pattern | None]] = [
        (text, None) for text in sorted(stems)
    ]
    entries += [(a.encode(), each) for each in PATTERNS for a in each.anchors]
    # What is base64 is looked into where the texts of names would be.
    entries += [(text, None) for text in (*JSON_STARTS, _MARK)]
    texts = [text for text, _ in entries]
    return Anchors(texts), [each for _, each in entries]


@cache
def compiled(regex: str) -> re.Pattern[bytes]:
    return re.compile(regex.encode(), re.DOTALL)


def is_form(data: bytes) -> bool:
    """Return whether all of it is ``name=value&name=value``."""
    return b"=" in data[:200] and _FORM.fullmatch(data) is not None


def _userinfo(data: bytes) -> Iterator[re.Match[bytes]]:
    match, at = compiled(lists.USERINFO).match, data.find(b"://")
    while at >= 0:
        found = match(data, at)
        if found:
            yield found
        at = data.find(b"://", at + 3)


class Found(NamedTuple):
    """The secrets that show in a text, and the JSON in its base64."""

    spans: Sequence[Span] = ()
    held: Sequence[Held] = ()


class Finder:
    """The one scanner: the lists, with a user's names, regexes and exceptions."""

    def __init__(self, names: Names, rules: Rules) -> None:
        self._names, self._places = names, Places(names)
        self._regexes = [re.compile(text.encode()) for text in rules.regex]
        self._keep = frozenset(rules.keep)
        kept = (each for each in PATTERNS if each.kind in self._keep)
        self._kept = {each.kind: compiled(each.regex) for each in kept}
        anchors, self._targets = table()
        texts = anchors.texts
        marks = (*JSON_STARTS, _MARK)
        self._marks = {len(texts) - n for n in range(1, len(marks) + 1)}
        self._hits = anchors.hits
        if rules.query:  # the lists' own are among what is known
            own = [f"{name}=".encode() for name in rules.query]
            self._targets = [*self._targets, *[None] * len(own)]
            self._hits = Anchors([*texts, *own]).hits

    def is_clear(self, data: bytes, depth: int = 0) -> bool:
        """Return whether no secret can show there, whatever the text is; mostly within
        one look."""
        if b"@" in data and any(_userinfo(data)):
            return False
        hits = self._hits(data)
        if hits and any(self._suspects(data, hits)):
            return False
        return depth == DEEPEST or all(
            self.is_clear(each.plain, depth + 1) for each in percent_in(data)
        )

    def _suspects(self, data: bytes, hits: Iterable[Hit]) -> Iterator[object]:
        forms = _Forms(data, self._keep, self._names.is_kept, is_framed=True)
        named = 0
        for number, start, end in hits:
            pattern = self._targets[number]
            if pattern is not None:
                yield forms.at(pattern, start)
            elif number in self._marks:
                yield True
            elif start >= named:
                named, is_named = self._places.named(data, start, end)
                yield is_named

    def found(self, data: bytes, kind: str = "") -> Found:
        """Return all secrets in a text of a Content-Type, except what a rule finds
        within what it found before."""
        spans, is_held = self._by_anchor(data, kind)
        spans += self._by_regex(data)
        if b"@" in data and not self._names.is_kept("userinfo"):
            for found in _userinfo(data):
                if is_real(found[1]):
                    spans.append(Span(*found.span(1), "userinfo", found[1]))
        spans += columns(self._names, data, kind)
        if self._kept:
            spans = [span for span in spans if not self._is_kept(span.value)]
        held = list(percent_in(data))
        if is_held:
            held += held_in(data)
        return Found(spans, held)

    def _by_anchor(self, data: bytes, kind: str) -> tuple[list[Span], bool]:
        """Return secrets, and whether base64 of JSON may stand there."""
        spans: list[Span] = []
        is_held, hits = False, self._hits(data)
        if not hits:
            return spans, is_held
        targets, of, at = self._targets, self._places.of, self._forms(data).at
        marks = self._marks
        scan = Scan(data, form=FORM in kind.lower() or is_form(data))
        for number, start, end in hits:
            pattern = targets[number]
            if pattern is not None:
                if span := at(pattern, start):
                    spans.append(span)
                continue
            if number in marks:
                is_held = True
            elif start >= scan.named:
                spans += of(scan, start, end)
        return spans, is_held

    def _forms(self, data: bytes) -> "_Forms":
        return _Forms(data, self._keep, self._names.is_kept)

    def forms(self, data: bytes) -> Sequence[Span]:
        """Return what is a secret by its own form alone, also in a binary message."""
        keep = self._keep | {"bearer", "basic"}
        forms = _Forms(data, keep, self._names.is_kept, is_framed=True)
        patterns = ((self._targets[number], at) for number, at, _ in self._hits(data))
        found = (forms.at(pattern, at) for pattern, at in patterns if pattern)
        return [span for span in found if span is not None]

    def _is_kept(self, value: bytes) -> bool:
        """Return whether a user keeps values of this form, whatever their name."""
        kinds = [kind for kind, regex in self._kept.items() if regex.fullmatch(value)]
        return any(map(self._names.is_kept, kinds))

    def _by_regex(self, data: bytes) -> Iterator[Span]:
        for regex in self._regexes:
            for found in regex.finditer(data):
                group = found.lastgroup or (1 if found.lastindex else 0)
                if found[group] and is_real(found[group]):
                    kind = found.lastgroup or "regex"
                    yield Span(*found.span(group), kind, found[group])


class _Forms:
    """Matches the forms of tokens in a text, in time that is linear in it.
    ``is_framed``: in a binary message, where its length may stand before it in a byte
    that is a letter. ``note``: called with the kind of what is kept."""

    def __init__(
        self,
        data: bytes,
        keep: Collection[str],
        note: Callable[[str], object],
        *,
        is_framed: bool = False,
    ) -> None:
        self._data, self._keep, self._is_framed = data, keep, is_framed
        self._note = note
        self._done = 0
        #: Where the run ends that a kind was tried in, and how often it was.
        self._tried: dict[str, tuple[int, int]] = {}

    def at(self, pattern: Pattern, at: int) -> Span | None:
        """Return the secret whose anchor stands at a place; None within another."""
        if at < self._done:
            return None
        if self._keep and pattern.kind in self._keep:
            if self._matched(pattern, at):
                self._note(pattern.kind)
            return None
        if pattern.is_long and self._is_tried(pattern.kind, at):
            return None
        span = self._matched(pattern, at)
        if span is None and self._is_framed:
            span = self._behind_its_length(pattern, at)
        if span is None and pattern.is_long:
            self._failed(pattern.kind, at)
        return span

    def _is_tried(self, kind: str, at: int) -> bool:
        run, tries = self._tried.get(kind, (0, 0))
        return at < run and tries >= _TRIES

    def _matched(self, pattern: Pattern, at: int) -> Span | None:
        regex = compiled(pattern.regex)
        for back in pattern.back:
            found = regex.match(self._data, at - back) if back <= at else None
            if found is not None and is_genuine(pattern, found[0]):
                self._done = found.end()
                group = 1 if found.lastindex else 0
                return Span(*found.span(group), pattern.kind, found[group])
        return None

    def _behind_its_length(self, pattern: Pattern, at: int) -> Span | None:
        first = at - pattern.back[0]
        if first < 1:
            return None
        length = self._data[first - 1]
        if length < SHORTEST:  # most often a line end
            return None
        found = compiled(pattern.regex).match(self._data[first : first + length])
        if found is None or len(found[0]) != length or found.lastindex:
            return None
        if not is_genuine(pattern, found[0]):
            return None
        return Span(first, first + length, pattern.kind, found[0])

    def _failed(self, kind: str, at: int) -> None:
        run, tries = self._tried.get(kind, (0, 0))
        if at < run:
            self._tried[kind] = run, tries + 1
        else:
            found = _RUN.match(self._data, at)
            assert found is not None
            self._tried[kind] = found.end(), 1
