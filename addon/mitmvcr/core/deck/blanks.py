"""Requests that lack the value of a variable: recorded with a key, replayed with none.

The placeholder of a variable that is unset where a cassette is replayed, or too short
to be known again, stands for whatever the live request has in its place: another text,
nothing, or no such parameter at all. That of a field stands for an empty value too,
which is no secret to be hidden.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from mitmvcr.core.bodies import without_codings
from mitmvcr.core.deck.coded import RUN, Coded, decoded_runs, may_hold, with_decoded
from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.deck.filled import ANY, LONGEST, Blank, filled_body, filled_url
from mitmvcr.core.model import Request

#: Of a variable, as the redactor writes it (in a message with its length kept), or as a
#: user names it; or of a field. In a URL or a form it may be quoted.
_PLACEHOLDER = re.compile(
    r"(?:\[|%5B)REDACTED(?::|%3A)([A-Z][A-Z0-9_]*)-*(?:\]|%5D)"
    r"|(?:<|%3C)([A-Z][A-Z0-9_]*)(?:>|%3E)"
    r"|(?:\[|%5B)REDACTED(?::|%3A)[\w.-]{1,60}(?:\]|%5D)"
)
#: What a text has in it where a value is empty.
_EMPTY = re.compile(
    rb"(?:=|[?&][^=&#]+)(?:[&#]|\Z)|\"\"|null|\\\"\\\"|%22%22|></|/>|\r?\n\r?\n\r?\n--"
)
#: Of so many that are equal in their URL the bodies are looked at.
_MOST = 200

#: Every placeholder in plain text has one of them: to look for these, and for what one
#: is in base64, takes a tenth of the time.
_SIGNS = "REDACTED", "<", "%3C"
IsBlank = Callable[[str], bool]


def _may_be_open(text: str) -> bool:
    one, other, quoted = _SIGNS
    is_plain = one in text or other in text or quoted in text
    return is_plain or may_hold(text) is not None


#: A variable's placeholder is written in one way where the user has named it, and in
#: another where not: what is recorded may be older than the option.
_SPELLINGS = (
    (re.compile("<([A-Z][A-Z0-9_]*)>"), r"[REDACTED:\1]"),
    (re.compile(r"\[REDACTED:([A-Z][A-Z0-9_]*)\]"), r"<\1>"),
)


def _respelled(asked: Request) -> Iterator[Request]:
    """Yield the request with its variables' placeholders spelled as the others are."""
    body = asked.body[:LONGEST].decode("latin-1")
    is_whole = len(asked.body) <= LONGEST
    for one, other in _SPELLINGS:
        url, said = one.sub(other, asked.url), one.sub(other, body) if is_whole else ""
        if is_whole and said != body:
            yield replace(asked, url=url, body=said.encode("latin-1"))
        elif url != asked.url:
            yield replace(asked, url=url)


class Blanks:
    """What the requests to a deck mean; ``is_blank`` says of a variable's name that it
    has no value here that could be known again."""

    def __init__(self, deck: Deck, is_blank: IsBlank) -> None:
        self._deck, self._is_blank = deck, is_blank
        self._read = 0
        #: Recorded URLs, and positions of bodies -> whether only empty values match
        #: where they have blanks; None where there are none.
        self._urls: dict[str, bool | None] = {}
        self._bodies: dict[int, bool | None] = {}
        #: Whether the request may have empty values.
        self._is_empty = False

    def prepare(self) -> None:
        """Look at all URLs that there are."""
        self._with_blanks()

    def meant(self, asked: Request) -> Iterator[Request]:
        """Yield the request with each blank filled in as recorded ones have it, and
        with the placeholders of variables in their other spelling."""
        yield from self._filled(asked)
        for other in _respelled(asked):
            yield other
            yield from self._filled(other)

    def _filled(self, asked: Request) -> Iterator[Request]:
        plain = without_codings(asked)
        said = (asked.url.encode("utf-8", "surrogateescape"), plain.body[:LONGEST])
        self._is_empty = any(map(_EMPTY.search, said))
        for url in self._urls_meant(asked.url):
            request = asked if url == asked.url else replace(asked, url=url)
            if request is not asked:
                yield request
            if asked.body:
                yield from self._bodies_meant(replace(plain, url=url))

    def names(self, text: str) -> tuple[str, ...]:
        """Return the variables whose placeholders stand in a text and that have no
        value here."""
        found = (m[1] or m[2] for m in _PLACEHOLDER.finditer(with_decoded(text)))
        return tuple(dict.fromkeys(n for n in found if n and self._is_blank(n)))

    def _only_empty(self, text: str) -> bool | None:
        """Return whether only empty values match where a text has blanks; None where it
        has none."""
        found = {m[1] or m[2] for m in _PLACEHOLDER.finditer(with_decoded(text))}
        if any(name and self._is_blank(name) for name in found):
            return False
        return True if None in found else None

    def _is_open(self, only_empty: bool | None) -> bool:
        return self._is_empty if only_empty else only_empty is not None

    def _urls_meant(self, asked: str) -> Iterator[str]:
        yield asked
        for url, only_empty in self._with_blanks().items():
            if not self._is_open(only_empty):
                continue
            filled = filled_url(asked, url, self._blank)
            if filled != asked:
                yield filled

    def _with_blanks(self) -> dict[str, bool | None]:
        """Return the recorded URLs that have a blank; what is added later is looked at
        once."""
        if self._read < len(self._deck):
            urls = list(self._deck.urls())
            some = urls[self._read :]
            found = ((url, self._only_empty(url)) for url in some if _may_be_open(url))
            if _may_be_open("\n".join(some)):  # most often none is
                self._urls |= {url: empty for url, empty in found if empty is not None}
            self._read = len(urls)
        return self._urls

    def _bodies_meant(self, asked: Request) -> Iterator[Request]:
        seen: set[bytes] = set()
        for position in self._deck.unplayed_at(asked.url)[:_MOST]:
            if not self._is_open(self._blank_body(position)):
                continue
            recorded = without_codings(self._deck.request(position))
            body = filled_body(asked, recorded, self._blank)
            if body != asked.body and body not in seen:
                seen.add(body)
                yield replace(asked, body=body)

    def _blank_body(self, position: int) -> bool | None:
        if position not in self._bodies:
            small = self._deck.body_size(position) <= 2 * LONGEST
            body = without_codings(self._deck.request(position)).body if small else b""
            self._bodies[position] = self._only_empty(body.decode("latin-1"))
        return self._bodies[position]

    def _blank(self, recorded: str) -> Blank | None:
        """Return what a text with a blank may be here; None where it has none."""
        if not self._is_open(self._only_empty(recorded)):
            return None
        pieces: list[str] = []
        within: list[re.Pattern[str]] = []
        at = 0
        for start, end, plain in decoded_runs(recorded):
            if start >= at and (blank := self._blank_in(plain)) is not None:
                pieces += [self._pattern(recorded[at:start]), f"({RUN})"]
                within.append(blank)
                at = end
        pattern = re.compile("".join([*pieces, self._pattern(recorded[at:])]))
        return Coded(pattern, within) if within else pattern

    def _blank_in(self, plain: str) -> re.Pattern[str] | None:
        """Return what base64 may hold here."""
        if not self._is_open(self._only_empty(plain)):
            return None
        return re.compile(self._pattern(plain), re.DOTALL)

    def _pattern(self, recorded: str) -> str:
        """Return the pattern of what a text may be here."""
        pieces, at = [], 0
        for found in _PLACEHOLDER.finditer(recorded):
            name = found[1] or found[2]
            if not name or self._is_blank(name):
                same = re.escape(found[0])
                here = ANY if name else f"(?:{same})?"
                pieces += [re.escape(recorded[at : found.start()]), here]
                at = found.end()
        return "".join([*pieces, re.escape(recorded[at:])])
