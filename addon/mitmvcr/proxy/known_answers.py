"""Answers that the lane has given, for whoever sends the same bytes again."""

import time
from typing import NamedTuple
from weakref import ReferenceType, ref

from mitmvcr.core.modes import Replay
from mitmvcr.lane import Sent
from mitmvcr.miss.report import Entry
from mitmvcr.proxy.flow.player import Player

#: So many bytes of requests and answers are kept.
_MOST = 1 << 23
#: A longer answer takes its time anyway.
_LARGE = 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)

#: What was planned, the bytes of its answer, and what the log has of it.
Answered = tuple[Replay, bytes, Entry | int | None]


class Known(NamedTuple):
    """A replay that was planned when so much was ``learned``, and its bytes. ``entry``
    is what the log has of it, None where there was none. A session that has ended is
    not kept for it."""

    whose: ReferenceType[Player]
    learned: int
    planned: Replay
    answer: bytes
    entry: Entry | int | None

    @property
    def size(self) -> int:
        """Return how many bytes it keeps, about."""
        return len(self.answer) + len(self.planned.interaction.response.body)

    def stands(self, player: Player) -> bool:
        """Return whether the replay, which was its session's last, is that of the same
        request from now on."""
        code = self.planned.interaction.response.code
        standing = player.session.standing
        return (
            standing.learned == self.learned
            and code not in _REDIRECTS  # the next request may follow it
            and not player.redirects.expects
            and not (isinstance(self.entry, Entry) and self.entry.note)
        )

    def again(self, player: Player) -> bytes | None:
        """Count it and answer with it once more; None where it does not stand now."""
        began, session = time.monotonic_ns(), player.session
        standing, planned = session.standing, self.planned
        if (
            player.redirects.expects
            or standing.learned != self.learned
            or (self.entry is None) is session.log.is_kept
            or not standing.plan_again(planned)
        ):
            return None
        session.replayed(session.replaying(planned), time.monotonic_ns() - began)
        return self.answer


class KnownAnswers(dict[Sent, Known]):
    """The last of them: it begins anew when they become too many."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0

    def keep(
        self, sent: Sent, player: Player, learned: int, answered: Answered
    ) -> None:
        """Keep an answer if it stands; it was planned when so much was learned."""
        if not player.session.standing.holds(answered[0]):  # as nearly all, once each
            return
        known = Known(ref(player), learned, *answered)
        if known.size > _LARGE or not known.stands(player):
            return
        if self._size > _MOST:
            self.clear()
        self._size += len(sent[1]) + known.size
        self[sent] = known

    def clear(self) -> None:
        super().clear()
        self._size = 0
