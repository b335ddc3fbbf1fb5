"""An answer that leaves before its request has ended.

mitmproxy sends an addon's answer when it has all of a request, and a call that goes
both ways does not end its request before it is answered. So the method that would pass
a streamed request on is wrapped, when the first such answer is given
(proxy/layers/http/__init__.py: start_request_stream). Measured on 11.0.2 and 12.2.3;
where a newer mitmproxy has changed it, :func:`install` says so, once.
"""

import inspect
import logging
import time
from collections.abc import Generator
from typing import Any

from mitmproxy import http
from mitmproxy.proxy import commands
from mitmproxy.proxy.layers import http as _layers

logger = logging.getLogger("mitmvcr")

#: Untyped, since what we use of it is not promised to be there.
layers: Any = _layers

Commands = Generator[commands.Command, Any, None]


class Early:
    """What stands as ``request.stream`` where the flow's response is to leave now."""

    def __call__(self, data: bytes) -> bytes:
        """As mitmproxy wants of a ``stream``; never used, as nothing is passed on."""
        return data


class _Installer:
    """Wraps once, and warns once."""

    def __init__(self) -> None:
        self.works: bool | None = None

    def __call__(self) -> bool:
        if self.works is None:
            self.works = _is_known()
            if self.works:
                _wrap()
            else:
                logger.warning(
                    "mitmvcr: calls are refused without a reason: this mitmproxy is"
                    " not known here (start_request_stream)"
                )
        return self.works


#: Whether a flow can be answered early; makes it so when it is first called.
install = _Installer()


def answer(flow: http.HTTPFlow, response: http.Response) -> None:
    """To be called from ``requestheaders``; the response has no body."""
    if install():
        flow.response, flow.request.stream = response, Early()
    else:
        flow.kill()


def _is_known() -> bool:
    method = getattr(layers.HttpStream, "start_request_stream", None)
    return (
        inspect.isgeneratorfunction(method)
        and list(inspect.signature(method).parameters) == ["self"]
        and hasattr(layers, "DropStream")
    )


def _wrap() -> None:
    passed_on = layers.HttpStream.start_request_stream

    def start_request_stream(self: Any) -> Commands:
        is_early = isinstance(self.flow.request.stream, Early)
        commands: Commands = _answer(self) if is_early else passed_on(self)
        return commands

    layers.HttpStream.start_request_stream = start_request_stream


def _answer(stream: Any) -> Commands:
    """As mitmproxy's own send_response, and whatever else is asked is not read."""
    flow, number = stream.flow, stream.stream_id
    stream.client_state = stream.state_errored
    flow.response.timestamp_start = flow.response.timestamp_end = time.time()
    yield layers.HttpResponseHook(flow)
    head = layers.ResponseHeaders(number, flow.response, True)
    yield layers.SendHttp(head, stream.context.client)
    flow.live = False
    yield layers.DropStream(number)
