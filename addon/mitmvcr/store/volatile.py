"""A recording made anew that differs from the old one only in what really differs."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mitmvcr.core.model import Interaction
from mitmvcr.core.volatile import VOLATILE
from mitmvcr.format import writer


def keep_volatile(
    old: Iterable[Interaction], new: Iterable[Interaction]
) -> Iterator[Interaction]:
    """Yield the new interactions; an old one instead of a new one that differs from it
    only in duration and volatile headers. Equal ones are paired in order."""
    known: defaultdict[bytes, deque[Interaction]] = defaultdict(deque)
    for each in old:
        known[_lasting(each)].append(each)
    for each in new:
        same = known.get(_lasting(each))
        yield same.popleft() if same else each


def _lasting(interaction: Interaction) -> bytes:
    """Return all of an interaction that has to be equal, as one key."""
    response = interaction.response
    kept = {k: v for k, v in response.headers.items() if k.lower() not in VOLATILE}
    bare = replace(response, headers=kept, duration=0)
    return writer.dumper()(replace(interaction, response=bare), 0)
