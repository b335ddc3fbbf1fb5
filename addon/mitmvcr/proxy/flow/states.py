"""The life of a flow, from its session's decision about it to its end.

``MOVES`` is all there is of it: which event leads from which state to which.
CONTRIBUTING.md has the table, printed by ``scripts/docs``.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where an exchange is; the value is its name in the table."""

    #: It is on its way to the origin, and is recorded.
    FORWARDED = "forwarded"
    #: Its answer passes by while it is recorded.
    STREAMING = "streaming"
    #: It became a WebSocket or other bytes, which are recorded when that ends.
    UPGRADED = "upgraded"
    #: The session was closed first, and the log says so. What comes is recorded late.
    INTERRUPTED = "interrupted"
    #: It has its answer from the cassette, which has not left yet.
    WAITING = "waiting"
    #: Its answer leaves in parts.
    REPLAYING = "replaying"
    ENDED = "ended"


class Event(StrEnum):
    """What moves an exchange; the value is the hook in which that is known."""

    STREAMS = "responseheaders: it streams"
    ANSWERED = "response"
    LEAVES = "response: it leaves in parts"
    SWITCHED = "response: it is upgraded"
    CLOSED = "websocket_end, tcp_end"
    BROKE_OFF = "error"
    #: Its connection has ended, or over HTTP/2 its stream was reset.
    LEFT = "client_disconnected"
    #: The last part has left.
    DELIVERED = "vcr: delivered"
    UNDELIVERED = "vcr: not delivered"
    #: An answer of our own says that something went wrong here.
    FAILED = "vcr: failed"
    STOPPED = "done: it streams"
    CUT_OFF = "done"


MOVES: Mapping[State, Mapping[Event, State]] = {
    State.FORWARDED: {
        Event.STREAMS: State.STREAMING,
        Event.ANSWERED: State.ENDED,
        Event.SWITCHED: State.UPGRADED,
        Event.BROKE_OFF: State.ENDED,
        Event.FAILED: State.ENDED,
        Event.CUT_OFF: State.INTERRUPTED,
    },
    State.STREAMING: {
        Event.ANSWERED: State.ENDED,
        Event.SWITCHED: State.UPGRADED,
        Event.BROKE_OFF: State.ENDED,
        Event.STOPPED: State.ENDED,
        Event.CUT_OFF: State.INTERRUPTED,
    },
    State.UPGRADED: {
        Event.CLOSED: State.ENDED,
        Event.BROKE_OFF: State.ENDED,
        Event.STOPPED: State.ENDED,
        Event.CUT_OFF: State.INTERRUPTED,
    },
    State.INTERRUPTED: {
        Event.STREAMS: State.INTERRUPTED,
        Event.ANSWERED: State.ENDED,
        Event.SWITCHED: State.INTERRUPTED,
        Event.CLOSED: State.ENDED,
        Event.BROKE_OFF: State.ENDED,
        Event.FAILED: State.ENDED,
        Event.STOPPED: State.ENDED,
        Event.CUT_OFF: State.INTERRUPTED,
    },
    State.WAITING: {
        Event.ANSWERED: State.ENDED,
        Event.LEAVES: State.REPLAYING,
        Event.BROKE_OFF: State.ENDED,
        Event.LEFT: State.ENDED,
        Event.FAILED: State.ENDED,
    },
    State.REPLAYING: {
        Event.BROKE_OFF: State.ENDED,
        Event.LEFT: State.ENDED,
        Event.DELIVERED: State.ENDED,
        Event.UNDELIVERED: State.ENDED,
    },
    # Who hears of the end in two ways says it twice.
    State.ENDED: {
        Event.LEFT: State.ENDED,
        Event.DELIVERED: State.ENDED,
        Event.UNDELIVERED: State.ENDED,
    },
}
