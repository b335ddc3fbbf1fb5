"""What the control API does with sessions, without a server."""

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from mitmproxy import http
from mitmproxy.proxy import mode_specs
from mitmproxy.test import tflow

from mitmvcr.control.office import Problem
from mitmvcr.format import reader
from mitmvcr.proxy.desk import Desk
from patience import PATIENCE
from rig import Rig


def in_loop(test: Callable[..., Any]) -> Callable[..., None]:
    def run(*arguments: Any, **more: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*arguments, **more), PATIENCE))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    run.__signature__ = inspect.signature(test)  # type: ignore[attr-defined]
    return run


def begin(rig: Rig, name: str) -> http.HTTPFlow:
    flow = tflow.tflow()
    flow.request.headers["X-Vcr-Cassette"] = name
    rig.vcr.request(flow)
    return flow


@in_loop
async def test_health_says_whether_clients_are_served() -> None:
    rig = Rig()
    instances = rig.context.master.addons.get("proxyserver").servers._instances
    main, desk = Mock(is_running=False), Desk(rig.vcr.sessions)
    for has_begun in (False, True):
        if has_begun:
            instances[mode_specs.ProxyMode.parse("regular")] = main
        with pytest.raises(Problem, match="proxy: it does not listen yet") as told:
            desk.health()
        assert told.value.status == 503
    main.is_running = True
    assert desk.health()["status"] == "ok"
    rig.vcr.done()


@pytest.mark.parametrize("call", ["end", "switch"])
@in_loop
async def test_what_is_under_way_for_too_long_is_told_and_not_lost(
    tmp_path: Path, call: str
) -> None:
    rig = Rig(vcr_dir=str(tmp_path))
    desk = Desk(rig.vcr.sessions, patience=0.01)
    await desk.open({"cassette": "a", "port": False})
    began = begin(rig, "a")
    with pytest.raises(Problem) as told:
        await (desk.end("a") if call == "end" else desk.switch("a", {"cassette": "b"}))
    assert told.value.status == 504
    assert told.value.detail == "requests under way after 0.01 s: 1"
    assert "it is saved when they have ended" in told.value.remedy
    assert not (tmp_path / "a.yaml").exists()
    rig.answer(began)
    (kept,) = reader.load(tmp_path / "a.yaml").interactions
    assert kept.response.body == b"live"
    named = rig.vcr.sessions.named("a")
    assert (named is None) == (call == "end")
    rig.vcr.done()
