"""Requests that lack the value of a variable: recorded with a key, replayed with none.

The placeholder of a variable that is unset where a cassette is replayed, or too short
to be known again, stands for whatever the live request has in its place: another text,
nothing, or no such parameter at all. That of a field, as ``?api_key=``, stands also for
a parameter that is there and empty.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mitmvcr.core.bodies import closed, json_bytes, may_hold_texts, opened, parse_json
from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.headers import header
from mitmvcr.core.matching import url_host
from mitmvcr.core.model import Request
from mitmvcr.core.urls import url_parts

#: Of a variable, as the redactor writes it, or as a user names it.
_PLACEHOLDER = re.compile(r"\[REDACTED:([A-Z][A-Z0-9_]*)\]|<([A-Z][A-Z0-9_]*)>")
#: A parameter whose value is hidden by its name.
_HIDDEN = re.compile(r"[?&]([^=&#]+)=\[REDACTED:[a-z][\w.-]*\](?=[&#]|$)")
_EMPTY = re.compile(r"(?<=[?&])([^=&#]+)=?(?=[&#]|$)")
#: Of so many that are equal in their URL the bodies are looked at, up to this size.
_MOST, _LONGEST = 200, 1 << 20

IsBlank = Callable[[str], bool]


class Blanks:
    """What the requests to a deck mean; ``is_blank`` says of a variable's name that it
    has no value here that could be known again."""

    def __init__(self, deck: Deck, is_blank: IsBlank) -> None:
        self._deck, self._is_blank = deck, is_blank
        self._urls: dict[str, None] = {}
        #: Name of a parameter -> its placeholder.
        self._hidden: dict[str, str] = {}
        self._read = 0
        #: Position -> whether the recorded body has a blank.
        self._bodies: dict[int, bool] = {}

    def meant(self, asked: Request) -> Iterator[Request]:
        """Yield the request with each blank filled in as recorded ones have it."""
        for url in self._urls_meant(asked.url):
            request = asked if url == asked.url else replace(asked, url=url)
            if request is not asked:
                yield request
            if asked.body:
                yield from self._bodies_meant(request)

    def names(self, text: str) -> tuple[str, ...]:
        """Return the variables whose placeholders stand in a text and that have no
        value here."""
        found = (m[1] or m[2] for m in _PLACEHOLDER.finditer(text))
        return tuple(dict.fromkeys(name for name in found if self._is_blank(name)))

    def _urls_meant(self, asked: str) -> Iterator[str]:
        yield asked
        urls = self._with_blanks()
        full = _EMPTY.sub(self._unless_empty, asked)
        for start in dict.fromkeys((asked, full)):
            if start != asked:
                yield start
            filled = (_filled_url(start, url, self._blank) for url in urls)
            yield from (url for url in filled if url != start)

    def _with_blanks(self) -> dict[str, None]:
        """Return the recorded URLs that have a blank; what is added later is looked at
        once."""
        if self._read < len(self._deck):
            urls = list(self._deck.urls())
            for url in urls[self._read :]:
                if self.names(url):
                    self._urls[url] = None
                self._hidden |= {m[1]: m[0][1:] for m in _HIDDEN.finditer(url)}
            self._read = len(urls)
        return self._urls

    def _unless_empty(self, found: re.Match[str]) -> str:
        return self._hidden.get(found[1], found[0])

    def _bodies_meant(self, asked: Request) -> Iterator[Request]:
        seen: set[bytes] = set()
        for position in self._deck.unplayed_at(asked.url)[:_MOST]:
            if not self._has_blank_body(position):
                continue
            recorded = self._deck.request(position)
            body = _filled_body(asked, recorded, self._blank)
            if body != asked.body and body not in seen:
                seen.add(body)
                yield replace(asked, body=body)

    def _has_blank_body(self, position: int) -> bool:
        if position not in self._bodies:
            small = self._deck.body_size(position) <= 2 * _LONGEST
            body = self._deck.request(position).body if small else b""
            self._bodies[position] = bool(self.names(body.decode("latin-1")))
        return self._bodies[position]

    def _blank(self, recorded: str) -> re.Pattern[str] | None:
        """Return what a text with a blank may be here; None where it has none."""
        if not self.names(recorded):
            return None
        pieces, at = [], 0
        for found in _PLACEHOLDER.finditer(recorded):
            if self._is_blank(found[1] or found[2]):
                pieces += [re.escape(recorded[at : found.start()]), r"\S*"]
                at = found.end()
        return re.compile("".join([*pieces, re.escape(recorded[at:])]))


FindBlank = Callable[[str], re.Pattern[str] | None]


def _filled(asked: str, recorded: str, blank: FindBlank) -> str:
    pattern = blank(recorded)
    return recorded if pattern and pattern.fullmatch(asked) else asked


def _filled_url(asked: str, recorded: str, blank: FindBlank) -> str:
    """Return a URL with what is blank in the recorded one as it stands there."""
    ours, theirs = url_parts(asked), url_parts(recorded)
    if ours is None or theirs is None:
        return asked
    origin = _filled(ours.origin, theirs.origin, blank)
    if url_host(origin) != url_host(theirs.origin):
        return asked
    steps = ours.path.split("/"), theirs.path.split("/")
    path = ours.path
    if len(steps[0]) == len(steps[1]):
        pairs = zip(*steps, strict=True)
        path = "/".join(_filled(one, other, blank) for one, other in pairs)
    query = _filled_query(ours.query, theirs.query, blank)
    return origin + path + query + ours.fragment


def _filled_query(asked: str, recorded: str, blank: FindBlank) -> str:
    """Return a query with the blank parameters of the recorded one in their places,
    also those that are not there at all."""
    left = asked[1:].split("&") if asked[1:] else []
    found: list[str] = []
    for piece in recorded[1:].split("&"):
        same = next((p for p in left if _name(p) == _name(piece)), None)
        if same is not None:
            found += left[: left.index(same)]
            left = left[left.index(same) + 1 :]
            found.append(_filled_parameter(same, piece, blank))
        elif blank(piece):
            found.append(piece)
    return "?" + "&".join([*found, *left]) if found or left else asked


def _filled_parameter(asked: str, recorded: str, blank: FindBlank) -> str:
    text = asked if "=" in asked else asked + "="
    filled = _filled(text, recorded, blank)
    return asked if filled == text else filled


def _name(piece: str) -> str:
    return piece.partition("=")[0]


def _filled_body(asked: Request, recorded: Request, blank: FindBlank) -> bytes:
    """Return a body with what is blank in the recorded one as it stands there: JSON by
    place, else where all around it is the same."""
    if max(len(asked.body), len(recorded.body)) > _LONGEST:
        return asked.body
    text = recorded.body.decode("utf-8", "surrogateescape")
    with suppress(ValueError, RecursionError):
        ours, theirs = (_value(request) for request in (asked, recorded))
        return json_bytes(closed(_filled_value(ours, theirs, blank)))
    live = asked.body.decode("utf-8", "surrogateescape")
    return _filled(live, text, blank).encode("utf-8", "surrogateescape")


def _value(request: Request) -> object:
    value = parse_json(request.body, header(request.headers, "Content-Type"))
    return opened(value) if may_hold_texts(request.body) else value


def _filled_value(asked: Any, recorded: Any, blank: FindBlank) -> Any:
    if isinstance(recorded, str) and blank(recorded):
        text = "" if asked is None else asked
        return _filled(text, recorded, blank) if isinstance(text, str) else asked
    if isinstance(asked, dict) and isinstance(recorded, dict):
        for name, value in recorded.items():
            if name in asked or (isinstance(value, str) and blank(value)):
                asked[name] = _filled_value(asked.get(name), value, blank)
    elif isinstance(asked, list) and isinstance(recorded, list):
        pairs: Sequence[tuple[Any, Any]] = list(zip(asked, recorded, strict=False))
        asked[: len(pairs)] = [_filled_value(*pair, blank) for pair in pairs]
    return asked
