"""What a client hears that was told to go on, and whose origin then fails.

mitmproxy takes the ``100 Continue`` that it has sent over HTTP/1 for the answer, and
closes the connection without another (proxy/layers/http/_http1.py: Http1Server.send).
"""

from collections.abc import Generator
from functools import wraps
from typing import TYPE_CHECKING, Any

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow

_OURS = "_vcr_answers_after_continue"


def await_the_answer(flow: "HTTPFlow") -> None:
    """Let an error reach a client that waits for ``100 Continue``. To be called from
    ``requestheaders``, before mitmproxy sends that."""
    if "expect" not in flow.request.headers or flow.request.is_http2:
        return
    if not capabilities.has("errors after 100"):
        return
    from mitmproxy.proxy.layers.http import _http1

    if not hasattr(_http1.Http1Server.send, _OURS):
        _forget_what_was_no_answer(_http1)


def _forget_what_was_no_answer(http1: Any) -> None:
    original, head = http1.Http1Server.send, http1.ResponseHeaders

    @wraps(original)
    def send(self: Any, event: Any) -> Generator[Any, Any, None]:
        yield from original(self, event)
        if isinstance(event, head) and event.response.status_code == 100:
            self.response = None

    setattr(send, _OURS, True)
    http1.Http1Server.send = send
