"""The modes, with go-vcr's names and semantics, as one table.

The mode table in docs/modes.md is printed from :data:`RULES` by scripts/docs; nothing
else decides what a mode does.
"""

from enum import StrEnum
from typing import NamedTuple

from mitmvcr.core.model import Interaction


class Mode(StrEnum):
    """go-vcr's recorder modes."""

    RECORD_ONLY = "record_only"
    REPLAY_ONLY = "replay_only"
    REPLAY_WITH_NEW_EPISODES = "replay_with_new_episodes"
    RECORD_ONCE = "record_once"
    PASSTHROUGH = "passthrough"


#: Short names, and vcrpy's record modes that mean the same.
SHORT_NAMES = {
    "record": Mode.RECORD_ONLY,
    "all": Mode.RECORD_ONLY,
    "replay": Mode.REPLAY_ONLY,
    "none": Mode.REPLAY_ONLY,
    "new_episodes": Mode.REPLAY_WITH_NEW_EPISODES,
    "once": Mode.RECORD_ONCE,
}


class Repeats(StrEnum):
    """Whether an interaction may be replayed more than once. ``LAST``: of identical
    requests the last, once the others are used up; ``ALL``: always the first."""

    NO = "no"
    LAST = "last"
    ALL = "all"


class Rule(NamedTuple):
    """What a mode does, given whether the cassette was there at the start.

    ``needs_cassette``: starting is an error. ``loads``: the interactions in the file
    are in play. ``looks_up``: a request is looked up first. ``forwards``: what is
    not replayed goes to the origin, else it is refused. ``records``: what came
    back from the origin is kept. ``replaces``: the recording takes the place of
    whatever cassette was there.
    """

    needs_cassette: bool = False
    loads: bool = False
    looks_up: bool = False
    forwards: bool = False
    records: bool = False
    replaces: bool = False


RULES: dict[tuple[Mode, bool], Rule] = {
    (Mode.RECORD_ONLY, False): Rule(forwards=True, records=True, replaces=True),
    (Mode.RECORD_ONLY, True): Rule(forwards=True, records=True, replaces=True),
    (Mode.REPLAY_ONLY, False): Rule(needs_cassette=True),
    (Mode.REPLAY_ONLY, True): Rule(loads=True, looks_up=True),
    (Mode.REPLAY_WITH_NEW_EPISODES, False): Rule(
        looks_up=True, forwards=True, records=True
    ),
    (Mode.REPLAY_WITH_NEW_EPISODES, True): Rule(
        loads=True, looks_up=True, forwards=True, records=True
    ),
    (Mode.RECORD_ONCE, False): Rule(forwards=True, records=True),
    (Mode.RECORD_ONCE, True): Rule(loads=True, looks_up=True),
    (Mode.PASSTHROUGH, False): Rule(forwards=True),
    (Mode.PASSTHROUGH, True): Rule(forwards=True),
}


def looks_up(rule: Rule, repeats: Repeats) -> bool:
    """Return whether a request is looked up first. Where all may be repeated, a fresh
    recording answers too, as in go-vcr. With ``LAST`` it does not: the end of a poll
    has yet to be recorded."""
    return rule.looks_up or (rule.records and repeats is Repeats.ALL)


class Replay(NamedTuple):
    """Answer from the cassette. ``position`` is the place in the deck."""

    position: int
    interaction: Interaction


class Forward(NamedTuple):
    """Send to the origin, and keep what comes back if ``record``."""

    record: bool


class Refuse:
    """Answer that nothing in the cassette matches."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refuse)

    def __hash__(self) -> int:
        return hash(Refuse)


Decision = Replay | Forward | Refuse


def decide(rule: Rule, found: tuple[int, Interaction] | None) -> Decision:
    """Decide what happens to one request; ``found`` is what the look-up gave."""
    if found is not None:
        return Replay(*found)
    if rule.forwards:
        return Forward(rule.records)
    return Refuse()
