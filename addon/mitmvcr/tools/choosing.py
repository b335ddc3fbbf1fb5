"""Some interactions of a cassette."""

from collections.abc import Container, Sequence

from mitmvcr.core.jsontext import holding
from mitmvcr.core.model import Headers
from mitmvcr.tools.sheet import Entry


def chosen(entries: Sequence[Entry], positions: Container[int]) -> list[Entry]:
    """Return the entries at these positions; what a test had made up before one that
    goes is held by the next that stays. Raise CassetteError."""
    kept: list[Entry] = []
    waiting: Headers = {}
    for at, entry in enumerate(entries):
        if at not in positions:
            waiting = {**entry.request.variables, **waiting}
            continue
        if waiting:
            met = entry.interaction
            entry, waiting = entry.changed(met, holding(met, waiting)), {}
        kept.append(entry)
    return kept
