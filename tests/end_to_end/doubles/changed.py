"""mitmproxy as it may be one day. CHANGE names what is not as it was, separated by
commas; mitmproxy itself goes on as before."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mitmproxy import addonmanager, optmanager
from mitmproxy import http as messages
from mitmproxy.addons import tlsconfig
from mitmproxy.proxy import server
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http._http1 import Http1Client
from mitmproxy.proxy.layers.http._http2 import Http2Connection

Stream = http.HttpStream


def _with_one_more_parameter(owner: Any, name: str) -> None:
    original = getattr(owner, name)

    def replaced(*arguments: Any, more: int = 0) -> Any:
        return original(*arguments)

    setattr(owner, name, replaced)


def _with_another_body(owner: Any, name: str) -> None:
    original = getattr(owner, name)

    def replaced(self: Any, *arguments: Any) -> Any:
        return original(self, *arguments)

    setattr(owner, name, replaced)


def _with_another_async_body(owner: Any, name: str) -> None:
    original = getattr(owner, name)

    async def replaced(self: Any, event: Any) -> Any:
        return await original(self, event)

    setattr(owner, name, replaced)


def _arguments() -> None:
    whole = Stream.send_response

    def send_response(self: Any, already_streamed: bool = False, more: int = 0) -> Any:
        return whole(self, already_streamed)

    Stream.send_response = send_response


def _no_generator() -> None:
    whole = Stream.send_response
    Stream.send_response = lambda self, already_streamed=False: whole(
        self, already_streamed
    )


def _keeps_exits() -> None:
    original = addonmanager.safecall

    @contextmanager
    def safecall() -> Iterator[None]:
        try:
            with original():
                yield
        except SystemExit:
            pass

    addonmanager.safecall = safecall


CHANGES: dict[str, Callable[[], Any]] = {
    "killed": lambda: _with_one_more_parameter(Stream, "check_killed"),
    "arguments": _arguments,
    "no generator": _no_generator,
    "request stream": lambda: _with_one_more_parameter(Stream, "start_request_stream"),
    "protocol error": lambda: _with_one_more_parameter(Stream, "handle_protocol_error"),
    "stream events": lambda: _with_one_more_parameter(Stream, "handle_event"),
    "end of a flow": lambda: _with_another_body(Stream, "flow_done"),
    "layer events": lambda: _with_another_body(http.HttpLayer, "_handle_event"),
    "connect": lambda: _with_another_body(Stream, "handle_connect_regular"),
    "deferred": lambda: _with_another_body(optmanager.OptManager, "process_deferred"),
    "hooks": lambda: _with_another_async_body(
        addonmanager.AddonManager, "trigger_event"
    ),
    "opening": lambda: _with_another_async_body(
        server.ConnectionHandler, "open_connection"
    ),
    "h2 connection": lambda: Http2Connection.__annotations__.pop("h2_conn"),
    "lifecycle": lambda: _with_one_more_parameter(
        addonmanager.AddonManager, "handle_lifecycle"
    ),
    "chunks": lambda: _with_another_body(Http1Client, "read_headers"),
    "known connection": lambda: _with_another_body(
        http.GetHttpConnection, "connection_spec_matches"
    ),
    "addons": lambda: _with_another_body(addonmanager.AddonManager, "get"),
    "transports": lambda: server.ConnectionHandler.__annotations__.pop("transports"),
    "alpn": lambda: tlsconfig.AppData.__annotations__.pop("client_alpn"),
    "message data": lambda: messages.Message.__annotations__.pop("data"),
    "exits": _keeps_exits,
}

for _change in os.environ["CHANGE"].split(","):
    CHANGES[_change]()
