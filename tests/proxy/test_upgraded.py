"""The recorded side of an upgraded connection: what it does in the loop."""

import asyncio
import threading

from mitmproxy.options import Options
from mitmproxy.proxy import commands, context, events
from mitmproxy.test import tflow

from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Response
from mitmvcr.proxy.flow.upgraded import Script
from mitmvcr.proxy.host.naps import VcrAsideHook
from mitmvcr.proxy.host.tcp_layer import _made

LONG = b"long " * 10_000


def test_what_is_long_is_compared_in_a_thread() -> None:
    threads: list[str] = []

    def redact(data: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return data.replace(b"secret", b"[REDACTED:x]")

    frames = (
        Frame(True, 0, "text", b"[REDACTED:x] short\n"),
        Frame(True, 1, "text", b"[REDACTED:x] " + LONG + b"\n"),
        Frame(False, 2, "text", b"ok\n"),
    )
    refused: list[str] = []
    script = Script(Response(websocket=frames), 0, refused.append, redact, bytes)
    around = context.Context(tflow.tclient_conn(), Options())
    player = _made(around, script)
    assert not [*player.handle_event(events.Start())]

    def hear(data: bytes) -> list[commands.Command]:
        return [*player.handle_event(events.DataReceived(around.client, data))]

    assert hear(b"secret short\n") == []
    (hook,) = hear(b"secret " + LONG + b"\n")
    assert isinstance(hook, VcrAsideHook)
    here = threading.current_thread().name
    assert set(threads) == {here}
    threads.clear()
    asyncio.run(hook.aside.do())
    assert here not in threads
    (said,) = player.handle_event(events.HookCompleted(hook))
    assert isinstance(said, commands.SendData)
    assert (said.data, refused) == (b"ok\n", [])
