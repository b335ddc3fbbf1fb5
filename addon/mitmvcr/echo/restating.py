"""Put what a client made up this time where the recording has what it made up then."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from bisect import bisect, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from mitmvcr.codings import CodingError, encoded
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.media import is_framed, is_json, media_kind
from mitmvcr.core.model import Interaction, Request, Response, all_values, header
from mitmvcr.core.placeholders import is_placeholder
from mitmvcr.core.tokens import (
    BASE64,
    TOKEN,
    changed_base64,
    changed_token,
    is_signed,
)
from mitmvcr.echo.earlier import EARLIER
from mitmvcr.echo.finding import is_of_rpc, plain_body
from mitmvcr.echo.places import Place, Value, values

_BYTES = ("utf-8", "surrogateescape")
#: A shorter value is put only where it is all of a value of JSON under its own name.
_DISTINCT = 8
_NAME = re.compile(r"([A-Za-z_][\w-]*)[\"'\]]*$")

#: What to look for, and what is put in the place of each that is found.
_Step = tuple[re.Pattern[bytes], Callable[[re.Match[bytes]], bytes]]
Spellings = Mapping[bytes, bytes]


class _Pair(NamedTuple):
    """``of_call``: it is the id of a call of JSON-RPC, which its answer has outermost;
    what stands deeper under this name is another thing's."""

    place: Place
    recorded: Value
    live: Value
    of_call: bool


class LiveValues:
    """What the client of a replay has made up so far, beside what the recorded one
    had. ``remade``: a JWT has lost its signature by it. ``placed``: what was put in the
    answer that was made last."""

    def __init__(self) -> None:
        self._known: dict[str, _Pair] = {}
        self.remade = False
        self.placed: frozenset[str] = frozenset()

    def restated(self, interaction: Interaction, live: Request) -> Interaction:
        """Return an interaction that answers this request: what its response repeats of
        the recorded requests is that of the live ones. Itself where they are the
        same."""
        pairs = list(_pairs(interaction.request, live))
        for pair in pairs:
            if isinstance(pair.recorded, str):
                self._known[pair.recorded] = pair
        if any(text.startswith(EARLIER) for text in interaction.request.echoes):
            pairs += [pair for pair in self._known.values() if pair not in pairs]
        self.placed = frozenset(str(pair.live) for pair in pairs)
        if not pairs:
            return interaction
        restating = _Restating(pairs)
        response = restating.response(interaction.response)
        self.remade = self.remade or restating.remade
        return replace(interaction, response=response)


def _pairs(recorded: Request, live: Request) -> Iterator[_Pair]:
    as_text = any(text.startswith("piece") for text in recorded.echoes)
    ours, theirs = (values(each, as_text=as_text) for each in (live, recorded))
    for text in recorded.echoes:
        place = Place.of(text)
        if place not in ours or place not in theirs:
            continue
        of_call = _method_beside(place) in ours
        pair = _Pair(place, theirs[place], ours[place], of_call)
        if pair.live != pair.recorded and not _is_hidden(pair.recorded):
            yield pair


def _method_beside(place: Place) -> Place | None:
    """Return where the method of a call stands whose id stands here."""
    return place._replace(name=place.name[:-2] + "method") if is_of_rpc(place) else None


def _is_hidden(value: Value) -> bool:
    return isinstance(value, str) and is_placeholder(value)


class _Restating:
    """Changes one response. A value of some length is changed wherever it stands, a
    short one or a number only as a value of JSON that has its name."""

    def __init__(self, pairs: Sequence[_Pair]) -> None:
        spellings: dict[bytes, bytes] = {}
        self._fields: list[_Step] = []
        for pair in pairs:
            if isinstance(pair.recorded, str) and len(pair.recorded) >= _DISTINCT:
                for old, new in _spelled(pair.recorded, str(pair.live)):
                    spellings.setdefault(old, new)
            else:
                self._fields += _fields(pair)
        self.remade = False
        self._spellings: Spellings = spellings
        self._regex = _any_of(spellings)
        self._as_is = {
            _raw(pair.recorded): str(pair.live)
            for pair in reversed(pairs)
            if isinstance(pair.recorded, str)
        }
        self._escape: Callable[[str], bytes] = _raw
        #: In a body of messages lengths stand before what has them, at any depth.
        self._keeps_lengths = False

    def response(self, old: Response) -> Response:
        headers, trailer = self._headers(old.headers), self._headers(old.trailer)
        media = header(old.headers, "content-type")
        self._escape, self._keeps_lengths = _escaping(media), is_framed(media)
        body, chunks = self._body(old)
        return replace(
            old,
            headers=headers,
            trailer=trailer,
            body=body,
            chunks=chunks,
            content_length=old.content_length
            if old.content_length < 0
            else old.content_length + len(body) - len(old.body),
        )

    def _headers(self, headers: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        return {
            name: [self._text(each.encode(*_BYTES)).decode(*_BYTES) for each in texts]
            for name, texts in headers.items()
        }

    def _body(self, old: Response) -> tuple[bytes, Sequence[Chunk]]:
        plain = plain_body(old)
        if plain is old.body:
            return self._replaced(plain, old.chunks)
        new = self._text(plain)
        try:
            coded = encoded(new, all_values(old.headers, "content-encoding"))
        except CodingError:
            return old.body, old.chunks
        return coded, ()

    def _steps(self) -> Iterator["_Step"]:
        yield from self._fields
        if self._regex is not None:
            yield TOKEN, self._token
            yield BASE64, self._base64
            yield self._regex, self._spelled

    def _text(self, text: bytes) -> bytes:
        return self._replaced(text, ())[0]

    def _replaced(
        self, text: bytes, chunks: Sequence[Chunk]
    ) -> tuple[bytes, Sequence[Chunk]]:
        return _replaced(self._steps(), text, chunks, same=self._keeps_lengths)

    def _plainly(self, text: bytes) -> bytes:
        """Change what stands in a text as it is."""
        assert self._regex is not None  # else nobody looks for tokens
        return self._regex.sub(self._spelled, text)

    def _spelled(self, found: re.Match[bytes]) -> bytes:
        """Return the live value as the recorded one is written; where that is the same
        in all ways, as what is around it wants it."""
        live = self._as_is.get(found[0])
        if live is None:
            return self._spellings[found[0]]
        behind = found.string[max(0, found.start() - _BEHIND) : found.start()]
        if _IN_URL.search(behind):
            return _raw(quote(live, safe="", errors="surrogateescape"))
        return self._escape(live)

    def _token(self, found: re.Match[bytes]) -> bytes:
        new = changed_token(found[0], self._plainly)
        if new != found[0] and is_signed(found[0]):
            self.remade = True
        return new

    def _base64(self, found: re.Match[bytes]) -> bytes:
        return changed_base64(found[0], self._plainly)


_BEHIND = 80
#: What stands before a parameter of a URL.
_IN_URL = re.compile(rb"[?&;][\w.~%-]{1,60}=\Z")


def _escaping(media: str) -> Callable[[str], bytes]:
    """Return how a text is written in a body of this type."""
    kind = media_kind(media)
    if is_json(media) or kind == "text/event-stream":
        return _in_json
    return _in_html if kind.endswith(("html", "xml")) else _raw


def _any_of(spellings: Spellings) -> re.Pattern[bytes] | None:
    """Return what finds any of them, the longer ones first: a value may begin with
    another."""
    if not spellings:
        return None
    longest = sorted(spellings, key=len, reverse=True)
    return re.compile(b"|".join(map(re.escape, longest)))


def _spelled(old: str, new: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield a value in each way in which a response may write it."""
    for spell in _SPELLINGS:
        yield spell(old), spell(new)


def _raw(text: str) -> bytes:
    return text.encode(*_BYTES)


def _in_json(text: str) -> bytes:
    return _raw(json.dumps(text)[1:-1])


def _in_html(text: str) -> bytes:
    return _raw(escape(text))


_SPELLINGS: Sequence[Callable[[str], bytes]] = (
    _raw,
    lambda text: _raw(quote(text, safe="", errors="surrogateescape")),
    lambda text: _raw(quote_plus(text, errors="surrogateescape")),
    lambda text: (
        quote(text, safe="", errors="surrogateescape").lower().encode()
        if "%" in quote(text, safe="", errors="surrogateescape")
        else _raw(text)
    ),
    _in_json,
    lambda text: _raw(json.dumps(text, ensure_ascii=False)[1:-1]),
    lambda text: _raw(json.dumps(text)[1:-1].replace("/", "\\/")),
    _in_html,
    lambda text: b64encode(_raw(text)),
    lambda text: urlsafe_b64encode(_raw(text)),
    lambda text: b64encode(_raw(text)).rstrip(b"="),
    lambda text: urlsafe_b64encode(_raw(text)).rstrip(b"="),
    lambda text: _raw(text).hex().encode(),
)


def _fields(pair: _Pair) -> Iterator[_Step]:
    """Yield what finds a value under its own name: in JSON, and in a query or a
    form."""
    found = _NAME.search(pair.place.name)
    name = re.escape((found[1] if found else "id").encode())
    old, new = (json.dumps(each).encode() for each in (pair.recorded, pair.live))
    regex = re.compile(
        rb'((?i:"%b")\s*:\s*)%b(?=\s*(?:[,}\]]|$))' % (name, re.escape(old))
    )

    def put(met: re.Match[bytes]) -> bytes:
        is_its_own = not pair.of_call or met.start() in _outermost(met.string)
        return met[1] + new if is_its_own else met[0]

    yield regex, put
    plain, fresh = (_raw(quote(str(e), safe="")) for e in (pair.recorded, pair.live))
    behind = rb"(?<=[?&;#]%b=)%b(?![^&;#\s\"'<])" % (name, re.escape(plain))
    yield re.compile(behind), lambda _: fresh


_NAME_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


@lru_cache(maxsize=1)
def _outermost(text: bytes) -> frozenset[int]:
    """Return where each name begins that JSON has outermost, in an object or in those
    of a list; also in events and in lines."""
    within, found = bytearray(), []
    for each in _NAME_OR_BRACKET.finditer(text):
        if each[0] in (b"{", b"["):
            within += each[0]
        elif each[0] in (b"}", b"]"):
            del within[-1:]
        elif bytes(within[:3]) in (b"{", b"[{"):
            found.append(each.start())
    return frozenset(found)


def _replaced(
    steps: Iterable[_Step], text: bytes, chunks: Sequence[Chunk], *, same: bool
) -> tuple[bytes, Sequence[Chunk]]:
    """Return a text with what was found changed, and where its chunks begin then. What
    one step has changed no other changes again. ``same``: only what is as long."""
    changes: list[tuple[int, int, bytes]] = []
    for regex, change in steps:
        for found in regex.finditer(text):
            new = change(found)
            fits = not same or len(new) == len(found[0])
            if new != found[0] and fits and _is_free(changes, *found.span()):
                insort(changes, (*found.span(), new))
    if not changes:
        return text, chunks
    pieces: list[bytes] = []
    moves: list[tuple[int, int]] = []
    last = shift = 0
    for start, end, new in changes:
        pieces += [text[last:start], new]
        last, shift = end, shift + len(new) - (end - start)
        moves.append((end, shift))
    changed = b"".join((*pieces, text[last:]))
    return changed, _moved(chunks, moves, len(changed))


def _is_free(changes: Sequence[tuple[int, int, bytes]], start: int, end: int) -> bool:
    at = bisect(changes, (start, end, b""))
    beside = changes[max(0, at - 1) : at + 1]
    return all(to <= start or begin >= end for begin, to, _ in beside)


def _moved(
    chunks: Sequence[Chunk], moves: Sequence[tuple[int, int]], size: int
) -> Sequence[Chunk]:
    """Return chunks of a text in which each move holds from its position on."""
    found: list[Chunk] = []
    for offset, at in chunks:
        shift = next((by for start, by in reversed(moves) if start <= offset), 0)
        new = offset + shift
        if new < size and (not found or new > found[-1].offset):
            found.append(Chunk(new, at))
    return tuple(found)
