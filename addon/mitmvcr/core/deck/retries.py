"""Requests that a client gave up and made again: the whole answer is what counts."""

from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.events import ends
from mitmvcr.core.model import Interaction, Request, Response, header
from mitmvcr.core.modes import Repeats

Found = tuple[int, Interaction]
#: A request as it may be written, and as it came.
Seen = tuple[Request, Request]


class Retries:
    """Replaces an answer that its client left by the whole one that it got when it
    asked again. In a replay nothing takes so long that a client gives up, and one that
    asks once would get a part of an answer for all of it.

    What is in units (events, lines) is left on purpose, and stays in its order. The
    part is kept for whoever does ask again.
    """

    def __init__(self, repeats: Repeats) -> None:
        self._is_used = repeats is Repeats.NO
        self._parts: list[int] = []

    def settled(self, deck: Deck, asked: Seen, found: Found | None) -> Found | None:
        """Return what a request gets for which the deck gave this."""
        if found is None:
            if not self._parts:
                return None
        elif found[1].response.failure != "left" or not self._is_used:
            return found
        with deck.reading_any_number():
            if found is None:
                return self._part(deck, asked)
            return self._whole(deck, asked, found)

    def _whole(self, deck: Deck, asked: Seen, found: Found) -> Found:
        parts = [found[0]]
        later = None if _is_in_units(found[1].response) else deck.take(*asked)
        while later is not None and later[1].response.failure == "left":
            parts.append(later[0])
            later = deck.take(*asked)
        if later is not None and not later[1].response.failure:
            self._parts += parts
            return later
        for position in parts[1:] if later is None else [*parts[1:], later[0]]:
            deck.give_back(position)
        return found

    def _part(self, deck: Deck, asked: Seen) -> Found | None:
        parts, self._parts = self._parts, []
        for position in parts:
            deck.give_back(position)
        return deck.take(*asked)


def _is_in_units(response: Response) -> bool:
    kind = header(response.headers, "Content-Type")
    return ends(kind, response.body) is not None
