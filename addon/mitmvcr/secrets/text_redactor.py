"""One text at a time: what is learned from it, and what is left of it."""

import re
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import jsonpaths
from mitmvcr.secrets.columns import columns
from mitmvcr.secrets.containers import NOTHING, Look, Said, through
from mitmvcr.secrets.finder import Finder, is_form, table
from mitmvcr.secrets.hosts import Hosts
from mitmvcr.secrets.index import SecretIndex
from mitmvcr.secrets.known import (
    ENCODED_PLACEHOLDER,
    PLACEHOLDER,
    KnownSecrets,
    sized,
)
from mitmvcr.secrets.looks import is_telling
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.rules import Rules
from mitmvcr.secrets.runs import Held, encoded_as, is_in_url
from mitmvcr.secrets.spans import Edit, Span, substituted

BYTES = "utf-8", "surrogateescape"
_FORM_TYPE = "application/x-www-form-urlencoded"


class TextRedactor:
    """Puts the rules and the memory to use. As a context it remembers what it found,
    since what is learned from is cleaned too."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.names = Names(rules.headers, rules.query, rules.keep)
        self._watch = SecretIndex(table()[0])
        for name in rules.query:  # the lists' own are among what is known
            self._watch.add(f"{name}=".encode())
        regexes = [re.compile(text.encode()) for text in rules.regex]
        self._finder = Finder(self.names, regexes, rules.keep, watch=self._watch)
        self.memory = KnownSecrets(self._watch)
        self._hosts = Hosts(rules.hosts)
        self.paths = bool(rules.json)
        #: Is more looked for than words?
        self.is_extended = bool(rules.json or rules.regex or rules.hosts)
        self.is_clear = self._watch.is_clear
        self._held: dict[bytes, Sequence[Held]] = {}
        self._found: dict[tuple[bytes, str], list[Span]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._found.clear()
        self._held.clear()
        self._watch.forget()

    def suspects(self, data: bytes) -> bool:
        """Return whether there may be anything to hide; nearly always not, and
        quickly."""
        return self._finder.suspects(data) or self._hosts.stand_in(data)

    def spans(self, data: bytes, kind: str = "") -> list[Span]:
        """Return the secrets that show in a text of a Content-Type."""
        key = data, kind
        if key not in self._found:
            found = list(self._finder.spans(data, form=_is_form(data, kind)))
            found += columns(self.names, data, kind)
            self._found[key] = found
        return self._found[key]

    def all_spans(self, data: bytes, kind: str = "") -> Iterator[Span]:
        """Yield the secrets in a text, those in its base64 too: where they stand in
        that."""
        yield from self.spans(data, kind)
        for held in self._held_in(data):
            yield from self.all_spans(held.plain)

    def _held_in(self, data: bytes) -> Sequence[Held]:
        if data not in self._held:
            self._held[data] = self._finder.held(data)
        return self._held[data]

    def learn(self, data: bytes) -> None:
        for span in self.all_spans(data):
            self.keep_span(span)

    def keep_span(self, span: Span) -> None:
        if span.is_sure and not span.new:
            self.keep_in_mind(span.value, span.kind)

    def keep_in_mind(self, value: bytes, kind: str) -> None:
        """Remember a value, decoded too: it may be percent-encoded where nothing says
        so, as in a cookie."""
        for each in dict.fromkeys((value, unquote_to_bytes(value))):
            if is_telling(each):
                self.memory.learn(each, PLACEHOLDER % kind.encode())

    def clean(self, data: bytes, kind: str = "") -> bytes:
        """Return the data with a placeholder for each secret, and the rest to the
        byte."""
        edits = [*self._edits(data, kind), *self._held_edits(data)]
        edits += self.memory.edits(data)
        edits += self._hosts.edits(data)
        if b"REDACTED" in data:
            edits += _settled(data)
        return substituted(data, edits) if edits else data

    def _edits(self, data: bytes, kind: str) -> Iterator[Edit]:
        for start, end, name, value, _, given in self.spans(data, kind):
            new = given or self.memory.placeholder(value, name)
            # Where the user's name stands, brackets would be taken for an address.
            if name == "userinfo":
                new = new.replace(b"[", b"%5B").replace(b"]", b"%5D")
                new = new.replace(b":", b"%3A")
            yield Edit(start, end, new)

    def _held_edits(self, data: bytes) -> Iterator[Edit]:
        for start, end, plain in self._held_in(data):
            if (new := self.clean(plain)) != plain:
                coded, in_url = data[start:end], is_in_url(data, start)
                yield Edit(start, end, encoded_as(coded, new, in_url))

    def clean_text(self, text: str) -> str:
        data = text.encode(*BYTES)
        new = self.clean(data)
        return text if new is data else new.decode(*BYTES)

    def clean_known(self, text: str) -> str:
        """Return a text without what was learned as a secret elsewhere."""
        data = text.encode(*BYTES)
        return substituted(data, self.memory.edits(data)).decode(*BYTES)

    # Bodies

    def body_spans(self, body: bytes, said: Said) -> Iterator[tuple[bytes, Span]]:
        """Yield each secret that shows in a body, and the piece that it stands in."""
        for data, look in self.pieces(body, said):
            for span in self.looked(data, look, said.kind):
                yield data, span
            for held in self._held_in(data) if look is Look.ALL else ():
                for span in self.all_spans(held.plain):
                    yield held.plain, span

    def pieces(self, body: bytes, said: Said) -> list[tuple[bytes, Look]]:
        found: list[tuple[bytes, Look]] = []

        def leaf(data: bytes, look: Look) -> bytes:
            found.append((data, look))
            return data

        through(body, said, leaf)
        return found

    def looked(self, data: bytes, look: Look, kind: str) -> list[Span]:
        """Return the secrets that show in a piece of a body."""
        if look is not Look.ALL:
            return list(self._finder.forms(data))
        return [*self.spans(data, kind), *self._by_path(data)]

    def learn_body(self, body: bytes, said: Said = NOTHING) -> None:
        for _, span in self.body_spans(body, said):
            self.keep_span(span)

    def clean_body(self, body: bytes, said: Said = NOTHING) -> bytes:
        def leaf(data: bytes, look: Look) -> bytes:
            if look is Look.ALL:
                new = self.clean(data, said.kind)
                return substituted(new, self._path_edits(new))
            edits = self._edits_by_form(data)
            if look is Look.FORMS:
                edits = (each._replace(new=_sized(each)) for each in edits)
            return substituted(data, edits)

        return through(body, said, leaf)

    def _edits_by_form(self, data: bytes) -> Iterator[Edit]:
        for span in self._finder.forms(data):
            new = self.memory.placeholder(span.value, span.kind)
            yield Edit(span.start, span.end, new)
        yield from self.memory.edits(data)

    def _by_path(self, body: bytes) -> list[Span]:
        if not self.paths:
            return []
        return list(jsonpaths.spans(body, self.rules.json))

    def _path_edits(self, body: bytes) -> Iterator[Edit]:
        for start, end, kind, value, *_ in self._by_path(body):
            # A number stays one, for a client that expects it.
            new = self.memory.placeholder(value, kind) if value else b"0"
            yield Edit(start, end, new)


def _sized(edit: Edit) -> bytes:
    """Return what a binary message holds instead, in which no length changes."""
    return sized(edit.new, edit.end - edit.start)


def _is_form(body: bytes, kind: str) -> bool:
    return _FORM_TYPE in kind.lower() or is_form(body)


def _settled(data: bytes) -> Iterator[Edit]:
    """Yield edits that restore placeholders that came back percent-encoded, as they
    were written."""
    for found in ENCODED_PLACEHOLDER.finditer(data):
        kind = found[1].rstrip(b"-")  # it may come from a message that kept its lengths
        yield Edit(found.start(), found.end(), PLACEHOLDER % kind)
