"""Why nothing matched: which recorded interactions come nearest, in what they agree,
where they differ, and what would let them match.

The look-up itself is the deck's, by key; here the parts are compared one by one.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from mitmvcr.core.blanks import Blanks
from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Request
from mitmvcr.core.wording import shown
from mitmvcr.miss.missed import Miss, Near
from mitmvcr.miss.nearest import Search
from mitmvcr.miss.sides import Masked

#: Of a body so much is looked at to show its start.
_SHOWN = 1 << 15


def explain(
    asked: Request,
    deck: Deck,
    masked: Masked = lambda it: it,
    raw: Request | None = None,
    blanks: Blanks | None = None,
) -> Miss:
    """Return what was asked, and which recorded interactions come nearest to it.

    What is shown of a request, asked or recorded, is ``masked`` first. ``raw`` is what
    was asked where ``asked`` is masked already: it tells places, never values.
    ``blanks`` fill in what unset variables left out.
    """
    shown_as = masked(replace(asked, body=asked.body[:_SHOWN]))
    meant = _meant(asked, deck, blanks) if blanks else asked
    search = Search(meant, deck, masked, raw)
    nearest = tuple(search.nearest())
    return Miss(
        method=shown_as.method,
        url=shown_as.url,
        body=shown(shown_as.body.decode("utf-8", "replace")),
        nearest=nearest,
        same_used=deck.used_up(meant),
        total=len(deck),
        left_out=search.left_out,
        unset=_unset(asked, meant, nearest, deck, blanks) if blanks else (),
    )


#: Of so many that a request with blanks may mean one is chosen.
_MEANINGS = 20


def _meant(asked: Request, deck: Deck, blanks: Blanks) -> Request:
    """Return the request with its blanks filled in as far as that helps."""
    filled = islice(blanks.meant(asked), _MEANINGS)
    is_held = deck.holds(asked.url)
    found = [
        each
        for each in filled
        if (each.url == asked.url if is_held else deck.holds(each.url))
    ]
    return found[-1] if found else asked


def _unset(
    asked: Request,
    meant: Request,
    nearest: Sequence[Near],
    deck: Deck,
    blanks: Blanks,
) -> tuple[str, ...]:
    """Return the variables that were filled in, or stand where the nearest differs."""
    texts = []
    if meant is not asked:
        texts = [meant.url, meant.body.decode("latin-1")]
    for near in nearest[:1]:
        recorded = deck.request(near.position)
        for found in near.differ:
            if "[REDACTED" in found.recorded or "<" in found.recorded:
                is_body = found.place.startswith("body")
                text = recorded.body.decode("latin-1") if is_body else recorded.url
                texts.append(text)
    return blanks.names("\n".join(texts))
