"""Every secret in a text that shows as one: by its field's name or by its own form.

Values are found from a part of the name outwards, not by parsing: a body may be JSON in
a string in JSON, a stream of events, or cut off, and what is not a secret is not to
change by a byte.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from mitmvcr.secrets import binary, commands, heads, kubernetes, lists, views
from mitmvcr.secrets.anchors import Anchors, Hit, spellings
from mitmvcr.secrets.columns import columns, table
from mitmvcr.secrets.forms import Pattern
from mitmvcr.secrets.headers import cookies_in
from mitmvcr.secrets.heads import judged
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import FLAG, HOLDER, SURE, Name, Names
from mitmvcr.secrets.parameters import is_form, parameter
from mitmvcr.secrets.patterns import PATTERNS
from mitmvcr.secrets.rules import Rules
from mitmvcr.secrets.runs import (
    FILE_STARTS,
    JSON_STARTS,
    NAMES_WITHIN,
    Held,
    held_in,
    percent_in,
)
from mitmvcr.secrets.said import is_no_name
from mitmvcr.secrets.scan import Place, Scan, Values, name_around
from mitmvcr.secrets.siblings import flagged, held, logs_in, of_its_type
from mitmvcr.secrets.spans import Span, apart_from
from mitmvcr.secrets.syntaxes import values
from mitmvcr.secrets.tokens import Tokens, compiled
from mitmvcr.secrets.userinfo import passwords
from mitmvcr.secrets.views import View

#: What says that something is encoded, by what looks there; also of a part whose text
#: is packed, and of a placeholder.
_MARKS = {
    "held": (*JSON_STARTS, *FILE_STARTS, *NAMES_WITHIN),
    "command": commands.MARKS,
    "head": heads.MARKS,
    "kubernetes": kubernetes.MARKS,
    "colour": views.MARKS,
    "other": (b"Content-Encoding:", b"content-encoding:", b"REDACTED"),
}
#: What is encoded within what is encoded is looked into so far.
DEEPEST = 4
#: What was found in shorter texts is remembered.
_SHORT = 256

#: What stands behind a name that has a value; the last one in a map of protobuf.
_FOLLOWED = frozenset(bytes([each]) for each in b")=:\"'`\\>< \t\r\n,;|}]&*\x12")
_EQUALS = ord("=")
_CALLED = frozenset((b'("', b"('", b"(\\"))
#: What the title of a column ends with.
_TITLE_ENDS = re.compile(rb"\\{0,15}[\"'`]?(?:[,;\t}\])]|[ ]{0,60}+(?:\||\r?\n))")
#: What ends a name elsewhere than in JSON: in a string in it, in code, in markup.
_ENDS = "\\'><&]"
#: No part of a name that is looked for is shorter.
_SHORTEST = 3


class Target(NamedTuple):
    """What a text may belong to. A ``mark`` says that something is encoded, or was
    hidden before; it is what looks there."""

    is_name: bool = False
    mark: str = ""
    forms: tuple[Pattern, ...] = ()


@cache
def anchors(own: tuple[str, ...] = ()) -> tuple[Anchors, Sequence[Target]]:
    """Return the texts to look for, and of each what it may belong to; ``own`` are the
    user's names of parameters."""
    names = {text for stem in lists.STEMS for text in spellings(stem)}
    names |= {*lists.SPELLED, *(f"{name}=" for name in own)}
    headers = {name for row in lists.HEADERS for name in row.names.split()}
    names |= {as_is for n in headers if "-" in n for as_is in (n, n.title())}
    quoted = [text[:-1] for text in names if text.endswith('"')]
    names |= {text + end for text in quoted for end in _ENDS}
    begun = defaultdict[str, list[str]](list)
    for text in names:
        begun[text[:_SHORTEST]].append(text)
    names = {text for text in names if not _is_found_anyway(text, begun)}
    forms = defaultdict[str, list[Pattern]](list)
    for pattern in PATTERNS:
        for anchor in pattern.anchors:
            forms[anchor].append(pattern)
    marks = {mark.decode(): of for of, each in _MARKS.items() for mark in each}
    texts = sorted({*names, *forms, *marks})
    return Anchors([text.encode() for text in texts]), [
        Target(text in names, marks.get(text, ""), tuple(forms.get(text, ())))
        for text in texts
    ]


def _is_found_anyway(text: str, begun: Mapping[str, Sequence[str]]) -> bool:
    """Return whether another text stands in this one, and so finds the same name;
    ``begun`` has all by their first letters."""
    return " " not in text and any(
        len(other) < len(text) and text.startswith(other, start)
        for start in range(len(text))
        for other in begun.get(text[start : start + _SHORTEST], ())
    )


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
        self._names = names
        self._regexes = [re.compile(text.encode()) for text in rules.regex]
        self._keep = frozenset(rules.keep)
        kept = (each for each in PATTERNS if each.kind in self._keep)
        self._kept = {each.kind: compiled(each.regex) for each in kept}
        #: Headers say the same again and again.
        self._remembered = lru_cache(maxsize=2048)(self._found)
        found, self._targets = anchors(rules.query)
        self._hits = found.hits

    def is_clear(self, data: bytes, depth: int = 0) -> bool:
        """Return whether no secret can show there, whatever the text is; mostly within
        one look."""
        plain = views.without_colours(data)
        texts = (data, plain.text) if plain else (data,)
        return all(self._is_clear(each, depth) for each in texts)

    def _is_clear(self, data: bytes, depth: int) -> bool:
        if any(passwords(data)):
            return False
        hits = self._hits(data)
        if hits and self._is_suspect(data, hits):
            return False
        return (
            depth == DEEPEST
            or b"%" not in data
            or all(self.is_clear(each.plain, depth + 1) for each in percent_in(data))
        )

    def _is_suspect(self, data: bytes, hits: Iterable[Hit]) -> bool:
        at = Tokens(data, self._keep, self._names.is_kept, is_framed=True).at
        targets, named = self._targets, 0
        for number, start, end in hits:
            is_name, mark, forms = targets[number]
            if mark or (forms and at(forms, start)):
                return True
            if is_name and start >= named:
                begin, named = name_around(data, start, end)
                if self._of_secret(data, begin, named) is not None:
                    return True
        return False

    def found(
        self, data: bytes, kind: str = "", *, asked: bool = False, depth: int = 0
    ) -> Found:
        """Return all secrets in a text of a Content-Type, except what a rule finds
        within what it found before. ``asked``: the text is part of a request."""
        find = self._remembered if len(data) < _SHORT else self._found
        return find(data, kind, asked, depth)

    def _found(self, data: bytes, kind: str, asked: bool, depth: int) -> Found:
        form, yaml = is_form(data, kind), "yaml" in kind.lower()
        scan = Scan(data, form=form, asked=asked, yaml=yaml)
        spans, starts = self._by_anchor(scan)
        spans += self._by_regex(data)
        spans += heads.in_heads(self._names, data, starts["head"])
        secrets = kubernetes.in_secrets(self._names, data, starts["kubernetes"])
        spans = [*secrets, *spans]
        if not self._names.is_kept("userinfo"):
            spans += commands.in_commands(self._names, data, starts["command"])
            for found in passwords(data):
                group = found.lastindex or 0
                if is_real(found[group]):
                    spans.append(Span(*found.span(group), "userinfo", found[group]))
        spans += columns(self._names, data, kind)
        for view in self._views(scan, starts) if depth < DEEPEST else ():
            more = self.found(view.text, kind, asked=asked, depth=depth + 1).spans
            spans += map(view.back, more)
        if self._kept:
            spans = [span for span in spans if not self._is_kept(span.value)]
        return Found(spans, [*percent_in(data), *held_in(data, starts["held"])])

    def _views(self, scan: Scan, starts: Mapping[str, list[int]]) -> Iterator[View]:
        """Yield the same text as others read it, where more may show."""
        plain = views.without_colours(scan.data, is_marked="colour" in starts)
        if plain:
            yield plain
        yield from views.around(scan.data, scan.unread)

    def _by_anchor(self, scan: Scan) -> tuple[list[Span], Mapping[str, list[int]]]:
        """Return secrets, and where marks stand, by what looks there."""
        spans, starts = list[Span](), defaultdict[str, list[int]](list)
        hits = self._hits(scan.data)
        if not hits:
            return spans, starts
        targets, of, at = self._targets, self._of_name, self._forms(scan.data).at
        for number, start, end in hits:
            is_name, mark, forms = targets[number]
            if is_name and start >= scan.named:
                spans += of(scan, start, end)
            if forms and (span := at(forms, start)):
                spans.append(span)
            if mark:
                starts[mark].append(start)
        return spans, starts

    def _of_secret(self, data: bytes, begin: int, finish: int) -> Name | None:
        """Return what a name says if it is that of a secret, and a value can follow:
        none does that of a resource, a placeholder, a test that passed."""
        known = self._names.of(data[begin:finish])
        is_one = (
            known.parameter > 0
            and (
                data[finish : finish + 1] in _FOLLOWED
                or data[finish : finish + 2] in _CALLED
            )
            and not is_no_name(data, begin)
        )
        return known if is_one else None

    def _of_name(self, scan: Scan, start: int, end: int) -> Iterable[Span]:
        """Return the values of the field whose name holds ``data[start:end]``, if they
        are secrets."""
        data = scan.data
        begin, finish = name_around(data, start, end)
        scan.named = finish
        known = self._of_secret(data, begin, finish)
        if known is None:
            return ()
        name, sure = data[begin:finish], known.field
        if sure == HOLDER:
            return self._held(scan, begin, finish)
        found = parameter(scan, begin, finish) if data[finish] == _EQUALS else ()
        if not found and (sure == FLAG or name in lists.TYPES):
            found = flagged(scan, begin, finish)
        if not found and sure:
            if sure != FLAG:
                found = values(scan, begin, finish, is_sure=sure == SURE)
            if not found and _TITLE_ENDS.match(data, finish):
                cells = list(table(self._names, scan, begin))
                if cells:
                    return cells
            if not found and sure != FLAG:
                found = of_its_type(scan, begin, finish)
        spans = list(self._judged(scan, name, found)) if found else []
        if sure and not spans:
            scan.unread.append((begin, finish))
        return spans

    def _judged(self, scan: Scan, name: bytes, found: Values) -> Iterator[Span]:
        for start, end, text, place in found:
            verdict = self._names.judge(name, text, place)
            if verdict is None and scan.asked:
                phrase = self._names.passphrase(name, text)
                verdict = phrase if phrase and logs_in(scan, start, end) else None
            if verdict:
                scan.named = max(scan.named, end)
                new = b"0" if place is Place.NUMBER else b""
                yield Span(start, end, verdict.kind, text, verdict.is_sure, new)

    def _held(self, scan: Scan, begin: int, finish: int) -> Iterator[Span]:
        """Yield what has a name of its own, as cookies of a header in a text."""
        for name, value in (*cookies_in(scan, finish), *held(scan, begin, finish)):
            yield from judged(self._names, name, value)

    def _forms(self, data: bytes) -> Tokens:
        return Tokens(data, self._keep, self._names.is_kept)

    def forms(
        self, data: bytes, kind: str = "", *, asked: bool = False
    ) -> Sequence[Span]:
        """Return what is a secret by its own form, or in a field or a text of a binary
        message."""
        keep = self._keep | {"bearer", "basic"}
        forms = Tokens(data, keep, self._names.is_kept, is_framed=True)
        spans, shown, done = list[Span](), list[Span](), 0
        hits = self._hits(data)
        places = [found.start() for found in passwords(data)]
        keys = binary.keys_of(data) if hits or places else binary.Keys()
        for number, start, end in hits:
            target = self._targets[number]
            places.append(start)
            if span := forms.at(target.forms, start):
                shown.append(span)
            if target.is_name and start >= done:
                for name, value in binary.fields(data, start, end, kind, keys):
                    if secrets := [*judged(self._names, name, value)]:
                        spans += secrets
                        done = value.end
        for name, value in binary.of_mqtt(data):
            spans += judged(self._names, name, value)
        places.sort()
        in_texts = list[Span]()
        for start, end in binary.texts(data, kind, keys, places) if places else ():
            found = self.found(data[start:end], asked=asked).spans
            in_texts += (each.moved(start) for each in found)
        return [*spans, *in_texts, *apart_from(shown, in_texts)]

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
