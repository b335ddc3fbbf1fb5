"""What the page shows of the sessions in play, and of their logs as far as they go."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from mitmvcr.codings import decoded_start
from mitmvcr.codings.table import CodingError
from mitmvcr.control.office import Facts, Problem
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Headers, Interaction, header
from mitmvcr.miss.log import Later
from mitmvcr.miss.report import Entry, Outcome
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.session.session import Session
from mitmvcr.show import described
from mitmvcr.show.rows import entry_facts, missed_facts


def logged(session: Session, numbers: Iterable[int]) -> list[Entry]:
    session.log.hide(session.redactor)
    return session.log.entries_at(numbers, _Making(session).entry)


class _Making:
    """Makes the entries that a log has not made yet."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _recorded(self) -> Sequence[Interaction]:
        """Return what was recorded, which takes long to be read: once for all."""
        return self._session.store.recorded()

    def entry(self, later: Later) -> Entry:
        position, session = later.position, self._session
        try:
            found = self._interaction(later)
        except (CassetteError, IndexError):
            note = "what was recorded of it cannot be read any more"
            return Entry(later.outcome, "", "", position, note=note)
        return Entry.of(
            later.outcome, found, position, session.shown(found.request.url)
        )

    def _interaction(self, later: Later) -> Interaction:
        if later.outcome is Outcome.REPLAYED:
            return self._session.deck.head(later.position)
        return self._recorded[later.position - self._session.loaded]


#: After how many interactions a search gives way to others.
_AT_A_TIME = 20
#: And how many it finds at most.
_MOST_FOUND = 10_000
#: So many of the reasons why clients had no session are shown, the last ones.
_MOST_REFUSED = 20


class Window:
    """See :class:`mitmvcr.control.page.Window`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def marks(self) -> Facts:
        self._sessions.log_all(at_once=True)
        sessions = {
            player.name: (id(player), *player.session.summary()[2:])
            for player in self._sessions.in_play()
        }
        last = self._sessions.refusals.standing()[-_MOST_REFUSED:]
        refused = [{"why": why, "times": times} for why, times in last]
        return {"sessions": sessions, "refused": refused}

    def log(self, name: str, first: int, most: int) -> Facts:
        self._sessions.log_all(at_once=True)
        session = self._player(name).session
        log = session.log
        numbers = range(len(log))[first : first + most]
        found = zip(numbers, logged(session, numbers), strict=True)
        rows = [entry_facts(n, each, log.span(n)) for n, each in found]
        return {"rows": rows, "total": len(log)}

    def unused(self, name: str, first: int, most: int) -> Facts:
        session = self._player(name).session
        places = [*session.deck.unused()]
        found = (
            (at, session.entry("unused", session.deck.head(at), at))
            for at in places[first : first + most]
        )
        rows = [entry_facts(at, each, None) for at, each in found]
        return {"rows": rows, "total": len(places)}

    def entry(self, name: str, number: int) -> Facts:
        player = self._player(name)
        log = player.session.log
        if number >= len(log):
            raise Problem(
                404, "number", f"there is no entry {number}", "use a lower one"
            )
        (entry,) = logged(player.session, [number])
        facts: Facts = {"entry": entry_facts(number, entry, log.span(number))}
        if entry.interaction is None:
            return facts | missed_facts(entry)
        return facts | {"interaction": self.interaction(name, entry.interaction)}

    def interaction(self, name: str, position: int) -> Facts:
        player = self._player(name)
        found = _Interactions(player).get(position)
        facts = described(position, player.session.redactor.interaction(found))
        url = player.session.shown(found.request.url)
        return facts | {"url": url, "dropped": position in player.dropped}

    async def search(self, name: str, text: str) -> Facts:
        wanted, found = text.casefold(), []
        interactions = _Interactions(self._player(name))
        for position in range(len(interactions)):
            if any(
                wanted in each.casefold() for each in _texts(interactions.get(position))
            ):
                found.append(position)
            if len(found) >= _MOST_FOUND:
                break
            if position % _AT_A_TIME == 0:
                await asyncio.sleep(0)
        return {"interactions": found}

    def drop(self, name: str, position: int, *, dropped: bool) -> Facts:
        player = self._player(name)
        _Interactions(player).get(position)
        if dropped:
            player.dropped.add(position)
        else:
            player.dropped.discard(position)
        return {"dropped": sorted(player.dropped)}

    def _player(self, name: str) -> Player:
        player = self._sessions.named(name)
        if player is None:
            raise Problem(404, "name", f"there is no session {name}", "GET /sessions")
        return player


class _Interactions:
    """The interactions of a session by position: those it began with, and those that it
    has recorded since."""

    def __init__(self, player: Player) -> None:
        session = player.session
        self._name = session.store.name
        self._deck, self._loaded = session.deck, session.loaded
        self._recorded = session.store.recorded() if session.records else ()

    def __len__(self) -> int:
        return self._loaded + len(self._recorded)

    def get(self, position: int) -> Interaction:
        """Return one. Raise Problem."""
        if position >= len(self):
            detail = f"{self._name} has no interaction {position}"
            raise Problem(404, "position", detail, "use a lower one")
        if position < self._loaded:
            return self._deck[position]
        return self._recorded[position - self._loaded]


def _texts(found: Interaction) -> Iterator[str]:
    """Yield the bodies and messages of an interaction as text."""
    request, response = found.request, found.response
    yield _text(request.body, request.headers)
    yield _text(response.body, response.headers)
    for frame in response.websocket:
        yield frame.content.decode("utf-8", "replace")


def _text(body: bytes, headers: Headers) -> str:
    try:
        plain = decoded_start(body, header(headers, "content-encoding"))
    except CodingError:
        plain = body
    return plain.decode("utf-8", "replace")
