"""The addon in a mitmproxy of the tests' own, its hooks driven one by one."""

import asyncio
import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mitmproxy import http
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test import taddons, tflow

from mitmvcr.miss import explain, masking  # noqa: F401 - no miss waits for them
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.session import Session
from patience import PATIENCE

URL = "http://address:22/path"  # what tflow's request asks for


class Rig:
    """An addon in a mitmproxy of the tests' own; to be used inside a loop."""

    def __init__(self, **options: object) -> None:
        self.vcr = VcrAddon()
        self.context = taddons.context(self.vcr, loadcore=False)
        self.context.master.addons.add(Proxyserver())
        self.options = self.context.options
        self.context.configure(self.vcr, **options)

    @property
    def session(self) -> Session:
        player = self.vcr.sessions.named()
        assert player is not None
        return player.session

    def ask(self, body: bytes = b"content") -> http.HTTPFlow:
        flow = tflow.tflow()
        flow.request.content = body
        if self.vcr.streams.requestheaders is not None:
            self.vcr.streams.requestheaders(flow)
        let(self.vcr.request(flow))
        return flow

    def begin(self, name: str) -> http.HTTPFlow:
        """Ask in the session of this name."""
        flow = tflow.tflow()
        flow.request.headers["X-Vcr-Cassette"] = name
        let(self.vcr.request(flow))
        return flow

    def answer(self, flow: http.HTTPFlow, status: int = 200) -> None:
        if flow.response is None:
            flow.response = http.Response.make(status, b"live")
        self.vcr.responseheaders(flow)
        self.vcr.response(flow)

    def connect(self, flow: http.HTTPFlow, host: str, port: int) -> str | None:
        flow.server_conn.address = (host, port)
        flow.server_conn.error = None
        data = ServerConnectionHookData(flow.server_conn, flow.client_conn)
        with suppress(RuntimeError):  # as mitmproxy does: it logs it and goes on
            self.vcr.connections.server_connect(data)
        return data.server.error


def let(waiting: Any) -> None:
    """Do now what waits for another turn of the loop, and for nothing else."""
    with suppress(StopIteration):
        while waiting is not None:
            assert waiting.send(None) is None


def in_loop(test: Callable[..., object]) -> Callable[..., None]:
    """mitmproxy wants a running loop, also where the test itself waits for nothing;
    warnings of pytest stay errors."""

    def run(*args: Any, **kwargs: Any) -> None:
        async def main() -> None:
            waiting = test(*args, **kwargs)
            if inspect.isawaitable(waiting):
                await asyncio.wait_for(waiting, PATIENCE)

        asyncio.run(main())

    run.__name__ = test.__name__
    run.__doc__ = test.__doc__
    run.__signature__ = inspect.signature(test)  # type: ignore[attr-defined]
    return run
