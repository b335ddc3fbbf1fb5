"""Every secret in a text that shows as one: by its field's name or by its own form."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache

from mitmvcr.secrets import lists
from mitmvcr.secrets.anchors import Anchors, Hit, spellings
from mitmvcr.secrets.forms import Pattern, is_genuine
from mitmvcr.secrets.index import SecretIndex
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.places import Places
from mitmvcr.secrets.runs import JSON_STARTS, Held, held_in
from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.spans import Span

_MARK = b"REDACTED"
_FORM = re.compile(
    rb"[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+(?:&[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+)*+"
)
_RUN = re.compile(rb"[\w.~+/=-]*+")
#: So often is a form tried in one run of letters where it does not stand.
_TRIES = 4


@lru_cache(maxsize=1)
def table() -> tuple[Anchors, Sequence[Pattern | None]]:
    """Return the texts to look for and what each of them may belong to; None is a
    name."""
    stems = {text.encode() for stem in lists.STEMS for text in spellings(stem)}
    entries: list[tuple[bytes, Pattern | None]] = [
        (text, None) for text in sorted(stems)
    ]
    entries += [(a.encode(), each) for each in lists.PATTERNS for a in each.anchors]
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
        self._kept = [compiled(p.regex) for p in lists.PATTERNS if p.kind in self._keep]
        self._watch = watch
        more = watch.size - len(table()[1])
        self._targets = [*table()[1], *[None] * more]
        self._known = len(self._targets)
        texts = table()[0].texts
        self._starts = {at for at, text in enumerate(texts) if text in JSON_STARTS}

    def suspects(self, data: bytes) -> bool:
        """Return whether there may be any secret; quick where there is none."""
        if b"@" in data and has_userinfo(data):
            return True
        if self._regexes and any(regex.search(data) for regex in self._regexes):
            return True
        hits = self._watch.find(data)
        if not hits:
            return False
        scan, forms = Scan(data), _Forms(data)
        return any(self._is_suspect(scan, forms, hit) for hit in hits) or any(
            self.suspects(each.plain) for each in self.held(data)
        )

    def _is_suspect(self, scan: Scan, forms: "_Forms", hit: Hit) -> bool:
        number, start, end = hit
        if number >= self._known:
            return True  # it was learned
        pattern = self._targets[number]
        if pattern is None:
            is_mark = scan.data[start:end] == _MARK
            return is_mark or self._places.has_secret_name(scan, start, end)
        return self._of_form(pattern, forms, start, is_framed=True) is not None

    def held(self, data: bytes) -> Sequence[Held]:
        """Return the JSON that stands in base64 in a text."""
        if any(hit[0] in self._starts for hit in self._watch.find(data)):
            return list(held_in(data))
        return ()

    def spans(self, data: bytes, *, form: bool = False) -> Iterator[Span]:
        """Yield all secrets, those within others too, except what a rule finds within
        what it found before."""
        for span in self._spans(data, form):
            if not self._is_kept(span.value):
                yield span

    def _spans(self, data: bytes, form: bool) -> Iterator[Span]:
        scan, forms = Scan(data, form=form), _Forms(data)
        for number, start, end in self._watch.find(data):
            if number >= self._known:
                continue
            pattern = self._targets[number]
            if pattern is None:
                yield from self._places.of(scan, start, end)
            elif (span := self._of_form(pattern, forms, start)) is not None:
                yield span
        yield from self._by_regex(data)
        if b"@" in data and "userinfo" not in self._keep:
            for found in compiled(lists.USERINFO).finditer(data):
                if is_real(found[1]):
                    yield Span(found.start(1), found.end(1), "userinfo", found[1])

    def forms(self, data: bytes) -> Iterator[Span]:
        """Yield what is a secret by its own form alone."""
        forms = _Forms(data)
        for number, start, _ in self._watch.find(data):
            pattern = self._targets[number] if number < self._known else None
            if pattern is not None and pattern.kind not in ("bearer", "basic"):
                span = self._of_form(pattern, forms, start, is_framed=True)
                if span is not None:
                    yield span

    def _is_kept(self, value: bytes) -> bool:
        """Return whether a user keeps values of this form, whatever their name."""
        return any(regex.fullmatch(value) for regex in self._kept)

    def _of_form(
        self, pattern: Pattern, forms: "_Forms", at: int, *, is_framed: bool = False
    ) -> Span | None:
        if pattern.kind in self._keep:
            return None
        return forms.at(pattern, at, is_framed=is_framed)

    def _by_regex(self, data: bytes) -> Iterator[Span]:
        for regex in self._regexes:
            for found in regex.finditer(data):
                group = found.lastgroup or (1 if found.lastindex else 0)
                value = found[group]
                if value and is_real(value):
                    kind = found.lastgroup or "regex"
                    yield Span(found.start(group), found.end(group), kind, value)


class _Forms:
    """Matches the forms of tokens in a text, in time that is linear in it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._scan = Scan(data)
        #: Where the run ends that a kind was tried in, and how often it was.
        self._tried: dict[str, tuple[int, int]] = {}

    def at(self, pattern: Pattern, at: int, *, is_framed: bool) -> Span | None:
        """Return the secret whose anchor stands at a place. ``is_framed``: in a binary
        message, where its length may stand before it in a byte that is a letter."""
        kind = pattern.kind
        if self._scan.is_done(kind, at):
            return None
        run, tries = self._tried.get(kind, (0, 0))
        if at < run and tries >= _TRIES:
            return None
        span = self._matched(pattern, at)
        if span is None and is_framed:
            span = self._behind_its_length(pattern, at)
        if span is None:
            self._failed(kind, at, run, tries)
        return span

    def _matched(self, pattern: Pattern, at: int) -> Span | None:
        regex = compiled(pattern.regex)
        for back in pattern.back:
            found = regex.match(self._data, at - back) if back <= at else None
            if found is not None and is_genuine(pattern, found[0]):
                self._scan.done(pattern.kind, found.end())
                group = 1 if found.lastindex else 0
                start, end = found.span(group)
                return Span(start, end, pattern.kind, found[group])
        return None

    def _behind_its_length(self, pattern: Pattern, at: int) -> Span | None:
        first = at - pattern.back[0]
        if first < 1:
            return None
        length = self._data[first - 1]
        found = compiled(pattern.regex).match(self._data[first : first + length])
        if found is None or len(found[0]) != length or found.lastindex:
            return None
        if not is_genuine(pattern, found[0]):
            return None
        return Span(first, first + length, pattern.kind, found[0])

    def _failed(self, kind: str, at: int, run: int, tries: int) -> None:
        if at < run:
            self._tried[kind] = run, tries + 1
        else:
            found = _RUN.match(self._data, at)
            assert found is not None
            self._tried[kind] = found.end(), 1
