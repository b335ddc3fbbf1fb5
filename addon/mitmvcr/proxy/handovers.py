"""What the lane has decided of requests that mitmproxy answers after all."""

from typing import TYPE_CHECKING

from mitmvcr.lane import MARK, Ends
from mitmvcr.proxy.answering import Fault, Handed, Handover

if TYPE_CHECKING:
    from mitmproxy import connection, http


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
