"""A reset that is handed on to a client, without one."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy.test import tflow

from mitmvcr.proxy.host import origin_ends
from mitmvcr.proxy.host.origin_ends import pass_reset_on


class Stream:
    """What mitmproxy has of a client in its modes local and wireguard."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


async def left() -> asyncio.StreamWriter:
    """Return what is written to a client that has left."""
    ours, theirs = socket.socketpair()
    with theirs:
        _, writer = await asyncio.open_connection(sock=ours)
        writer.transport.abort()
        while writer.get_extra_info("socket").fileno() >= 0:
            await asyncio.sleep(0)
    return writer


@pytest.mark.parametrize("is_there", [True, False])
def test_a_client_without_a_socket_gets_no_reset(
    monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """The hook failed with a traceback in mitmproxy's log."""
    flow = tflow.tflow(resp=True)
    assert flow.response is not None
    flow.response.stream, flow.client_conn.tls = True, False
    writer = Stream() if is_there else asyncio.run(left())
    passing = {flow.client_conn: SimpleNamespace(writer=writer)}
    handler = SimpleNamespace(transports=passing)
    asked = []
    monkeypatch.setattr(
        origin_ends, "handler_of", lambda client: asked.append(client) or handler
    )
    origin_ends._reset.add(flow.server_conn)
    pass_reset_on(flow)
    assert asked == [flow.client_conn.id]
