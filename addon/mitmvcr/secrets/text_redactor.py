"""One text at a time: what is learned from it, and what is left of it."""

import re
from collections.abc import Iterator
from types import TracebackType
from typing import Self
from urllib.parse import unquote_to_bytes

from mitmvcr.codings import packed_as, unpacked
from mitmvcr.core.model import Headers
from mitmvcr.secrets import jsonpaths
from mitmvcr.secrets.finder import Finder, is_form, table
from mitmvcr.secrets.hosts import Hosts
from mitmvcr.secrets.index import SecretIndex
from mitmvcr.secrets.known import ENCODED_PLACEHOLDER, PLACEHOLDER, KnownSecrets
from mitmvcr.secrets.looks import is_telling
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.rules import Rules
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
        self._found: dict[tuple[bytes, bool], list[Span]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._found.clear()
        self._watch.forget()

    def suspects(self, data: bytes) -> bool:
        """Return whether there may be anything to hide; nearly always not, and
        quickly."""
        return self._finder.suspects(data) or self._hosts.stand_in(data)

    def spans(self, data: bytes, *, form: bool = False) -> list[Span]:
        key = data, form
        if key not in self._found:
            self._found[key] = list(self._finder.spans(data, form=form))
        return self._found[key]

    def learn(self, data: bytes) -> None:
        for span in self.spans(data):
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

    def clean(self, data: bytes, *, form: bool = False) -> bytes:
        """Return the data with a placeholder for each secret, and the rest to the
        byte."""
        edits = [*self._edits(data, form), *self.memory.edits(data)]
        edits += self._hosts.edits(data)
        if b"REDACTED" in data:
            edits += _settled(data)
        return substituted(data, edits) if edits else data

    def _edits(self, data: bytes, form: bool) -> Iterator[Edit]:
        for start, end, kind, value, _, new in self.spans(data, form=form):
            new = new or self.memory.placeholder(value, kind)
            # Where the user's name stands, brackets would be taken for an address.
            if kind == "userinfo":
                new = new.replace(b"[", b"%5B").replace(b"]", b"%5D")
                new = new.replace(b":", b"%3A")
            yield Edit(start, end, new)

    def clean_text(self, text: str) -> str:
        data = text.encode(*BYTES)
        new = self.clean(data)
        return text if new is data else new.decode(*BYTES)

    @staticmethod
    def body_type(headers: Headers) -> tuple[str, str]:
        """Return Content-Type and Content-Encoding."""
        said = {name.lower(): ", ".join(values) for name, values in headers.items()}
        return said.get("content-type", ""), said.get("content-encoding", "")

    def body_spans(self, body: bytes, kind: str, coding: str) -> list[Span]:
        """Return places in the body as it is without its coding."""
        body, _ = unpacked(body, coding)
        return [*self.spans(body, form=_is_form(body, kind)), *self._by_path(body)]

    def learn_body(self, body: bytes, kind: str, coding: str) -> None:
        for span in self.body_spans(body, kind, coding):
            self.keep_span(span)

    def clean_body(self, body: bytes, kind: str, coding: str) -> bytes:
        if not body:
            return body
        plain, codings = unpacked(body, coding)
        new = self.clean(plain, form=_is_form(plain, kind))
        new = substituted(new, self._path_edits(new))
        if new == plain:
            return body
        return packed_as(body, new, codings) if codings else new

    def _by_path(self, body: bytes) -> list[Span]:
        if not self.paths:
            return []
        return list(jsonpaths.spans(body, self.rules.json))

    def _path_edits(self, body: bytes) -> Iterator[Edit]:
        for start, end, kind, value, *_ in self._by_path(body):
            # A number stays one, for a client that expects it.
            new = self.memory.placeholder(value, kind) if value else b"0"
            yield Edit(start, end, new)


def _is_form(body: bytes, kind: str) -> bool:
    return _FORM_TYPE in kind.lower() or is_form(body)


def _settled(data: bytes) -> Iterator[Edit]:
    """Yield edits that restore placeholders that came back percent-encoded, as they
    were written."""
    for found in ENCODED_PLACEHOLDER.finditer(data):
        yield Edit(found.start(), found.end(), PLACEHOLDER % found[1])
