"""How a session looks requests up: as they are, or as one that knows the present."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from mitmvcr.core.model import Interaction
from mitmvcr.session.lookup import ClockedLookUp, LookUp

if TYPE_CHECKING:
    from mitmvcr.clock import Clock


class Present(NamedTuple):
    """What a session goes by that moves times: the present in Unix seconds, and what
    gets a line of what may surprise. ``fakes``: JWTs that the redaction made are moved
    too, since it does not do so."""

    now: Callable[[], float]
    say: Callable[[str], None]
    fakes: bool = True


def looking_up(
    given: tuple[Any, ...], present: Present | None
) -> tuple[LookUp, "Clock | None"]:
    """Return what looks requests up, of what :class:`LookUp` is given, and the clock
    that moves what is found; None where times stay as they are."""
    if present is None:
        return LookUp(*given), None
    from mitmvcr.clock import Clock  # only then, as all that is seldom asked for

    def first() -> int | None:
        deck = look_up.deck
        return _first(map(deck.head, range(len(deck))))

    clock = Clock(present.now, first, present.say, fakes=present.fakes)
    look_up = ClockedLookUp(*given, clock=clock)
    return look_up, clock


def _first(recorded: Iterable[Interaction]) -> int | None:
    from mitmvcr.clock.moving import recorded_at

    times = (recorded_at(each.response) for each in recorded)
    return next((each for each in times if each is not None), None)
