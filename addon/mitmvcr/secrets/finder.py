"""Every secret in a text that shows as one: by its field's name or by its own form."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from mitmvcr.core.media import FORM
from mitmvcr.secrets import lists
from mitmvcr.secrets.anchors import Anchors, Hit, spellings
from mitmvcr.secrets.columns import columns
from mitmvcr.secrets.fields import Fields
from mitmvcr.secrets.forms import Pattern, is_genuine
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.patterns import PATTERNS
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
#: One ``@`` in so many bytes is few.
_FEW_MARKS = 200
#: So long are a user and a password, with what stands around them.
_LONGEST_USERINFO = 300
#: No token is shorter.
SHORTEST = 14


class Target(NamedTuple):
    """What a text may belong to. A ``mark`` says that something is encoded, or was
    hidden before."""

    is_name: bool = False
    is_mark: bool = False
    forms: tuple[Pattern, ...] = ()


@cache
def table(own: tuple[str, ...] = ()) -> tuple[Anchors, Sequence[Target]]:
    """Return the texts to look for, and of each what it may belong to; ``own`` are the
    user's names of parameters."""
    names = {text for stem in lists.STEMS for text in spellings(stem)}
    names |= {f"{name}=" for name in own}
    forms = defaultdict[str, list[Pattern]](list)
    for pattern in PATTERNS:
        for anchor in pattern.anchors:
            forms[anchor].append(pattern)
    marks = {mark.decode() for mark in (*JSON_STARTS, _MARK)}
    texts = sorted({*names, *forms, *marks})
    return Anchors([text.encode() for text in texts]), [
        Target(text in names, text in marks, tuple(forms.get(text, ())))
        for text in texts
    ]


@cache
def compiled(regex: str) -> re.Pattern[bytes]:
    return re.compile(regex.encode(), re.DOTALL)


def is_form(data: bytes) -> bool:
    """Return whether all of it is ``name=value&name=value``."""
    return b"=" in data[:200] and _FORM.fullmatch(data) is not None


def _userinfo(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the passwords of commands, and of URLs: from each ``@`` backwards, as
    long as there are few, then forwards."""
    regex, before, at = compiled(lists.USERINFO), 0, data.find(b"@")
    for _ in range(len(data) // _FEW_MARKS + 1):
        if at < 0:
            break
        slash = data.rfind(b"/", max(before, at - _LONGEST_USERINFO), at)
        if slash >= 0 and (found := regex.match(data, max(0, slash - 2), at + 1)):
            yield found
        before, at = at + 1, data.find(b"@", at + 1)
    if at >= 0:
        yield from regex.finditer(data, before)
    if b"curl " in data or b"sshpass " in data:
        yield from compiled(lists.COMMANDS).finditer(data)


class Found(NamedTuple):
    """The secrets that show in a text, and what is encoded in it and may hold some;
    ``rest`` holds only what is known, if anything, and ``plain`` is all of its text."""

    spans: Sequence[Span] = ()
    held: Sequence[Held] = ()
    rest: Sequence[Held] = ()
    plain: bytes = b""


class Finder:
    """The one scanner: the lists, with a user's names, regexes and exceptions."""

    def __init__(self, names: Names, rules: Rules) -> None:
        self._names, self._fields = names, Fields(names)
        self._regexes = [re.compile(text.encode()) for text in rules.regex]
        self._keep = frozenset(rules.keep)
        kept = (each for each in PATTERNS if each.kind in self._keep)
        self._kept = {each.kind: compiled(each.regex) for each in kept}
        anchors, self._targets = table(rules.query)
        self._hits = anchors.hits

    def is_clear(self, data: bytes, depth: int = 0) -> bool:
        """Return whether no secret can show there, whatever the text is; mostly within
        one look."""
        if b"@" in data and any(_userinfo(data)):
            return False
        hits = self._hits(data)
        if hits and any(self._suspects(data, hits)):
            return False
        return (
            depth == DEEPEST
            or b"%" not in data
            or all(self.is_clear(each.plain, depth + 1) for each in percent_in(data))
        )

    def _suspects(self, data: bytes, hits: Iterable[Hit]) -> Iterator[object]:
        forms = _Forms(data, self._keep, self._names.is_kept, is_framed=True)
        named = 0
        for number, start, end in hits:
            target = self._targets[number]
            yield target.is_mark or forms.at(target.forms, start)
            if target.is_name and start >= named:
                named, is_named = self._fields.named(data, start, end)
                yield is_named

    def found(self, data: bytes, kind: str = "") -> Found:
        """Return all secrets in a text of a Content-Type, except what a rule finds
        within what it found before."""
        spans, starts = self._by_anchor(data, kind)
        spans += self._by_regex(data)
        if not self._names.is_kept("userinfo"):
            for found in _userinfo(data):
                if is_real(found[1]):
                    spans.append(Span(*found.span(1), "userinfo", found[1]))
        spans += columns(self._names, data, kind)
        if self._kept:
            spans = [span for span in spans if not self._is_kept(span.value)]
        return Found(spans, [*percent_in(data), *held_in(data, starts)])

    def _by_anchor(self, data: bytes, kind: str) -> tuple[list[Span], list[int]]:
        """Return secrets, and where base64 of JSON may begin."""
        spans: list[Span] = []
        starts: list[int] = []
        hits = self._hits(data)
        if not hits:
            return spans, starts
        targets, of, at = self._targets, self._fields.of, self._forms(data).at
        scan = Scan(data, form=FORM in kind.lower() or is_form(data))
        for number, start, end in hits:
            is_name, is_mark, forms = targets[number]
            if is_name and start >= scan.named:
                spans += of(scan, start, end)
            if forms and (span := at(forms, start)):
                spans.append(span)
            if is_mark:
                starts.append(start)
        return spans, starts

    def _forms(self, data: bytes) -> "_Forms":
        return _Forms(data, self._keep, self._names.is_kept)

    def forms(self, data: bytes) -> Sequence[Span]:
        """Return what is a secret by its own form alone, also in a binary message."""
        keep = self._keep | {"bearer", "basic"}
        forms = _Forms(data, keep, self._names.is_kept, is_framed=True)
        found = (forms.at(self._targets[n].forms, at) for n, at, _ in self._hits(data))
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


@dataclass(slots=True)
class _Forms:
    """Matches the forms of tokens in a text, in time that is linear in it.
    ``is_framed``: in a binary message, where its length may stand before it in a byte
    that is a letter. ``note``: called with the kind of what is kept."""

    data: bytes
    keep: Collection[str]
    note: Callable[[str], object]
    is_framed: bool = False
    done: int = 0
    #: Where the run ends that a kind was tried in, and how often it was; and up to
    #: where it is not tried again.
    tries: dict[str, tuple[int, int]] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)

    def at(self, patterns: Iterable[Pattern], at: int) -> Span | None:
        """Return the secret whose anchor stands at a place; None within another."""
        for pattern in patterns:
            if at < self.done:
                return None
            kind, is_long = pattern.kind, pattern.is_long
            if kind in self.keep:
                if self._matched(pattern, at):
                    self.note(kind)
            elif not is_long or at >= self.tried.get(kind, 0):
                span = self._matched(pattern, at)
                if span is None and self.is_framed:
                    span = self._behind_its_length(pattern, at)
                if span is not None:
                    return span
                if is_long:
                    self._failed(kind, at)
        return None

    def _matched(self, pattern: Pattern, at: int) -> Span | None:
        regex, data = compiled(pattern.regex), self.data
        for back in pattern.back:
            found = regex.match(data, at - back) if back <= at else None
            if found is not None and is_genuine(pattern, found[0]):
                self.done = found.end()
                group = 1 if found.lastindex else 0
                return Span(*found.span(group), pattern.kind, found[group])
        return None

    def _behind_its_length(self, pattern: Pattern, at: int) -> Span | None:
        first = at - pattern.back[0]
        if first < 1:
            return None
        length = self.data[first - 1]
        if length < SHORTEST:  # most often a line end
            return None
        found = compiled(pattern.regex).match(self.data[first : first + length])
        if found is None or len(found[0]) != length or found.lastindex:
            return None
        if not is_genuine(pattern, found[0]):
            return None
        return Span(first, first + length, pattern.kind, found[0])

    def _failed(self, kind: str, at: int) -> None:
        run, tries = self.tries.get(kind, (0, 0))
        if at >= run:
            found = _RUN.match(self.data, at)
            assert found is not None
            run, tries = found.end(), 0
        self.tries[kind] = run, tries + 1
        if tries + 1 == _TRIES:
            self.tried[kind] = run
