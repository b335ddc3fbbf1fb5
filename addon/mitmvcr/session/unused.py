"""What nothing asked for in a session, and how it leaves the cassette."""

from collections import defaultdict
from collections.abc import Collection, Sequence
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


def count_together(sessions: Sequence[Session]) -> None:
    """Let what one session of a cassette asked for be used in all of them, and let only
    one tell of what none asked for: workers play parts of one cassette, and a session
    that is opened again has a second account. They are closed."""
    sharing = defaultdict[str, list[Session]](list)
    for session in sessions:
        sharing[session.store.name].append(session)
    for same in sharing.values():
        if len(same) > 1:
            _share(same)


def _share(same: Sequence[Session]) -> None:
    """Do so with sessions of one cassette. One that failed or missed something tells of
    the rest, else the one that replayed most: :func:`why_keep_unused` asks all that."""
    asked = [(*each.deck.urls(),) for each in same]
    settled = {
        (at, urls[at])
        for each, urls in zip(same, asked, strict=True)
        for at in {*range(len(urls))}.difference(each.deck.unused())
    }
    recorded = {at for each in same for at in _recorded(each)}
    told = set[tuple[str, ...]]()
    for each, urls in sorted(zip(same, asked, strict=True), key=_first_to_tell):
        unused = each.deck.unused()
        if urls not in told:  # of these another one has told all
            told.add(urls)
            places = [(at, urls[at]) for at in unused]
            unused = [at for at, _ in places if at in recorded]
            unused += [at for at, url in places if (at, url) in settled]
            settled.update(places)
        each.deck.spare(unused)


def _recorded(session: Session) -> range:
    """Return where in the cassette is what the session has put there: somebody asked
    for it."""
    count = session.recorded_count if session.left_in is None else 0
    return range(session.loaded, session.loaded + count)


def _first_to_tell(each: tuple[Session, tuple[str, ...]]) -> tuple[bool, int, int]:
    session, summary = each[0], each[0].summary()
    return session.failure is None, -summary.missed, -summary.replayed


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
    positions = [session.places.get(at, at) for at in positions]
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
