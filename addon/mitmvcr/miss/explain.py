"""Why nothing matched: which recorded interactions come nearest, in what they agree,
where they differ, and what would let them match.

The look-up itself is the deck's, by key; here the parts are compared one by one.
"""

import re
from dataclasses import replace
from itertools import islice

from mitmvcr.core.deck import Deck
from mitmvcr.core.deck.blanks import Blanks
from mitmvcr.core.model import Request
from mitmvcr.core.steps import Steps
from mitmvcr.core.wording import shown
from mitmvcr.miss.nearest import Search
from mitmvcr.miss.report import Miss
from mitmvcr.miss.sides import Masked

#: In bytes: how much of a body is read to show its start.
_SHOWN = 1 << 15
#: And how much to find the variables whose values were in it.
_SEARCHED = 1 << 20


def explaining(
    asked: Request,
    deck: Deck,
    masked: Masked = lambda it: it,
    raw: Request | None = None,
    blanks: Blanks | None = None,
    said: int | None = None,
) -> Steps[Miss]:
    """Return in steps, between which the deck may be played, what was asked, and which
    recorded interactions come nearest to it.

    What is shown of a request, asked or recorded, is ``masked`` first. ``raw`` is what
    was asked where ``asked`` is masked already: it tells places, never values.
    ``blanks`` fill in what unset variables left out. Of a call that goes on,
    ``said`` is the number of its messages until now: later ones are not missing.
    """
    shown_as = masked(replace(asked, body=asked.body[:_SHOWN]))
    meant = _meant(asked, deck, blanks) if blanks else asked
    search = Search(meant, deck, masked, raw, said)
    yield from search.run()
    yield from deck.reading(meant)
    return Miss(
        method=shown_as.method,
        url=shown_as.url,
        body=shown(shown_as.body.decode("utf-8", "replace")),
        nearest=tuple(search.found),
        same_used=deck.used_up(meant, raw),
        total=len(deck),
        left_out=search.left_out,
        unset=_unset(asked, meant, search, blanks) if blanks else (),
    )


#: How many interactions a request with blanks may mean, of which one is chosen.
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
    asked: Request, meant: Request, search: Search, blanks: Blanks
) -> tuple[str, ...]:
    """Return the variables that were filled in, or stand where the nearest differs."""
    texts = []
    if meant is not asked:
        texts = [meant.url, _start(meant.body)]
    for near in search.found[:1]:
        recorded = search.request(near.position)
        for found in near.differ:
            if _MARK.search(found.recorded):
                is_body = found.place.startswith("body")
                texts.append(_start(recorded.body) if is_body else recorded.url)
    return blanks.names("\n".join(texts))


#: Of a placeholder, also as a URL's key has it.
_MARK = re.compile(r"\[REDACTED|<[A-Z][A-Z0-9_]*>")


def _start(body: bytes) -> str:
    return body[:_SEARCHED].decode("latin-1")
