"""What the lane has decided of requests that mitmproxy answers after all."""

from typing import TYPE_CHECKING, NamedTuple

from mitmvcr.core.modes import Decision, Refuse, Replay
from mitmvcr.lane import MARK, Ends
from mitmvcr.proxy.flow.player import Player
from mitmvcr.view.requests import LiveRequest

if TYPE_CHECKING:
    from mitmproxy import connection, http

#: A connection, and the mark of a request of HTTP/2.
Handover = tuple[Ends, bytes]


class Handed(NamedTuple):
    """A request that was decided on already."""

    player: Player
    live_request: LiveRequest
    decision: Decision

    def undo(self) -> None:
        """Undo what was decided: the client has left. A miss stays one."""
        if isinstance(self.decision, Replay):
            self.player.session.give_back(self.decision.position)
        elif isinstance(self.decision, Refuse):
            from mitmvcr.proxy.flow.refusals import tell

            request = self.live_request.request
            means_nothing = self.player.blocking.passes_over(request.url)
            tell(self.player.session, request, counts=not means_nothing)


class Fault(NamedTuple):
    """A request that could not be decided on."""

    player: Player
    error: Exception

    def undo(self) -> None:
        """Note it in the session: nobody is there who could get it as an answer."""
        self.player.session.note_failure(self.error)


class Handovers(dict[Handover, Handed | Fault]):
    """By the connection, and the mark of a request of HTTP/2."""

    def take(self, flow: "http.HTTPFlow") -> Handed | None:
        """Return what was decided of a flow before mitmproxy had it. Raise the error
        that there was."""
        found = self.pop(_handover(flow), None) if self else None
        if isinstance(found, Fault):
            raise found.error
        return found

    def left(self, client: "connection.Client") -> None:
        """Undo what was decided for a client that has left before mitmproxy had it."""
        for each in [each for each in self if each[0] == ends_of(client)]:
            self.pop(each).undo()

    def failed(self, flow: "http.HTTPFlow") -> None:
        """Undo the same of a stream that its client has left."""
        found = self.pop(_handover(flow), None) if self else None
        if found is not None:
            found.undo()


def ends_of(client: "connection.Client") -> Ends:
    return client.peername, client.sockname


def _handover(flow: "http.HTTPFlow") -> Handover:
    """Return what a flow was handed over by, and take the mark out of its request."""
    mark: str = flow.request.headers.pop(MARK.decode(), "")
    return ends_of(flow.client_conn), mark.encode()
