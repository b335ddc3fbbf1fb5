"""A session that nobody uses any more ends, and its recording is saved."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from mitmproxy.flow import Error as flow_error
from mitmproxy.test import tflow

from mitmvcr.core.modes import Mode
from mitmvcr.proxy.flow.player import DEFAULT
from rig import Rig, in_loop

#: So short that nothing waits for it, and so long that nothing ends by it.
SHORT, LONG = "10ms", "1h"


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.005)


@in_loop
async def test_a_session_ends_with_its_idle_time_and_is_saved(tmp_path: Path) -> None:
    rig = Rig(vcr_dir=str(tmp_path), vcr_idle_timeout=SHORT)
    sessions = rig.vcr.sessions
    rig.answer(rig.begin(DEFAULT))
    rig.answer(rig.begin("a"))
    assert not (tmp_path / "a.yaml").exists()
    await until(lambda: sessions.named("a") is None)
    assert (tmp_path / "a.yaml").exists()
    assert sessions.named() is not None  # the default one has no end
    again = rig.begin("a")  # begins anew, as the next run of a suite does
    assert again.response is not None
    assert again.response.content == b"live"
    rig.answer(again)
    await until(lambda: sessions.named("a") is None)
    rig.vcr.done()


@in_loop
async def test_a_session_with_a_request_under_way_is_in_use(tmp_path: Path) -> None:
    rig = Rig(vcr_dir=str(tmp_path), vcr_idle_timeout=SHORT)
    sessions = rig.vcr.sessions
    began = rig.begin("long")
    for n in range(3):  # each is longer than the other's idle time
        rig.answer(rig.begin(f"{n}"))
        await until(lambda n=n: sessions.named(f"{n}") is None)
        assert sessions.named("long") is not None
    rig.answer(began)
    await until(lambda: sessions.named("long") is None)
    assert (tmp_path / "long.yaml").exists()
    rig.vcr.done()


@in_loop
async def test_each_session_has_an_idle_time_of_its_own(tmp_path: Path) -> None:
    rig = Rig(vcr_dir=str(tmp_path), vcr_idle_timeout=LONG)
    sessions = rig.vcr.sessions
    root = sessions.root
    assert root is not None
    rig.answer(rig.begin("long"))
    for name, seconds in {"never": 0.0, "first": 0.01}.items():
        path = tmp_path / f"{name}.yaml"
        sessions.use(root._replace(cassette=path, idle_timeout=seconds), name)
    sessions.routes.give_port(9, "first")
    await until(lambda: sessions.named("first") is None)
    assert [each.name for each in sessions.in_play()] == ["long", "never"]
    late = tflow.tflow()
    late.client_conn.sockname = ("127.0.0.1", 9)
    rig.vcr.request(late)
    assert late.response is not None
    assert late.response.status_code == 400
    assert (
        "session first has ended after 10ms without a request (vcr_idle_timeout), and"
        " its port with it: open another"
    ) in (late.response.text or "")
    rig.vcr.done()


@in_loop
async def test_a_request_that_ends_behind_its_port_s_session_begins_none(
    tmp_path: Path,
) -> None:
    """Its head came before. Found by a model of HTTP/2 clients."""
    rig = Rig(vcr_dir=str(tmp_path))
    sessions = rig.vcr.sessions
    assert sessions.root is not None
    sessions.use(sessions.root._replace(cassette=tmp_path / "one.yaml"), "one")
    sessions.routes.give_port(9, "one")
    flow = tflow.tflow()
    flow.client_conn.sockname = ("127.0.0.1", 9)
    assert rig.vcr.streams.requestheaders is not None
    rig.vcr.streams.requestheaders(flow)
    sessions.eject("one")
    rig.vcr.request(flow)
    assert flow.response is not None
    assert flow.response.status_code == 400
    assert sessions.in_play() == ()
    rig.vcr.done()


@in_loop
async def test_a_request_that_waits_as_its_port_s_session_ends_is_refused_at_once(
    tmp_path: Path,
) -> None:
    """The hooks behind raised, and the log had a traceback. Found by clients that leave
    within HTTP/2."""
    rig = Rig(vcr_dir=str(tmp_path))
    sessions = rig.vcr.sessions
    assert sessions.root is not None
    sessions.use(sessions.root._replace(cassette=tmp_path / "one.yaml"), "one")
    sessions.routes.give_port(9, "one")
    flow = tflow.tflow()
    flow.client_conn.sockname = ("127.0.0.1", 9)
    waiting = rig.vcr.connections.requestheaders(flow)
    assert waiting is not None
    sessions.eject("one")
    await waiting
    assert flow.response is not None
    assert flow.response.status_code == 400
    assert rig.vcr.streams.requestheaders is not None
    rig.vcr.streams.requestheaders(flow)
    rig.vcr.done()


@in_loop
async def test_a_late_request_does_not_replace_what_its_session_recorded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In a mode that replaces, a session that is begun anew by a request loses what it
    recorded before its client paused, or before its test ended."""
    mode = Mode.RECORD_ONLY
    rig = Rig(vcr_dir=str(tmp_path), vcr_idle_timeout=SHORT, vcr_mode=str(mode))
    sessions = rig.vcr.sessions
    rig.answer(rig.begin("a"))
    await until(lambda: sessions.named("a") is None)
    path = tmp_path / "a.yaml"
    recorded = path.read_bytes()
    late = rig.begin("a")
    assert late.response is not None
    assert late.response.status_code == 400
    assert late.response.headers["X-Vcr-Error"] == (
        f"session a has ended, and what it recorded is in {path}: to begin it anew in"
        " mode record_only would replace that. POST /sessions does so"
    )
    assert sessions.named("a") is None
    assert path.read_bytes() == recorded
    rig.answer(rig.begin("b"))  # another one is another's
    assert sessions.root is not None
    assert "was recorded before" not in caplog.text
    sessions.use(sessions.root._replace(cassette=path), "a")  # as the API does
    assert f"{path} was recorded before, since this proxy started" in caplog.text
    sessions.eject("a")
    rig.options.update(vcr_fsync="each")  # somebody has other wishes now
    rig.answer(rig.begin("a"))
    assert sessions.named("a") is not None
    rig.vcr.done()


@in_loop
async def test_a_session_that_recorded_nothing_begins_anew(tmp_path: Path) -> None:
    rig = Rig(vcr_dir=str(tmp_path), vcr_idle_timeout=SHORT, vcr_mode="record_only")
    sessions = rig.vcr.sessions
    flow = rig.begin("a")
    flow.error = flow_error("gone")
    rig.vcr.error(flow)
    await until(lambda: sessions.named("a") is None)
    rig.answer(rig.begin("a"))
    await until(lambda: sessions.named("a") is None)
    assert (tmp_path / "a.yaml").exists()
    rig.vcr.done()
