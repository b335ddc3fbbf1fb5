"""What a client hears that was told to go on, and whose origin then fails.

mitmproxy takes the ``100 Continue`` that it has sent over HTTP/1 for the answer, and
closes the connection without another (proxy/layers/http/_http1.py: Http1Server.send).
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow


def await_the_answer(flow: "HTTPFlow") -> None:
    """Let an error reach a client that waits for ``100 Continue``. To be called from
    ``requestheaders``, before mitmproxy sends that."""
    if "expect" not in flow.request.headers or flow.request.is_http2:
        return
    if not capabilities.has("errors after 100"):
        return
    from mitmproxy.proxy.layers.http import _http1

    module: Any = _http1
    wrap(module.Http1Server, "send", _forgetting_100, module.ResponseHeaders)


def _forgetting_100(
    original: Callable[..., Any], head: type[Any]
) -> Callable[..., Any]:
    def send(self: Any, event: Any) -> Generator[Any, Any, None]:
        yield from original(self, event)
        if isinstance(event, head) and event.response.status_code == 100:
            self.response = None

    return send
