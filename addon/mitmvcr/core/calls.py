"""gRPC calls that go both ways, replayed in lock-step.

Such a call is answered while its request goes on. Its recording says whose turn it was:
how many messages of the request had passed before the head of the answer, before each
of its messages, and before its end; one more than there are once the request had ended.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from mitmvcr.core.events import message_ends
from mitmvcr.core.model import Headers, Interaction, Response
from mitmvcr.core.wording import number_of

#: Flags, and the length in four bytes.
_PREFIX_BYTES = 5
_NUMBER_BYTES = 9
Read = Callable[[int], Interaction]


def format_turns(turns: Iterable[int]) -> str:
    return " ".join(map(str, turns))


def parse_turns(text: str) -> tuple[int, ...]:
    """Read turns. Raise ValueError unless they are numbers, in order, and at least the
    head's and the end's."""
    words = text.split()
    for word in words:
        if not (word.isascii() and word.isdigit() and len(word) <= _NUMBER_BYTES):
            raise ValueError(f"{word!r} is not a number of messages")
    found = tuple(map(int, words))
    if len(found) == 1 or any(later < one for one, later in pairwise(found)):
        raise ValueError(f"{text!r} goes backwards, or ends early")
    return found


def in_turn(met: Interaction) -> Interaction:
    """Return a call whose bodies were changed with turns that are theirs: a message
    that is gone has none, one that is new comes with the end, and none waits for what
    is not asked. What is no such call stays as it is."""
    response = met.response
    turns = _fitted(response.turns, met.request.body, response.body)
    if turns == response.turns:
        return met
    return replace(met, response=replace(response, turns=turns))


def _fitted(turns: Sequence[int], asked: bytes, said: bytes) -> Sequence[int]:
    if not turns:
        return turns
    head, *each, end = turns
    count, most = len(message_ends(said)), len(split(asked)) + 1
    each += [end] * (count - len(each))
    return tuple(min(turn, most) for turn in (head, *each[:count], end))


def problem_of_turns(turns: Sequence[int], asked: bytes, said: bytes) -> str:
    """Return why turns are of other bodies than these; empty where they are not."""
    right = _fitted(turns, asked, said)
    if len(turns) != len(right):
        there = number_of(len(right) - 2, "message")
        return f"are of {len(turns) - 2}, and the answer has {there}"
    if turns != right:
        sent = number_of(len(split(asked)), "message")
        return f"wait for number {max(turns)}, and the client sends {sent}"
    return ""


class Messages:
    """Cuts a body that comes in parts into its messages, each with its prefix."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, part: bytes) -> list[bytes]:
        """Return the messages that are complete now."""
        self._rest += part
        ends = message_ends(self._rest)
        found = [bytes(self._rest[at:end]) for at, end in pairwise([0, *ends])]
        if ends:
            del self._rest[: ends[-1]]
        return found


class Counter:
    """Counts the messages of a body that comes in parts, and keeps none of it."""

    def __init__(self) -> None:
        self._prefix, self._left = b"", 0

    def feed(self, part: bytes) -> int:
        """Return how many messages end in this part."""
        found, at = 0, 0
        while at < len(part):
            if len(self._prefix) < _PREFIX_BYTES:
                missing = part[at : at + _PREFIX_BYTES - len(self._prefix)]
                self._prefix, at = self._prefix + missing, at + len(missing)
                if len(self._prefix) < _PREFIX_BYTES:
                    break
                self._left = int.from_bytes(self._prefix[1:])
            step = min(self._left, len(part) - at)
            at, self._left = at + step, self._left - step
            if not self._left:
                found, self._prefix = found + 1, b""
        return found


class Turns:
    """Notes whose turn it is, while a call is recorded."""

    def __init__(self) -> None:
        self._asked, self._said = Counter(), Counter()
        self._count, self._turns = 0, list[int]()
        self._has_ended = False

    def ask(self, part: bytes) -> None:
        """Note a part of the request."""
        self._count += self._asked.feed(part)

    def end_request(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._count += 1

    def begin_answer(self) -> None:
        """Note that the head of the answer has come."""
        self._turns = [self._count]

    def answer(self, part: bytes) -> None:
        """Note a part of the answer."""
        self._turns += [self._count] * self._said.feed(part)

    def noted(self) -> tuple[int, ...]:
        """Return whose turn it was until now, which is the end; nothing where the
        request had ended before any answer."""
        turns = self._turns or [self._count]
        if self._has_ended and turns[0] == self._count:
            return ()
        return (*turns, self._count)


class Part:
    """What a recording, at a position of the deck, has of a call; it is read when it
    is needed."""

    def __init__(self, position: int, read: Read) -> None:
        self.position, self._read = position, read

    def __repr__(self) -> str:
        return f"<Part {self.position}>"

    @cached_property
    def recorded(self) -> Interaction:
        return self._read(self.position)

    @cached_property
    def asked(self) -> Sequence[bytes]:
        """Return the messages of the request."""
        return split(self.recorded.request.body)

    @cached_property
    def said(self) -> Sequence[bytes]:
        """Return the messages of the answer."""
        return split(self.recorded.response.body)

    @property
    def is_refused(self) -> bool:
        """Return whether the answer is a head alone, which has the status."""
        response = self.recorded.response
        return not (self.said or response.trailer or response.failure)

    @property
    def is_left(self) -> bool:
        """Return whether the client left: what it was answered has no end."""
        return self.recorded.response.failure == "left"

    @property
    def steps(self) -> int:
        """Return how many steps the answer has: a head, messages, an end."""
        return len(self.said) + (1 if self.is_left or self.is_refused else 2)

    def due(self, step: int) -> int:
        """Return how much of the request comes before a step of the answer: its head,
        each of its messages, its end."""
        turns = self.recorded.response.turns
        if not turns:
            return len(self.asked) + 1
        if step > len(self.said) or self.is_refused:
            return turns[-1]
        return turns[min(step, len(turns) - 1)]

    def is_alike(self, step: int, other: "Part") -> bool:
        """Return whether another recording says the same in a step of the answer."""
        if step == 0:
            one, two = self.recorded.response, other.recorded.response
            return _head(one) == _head(two)
        if step > len(self.said):
            return step > len(other.said)
        return self.said[step - 1 : step] == other.said[step - 1 : step]


def _head(response: Response) -> tuple[int, Headers]:
    kept = {n: v for n, v in response.headers.items() if n.lower() != "date"}
    return response.code, kept


def split(body: bytes) -> Sequence[bytes]:
    """Return the messages of a body, each with its prefix, and what is left of it."""
    ends = message_ends(body)
    if body[ends[-1] if ends else 0 :]:
        ends.append(len(body))
    return [body[at:end] for at, end in pairwise([0, *ends])]


class Call:
    """A call as far as it has come: the recordings that ``fitting`` has left agree with
    all that was said, by the client and to it. ``is_strict``: what the client says
    counts, and so does how much it is."""

    def __init__(self, parts: Iterable[Part], *, is_strict: bool = True) -> None:
        self.fitting, self._is_strict = list(parts), is_strict
        #: How many messages were heard, one more once the request has ended.
        self.heard = 0
        self.told, self._has_ended = 0, False

    def __repr__(self) -> str:
        return f"<Call heard {self.heard}, told {self.told}, {self.fitting}>"

    def expected(self) -> list[tuple[Part, bytes]]:
        """Return what each recording has the client say next, where that counts."""
        if not self._is_strict:
            return []
        at = self.heard
        some = [part for part in self.fitting if at < len(part.asked)]
        return [(part, part.asked[at]) for part in some]

    def hear(self, is_same: Callable[[Part, bytes], bool]) -> bool:
        """Take a message of the client's; ``is_same`` compares it with one of a
        recording. Return whether a recording has it."""
        return self._keep(
            lambda part: (
                self.heard < len(part.asked) and is_same(part, part.asked[self.heard])
            )
        )

    def end(self) -> bool:
        """Take the end of the request. Return whether a recording has it here."""
        self._has_ended = True
        return self._keep(lambda part: len(part.asked) == self.heard)

    def _keep(self, fits: Callable[[Part], bool]) -> bool:
        found = (
            [p for p in self.fitting if fits(p)] if self._is_strict else self.fitting
        )
        if found:
            self.fitting = found
            self.heard += 1
        return bool(found)

    @property
    def is_begun(self) -> bool:
        """Return whether it is known what to play: the client has said something, or
        the server speaks first."""
        return self.heard > 0 or self.is_due(self.fitting[0])

    @property
    def is_open(self) -> bool:
        """Return whether the client, which has said nothing yet, can still tell which
        recording is to be played: what the server says first is another each time."""
        if self.heard or not self._is_strict:
            return False
        due = [part for part in self.fitting if self.is_due(part)]
        return any(not due[0].is_alike(self.told, each) for each in due[1:])

    def is_due(self, part: Part) -> bool:
        """Return whether it is the server's turn, as this recording has it."""
        is_turn = self._has_ended or part.due(self.told) <= self.heard
        return is_turn and self.told < part.steps

    def is_played(self, part: Part) -> bool:
        """Return whether nothing comes any more, of the server or, where it left, of
        the client."""
        is_heard = not part.is_left or self.heard >= len(part.asked)
        return is_heard and self.told >= part.steps

    def tell(self, part: Part) -> None:
        """Note that a step of the answer was told as this recording has it."""
        step = self.told
        self.fitting = [p for p in self.fitting if p is part or p.is_alike(step, part)]
        self.told += 1


def times(response: Response) -> list[int]:
    """Return when each message of an answer came, in nanoseconds after its head; 0
    where that is not known."""
    chunks, at, found = response.chunks, 0, []
    for message in split(response.body):
        at += len(message)
        place = bisect_left(chunks, at, key=lambda chunk: chunk.offset)
        found.append(chunks[place - 1].at if place else 0)
    return found
