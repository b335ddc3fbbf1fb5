"""Ports that mitmproxy listens on while it runs."""

from types import SimpleNamespace
from typing import Any

import pytest

from mitmvcr.proxy.host import listeners
from rig import in_loop


@in_loop
async def test_two_that_open_at_once_never_get_the_same_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first does not listen yet when the second looks for a free one."""
    options = SimpleNamespace(mode=["regular@127.0.0.1:1", "regular@127.0.0.1:2001"])
    free = iter((2001, 2002))

    def add(_: object, name: str, value: Any) -> None:
        setattr(options, name, value)

    async def nothing(_: object) -> None:
        return None

    monkeypatch.setattr(listeners, "ctx", SimpleNamespace(options=options))
    monkeypatch.setattr(listeners, "_free_port", lambda: next(free))
    monkeypatch.setattr(listeners, "set_alone", add)
    monkeypatch.setattr(listeners, "_begun", lambda: nothing(None))
    monkeypatch.setattr(listeners, "_outcome", nothing)
    monkeypatch.setattr(listeners, "_mirrored", nothing)
    monkeypatch.setattr(listeners.capabilities, "require", lambda _: None)
    assert await listeners.open_port() == 2002
    assert options.mode[-1] == "regular@127.0.0.1:2002"
