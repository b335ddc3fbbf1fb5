"""What nothing asked for in a session, and how it leaves the cassette."""

from collections.abc import Collection
from dataclasses import replace

from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.model import Interaction
from mitmvcr.miss.report import Entry
from mitmvcr.session.session import Session
from mitmvcr.session.variables import without


def entries(session: Session) -> list[Entry]:
    """Return what the log holds, and after it what nothing asked for.

    Raises CassetteDamagedError where an unused interaction cannot be read.
    """
    deck = session.deck
    unused = [session.entry("unused", deck.head(at), at) for at in deck.unused()]
    return [*session.log.entries, *unused]


def why_keep_unused(session: Session) -> str:
    """Return what speaks against dropping the unused interactions, else an empty text:
    after a run that went wrong nobody knows which are wanted."""
    if session.failure is not None:
        return "mitmvcr itself failed"
    summary = session.summary()
    if summary.missed:
        return "requests had no match"
    return "" if summary.replayed else "nothing was replayed"


def drop_unused(session: Session) -> int:
    """Rewrite the cassette of a closed session without what nothing asked for.

    Returns how many interactions that were. Raises CassetteError, and the file stays
    as it was; also where somebody else has changed it meanwhile.
    """
    deck, store = session.deck, session.store
    unused = set(deck.unused())
    if not unused:
        return 0
    held = store.load().interactions
    if not all(p < len(held) and _is_same(held[p], deck[p]) for p in unused):
        problem = "was changed meanwhile: its unused interactions stay"
        raise CassetteWriteError(store.name, problem)
    store.replace(without(held, unused))
    return len(unused)


def drop_marked(session: Session, positions: Collection[int]) -> int:
    """Rewrite the cassette of a closed session without the interactions at these
    positions; those of a recording that was set aside are not in it.

    Returns how many that were. Raises CassetteError, and the file stays as it was; also
    where somebody else has changed it meanwhile.
    """
    deck, store, loaded = session.deck, session.store, session.loaded
    if session.left_in is not None:
        positions = [at for at in positions if at < loaded]
    held = store.load().interactions if positions else ()
    for at in positions:
        if at < loaded and not (at < len(held) and _is_same(held[at], deck[at])):
            problem = "was changed meanwhile: its marked interactions stay"
            raise CassetteWriteError(store.name, problem)
    kept = without(held, positions)
    if len(kept) < len(held):
        store.replace(kept)
    return len(held) - len(kept)


def _is_same(held: Interaction, loaded: Interaction) -> bool:
    """Return whether two interactions are equal apart from the number, which is its
    place in the file, and from what tests made up, which stands with another one as
    soon as the session or somebody else drops some."""
    asked = [replace(each.request, variables={}) for each in (held, loaded)]
    return asked[0] == asked[1] and held.response == loaded.response
