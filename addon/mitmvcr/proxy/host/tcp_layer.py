"""What follows the answer of a request that upgraded its connection to something other
than a WebSocket (proxy/layers/tcp.py): overheard, or played.

To be imported where the capability "upgraded connections" is there, and only there.
"""

from typing import Any
from weakref import WeakKeyDictionary

from mitmproxy import http
from mitmproxy.connection import Connection
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers import tcp as _tcp

from mitmvcr.proxy.host.naps import Commands, Nap
from mitmvcr.proxy.host.schedule import Overheard, Speaker

#: Untyped, since what is replaced in it is not promised to be there: checks.py looks.
_module: Any = _tcp


def choose(flow: http.HTTPFlow, part: Overheard | Speaker) -> None:
    """Listen to what follows the answer of this flow, or let a speaker answer it."""
    if not isinstance(_module.TCPLayer, _Choice):
        _module.TCPLayer = _Choice(_module.TCPLayer)
    _module.TCPLayer.parts[flow.client_conn] = part


class _Choice:
    """Stands where mitmproxy looks for its layer (layers/http: flow_done)."""

    def __init__(self, original: Any) -> None:
        self._original = original
        self.parts: WeakKeyDictionary[Connection, Overheard | Speaker]
        self.parts = WeakKeyDictionary()

    def __call__(self, context: Any, *ignore: Any) -> Any:
        part = self.parts.pop(context.client, None)
        if part is None:
            return self._original(context, *ignore)
        if isinstance(part, Overheard):
            return _Listener(context, part)
        return _Player(context, part)


class _Listener(_tcp.TCPLayer):
    """Notes what passes by until one side has ended, and what it is called by hooks."""

    def __init__(self, context: Any, overheard: Overheard) -> None:
        super().__init__(context)
        assert self.flow is not None
        self._overheard, overheard.flow = overheard, self.flow

    def relay_messages(self, event: events.Event) -> Commands:
        if isinstance(event, events.ConnectionEvent):
            by_client = event.connection is self.context.client
            said = event.data if isinstance(event, events.DataReceived) else b""
            self._overheard.note(by_client, bytes(said))
        yield from super().relay_messages(event)


class _Player(layer.Layer):
    """The origin's side of a recorded connection."""

    def __init__(self, context: Any, speaker: Speaker) -> None:
        super().__init__(context)
        self._speaker = speaker

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.ConnectionClosed):
            self._speaker.end()
            yield from self._close()
            return
        if isinstance(event, events.DataReceived):
            self._speaker.hear(bytes(event.data))
        yield from self._speak()

    def _speak(self) -> Commands:
        while (said := self._speaker.next()) is not None:
            pause, data = said
            if pause > 0:
                yield Nap(pause)
            if data:
                yield commands.SendData(self.context.client, data)
            elif data is not None:
                yield from self._close()
                return

    def _close(self) -> Commands:
        self._handle_event = self._over  # type: ignore[method-assign] # mitmproxy's way
        yield commands.CloseConnection(self.context.client)

    def _over(self, event: events.Event) -> Commands:
        yield from ()
