"""The clock of a session: what it gave out later than it was, and what that was."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

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
#: What may be one of them.
_GIVEN = re.compile(
    TOKEN.pattern
    + rb"|\d{4}-?\d\d-?\d\d(?:[Tt ]|%20|\+)\d\d(?::|%3[Aa]|)\d\d(?::|%3[Aa]|)\d\d"
    rb"(?:[.,]\d+)?(?:Z|z|[+-]\d\d:?\d\d|%2B\d\d(?::|%3[Aa])\d\d)?"
    rb"|[A-Z][a-z]{2,8}, \d\d?[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT"
    rb"|(?<!\d)\d{10}(?:\d{3}){0,2}(?:\.\d+)?(?!\d)"
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
        #: What was given out -> what it was; and the other way round.
        self._recorded: dict[str, str] = {}
        self._given: dict[str, str] = {}

    @cached_property
    def _first(self) -> int | None:
        return self._find_first()

    def answer(self, met: Interaction) -> Interaction:
        """Return an interaction with the times of its answer moved to the present."""
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
        move = Move(at, age, self._later, self._fakes)
        new = move.interaction(met)
        for given, recorded in move.pairs.items():
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
        for known, key, value in (
            (self._recorded, given, recorded),
            (self._given, recorded, given),
        ):
            if len(known) >= _MOST:
                del known[next(iter(known))]
            known[key] = value

    # Requests

    def conditional(self, request: Request) -> Request:
        """Return a request whose headers have what was recorded for what was given
        out; the same one where there is nothing of the kind."""
        headers: Headers = {
            name: [self._text(value) for value in values]
            for name, values in request.headers.items()
        }
        same = not self._recorded or headers == request.headers
        return request if same else replace(request, headers=headers)

    def meant(self, request: Request) -> Request | None:
        """Return the request with what was recorded for what was given out; None where
        it has nothing of the kind."""
        url, body = self._text(request.url), self._bytes(request.body)
        if url == request.url and body == request.body:
            return None
        length = request.content_length
        form = {n: [self._text(v) for v in each] for n, each in request.form.items()}
        return replace(
            request,
            url=url,
            body=body,
            form=form,
            content_length=len(body) if length == len(request.body) else length,
        )

    def _text(self, text: str) -> str:
        return self._bytes(text.encode(*_TEXT)).decode(*_TEXT)

    def _bytes(self, data: bytes) -> bytes:
        return _GIVEN.sub(self._was, data) if self._recorded else data

    def _was(self, found: re.Match[bytes]) -> bytes:
        text = found[0].decode()
        if (known := self._recorded.get(text)) is not None:
            return known.encode()
        plain = _unquoted(text)
        known = self._recorded.get(plain)
        return found[0] if known is None else _quoted_as(text, known).encode()


def _unquoted(text: str) -> str:
    for quoted, plain in (("%3A", ":"), ("%3a", ":"), ("%20", " "), ("%2B", "+")):
        text = text.replace(quoted, plain)
    return text


def _quoted_as(text: str, known: str) -> str:
    """Return a time quoted as another text of the same form was."""
    for quoted, plain in (("%3A", ":"), ("%3a", ":"), ("%20", " "), ("%2B", "+")):
        if quoted in text:
            known = known.replace(plain, quoted)
    return known
