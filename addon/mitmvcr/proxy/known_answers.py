"""Answers that the lane has given, for whoever sends the same bytes again."""

import time
from collections.abc import Hashable
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import ReferenceType, ref

from mitmvcr.core.modes import Replay
from mitmvcr.miss.report import Entry
from mitmvcr.proxy.flow.player import Player
from mitmvcr.view.redirects import Link, link_of
from mitmvcr.view.requests import LiveRequest

#: So many bytes of requests and answers are kept: of 1 KiB each, those of 20,000
#: interactions. Where they do not suffice, a request costs ten times as much.
_MOST = 1 << 26
#: A longer answer takes its time anyway.
_LARGE = 1 << 16
_A = TypeVar("_A")
#: What was planned, its answer, what the log has of it, and how many bytes there are to
#: keep.
Answered = tuple[Replay, _A, Entry | int | None, int]
_REDIRECTS = (301, 302, 303, 307, 308)


class Known(NamedTuple, Generic[_A]):
    """A replay that was planned when so much was ``learned``, and its answer; with what
    it answers it is ``length`` bytes. ``entry`` is what the log has of it, None where
    there was none. A later redirect of the same ``link`` makes its request another
    one. A session that has ended is not kept for it."""

    whose: ReferenceType[Player]
    learned: int
    link: Link
    planned: Replay
    answer: _A
    entry: Entry | int | None
    length: int

    @property
    def size(self) -> int:
        """Return how many bytes it keeps, about."""
        return self.length + len(self.planned.interaction.response.body)

    def stands(self, player: Player) -> bool:
        """Return whether the replay, which was its session's last, is that of the same
        request from now on."""
        code = self.planned.interaction.response.code
        standing = player.session.standing
        return (
            standing.learned == self.learned
            and code not in _REDIRECTS  # the next request may follow it
            and not (isinstance(self.entry, Entry) and self.entry.note)
        )

    def again(self, player: Player) -> _A | None:
        """Count it and answer with it once more; None where it does not stand now."""
        began, session = time.monotonic_ns(), player.session
        standing, planned = session.standing, self.planned
        if (
            player.redirects.expects_link(self.link)
            or standing.learned != self.learned
            or (self.entry is None) is session.log.is_kept
            or not standing.plan_again(planned)
        ):
            return None
        session.replayed(session.replaying(planned), time.monotonic_ns() - began)
        return self.answer


class KnownAnswers(dict[Hashable, Known[Any]]):
    """The last of them: it begins anew when they become too many."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0

    def keep(
        self,
        sent: Hashable,
        player: Player,
        learned: int,
        live: LiveRequest,
        answered: Answered[Any],
    ) -> None:
        """Keep an answer if it stands; it was planned for a live request when so much
        was learned."""
        if not player.session.standing.holds(answered[0]):  # as nearly all, once each
            return
        if live.follows:  # once: the same bytes will be another request
            return
        known = Known(ref(player), learned, link_of(live.request), *answered)
        if known.size > _LARGE or not known.stands(player):
            return
        if self._size > _MOST:
            self.clear()
        self._size += known.size
        self[sent] = known

    def clear(self) -> None:
        super().clear()
        self._size = 0
