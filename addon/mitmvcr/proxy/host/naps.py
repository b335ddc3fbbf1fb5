"""A layer that waits for a while (proxy/layer.py, proxy/server.py: wakeup_timer), or
for what takes long."""

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers import http

Commands = Generator[commands.Command, Any, None]

#: A wake-up has no reply, since mitmproxy never waits for one with a blocking command.
_Wakeup: Any = events.Wakeup
_Wakeup.reply = None


class Nap(commands.RequestWakeup):
    """Pauses one stream; the others of its connection go on (layer.py: blocking).

    A hook would do too, but it calls each addon: 0.2 ms for each part of each stream.
    """

    blocking = True


_layers: Any = http


class Events(deque[Any]):
    """Holds what happens to a stream while it waits (proxy/layer.py:
    _paused_event_queue). Says at once that its client has left: when the whole
    connection is gone, there is no end of the waiting (proxy/server.py:
    wakeup_timer)."""

    def __init__(self, events: Iterable[Any], left: Callable[[], None]) -> None:
        super().__init__(events)
        self._left = left

    def append(self, event: Any) -> None:
        super().append(event)
        if isinstance(event, _layers.RequestProtocolError):
            self._left()


class Aside:
    """Something that takes long. A stream waits for it, and all others go on."""

    def __init__(self, work: Callable[[], Awaitable[Any]]) -> None:
        self._work = work
        self._found: Any = None
        self._error: Exception | None = None

    async def do(self) -> None:
        try:
            self._found = await self._work()
        except Exception as error:  # noqa: BLE001 - ``result`` raises it
            self._error = error

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._found


@dataclass
class VcrAsideHook(commands.StartHook):
    """A stream waits for such work: ``Streams.vcr_aside`` does it."""

    aside: Aside
