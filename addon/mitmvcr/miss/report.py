"""What became of a request: its entry in a log; and of a miss also what came
nearest."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mitmvcr.core.media import media_kind
from mitmvcr.core.model import Interaction, header
from mitmvcr.core.modes import Repeats
from mitmvcr.core.spend import NOTHING, Spend, spend_of
from mitmvcr.core.wording import shown

_LONGEST_URL = 300
#: The remedy where what would answer is used up.
REPEATS = f"vcr_allow_repeats={Repeats.LAST}"

#: How many differences of two requests are named.
MOST_DIFFERENCES = 5
#: In characters: two texts that are equal for longer are shown from where they differ.
LONG_START = 40
#: A larger body is masked only where it is shown: all of it takes its time.
LARGE = 4 << 20

MASK = "***"
#: Of a place: ``query.page``, ``body["a b"][0]``, ``body /Envelope/Body/item[2]/@id``.
LAST_STEP = re.compile(r'(?:\["([^"]*)"\]|([^.\[\]/@]+))(?:\[\d+\])*$')

#: Of a miss where the cassette was edited, or another put in its place.
STALE = (
    "somebody has changed the cassette since it was read, and the replay goes by what"
    " was read: begin it again to have the new one"
)

REMEDY = (
    "record it again with mode record_only, or let new requests be recorded with mode"
    " replay_with_new_episodes"
)
#: The same for whoever runs tests with a session each, in whatever language.
REMEDY_OF_TESTS = (
    "{0}=replay_with_new_episodes records what is new, {0}=record_only all of it"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the request differs: ``query.page``, ``body.messages[1]``.

    ``ignoring`` is what would let it pass, a field of MatchSpec and a value for it, as
    ``(Ignoring.QUERY, "page")``; None where nothing should. ``looks`` says that both
    values are made anew each time, as ``looks like a UUID``; ``hidden`` names the value
    that is masked on both sides. ``why`` says what speaks against it where the place is
    not compared otherwise; of hidden values it says all.
    """

    place: str
    asked: str
    recorded: str
    ignoring: tuple[str, str] | None = None
    looks: str = ""
    hidden: str = ""
    why: str = ""

    def __str__(self) -> str:
        if not self.asked and self.why:
            return self.why
        return f"{self.place}: {self.what}"

    def through(self, change: Callable[[str], str]) -> "Difference":
        """Return it with its values put through a function."""
        asked, recorded = change(self.asked), change(self.recorded)
        return replace(self, asked=asked, recorded=recorded)

    def masked(self, name: str = "") -> "Difference":
        """Return it with both values masked; ``name`` says whose they are, else the
        place does."""
        if not name:
            last = LAST_STEP.search(self.place.partition(" at ")[0])
            name = (last[1] or last[2] if last else "") or self.place
        return replace(self, asked=MASK, recorded=MASK, looks="", hidden=name)

    @property
    def what(self) -> str:
        """Return how the two differ there, in words."""
        looks = f" ({self.looks})" if self.looks else ""
        words = f"{self.asked} was {self.recorded}{looks}"
        if self.hidden:
            words = f"they differ in a hidden value ({self.hidden})"
        return f"{words}, {self.why}" if self.why else words


@dataclass(frozen=True, slots=True)
class Near:
    """A recorded interaction that came close. ``position`` counts from 0; ``agree`` are
    the parts that do; ``options``, as ``NAME=VALUE``, would make it match, and ``hint``
    has them as the user can give them."""

    position: int
    method: str
    url: str
    used: bool
    agree: tuple[str, ...]
    differ: tuple[Difference, ...]
    options: tuple[str, ...] = ()
    hint: str = ""

    def through(self, change: Callable[[str], str]) -> "Near":
        differ = tuple(each.through(change) for each in self.differ)
        return replace(self, url=change(self.url), differ=differ)

    def __str__(self) -> str:
        state = "already used" if self.used else "unused"
        request = f"{shown(self.method)} {shown(self.url, _LONGEST_URL)}"
        what = f"interaction {self.position} ({state}): {request}"
        if not self.differ:
            return what + " is the same, and each is replayed once"
        return what + "; " + "; ".join(map(str, self.differ))


@dataclass(frozen=True, slots=True)
class Miss:
    """A request that nothing in the cassette answers. ``same_used`` counts the equal
    ones that were used up; ``total`` is the size of the cassette, of which ``left_out``
    have a like URL but were too many to be compared part by part. ``unset`` are the
    variables whose values the recording held and that have none here. ``hint`` has the
    options that would help, as the user can give them; without it they are named as
    mitmproxy has them. ``is_stale``: the cassette is another by now than the one that
    was read. ``expired`` is the answer given out before that has expired since it was
    recorded, and ``shift`` the option that moves its times."""

    method: str
    url: str
    body: str
    nearest: tuple[Near, ...]
    same_used: int
    total: int
    left_out: int = 0
    unset: tuple[str, ...] = ()
    hint: str = ""
    is_stale: bool = False
    expired: str = ""
    shift: str = ""

    def told(
        self, spelled: Callable[[Sequence[str]], str], *, is_stale: bool
    ) -> "Miss":
        """Return it with its options ``spelled`` as the user can give them."""
        near = tuple(replace(n, hint=spelled(n.options)) for n in self.nearest)
        return replace(
            self,
            nearest=near,
            hint=spelled(self.options),
            is_stale=is_stale,
            shift=spelled((self.shift,)) if self.shift else "",
        )

    def through(self, change: Callable[[str], str]) -> "Miss":
        """Return it with all that is of requests put through a function."""
        near = tuple(each.through(change) for each in self.nearest)
        return replace(self, url=change(self.url), body=change(self.body), nearest=near)

    @property
    def options(self) -> tuple[str, ...]:
        """Return the options that would have made it match, if any would."""
        if self.same_used:
            return (REPEATS,)
        return self.nearest[0].options if self.nearest else ()

    @property
    def is_new(self) -> bool:
        """Return whether no option, and no variable, would let it match."""
        return not (self.options or self.unset)

    @property
    def reason(self) -> str:
        """Return why nothing matched, in one line."""
        hint = self.hint or " ".join(self.options)
        helps = f"; {hint} would let it match" if hint else ""
        unset = f"; {self.lacks}" if self.unset else ""
        aged = f"; {self.aged}" if self.expired else ""
        stale = f"; {STALE}" if self.is_stale else ""
        return self._reason() + helps + unset + aged + stale

    @property
    def lacks(self) -> str:
        """Return which variables have no value here, in words, if any are."""
        are = "is" if len(self.unset) == 1 else "are"
        return (
            f"{' and '.join(self.unset)} {are} unset or too short here, and the"
            " recording has a value there: any of 8 characters or more would do"
        )

    @property
    def aged(self) -> str:
        """Return what has expired, in words, if anything has."""
        return (
            f"the answer of {self.expired} has expired since it was recorded, and a"
            f" client that goes by that asks anew: {self.shift} brings the times of"
            " answers to the present"
        )

    def _reason(self) -> str:
        if self.same_used:
            times = "once" if self.same_used == 1 else f"{self.same_used} times"
            return f"recorded {times}, and all used up by earlier requests"
        if not self.total:
            return "the cassette is empty"
        if not self.nearest:
            which = f"none of the {self.total} recorded interactions"
            only = "the only recorded interaction"
            return (
                f"{only} is not similar" if self.total == 1 else f"{which} is similar"
            )
        left_out = self.left_out
        only = f" ({left_out} more were not compared)" if left_out else ""
        return f"the nearest{only} is {self.nearest[0]}"


class Outcome(StrEnum):
    """What became of a request, or of an interaction."""

    RECORDED = "recorded"
    REPLAYED = "replayed"
    MISSED = "missed"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Entry:
    """``interaction`` is its position in the cassette in play, None for a request that
    has none; ``status`` the response's code. ``duration`` is in nanoseconds: of a
    recording until the response head, of a replay until it was answered, of a miss
    until it was explained; None for an interaction that nothing asked for. ``note`` is
    what a replay's reader should know. ``size`` is that of the response's body,
    ``protocol`` and ``media`` say what it came over and what it is; ``spend`` what it
    says that it used."""

    outcome: Outcome
    method: str
    url: str
    interaction: int | None = None
    status: int | None = None
    duration: int | None = None
    miss: Miss | None = None
    note: str = ""
    size: int = 0
    protocol: str = ""
    media: str = ""
    spend: Spend = NOTHING

    @classmethod
    def of(
        cls, outcome: Outcome, interaction: Interaction, position: int, url: str
    ) -> "Entry":
        """Return the entry of an interaction; ``url`` is its own as it may be shown."""
        response = interaction.response
        return cls(
            outcome,
            interaction.request.method,
            url,
            position,
            response.code,
            size=len(response.body) or max(response.content_length, 0),
            protocol=response.proto,
            media=media_kind(header(response.headers, "content-type")),
            spend=spend_of(response.body),
        )

    @classmethod
    def of_miss(cls, miss: Miss, duration: int) -> "Entry":
        outcome = Outcome.MISSED
        return cls(outcome, miss.method, miss.url, duration=duration, miss=miss)

    def through(self, change: Callable[[str], str]) -> "Entry":
        """Return it with all that is of requests put through a function."""
        miss = self.miss.through(change) if self.miss else None
        return replace(self, url=change(self.url), miss=miss)

    def lasting(self, nanoseconds: int) -> "Entry":
        return replace(self, duration=nanoseconds)


def miss_of_test(miss: Miss, times: int, variable: str) -> dict[str, object]:
    """Return a miss as the helpers of test frameworks show it, which know of no option:
    its reason names what would help if nothing else does, by the variable of the
    mode."""
    remedy = f"; {REMEDY_OF_TESTS.format(variable)}" if miss.is_new else ""
    return {**miss_facts(miss), "reason": miss.reason + remedy, "times": times}


def miss_facts(miss: Miss) -> dict[str, object]:
    """Return a miss as values for JSON: what was asked, why, and what is nearest."""
    return {
        "reason": miss.reason,
        "hint": miss.hint,
        "request": {"method": miss.method, "url": miss.url, "body": miss.body},
        "same_used": miss.same_used,
        "total": miss.total,
        "not_compared": miss.left_out,
        "nearest": [
            {
                "interaction": near.position,
                "method": near.method,
                "url": near.url,
                "used": near.used,
                "agree": list(near.agree),
                "options": list(near.options),
                "hint": near.hint,
                "differ": [_difference_facts(each) for each in near.differ],
            }
            for near in miss.nearest
        ],
        "unset": list(miss.unset),
        "expired": miss.expired,
        "remedy": REMEDY,
    }


def _difference_facts(found: Difference) -> dict[str, str]:
    facts = {"place": found.place, "asked": found.asked, "recorded": found.recorded}
    if found.looks:
        facts["looks"] = found.looks
    if found.hidden:
        facts["hidden"] = found.hidden
    if found.why:
        facts["why"] = found.why
    return facts
