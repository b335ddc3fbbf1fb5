"""Who ended a flow, and when that is known."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow

_LEFT = "_vcr_was_left"


def watch_who_leaves() -> None:
    """Note which side broke off, which the ``error`` hook does not say: over HTTP/2 it
    calls either side's reset "stream reset by client". The method that calls the hook
    knows (proxy/layers/http/__init__.py: handle_protocol_error)."""
    if capabilities.has("client resets"):
        _watch_resets("handle_protocol_error", _note_left)


def _note_left(flow: "HTTPFlow") -> None:
    flow.__dict__[_LEFT] = True


def _watch_resets(method: str, see: "Callable[[HTTPFlow], None]") -> None:
    """Call ``see`` with a stream's flow when this method of its layer gets the client's
    reset, however often this is called."""
    from mitmproxy.proxy.layers import http

    layers: Any = http
    wrap(layers.HttpStream, method, _watched, layers.RequestProtocolError, see)


def _watched(
    original: Callable[[Any, Any], Any],
    reset: type,
    see: "Callable[[HTTPFlow], None]",
) -> Callable[[Any, Any], Any]:
    def watched(self: Any, event: Any) -> Any:
        flow = getattr(self, "flow", None)
        if isinstance(event, reset) and flow is not None:
            see(flow)
        return original(self, event)

    return watched


def was_left_by_client(flow: "HTTPFlow") -> bool:
    """Return whether it was the client that ended a flow, as far as can be known."""
    return _LEFT in flow.__dict__ or not flow.client_conn.connected


_TELL = "_vcr_tell_left"


def tell_when_left(flow: "HTTPFlow", left: Callable[[], None]) -> None:
    """Call ``left`` as soon as the client resets a flow's stream. While a hook waits,
    mitmproxy defers the events of its stream (proxy/layer.py: handle_event), and a
    reset becomes an ``error`` only when the wait is over, and the answer is dropped
    (proxy/layers/http/__init__.py: check_killed). Without the capability, the ``error``
    hook has to do."""
    if capabilities.has("early resets"):
        flow.__dict__[_TELL] = left
        _watch_resets("handle_event", _tell)


def _tell(flow: "HTTPFlow") -> None:
    left = flow.__dict__.pop(_TELL, None)
    if left is not None:
        left()
