"""Which of several equal interactions is a request's own, where what does not count
says it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from mitmvcr.core.choosing import Equals
from mitmvcr.core.deck import OpenDeck
from mitmvcr.core.matching import MatchSpec
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import Joint, Steps, UnreadError

if TYPE_CHECKING:
    from mitmvcr.echo.choice import Names, Rivals

Found = tuple[int, Interaction]


class Own:
    """Puts a request's own interaction in the place of another that is equal to it.
    ``now`` gives the present in Unix seconds."""

    def __init__(
        self,
        deck: OpenDeck,
        spec: MatchSpec,
        repeats: Repeats,
        now: Callable[[], float],
    ) -> None:
        self._deck, self._repeats, self._now = deck, repeats, now
        self._leaves_out = spec.leaves_out
        self._differ = _may_differ(spec)
        self._names: Names | None = None
        self._joint: Joint[tuple[Equals, Rivals] | None] = Joint()
        self._known: WeakKeyDictionary[Equals, Rivals] = WeakKeyDictionary()
        #: Of those that were asked for as they were recorded, the ids stand for
        #: themselves; it is not yet noted.
        self._as_recorded: dict[int, None] = {}

    def instead(self, found: Found, seen: Request, live: Request) -> Found:
        """Return what the request that was just answered is to get: what was found, or
        another, which is then used up in its place. Raise UnreadError, when what was
        found is not used up."""
        recorded = found[1].request
        if not self._differ:
            chosen = self._deck.was_chosen and self._repeats is not Repeats.ALL
            return self._best(found, seen, live) if chosen else found
        is_same = recorded.url == seen.url and recorded.body == seen.body
        if is_same and recorded.method == seen.method and not self._deck.was_chosen:
            if self._leaves_out:
                self._as_recorded[found[0]] = None
            return found
        self._deck.for_good = -1  # an id may stand for another soon
        return self._best(found, seen, live)

    def _best(self, found: Found, seen: Request, live: Request) -> Found:
        if type(found[0]) is not int:  # bytes that were cut out
            return found
        known = self._known_of(found[0], seen)
        names = self._named()
        if known is not None:
            found = self._of_several(found, seen, live, *known)
        if self._leaves_out:
            from mitmvcr.echo.choice import pairs_of

            names.note(pairs_of(found[1].request, seen))
        return found

    def _named(self) -> "Names":
        """Return the names, what was asked for as it was recorded among them."""
        if self._names is None:
            from mitmvcr.echo.choice import Names

            self._names = Names()
        if self._as_recorded:
            from mitmvcr.echo.choice import ids_of

            for position in self._as_recorded:
                ids = ids_of(self._deck.request(position))
                self._names.note([(each, each) for each in ids])
            self._as_recorded.clear()
        return self._names

    def _of_several(
        self,
        found: Found,
        seen: Request,
        live: Request,
        equals: Equals,
        rivals: "Rivals",
    ) -> Found:
        from mitmvcr.echo.choice import Choice, Field

        taken, repeats = found[0], self._repeats

        def ranked(positions: Iterable[int]) -> list[int]:
            return self._deck.ranked(positions, seen, live, equals)

        def is_open(position: int) -> bool:
            is_used = position != taken and self._deck.was_played(position)
            return repeats is Repeats.ALL or not is_used

        field = Field(taken, is_open, ranked, again=repeats is Repeats.LAST)
        choice = Choice(rivals, self._named(), field, self._now())
        at = choice.of(seen)
        return found if at == taken else self._deck.swap(taken, at)

    def _known_of(self, taken: int, seen: Request) -> "tuple[Equals, Rivals] | None":
        """Return all that are equal to a request and what is known of them; None where
        no other may answer it. Where there is much to read, put back what was taken and
        raise UnreadError."""
        key = self._deck.key_of(seen)
        try:
            return self._deck.at_once(
                self._joint.steps(key, lambda: self._knowing(seen))
            )
        except UnreadError:
            self._deck.put_back(taken)
            raise

    def _knowing(self, seen: Request) -> "Steps[tuple[Equals, Rivals] | None]":
        equals = yield from self._deck.rivals(seen)
        if equals is None:
            return None
        known = self._known.get(equals)
        if known is None:
            from mitmvcr.echo.choice import Rivals

            known = Rivals(headers=not self._differ)
            requests = ((at, self._deck.request(at)) for at in equals)
            yield from known.filling(requests)
            self._known[equals] = known
        return equals, known


def _may_differ(spec: MatchSpec) -> bool:
    """Return whether requests may be equal that differ in more than headers."""
    all_counts = {"method", "url", "body"} <= set(spec.parts)
    return spec.leaves_out or bool(spec.base_urls) or not all_counts
