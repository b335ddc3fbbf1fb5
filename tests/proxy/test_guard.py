"""What stands round mitmproxy's addons, asked hook by hook; whole processes are in
``end_to_end/test_closed_*``."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import dns, exceptions, http
from mitmproxy.addonmanager import Loader
from mitmproxy.connection import ConnectionState
from mitmproxy.options import Options
from mitmproxy.proxy.layers.dns import DnsRequestHook
from mitmproxy.proxy.layers.http import (
    HttpErrorHook,
    HttpRequestHeadersHook,
    HttpRequestHook,
    HttpResponseHook,
)
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.proxy.server_hooks import ServerConnectHook, ServerConnectionHookData
from mitmproxy.test import tflow
from mitmproxy.tools.dump import DumpMaster

from mitmvcr.proxy.guard import Guard, stand
from mitmvcr.proxy.seat import Seat
from rig import in_loop


class Rules:
    """What an addon says; each may be an exception, which is raised."""

    def __init__(self, **said: Any) -> None:
        self._said: dict[str, Any] = {
            "may_connect": False,
            "may_leave": False,
            "may_look_up": False,
        } | said
        self.failed: list[Exception] = []

    def _say(self, name: str) -> bool:
        said = self._said[name]
        if isinstance(said, Exception):
            raise said
        return said

    def may_connect(self, data: object) -> bool:
        return self._say("may_connect")

    def may_leave(self, flow: object) -> bool:
        return self._say("may_leave")

    def may_look_up(self, client: object) -> bool:
        return self._say("may_look_up")

    def fail(self, flow: http.HTTPFlow, error: Exception) -> None:
        self.failed.append(error)


class Raising:
    """An addon of a user's that ends a hook for all."""

    def request(self, flow: http.HTTPFlow) -> None:
        raise exceptions.AddonHalt

    dns_request = server_connect = requestheaders = request


class Rig:
    def __init__(self, rules: Rules, *addons: object) -> None:
        master = DumpMaster(Options(), with_termlog=False, with_dumper=False)
        self.manager = master.addons
        # First of all, so that nobody else is asked.
        self.manager.chain = [*addons, *self.manager.chain]
        self.guard = stand(self.manager, rules)

    async def connect(self) -> str | None:
        flow = tflow.tflow()
        flow.server_conn.error = None
        data = ServerConnectionHookData(flow.server_conn, flow.client_conn)
        await self.manager.handle_lifecycle(ServerConnectHook(data))
        return data.server.error

    async def request(self) -> http.HTTPFlow:
        flow = tflow.tflow()
        await self.manager.handle_lifecycle(HttpRequestHeadersHook(flow))
        await self.manager.handle_lifecycle(HttpRequestHook(flow))
        return flow

    async def stream(self) -> bool:
        flow = tflow.tflow()
        flow.request.stream = True
        await self.manager.handle_lifecycle(HttpRequestHeadersHook(flow))
        return bool(flow.request.stream)

    async def look_up(self, mode: str) -> dns.DNSFlow:
        flow = tflow.tdnsflow()
        flow.client_conn.proxy_mode = ProxyMode.parse(mode)
        flow.server_conn.address = ("10.0.0.53", 53)
        await self.manager.handle_lifecycle(DnsRequestHook(flow))
        return flow


ONLINE = {"may_connect": True, "may_leave": True, "may_look_up": True}
BUG = RuntimeError("on purpose")
CLOSED: list[dict[str, Any]] = [
    {},
    {"may_look_up": BUG},
    {"may_connect": BUG, "may_leave": BUG},
]


@pytest.mark.parametrize("addons", [[], [Raising()]], ids=["alone", "halted"])
@pytest.mark.parametrize("said", CLOSED)
@in_loop
async def test_whatever_gets_no_clear_yes_is_refused(
    said: dict[str, Any], addons: list[object]
) -> None:
    rules = Rules(**said)
    rig = Rig(rules, *addons)
    assert "nothing may reach the network" in (await rig.connect() or "")
    flow = await rig.request()
    assert flow.response is not None
    assert flow.response.status_code == 500
    assert "nothing answered" in flow.response.headers["x-vcr-error"]
    assert len(rules.failed) == 1
    assert not await rig.stream()
    for mode in ("dns", "wireguard"):
        asked = await rig.look_up(mode)
        assert asked.response is None
        assert asked.error is not None


@in_loop
async def test_what_is_allowed_passes() -> None:
    rig = Rig(Rules(may_connect=True, may_leave=True), Raising())
    assert await rig.connect() is None
    assert (await rig.request()).response is None
    assert await rig.stream()


@in_loop
async def test_what_is_not_offline_passes() -> None:
    rig = Rig(Rules(**ONLINE), Raising())
    assert await rig.connect() is None
    assert (await rig.request()).response is None
    assert await rig.stream()
    assert (await rig.look_up("dns")).error is None


@in_loop
async def test_an_answer_and_an_error_of_others_stay() -> None:
    rig = Rig(Rules(), Raising())
    flow = tflow.tflow(resp=True)
    await rig.manager.handle_lifecycle(HttpRequestHook(flow))
    assert flow.response is not None
    assert flow.response.content == b"message"
    killed = tflow.tflow()
    killed.kill()
    await rig.manager.handle_lifecycle(HttpRequestHook(killed))
    assert killed.response is None


@in_loop
async def test_who_left_a_replay_leaves_it_shut_until_it_is_settled_again() -> None:
    rig = Rig(Rules(**ONLINE), Raising())
    rig.guard.leave(offline=False)
    assert await rig.connect() is None
    rig.guard.leave(offline=True)
    rig.guard.leave(offline=False)
    assert await rig.connect()
    flow = await rig.request()
    assert flow.response is not None
    assert "was taken out" in flow.response.headers["x-vcr-error"]
    assert stand(rig.manager, Rules(**ONLINE)) is rig.guard
    assert await rig.connect()
    rig.guard.settle(offline=False)
    assert await rig.connect() is None


@in_loop
async def test_requests_under_way_are_forgotten_when_they_end() -> None:
    rig = Rig(Rules(**ONLINE))
    for hook in (HttpResponseHook, HttpErrorHook):
        flow = tflow.tflow(err=hook is HttpErrorHook)
        flow.error = None
        rig.guard.after(HttpRequestHook(flow))
        assert rig.guard._under_way == {flow.id: flow}
        rig.guard.after(hook(flow))
        assert rig.guard._under_way == {}


class Wire:
    """The connection of a flow, as mitmproxy holds it open, or opens it just now."""

    def __init__(self, rig: Rig, flow: http.HTTPFlow, *, opening: bool = False) -> None:
        self.aborted = self.cancelled = False
        writer = SimpleNamespace(transport=SimpleNamespace(abort=self._abort))
        task = SimpleNamespace(cancel=self._cancel)
        transports = {
            flow.client_conn: None,
            flow.server_conn: SimpleNamespace(
                writer=None if opening else writer, handler=task
            ),
        }
        handler: Any = SimpleNamespace(client=flow.client_conn, transports=transports)
        server: Any = rig.manager.get("proxyserver")
        server.connections[flow.client_conn.id] = handler

    def _abort(self) -> None:
        self.aborted = True

    def _cancel(self, why: str) -> None:
        self.cancelled = True


@in_loop
async def test_what_is_open_is_closed_save_where_an_answer_is_awaited(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = Rules(**ONLINE)
    rig = Rig(rules)
    idle, awaited, held, opening = (tflow.tflow() for _ in range(4))
    wires = [Wire(rig, flow) for flow in (idle, awaited, held)]
    wires.append(Wire(rig, opening, opening=True))
    for flow in (idle, awaited, held):
        flow.server_conn.state = ConnectionState.OPEN
    for flow in (awaited, held, opening):
        rig.guard.after(HttpRequestHook(flow))
    held.intercept()  # and would be sent when it is resumed
    rig.guard.settle(offline=True)
    assert [wire.cancelled for wire in wires] == [True, False, True, True]
    assert [wire.aborted for wire in wires] == [True, False, True, False]
    assert "3 open connections to the network were closed" in caplog.text
    rig.guard.after(HttpResponseHook(awaited))
    assert wires[1].aborted


@in_loop
async def test_only_the_connections_of_the_session_that_is_settled_are_closed() -> None:
    rig = Rig(Rules(**ONLINE))
    idle, awaited, others, others_awaited = flows = [tflow.tflow() for _ in range(4)]
    wires = [Wire(rig, flow) for flow in flows]
    for flow in flows:
        flow.server_conn.state = ConnectionState.OPEN
    for flow in (awaited, others_awaited):
        rig.guard.after(HttpRequestHook(flow))
    mine = [idle.client_conn, awaited.client_conn]
    theirs = [others.client_conn, others_awaited.client_conn]
    rig.guard.settle(offline=True, whose=lambda client: client in mine)
    assert [wire.cancelled for wire in wires] == [True, False, False, False]
    # What another session does changes nothing of it.
    rig.guard.settle(offline=False, whose=lambda client: client in theirs)
    rig.guard.settle(offline=True, closes=False, whose=lambda client: client in mine)
    for flow in (others_awaited, awaited):
        rig.guard.after(HttpResponseHook(flow))
    assert [wire.aborted for wire in wires] == [True, True, False, False]


@in_loop
async def test_what_is_left_stays_open_where_its_session_records_again() -> None:
    rig = Rig(Rules(**ONLINE))
    awaited = tflow.tflow()
    wire = Wire(rig, awaited)
    awaited.server_conn.state = ConnectionState.OPEN
    rig.guard.after(HttpRequestHook(awaited))
    rig.guard.settle(offline=True)
    rig.guard.settle(offline=False)
    rig.guard.after(HttpResponseHook(awaited))
    assert not wire.aborted


class Addon:
    """In the place of ours."""

    name = "vcr"

    def __init__(self) -> None:
        self.told: list[str] = []

    def load(self, loader: Loader) -> None:
        self.told.append("load")

    def configure(self, updated: set[str]) -> None:
        self.told.append(f"configure {len(updated)}")

    def running(self) -> None:
        self.told.append("running")

    def done(self) -> None:
        self.told.append("done")


@in_loop
async def test_a_seat_puts_its_addon_behind_the_scripts_once() -> None:
    master = DumpMaster(Options(), with_termlog=False, with_dumper=False)
    addon = Addon()
    seat = Seat(addon)  # type: ignore[arg-type]
    before = list(master.addons.chain)
    for _ in range(2):  # loaded, and loaded anew
        master.addons.register(seat)
        seat.configure({"a", "b"})
        seat.configure({"a", "b", "c"})
        seat.running()
        del master.addons.lookup[seat.name]
        seat.done()
        assert addon in master.addons.chain
        scripts = master.addons.chain.index(master.addons.get("scriptloader"))
        assert master.addons.chain[scripts + 1] is addon
        seat.load(Loader(master))
        await asyncio.sleep(0)
        seat.configure(set())
    again = ["configure 2", "running", "configure 0"]
    assert addon.told == ["load", *again, *again]
    seat.done()
    await asyncio.sleep(0)
    assert addon.told[-1] == "done"
    assert master.addons.chain == before


@in_loop
async def test_a_guard_says_that_its_addon_is_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    rig = Rig(Rules())
    assert isinstance(rig.guard, Guard)
    rig.guard.leave(offline=False)
    rig.guard.tell_gone()
    assert "nothing is recorded any longer" in caplog.text
    rig.guard.leave(offline=True)
    rig.guard.tell_gone()
    assert "everything is refused" in caplog.text
