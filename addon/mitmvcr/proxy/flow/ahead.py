"""Interactions that are likely to be asked for next are read while nobody asks."""

import asyncio
import time
from collections.abc import Iterator
from weakref import ReferenceType, ref

from mitmvcr.proxy.flow.player import Player

#: In seconds: after so long without a request nobody asks, and so long is a turn.
_QUIET, _TURN = 0.02, 0.001


def read_on(player: Player) -> None:
    """Read on in a cassette of which something was replayed, once nobody asks. Every
    replay says so."""
    if not player.is_reading_on:
        player.is_reading_on = True
        _look_later(ref(player), player.session.replayed_count)


def _look_later(whose: ReferenceType[Player], count: int) -> None:
    asyncio.get_running_loop().call_later(_QUIET, _look, whose, count)


def _look(whose: ReferenceType[Player], count: int) -> None:
    """Begin if nothing was replayed after the count was taken."""
    player = whose()
    if player is None:
        return
    now = player.session.replayed_count
    if now == count:
        _read(whose, player.session.deck.reading_ahead(), count)
    else:
        _look_later(whose, now)


def _read(whose: ReferenceType[Player], steps: Iterator[None], count: int) -> None:
    """Read for a turn, and after it go on, or wait until nobody asks any more."""
    player = whose()
    if player is None:
        return
    if player.session.replayed_count != count:
        _look_later(whose, player.session.replayed_count)
        return
    until = time.monotonic() + _TURN
    for _ in steps:
        if time.monotonic() > until:
            loop = asyncio.get_running_loop()
            loop.call_later(_TURN, _read, whose, steps, count)
            return
    player.is_reading_on = False
