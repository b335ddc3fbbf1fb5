"""The clock of a session: what it gave out later than it was, and what that was."""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, islice, product
from urllib.parse import unquote, unquote_plus

from mitmvcr.clock.moving import Move, recorded_at
from mitmvcr.clock.times import moved, read
from mitmvcr.core.model import Headers, Interaction, Request
from mitmvcr.core.tokens import TOKEN

_TEXT = "utf-8", "surrogateescape"
#: In seconds: how long the same recorded time is moved to the same one; what is younger
#: is not moved.
_SAME = 60
#: How many texts are remembered.
_MOST = 1 << 14
#: How many recorded times are remembered that were moved to the same one.
_MOST_OF_ONE = 15
#: With how many of them, in several places, a request is looked up.
_MOST_MEANT = 64
#: What may be one of them, as :mod:`times` reads it, or quoted as in a URL or a form.
_BLANK, _COLON, _COMMA = rb"(?: |%20|\+)", rb"(?::|%3[Aa])", rb"(?:,|%2[Cc])"
_SIGN = rb"(?:[+-]|%2[Bb])"
_CLOCK = rb"\d\d%b\d\d%b\d\d" % (_COLON, _COLON)
_GIVEN = re.compile(
    rb"|".join(
        (
            TOKEN.pattern,
            rb"\d{4}-?\d\d-?\d\d(?:[Tt]|%b)(?:%b|\d{6})(?:(?:\.|%b)\d+)?"
            rb"(?:[Zz]|%bUTC|%b\d\d%b?\d\d)?"
            % (_BLANK, _CLOCK, _COMMA, _BLANK, _SIGN, _COLON),
            rb"[A-Z][a-z]{2,8}%b%b\d\d?(?:-|%b)[A-Z][a-z]{2}(?:-|%b)\d{2,4}%b%b%b"
            rb"(?:GMT|UTC|%b0000)"
            % (_COMMA, _BLANK, _BLANK, _BLANK, _BLANK, _CLOCK, _BLANK, _SIGN),
            rb"[A-Z][a-z]{2}%b[A-Z][a-z]{2}%b(?:%b|\d)\d%b%b%b\d{4}"
            % (_BLANK, _BLANK, _BLANK, _BLANK, _CLOCK, _BLANK),
            rb"(?<!\d)\d{10}(?:\d{3}){0,2}(?:\.\d+)?(?!\d)",
        )
    )
)


class Clock:
    """Moves answers of one cassette to the present, each by its own age, so that it is
    as young as it was; ``now`` gives the present in Unix seconds. ``first`` is when the
    cassette was begun, for an answer without a Date; None where no answer has one.
    ``say`` gets a line of what may surprise a client, each kind once. ``fakes``: JWTs
    with a signature of zeros are moved here too."""

    def __init__(
        self,
        now: Callable[[], float],
        first: Callable[[], int | None],
        say: Callable[[str], None],
        *,
        fakes: bool = True,
    ) -> None:
        self._now, self._find_first = now, first
        self._say, self._said = say, set[str]()
        self._fakes = fakes
        #: What was given out -> what it was, the last one last; and the reverse.
        self._recorded: dict[str, list[str]] = {}
        self._given: dict[str, str] = {}

    @cached_property
    def _first(self) -> int | None:
        return self._find_first()

    def answer(self, met: Interaction, own: Container[str] = ()) -> Interaction:
        """Return an interaction with the times of its answer moved to the present; its
        client's ``own`` stay."""
        at = recorded_at(met.response)
        at = self._first if at is None else at
        if at is None:
            self._tell(
                "date", "nothing in the cassette says when it was recorded (no Date)"
            )
            return met
        age = int(self._now()) - at
        if abs(age) < _SAME:  # no client minds, and a signature stays right
            return met
        move = Move(at, age, self._later, self._fakes, own=own)
        new = move.interaction(met)
        for recorded, given in move.pairs.items():
            self._remember(given, recorded)
        self._tell_of(move, met.request.url.partition("?")[0])
        return new

    def _tell_of(self, move: Move, url: str) -> None:
        if move.remade:
            self._tell(
                "token",
                f"a JWT of {url} has later times, and a signature of zeros: a client"
                " that verifies it will refuse it",
            )
        if move.left:
            line = f"the body of {url} keeps its old times: {move.left}"
            self._tell(move.left, line)

    def _tell(self, kind: str, line: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            self._say(line)

    def _later(self, text: str, seconds: int) -> str:
        """Return a time moved; to what it was moved to before, if that is not long
        ago."""
        new, known = moved(text, seconds), self._given.get(text)
        if known is None or known == new:
            return new
        one, other = read(new), read(known)
        assert one is not None
        assert other is not None
        return known if abs(one[0] - other[0]) <= _SAME else new

    def _remember(self, given: str, recorded: str) -> None:
        for known in (self._recorded, self._given):
            if len(known) >= _MOST:
                del known[next(iter(known))]
        self._given[recorded] = given
        given, recorded = unquote(given), unquote(recorded)  # whatever a URL needs
        before = [each for each in self._recorded.get(given, []) if each != recorded]
        self._recorded[given] = [*before[-_MOST_OF_ONE:], recorded]

    # Requests

    def conditional(self, request: Request) -> Request:
        """Return a request whose headers have what was recorded for what was given
        out; the same one where there is nothing of the kind."""
        headers: Headers = {
            name: [self._text(value, self._last) for value in values]
            for name, values in request.headers.items()
        }
        same = not self._recorded or headers == request.headers
        return request if same else replace(request, headers=headers)

    def meant(self, request: Request) -> Iterator[Request]:
        """Yield the request with what was recorded for what was given out; then, where
        several times were moved to the same one, with those before the last, first in
        all places alike."""
        given = [*self._known_in(request.url.encode(*_TEXT))]
        given += self._known_in(request.body)
        ways = [self._recorded[each][::-1] for each in given]
        most = max(map(len, ways), default=0)
        alike = ([way[min(at, len(way) - 1)] for way in ways] for at in range(most))
        each_alone = islice(product(*ways), _MOST_MEANT if ways else 0)
        for chosen in dict.fromkeys(chain(map(tuple, alike), each_alone)):
            yield self._meant(request, given, chosen)

    def _meant(
        self, request: Request, given: Sequence[str], chosen: Sequence[str]
    ) -> Request:
        """Return the request with the chosen time in each place of one that was
        given."""
        left = iter(chosen)
        url = self._put(request.url.encode(*_TEXT), lambda _: next(left))
        body = self._put(request.body, lambda _: next(left))
        length, first = request.content_length, dict(zip(given, chosen, strict=True))
        form = {
            name: [
                self._text(value, lambda each: first.get(each, each))
                for value in values
            ]
            for name, values in request.form.items()
        }
        return replace(
            request,
            url=url.decode(*_TEXT),
            body=body,
            form=form,
            content_length=len(body) if length == len(request.body) else length,
        )

    def _last(self, given: str) -> str:
        return self._recorded[given][-1]

    def _text(self, text: str, recorded: Callable[[str], str]) -> str:
        return self._put(text.encode(*_TEXT), recorded).decode(*_TEXT)

    def _put(self, data: bytes, recorded: Callable[[str], str]) -> bytes:
        """Return a text with what was recorded for each time that was given out."""

        def was(found: re.Match[bytes]) -> bytes:
            text = found[0].decode()
            plain = self._known(text)
            if plain is None:
                return found[0]
            return _quoted_as(text, plain, recorded(plain)).encode()

        return _GIVEN.sub(was, data) if self._recorded else data

    def _known_in(self, data: bytes) -> Iterator[str]:
        """Yield the times in a text that were given out."""
        for found in _GIVEN.finditer(data) if self._recorded else ():
            plain = self._known(found[0].decode())
            if plain is not None:
                yield plain

    def _known(self, text: str) -> str | None:
        """Return a text, as it was given out, if it was; it may be quoted."""
        spellings = (text, unquote(text), unquote_plus(text))
        return next((each for each in spellings if each in self._recorded), None)


def _quoted_as(text: str, plain: str, known: str) -> str:
    """Return a time quoted as another one is, which is ``plain`` without that."""
    spelled, at = {}, 0
    for each in plain:
        size = 3 if text[at] == "%" else 1
        spelled[each] = text[at : at + size]
        at += size
    return "".join(spelled.get(each, each) for each in known)
