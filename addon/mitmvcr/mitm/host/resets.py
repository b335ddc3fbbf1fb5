"""Who ended a flow, and when that is known."""

from collections.abc import Callable
from typing import Any

from mitmproxy import http
from mitmproxy.proxy import layers

_LEFT = "_vcr_was_left"


def watch_who_leaves() -> None:
    """An ``error`` hook does not tell who broke off: over HTTP/2 either side's reset
    is "stream reset by client". The method that calls the hook knows
    (proxy/layers/http/__init__.py: handle_protocol_error), and notes it here."""
    _watch_resets("handle_protocol_error", _note_left)


def _note_left(flow: http.HTTPFlow) -> None:
    flow.__dict__[_LEFT] = True


def _watch_resets(method: str, see: Callable[[http.HTTPFlow], None]) -> None:
    """Tell of a stream's flow when this method of its layer is given the client's
    reset; not where mitmproxy has no such method."""
    known: Any = layers.http
    original = getattr(known.HttpStream, method, None)
    reset = getattr(known, "RequestProtocolError", None)
    if original is None or reset is None or hasattr(original, "_vcr_watches"):
        return

    def watched(self: Any, event: Any) -> Any:
        flow = getattr(self, "flow", None)
        if isinstance(event, reset) and flow is not None:
            see(flow)
        return original(self, event)

    watched._vcr_watches = True  # type: ignore[attr-defined] # wrapped once
    setattr(known.HttpStream, method, watched)


def was_left_by_client(flow: http.HTTPFlow) -> bool:
    """Whether it was the client that ended a flow, as far as can be known."""
    return _LEFT in flow.__dict__ or not flow.client_conn.connected


_TELL = "_vcr_tell_left"


def tell_when_left(flow: http.HTTPFlow, told: Callable[[], None]) -> None:
    """While a hook waits, what happens to its stream is put off (proxy/layer.py:
    handle_event), and that the client has reset it becomes an ``error`` only when the
    wait is over (proxy/layers/http/__init__.py: check_killed), where the answer is
    dropped. ``told`` is called as soon as it is known. Where mitmproxy is not as it
    was, the ``error`` hook has to do."""
    flow.__dict__[_TELL] = told
    _watch_resets("handle_event", _tell)


def _tell(flow: http.HTTPFlow) -> None:
    told = flow.__dict__.pop(_TELL, None)
    if told is not None:
        told()
