"""Planning what comes in the lane, and answering it: at once, or later where the event
loop had better not do it at one go."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from mitmvcr.core.modes import Decision, Replay
from mitmvcr.core.steps import UnreadError
from mitmvcr.lane import Line, Sent
from mitmvcr.proxy.answering import A, Render, answered, over_http1
from mitmvcr.proxy.flow.player import LARGE, Player, size_of
from mitmvcr.proxy.flow.turns import planned
from mitmvcr.proxy.handovers import Fault, Handed, Handover, Handovers
from mitmvcr.proxy.known_answers import KnownAnswers
from mitmvcr.view.parts import PlainRequest
from mitmvcr.view.requests import LiveRequest


class Asked(NamedTuple):
    """A request, and how much was ``learned`` when it came."""

    player: Player
    request: PlainRequest
    live: LiveRequest
    learned: int


class SlowError(Exception):
    """The answer takes long to find."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        super().__init__("the answer takes long to find")


class LaneAnswers:
    """Answers for the session that ``player_of`` a connection says, but not what
    ``is_left`` to mitmproxy. ``known`` are the answers that it gave, and ``handed`` the
    decisions that mitmproxy is to answer."""

    def __init__(
        self,
        player_of: Callable[[Line], Player | None],
        is_left: Callable[[PlainRequest], bool],
    ) -> None:
        self._player_of, self._is_left = player_of, is_left
        self.known, self.handed = KnownAnswers(), Handovers()

    def __repr__(self) -> str:
        return f"<LaneAnswers {len(self.known)} known, {len(self.handed)} handed>"

    def again(self, line: Line, sent: Hashable) -> Any:
        """Answer as before to what was sent before; None where that does not stand."""
        known = self.known.get(sent)
        if known is None:
            return None
        player = self._player_of(line)
        if player is None or player is not known.whose():
            return None
        return known.again(player)

    def now(
        self,
        line: Line,
        request: PlainRequest,
        sent: Hashable | None,
        render: Render[A],
        mark: bytes = b"",
    ) -> A | None:
        """Answer; None where mitmproxy is to. Raise SlowError."""
        player = self._player_of(line)
        if player is None or self._is_left(request):
            return None
        handover, learned = (line.ends, mark), player.session.standing.learned
        try:
            live = player.live_request(request)
            if (size := size_of(live.request)) > player.settings.spool:
                return None
            asked = Asked(player, request, live, learned)
            if size > LARGE:
                raise SlowError(asked)
            try:
                decision = player.session.plan(live.request)
            except UnreadError:
                raise SlowError(asked) from None
            return self._given(handover, asked, decision, sent, render)
        except SlowError:
            raise
        except Exception as error:  # noqa: BLE001 - mitmproxy's way answers that too
            self.handed[handover] = Fault(player, error)
        return None

    async def later(self, line: Line, asked: Asked, sent: Sent | None) -> bytes | None:
        """Decide as mitmproxy's own way does on what takes long, and answer; undo it
        for a connection that has ended meanwhile."""
        handover, (player, _, live, _) = (line.ends, b""), asked
        handed: Handed | Fault
        try:
            decision = await planned(player.session, live.request)
            if not line.is_closing() and self._player_of(line) is player:
                return self._given(handover, asked, decision, sent, over_http1)
            handed = Handed(player, live, decision)
        except Exception as error:  # noqa: BLE001 - mitmproxy's way answers that too
            handed = Fault(player, error)
        if line.is_closing():
            handed.undo()
        else:
            self.handed[handover] = handed
        return None

    def _given(
        self,
        handover: Handover,
        asked: Asked,
        decision: Decision,
        sent: Hashable | None,
        render: Render[A],
    ) -> A | None:
        """Return the answer of a decision, which is counted; None where mitmproxy is to
        give it."""
        player, request, live, learned = asked
        found = None
        if isinstance(decision, Replay):
            found = answered(player, request, live, decision, render)
        if found is None:
            self.handed[handover] = Handed(player, live, decision)
            return None
        if sent is not None:
            self.known.keep(sent, player, learned, live, found)
        return found[1]
