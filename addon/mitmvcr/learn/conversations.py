"""What varies in the messages of a WebSocket: two conversations compared, as a replay
of the first would take the second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from mitmvcr.core.dialogue import Dialogue
from mitmvcr.core.frames import Frame, pieces_of
from mitmvcr.core.matching import DEFAULT, Matcher, MatchSpec
from mitmvcr.core.media import JSON
from mitmvcr.core.model import Interaction, Request, Response, header
from mitmvcr.core.wording import shown
from mitmvcr.learn.aligning import Asked, cost
from mitmvcr.learn.findings import Facts, Finding
from mitmvcr.learn.machine import of_machine
from mitmvcr.learn.rules import rules_for, with_rules
from mitmvcr.learn.sources import Run, source
from mitmvcr.miss.masking import masked_text

_OF_MESSAGE = ("json", "text")
_NO_STEPS: tuple[Sequence[str], Sequence[str]] = ((), ())


class Refused(NamedTuple):
    """The first message of the second conversation that the first one does not have,
    and the one of the first that it may be; None where nothing is left."""

    heard: int
    message: Asked
    wanted: Asked | None


@dataclass(frozen=True)
class Conversation:
    """A WebSocket of one recording. Each of its messages is taken for an interaction
    that comes after those before it: the client's asks, the server's answers."""

    before: Sequence[Interaction]
    upgrade: Interaction

    @cached_property
    def frames(self) -> Sequence[Frame]:
        return self.upgrade.response.websocket

    @cached_property
    def _start(self) -> int:
        return len(self.before) + 1

    @cached_property
    def messages(self) -> list[Asked]:
        return [
            self.asked(frame, number)
            for number, frame in enumerate(self.frames)
            if _is_said(frame)
        ]

    def asked(self, frame: Frame, number: int) -> Asked:
        return Asked(self._start + number, _request(frame))

    def place_of(self, frame: Frame) -> int:
        """Return the number of a frame that may be a piece of a recorded one."""
        found = (n for n, each in enumerate(self.frames) if each.at == frame.at)
        return next(found, 0)

    @cached_property
    def run(self) -> Run:
        """Return the recording up to the end of the conversation, to be searched."""
        alone = Interaction(0, self.upgrade.request, Response())
        turns = [_turn(each) for each in self.frames]
        return Run([*self.before, alone, *turns], self.messages)


def _is_said(frame: Frame) -> bool:
    return frame.from_client and frame.kind != "close"


def _request(frame: Frame) -> Request:
    """Return a message as a request: that of JSON, where there is one text of it."""
    texts = [each.text for each in pieces_of(frame.content) if each.text]
    body = texts[0] if len(texts) == 1 else frame.content
    return Request(body=body, headers={"Content-Type": [JSON]})


def _turn(frame: Frame) -> Interaction:
    if frame.from_client:
        return Interaction(0, Request(body=frame.content), Response())
    return Interaction(0, Request(), Response(body=frame.content))


Both = tuple[Conversation, Conversation]


def conversations(
    first: Sequence[Interaction],
    second: Sequence[Interaction],
    pairs: Sequence[tuple[Asked, Asked]],
) -> list[tuple[Asked, Both]]:
    """Return the WebSockets among pairs of requests, each with the first recording's
    request."""
    found = []
    for one, other in pairs:
        sides = first[one.position], second[other.position]
        if all(each.response.websocket for each in sides):
            ours = Conversation(first[: one.position], sides[0])
            theirs = Conversation(second[: other.position], sides[1])
            found.append((one, (ours, theirs)))
    return found


def refused(both: Both, matcher: Matcher) -> Refused | None:
    """Return the first message that a replay of the first conversation would not take
    from the second; None where it takes them all."""
    ours, theirs = both
    response = ours.upgrade.response
    subprotocol = header(response.headers, "Sec-WebSocket-Protocol")
    dialogue = Dialogue(ours.frames, subprotocol, matcher.message)
    for heard, (number, frame) in enumerate(_said(theirs)):
        while dialogue.next_from(client=False):
            pass
        if dialogue.hear(frame.kind, frame.content, frame.content) is None:
            message = theirs.asked(frame, number)
            return Refused(heard, message, _nearest(ours, dialogue, frame, message))
    return None


def _said(theirs: Conversation) -> Iterator[tuple[int, Frame]]:
    return ((at, each) for at, each in enumerate(theirs.frames) if _is_said(each))


def _nearest(
    ours: Conversation, dialogue: Dialogue, frame: Frame, message: Asked
) -> Asked | None:
    """Return which of the messages that may come now is most like one."""
    found = []
    for each in dialogue.frames:
        if not each.from_client:
            break
        if each.kind == frame.kind and _is_said(each):
            found.append(ours.asked(each, ours.place_of(each)))
    return min(found, key=lambda each: cost(each, message), default=None)


def heard(both: Both, matcher: Matcher) -> int:
    """Return how many messages a replay would take; -1 for all."""
    found = refused(both, matcher)
    return -1 if found is None else found.heard


def findings(both: Both, spec: MatchSpec) -> list[Finding]:
    """Return what keeps a replay of the first conversation from taking the second."""
    found: list[Finding] = []
    while (stopped := refused(both, Matcher(spec))) is not None:
        if stopped.wanted is None:
            break
        new = [*_between(both, stopped.wanted, stopped.message)]
        found += new
        wider = with_rules(spec, (each.rule for each in new if each.rule))
        if wider == spec:
            break
        spec = wider
    return found


def _between(both: Both, one: Asked, other: Asked) -> Iterator[Finding]:
    runs = both[0].run, both[1].run
    at = one.position, other.position
    for place, ours in one.values.items():
        theirs = other.values.get(place, ours)
        if place.kind not in _OF_MESSAGE or (
            ours == theirs and type(ours) is type(theirs)
        ):
            continue
        kind, words = source(runs, at, ours, theirs)
        named = place._replace(kind="message")
        for rule in rules_for(place, ours, theirs, _NO_STEPS):
            yield Finding(named, kind, str(ours), str(theirs), words, rule)


def in_the_way(both: Both, matcher: Matcher) -> str:
    """Return which message a replay would not take, in words; empty where it takes
    all."""
    found = refused(both, matcher)
    if found is None:
        return ""
    wanted = _shown(found.wanted) if found.wanted else "no more"
    return f"message {_shown(found.message)}: the recording has {wanted}"


def _shown(message: Asked) -> str:
    text = message.request.body.decode("utf-8", "backslashreplace")
    return masked_text(f"'{shown(text, 120)}'")


def by_clock(both: Both, facts: Facts) -> Iterator[Finding]:
    """Yield what the messages of the second conversation say of the day and of the
    machine."""
    for message in both[1].messages:
        for each in of_machine(message, facts, DEFAULT):
            yield _of_message(each)


def _of_message(found: Finding) -> Finding:
    return replace(found, place=found.place._replace(kind="message"))


def said_in(sides: Sequence[Both]) -> list[list[Asked]]:
    """Return what the client said in each conversation, of either recording."""
    return [each.messages for both in sides for each in both]
