"""What a session records, on its way into the store."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mitmvcr.core.choosing import salt_of
from mitmvcr.core.deck import Deck
from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.sendable import is_sendable, unfolded, why_not
from mitmvcr.session.redaction import Redacted, Redaction
from mitmvcr.session.variables import Variables
from mitmvcr.store import Store
from mitmvcr.store.rewrite import EVERY, Change

if TYPE_CHECKING:
    from mitmvcr.secrets.identities import Identities


class Recording:
    """Writes what may be written, and takes out of it what shows late to be a secret.

    ``held`` is what the cassette held, ``deck`` what of it is in play, ``variables``
    what waits to be written with the next interaction. ``left_in`` and
    ``altered`` are those of the session; ``places`` says by its position where
    what was put in another place is in the end.
    """

    def __init__(
        self,
        store: Store,
        redaction: Redaction,
        deck: Deck,
        held: Sequence[Interaction],
        variables: Variables,
    ) -> None:
        self._store, self._redaction, self._deck = store, redaction, deck
        self._variables, self._has_some = variables, False
        self._overtaken = _Overtaken(deck.matcher)
        self._salt, self._loaded = salt_of(held), len(deck)
        self._identities: Identities | None = None
        self._is_set_aside = self._is_closed = False
        #: How much was known to be secret when the first interaction was redacted.
        self._known: int | None = None
        #: And how much of it the store has noted.
        self._noted = 0
        self.left_in: str | None = None
        self.altered: list[str] = []
        self.places: dict[int, int] = {}

    def keep(self, redacted: Redacted, asked: int) -> Interaction:
        """Write what was redacted and ``asked`` for at this time, and return what was
        written. Raises CassetteWriteError."""
        kept = redacted.kept
        if not is_sendable(kept.response):
            kept = self._one_that_replays(kept)
        self._count_known(redacted.known)
        with self._variables.kept():
            kept = self._variables.held(kept)
            if self._is_closed:
                self._record_late(kept)
                return kept
            self.note_secrets()
            self._store.append(kept)
        self._has_some = True
        self._overtaken.note(kept.request, asked)
        self._note_identity(kept, redacted)
        return kept

    def _count_known(self, known: int) -> None:
        if self._known is None:
            self._known = self._noted = known

    def pass_over(self, request: Request) -> None:
        """Learn what is secret in the head of a request that is not recorded: what is
        recorded may hold it too. Raises CassetteWriteError."""
        self._count_known(self._redaction.redactor.memory.size)
        self._redaction.redactor.request(replace(request, body=b""))
        self.note_secrets()

    def note_secrets(self) -> None:
        """Note what was found to be secret after the first interaction was written.
        Raises CassetteWriteError."""
        if self._known is None:
            return
        memory = self._redaction.redactor.memory
        if memory.size > self._noted:
            learned = memory.learned(self._noted)
            self._store.note(learned)
            self._noted += len(learned)

    def _note_identity(self, kept: Interaction, redacted: Redacted) -> None:
        if self._identities is None:
            from mitmvcr.secrets.identities import Identities

            matcher, before = self._deck.matcher, self._deck.equal
            self._identities = Identities(matcher, before, self._salt)
        self._identities.note(kept.request, redacted.whose, redacted.given)

    def _one_that_replays(self, kept: Interaction) -> Interaction:
        """Return the interaction with each header value in one line. Raise
        CassetteWriteError if it could not be replayed."""
        kept = replace(kept, response=unfolded(kept.response))
        field, problem = why_not(kept.response)
        if problem:
            problem = f"{field}: {problem}, so that it could not be replayed"
            raise CassetteWriteError(self._store.name, problem)
        return kept

    def _record_late(self, kept: Interaction) -> None:
        """Put an interaction behind the recording, which is in place already."""
        store = self._store
        store.begin(store.load().interactions if store.exists() else ())
        try:
            store.append(kept)
        finally:
            store.publish()

    def set_aside(self) -> None:
        """Keep what was recorded from being put in place."""
        self._is_set_aside = True

    def save(self) -> None:
        """Put what is there so far in place, and go on. Raises CassetteWriteError."""
        self._keep_variables()
        self._take_out_late_secrets()
        self._store.save()

    def close(self) -> None:
        """Put the recording in place, or aside. Raises CassetteError."""
        self._is_closed = True
        self._keep_variables()
        self._tell_apart()
        echoes = self._redaction.echoes
        if echoes is not None and (repeated := echoes.repeated):
            self._store.amend(echoes.with_source, repeated)
        self._take_out_late_secrets()
        self._put_in_order()
        if self._is_set_aside:
            self.left_in = self._store.leave()
        else:
            self._store.publish()
            self._keep_with_replayed()

    def _keep_with_replayed(self) -> None:
        """Write what was made up while all was replayed with the first interaction
        that there was. Raises CassetteError."""
        if self._variables.are_waiting and self._loaded:
            held = self._store.load().interactions
            self._store.replace([*map(self._variables.held, held)])

    def _keep_variables(self) -> None:
        """Write what was made up after the last interaction with the first one."""
        if self._variables.are_waiting and self._has_some:
            with self._variables.kept():
                self._amend(self._variables.held, EVERY)

    def _tell_apart(self) -> None:
        """Write whose requests they were, where others are equal."""
        identities = self._identities
        if identities is not None and identities.are_several:
            self._store.rearrange(identities.find, identities.place)

    def _put_in_order(self) -> None:
        """Write equal ones in the order in which they were asked for, in which they
        are replayed; what is in the journal goes by when each ended."""
        if self.altered:  # what is equal by now was noted as another
            self._overtaken.means_all = True
        elif not self._overtaken.are_some:
            return
        self._store.rearrange(self._sources)

    def _sources(self, request_at: Callable[[int], Request]) -> Mapping[int, int]:
        """Return by its new place where each stood that moves, and note where they
        are."""
        sources, begin = self._overtaken.sources(request_at), self._loaded
        self.places = {begin + old: begin + new for new, old in sources.items()}
        return sources

    def _take_out_late_secrets(self) -> None:
        """Redact in what was written before what was found to be secret later."""
        if self._known is None:
            return
        if late := self._redaction.redactor.memory.since(self._known):
            self._amend(self._cleaned, late)

    def _amend(self, change: Change, texts: Sequence[bytes]) -> None:
        """Change what was written; where that cannot be done before the end, the
        recording goes on."""
        self._store.amend(change, texts, goes_on=not self._is_closed)

    def _cleaned(self, written: Interaction) -> Interaction:
        kept = self._redaction.redactor.interaction(written)
        if _asked(written) != _asked(kept):
            self.altered.append(kept.request.url)
        return kept


class _Overtaken:
    """Which that were recorded ended after an equal one that was asked for later."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher, self._times = matcher, array("q")
        #: The URL of each, as a number.
        self._where = array("q")
        self._latest: dict[int, int] = {}
        self._urls: set[int] = set()
        #: Are all URLs meant, and not only those of which any did?
        self.means_all = False

    @property
    def are_some(self) -> bool:
        """Return whether any of one URL did."""
        return bool(self._urls)

    def note(self, request: Request, time: int) -> None:
        """Note when the next recorded request was made."""
        url = self._url(request)
        latest = self._latest.get(url, time)
        if time < latest:
            self._urls.add(url)
        self._latest[url] = max(time, latest)
        self._times.append(time)
        self._where.append(url)

    def _url(self, request: Request) -> int:
        return hash(self._matcher.bucket(request.url))

    def sources(self, request_at: Callable[[int], Request]) -> dict[int, int]:
        """Return by its new place the old one of what is to stand elsewhere among its
        equals; ``request_at`` reads a request, which takes its time."""
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for number, url in enumerate(self._where):
            if self.means_all or url in self._urls:
                request = request_at(number)
                rest = self._matcher.rests(request)[0]
                groups[hash((self._url(request), rest))].append(number)
        pairs = (
            pair
            for group in groups.values()
            for pair in zip(
                group, sorted(group, key=self._times.__getitem__), strict=True
            )
        )
        return {place: number for place, number in pairs if place != number}


def _asked(each: Interaction) -> tuple[str, bytes, list[bytes]]:
    """Return what a client has to send again: in a WebSocket its messages too."""
    said = [one.content for one in each.response.websocket if one.from_client]
    return each.request.url, each.request.body, said
