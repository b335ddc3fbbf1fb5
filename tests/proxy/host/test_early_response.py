"""An early answer leaves when its request goes on: driven through mitmproxy's layer."""

from types import SimpleNamespace

import pytest
from mitmproxy import http, options
from mitmproxy.addonmanager import Loader
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.connection import Client
from mitmproxy.proxy import events
from mitmproxy.proxy.commands import Command, RequestWakeup
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import http as layers
from mitmproxy.proxy.mode_specs import ProxyMode

from mitmvcr.proxy.host import early_response

NUMBER = 1
URL = "https://api.test/test.Service/Echo"


class Call:
    """A stream that is given one event after another."""

    def __init__(self) -> None:
        client = Client(
            peername=("127.0.0.1", 1),
            sockname=("127.0.0.1", 2),
            timestamp_start=0,
            proxy_mode=ProxyMode.parse("regular"),
        )
        known = options.Options()
        Proxyserver().load(Loader(SimpleNamespace(options=known, commands=None)))
        context = Context(client, known)
        context.layers.append(layers.HttpLayer(context, layers.HTTPMode.regular))
        self.stream = layers.HttpStream(context, NUMBER)
        self.give(events.Start())

    def give(self, event: events.Event) -> list[Command]:
        commands = list(self.stream.handle_event(event))
        if commands and commands[-1].blocking:  # a hook: it is over at once
            if isinstance(commands[-1], layers.HttpRequestHeadersHook):
                flow = commands[-1].flow
                early_response.answer(flow, http.Response.make(200))
            return commands + self.give(events.HookCompleted(commands[-1], None))
        return commands

    def begin(self) -> RequestWakeup:
        head = http.Request.make("POST", URL)
        (_, waits) = self.give(layers.RequestHeaders(NUMBER, head, end_stream=False))
        assert isinstance(waits, RequestWakeup)
        return waits


def names(commands: list[Command]) -> list[str]:
    return [type(command).__name__ for command in commands]


ANSWERED = ["HttpResponseHook", "SendHttp", "DropStream"]


@pytest.mark.parametrize(
    "more",
    [
        layers.RequestData(NUMBER, b"x"),
        layers.RequestTrailers(NUMBER, http.Headers()),
        layers.RequestEndOfMessage(NUMBER),
    ],
)
def test_it_leaves_when_the_request_goes_on(more: events.Event) -> None:
    """A client that has sent its first message has room for what became of the call."""
    call = Call()
    waits = call.begin()
    assert names(call.give(more)) == ANSWERED
    assert call.give(layers.RequestData(NUMBER, b"y")) == []
    assert call.give(events.Wakeup(waits)) == []


def test_it_leaves_after_a_moment_when_the_request_does_not_go_on() -> None:
    call = Call()
    waits = call.begin()
    assert 0 < waits.delay < 1
    assert names(call.give(events.Wakeup(waits))) == ANSWERED
    assert call.give(layers.RequestData(NUMBER, b"x")) == []


def test_a_client_that_leaves_meanwhile_ends_the_call() -> None:
    call = Call()
    waits = call.begin()
    left = layers.RequestProtocolError(NUMBER, "left", layers.RequestProtocolError.code)
    assert names(call.give(left)) == ["HttpErrorHook", "DropStream"]
    assert call.give(events.Wakeup(waits)) == []
