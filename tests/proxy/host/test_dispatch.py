"""mitmproxy's hooks past its idle addons: who is asked, in which order, and no less."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from mitmproxy import hooks, http, log, version
from mitmproxy.addonmanager import AddonManager
from mitmproxy.exceptions import AddonHalt, OptionsError
from mitmproxy.options import Options
from mitmproxy.proxy.layers.http import HttpRequestHook, HttpResponseHook
from mitmproxy.test import tflow
from mitmproxy.tools.dump import DumpMaster
from mitmproxy.tools.web.master import WebMaster

from mitmvcr.proxy.host.dispatch import HookDispatcher


class Noting:
    """An addon of a user's."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name, self._told = name, told

    def request(self, flow: http.HTTPFlow) -> None:
        self._told.append(self.name)


class Waiting(Noting):
    async def request(self, flow: http.HTTPFlow) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        super().request(flow)


class Raising(Noting):
    error: type[Exception] = RuntimeError

    def request(self, flow: http.HTTPFlow) -> None:
        super().request(flow)
        raise self.error("on purpose")


class Halting(Raising):
    error = AddonHalt


class Holding:
    """An addon with addons within it, as a script is."""

    def __init__(self, name: str, *addons: object) -> None:
        self.name, self.addons = name, list(addons)


@asynccontextmanager
async def _manager(
    make: Callable[..., Any] = DumpMaster,
) -> AsyncIterator[AddonManager]:
    master = make(Options(), with_termlog=False)
    try:
        yield master.addons
    finally:
        await AddonManager.trigger_event(master.addons, hooks.DoneHook())


def _run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type] # an async def makes a coroutine


async def _ask(manager: AddonManager) -> None:
    await manager.trigger_event(HttpRequestHook(tflow.tflow()))


def test_those_are_asked_that_were_before_and_in_the_same_order() -> None:
    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            manager.add(Noting("a", told), Holding("h", Waiting("b", told)))
            manager.add(Noting("c", told))
            await _ask(manager)
            before, told[:] = list(told), []
            HookDispatcher(manager).open()
            await _ask(manager)
        assert before == told == ["a", "b", "c"]

    _run(check)


def test_an_addon_that_comes_or_goes_later_counts_from_then_on() -> None:
    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            HookDispatcher(manager).open()
            first, within = Noting("first", told), Holding("within")
            manager.add(first, within)
            await _ask(manager)
            within.addons.append(Noting("new within", told))  # as a script reloaded
            manager.add(Noting("later", told))
            await _ask(manager)
            manager.remove(first)
            await _ask(manager)
        assert told == ["first", "first", "new within", "later", "new within", "later"]

    _run(check)


def test_a_hook_that_a_users_addon_gets_later_is_asked() -> None:
    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            HookDispatcher(manager).open()
            addon = Noting("late", told)
            manager.add(addon)
            await manager.trigger_event(HttpResponseHook(tflow.tflow(resp=True)))
            addon.response = addon.request  # type: ignore[attr-defined]
            await manager.trigger_event(HttpResponseHook(tflow.tflow(resp=True)))
        assert told == ["late"]

    _run(check)


def test_an_error_is_logged_and_the_others_are_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            HookDispatcher(manager).open()
            manager.add(Raising("bad", told), Noting("good", told))
            await _ask(manager)
        assert told == ["bad", "good"]

    with caplog.at_level(logging.ERROR):
        _run(check)
    assert "Addon error: on purpose" in caplog.text


def test_a_halt_ends_it() -> None:
    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            HookDispatcher(manager).open()
            manager.add(Halting("halts", told), Noting("never", told))
            await _ask(manager)
        assert told == ["halts"]

    _run(check)


@pytest.mark.parametrize("make", [DumpMaster, WebMaster])
def test_no_addon_of_mitmproxys_own_is_passed_over(
    make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        asked: list[tuple[str, object]] = []
        async with _manager(make) as manager:

            async def note(addon: object, event: hooks.Hook) -> None:
                asked.append((event.name, addon))

            monkeypatch.setattr(manager, "invoke_addon", note)
            monkeypatch.setattr(hooks.Hook, "args", lambda _: [])
            for addon in manager.chain:
                for name in hooks.all_hooks:
                    if hasattr(addon, name):
                        noting = partial(asked.append, (name, addon))
                        monkeypatch.setattr(addon, name, noting)
            dispatcher = HookDispatcher(manager)
            for each in hooks.all_hooks.values():
                event = object.__new__(each)
                await dispatcher.trigger_event(event)
            for addon in manager.chain:
                for name in hooks.all_hooks:
                    if hasattr(addon, name) or hasattr(addon, "addons"):
                        assert (name, addon) in asked
            assert len(asked) < len(manager.chain) * len(hooks.all_hooks) / 4
            monkeypatch.undo()

    _run(check)


def test_it_is_opened_once_and_taken_back_by_who_opened_it() -> None:
    async def check() -> None:
        async with _manager() as manager:
            first, second = HookDispatcher(manager), HookDispatcher(manager)
            first.open()
            second.open()
            second.close()
            assert manager.trigger_event == first.trigger_event
            first.close()
            assert "trigger_event" not in vars(manager)

    _run(check)


def test_a_newer_mitmproxy_that_asks_as_it_did_is_stood_in_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def check() -> None:
        async with _manager() as manager:
            HookDispatcher(manager).open()
            assert "trigger_event" in vars(manager)

    monkeypatch.setattr(version, "VERSION", "99.0.0")
    _run(check)


def test_the_addons_within_ours_are_asked_each_in_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As mitmproxy asks them, also where a hook is None and then is there."""

    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            outer, inner = Waiting("outer", told), Noting("inner", told)
            silent = Noting("silent", told)
            silent.request = None  # type: ignore[assignment, method-assign]
            outer.addons = [inner, silent]  # type: ignore[attr-defined]
            manager.add(outer, Noting("other", told))
            await _ask(manager)
            before, told[:] = list(told), []
            HookDispatcher(manager).open()
            for kind in (Waiting, Noting):
                monkeypatch.setattr(kind, "__module__", "mitmvcr.proxy.addon")
            await _ask(manager)
            assert before == told == ["outer", "inner", "other"]
            del silent.request
            await _ask(manager)
            assert told[3:] == ["outer", "inner", "silent", "other"]

    _run(check)


class Configured(Noting):
    """An addon that hears of options, and refuses what it does not like."""

    def __init__(self, name: str, told: list[str], error: Exception | None) -> None:
        super().__init__(name, told)
        self._error = error

    def configure(self, updated: set[str]) -> None:
        self._told.append(f"{self.name} {', '.join(updated)}")
        if self._error is not None:
            raise self._error


class Late(Noting):
    def __repr__(self) -> str:
        return self.name

    async def configure(self, updated: set[str]) -> None:
        raise AssertionError("nobody could wait for it")


@pytest.mark.parametrize(
    ("error", "later", "is_raised"),
    [
        (None, ["b mode"], False),
        (RuntimeError("on purpose"), ["b mode"], False),
        (AddonHalt(), [], False),
        (OptionsError("refused"), [], True),
    ],
)
@pytest.mark.parametrize("kind", [Configured, Late])
def test_where_nothing_can_be_waited_for_it_is_as_it_was(
    error: Exception | None,
    later: list[str],
    is_raised: bool,
    kind: type[Noting],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also for an addon of this package's, and for one of mitmproxy's, which are asked
    directly."""

    def ask(manager: AddonManager) -> bool:
        try:
            manager.trigger(hooks.ConfigureHook({"mode"}))
        except OptionsError:
            return True
        return False

    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            given = (error,) if kind is Configured else ()
            manager.add(kind("a", told, *given), Configured("b", told, None))
            raised = ask(manager)
            before, told[:] = (list(told), caplog.text), []
            caplog.clear()
            for module in ("tests", "mitmvcr.proxy.addon", "mitmproxy.addons.core"):
                monkeypatch.setattr(kind, "__module__", module)
                dispatcher = HookDispatcher(manager)
                dispatcher.open()
                assert ask(manager) == raised
                dispatcher.close()
                said = [line for line in caplog.text.splitlines() if "Addon" in line]
                expected = [line for line in before[1].splitlines() if "Addon" in line]
                assert (told, _messages(said)) == (before[0], _messages(expected))
                told[:] = []
                caplog.clear()
            if kind is Configured:
                assert (before[0], raised) == (["a mode", *later], is_raised)

    with caplog.at_level(logging.ERROR):
        _run(check)


def _messages(lines: list[str]) -> list[str]:
    return [line[line.index("Addon") :] for line in lines]


def test_a_line_of_the_log_is_given_to_those_that_hear_it() -> None:
    async def check() -> None:
        told: list[str] = []
        async with _manager() as manager:
            HookDispatcher(manager).open()
            hears = Noting("hears", told)
            manager.add(hears)
            manager.trigger(log.AddLogHook(log.LogEntry("a line", "info")))
            hears.add_log = lambda entry: told.append(entry.msg)  # type: ignore[attr-defined]
            manager.trigger(log.AddLogHook(log.LogEntry("another", "info")))
        assert told == ["another"]

    _run(check)
