"""What the control API does with sessions, without a server."""

import asyncio
import errno
import os
from pathlib import Path
from unittest.mock import Mock

import pytest
from mitmproxy.proxy import mode_specs
from mitmproxy.test import tflow

from mitmvcr.control.office import Problem
from mitmvcr.core.errors import VcrError
from mitmvcr.format import reader
from mitmvcr.proxy.desk import Desk
from mitmvcr.proxy.host import listeners
from mitmvcr.proxy.host.listeners import NoPortError
from rig import Rig, in_loop


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


@in_loop
async def test_an_authority_that_is_not_there_is_told(tmp_path: Path) -> None:
    rig = Rig(confdir=str(tmp_path))
    file = tmp_path / "mitmproxy-ca-cert.pem"
    desk = Desk(rig.vcr.sessions)
    with pytest.raises(Problem, match="no such file") as told:
        desk.authority()
    assert (told.value.status, told.value.field) == (503, "ca_file")
    file.write_bytes(b"x")
    assert desk.authority() == b"x"
    rig.vcr.done()


@pytest.mark.parametrize("call", ["end", "switch"])
@in_loop
async def test_what_is_under_way_for_too_long_is_told_and_not_lost(
    tmp_path: Path, call: str
) -> None:
    rig = Rig(vcr_dir=str(tmp_path))
    desk = Desk(rig.vcr.sessions, patience=0.01)
    await desk.open({"cassette": "a", "port": False})
    began = rig.begin("a")
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


@in_loop
async def test_calls_at_once_each_get_the_report_of_what_they_ended(
    tmp_path: Path,
) -> None:
    rig = Rig(vcr_dir=str(tmp_path))
    desk = Desk(rig.vcr.sessions)
    await desk.open({"cassette": "a", "name": "w", "port": False})
    began = [rig.begin("w")]
    calls = [asyncio.ensure_future(desk.switch("w", {"cassette": "b"}))]
    await asyncio.sleep(0)
    began.append(rig.begin("w"))
    calls.append(asyncio.ensure_future(desk.switch("w", {"cassette": "c"})))
    await asyncio.sleep(0)
    began.append(rig.begin("w"))
    calls += [asyncio.ensure_future(desk.end("w"))]
    await asyncio.sleep(0)
    for call in (desk.end("w"), desk.switch("w", {"cassette": "d"})):
        with pytest.raises(Problem, match="there is no session w"):
            await call
    # Its name is free at once; what is under way there is still saved.
    again = await desk.open({"cassette": "d", "name": "w", "port": False})
    assert str(again["cassette"]).endswith("d.yaml")
    for each in reversed(began):
        rig.answer(each)
    first, second, ended = await asyncio.gather(*calls)
    for name, found in [("a", first["ended"]), ("b", second["ended"]), ("c", ended)]:
        assert found["cassette"] == str(tmp_path / f"{name}.yaml")
        assert found["counts"]["recorded"] == 1
        assert len(reader.load(tmp_path / f"{name}.yaml").interactions) == 1
    rig.vcr.done()


@in_loop
async def test_who_switched_a_session_that_has_ended_since_gets_the_report(
    tmp_path: Path,
) -> None:
    rig = Rig(vcr_dir=str(tmp_path))
    desk = Desk(rig.vcr.sessions)
    await desk.open({"cassette": "a", "name": "w", "port": False})
    began = rig.begin("w")
    switched = asyncio.ensure_future(desk.switch("w", {"cassette": "b"}))
    await asyncio.sleep(0)
    assert (await desk.end("w"))["counts"]["recorded"] == 0
    rig.answer(began)
    found = await switched
    assert found["ended"]["counts"]["recorded"] == 1
    assert found["session"]["cassette"] == str(tmp_path / "b.yaml")
    rig.vcr.done()


@in_loop
async def test_of_two_that_open_one_name_at_once_one_does(tmp_path: Path) -> None:
    rig = Rig(vcr_dir=str(tmp_path))
    desk = Desk(rig.vcr.sessions)
    wishes = [{"cassette": each, "name": "w", "port": False} for each in "ab"]
    got = await asyncio.gather(*map(desk.open, wishes), return_exceptions=True)
    assert isinstance(got[0], dict)
    assert isinstance(got[1], Problem)
    assert (got[1].status, got[1].field) == (409, "name")
    assert [each["name"] for each in desk.sessions()] == ["w"]
    rig.vcr.done()


@in_loop
async def test_a_port_that_cannot_be_is_told_with_what_to_do_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: str) -> int:
        raise NoPortError("mitmproxy listens on no other port: [Errno 24]")

    monkeypatch.setattr(listeners, "open_port", fail)
    rig = Rig(vcr_dir=str(tmp_path))
    with pytest.raises(Problem, match="no other port") as told:
        await Desk(rig.vcr.sessions).open({"cassette": "a"})
    assert (told.value.status, told.value.field) == (409, "port")
    assert rig.vcr.sessions.in_play() == ()
    rig.vcr.done()


@pytest.mark.parametrize("mode", ["replay_only", "record_only"])
@in_loop
async def test_nothing_leaves_once_the_only_session_was_ended(
    tmp_path: Path, mode: str
) -> None:
    """There is no other that could begin, and to let it through would be a leak."""
    cassette = tmp_path / "chat.yaml"
    cassette.write_text("---\nversion: 2\ninteractions: []\n")
    rig = Rig(vcr_cassette=str(cassette), vcr_mode=mode)
    ended = await Desk(rig.vcr.sessions).end("default")
    assert ended["cassette"] == str(cassette)
    sessions = rig.vcr.sessions
    assert sessions.offline
    assert sessions.is_offline("default")
    flow = tflow.tflow()
    rig.vcr.choice.requestheaders(flow)
    assert flow.response is not None
    assert flow.response.status_code == 400
    late = tflow.tflow()  # whose head was read before
    assert rig.vcr.request(late) is None
    assert late.response is not None
    why = "the session was ended, and what it recorded is saved: start the proxy again"
    assert why in (flow.response.text or "")
    assert why in (rig.connect(flow, "address", 22) or "")
    assert sum(sessions.refusals.times.values()) == 3
    assert sessions.routes.unnamed == 0
    rig.options.update(vcr_cassette=str(tmp_path / "b.yaml"), vcr_mode="record_once")
    assert not sessions.offline
    assert rig.ask().response is None
    rig.options.update(vcr_cassette="")
    assert rig.ask().response is None


@pytest.mark.parametrize("call", ["end", "switch"])
@pytest.mark.parametrize("saves", [True, False])
@in_loop
async def test_what_a_failed_test_recorded_may_be_left_beside_its_cassette(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, call: str, saves: bool
) -> None:
    """A test ends where it fails: once it is mended, its cassette lacks the rest. It
    was saved, whatever ``save_failed`` said, since the session ends before the
    command."""
    rig = Rig(vcr_dir=str(tmp_path), vcr_save_failed="yes" if saves else "no")
    desk = Desk(rig.vcr.sessions)
    for name, has_failed in (("passes", False), ("fails", True)):
        await desk.open({"cassette": name, "port": False})
        rig.answer(rig.begin(name))
        wish = {"failed": has_failed}
        if call == "end":
            await desk.end(name, wish)
        else:
            await desk.switch(name, {**wish, "cassette": f"{name}/next"})
    assert (tmp_path / "passes.yaml").exists()
    assert (tmp_path / "fails.yaml").exists() is saves
    assert (tmp_path / "fails.yaml.part").exists() is not saves
    (told,) = [each for each in caplog.messages if "has failed" in each] or [""]
    where = f"stays as it was; the recording is in {tmp_path}/fails.yaml.part: run"
    assert (where in told) is not saves
    rig.vcr.done()


@pytest.mark.parametrize("call", ["end", "switch"])
@in_loop
async def test_a_test_that_is_tried_again_records_anew_beside_what_it_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, call: str
) -> None:
    """What its first try had left was in the way: 409."""
    rig = Rig(vcr_dir=str(tmp_path), vcr_save_failed="no", vcr_mode="record_only")
    desk = Desk(rig.vcr.sessions)
    await desk.open({"cassette": "a", "port": False})
    for has_failed in (True, True, False):
        rig.answer(rig.begin("a"))
        if call == "switch" and has_failed:
            await desk.switch("a", {"cassette": "a", "failed": True})
            continue
        await desk.end("a", {"failed": has_failed})
        if has_failed:
            await desk.open({"cassette": "a", "port": False})
    found = sorted(each.name for each in tmp_path.iterdir())
    assert found == ["a.yaml", "a.yaml.rescued-1", "a.yaml.rescued-2"]
    told = f"it is tried again: what was recorded before is in {tmp_path}/a.yaml.resc"
    assert caplog.text.count(told) == 2
    rig.vcr.done()


@in_loop
async def test_nobody_is_warned_of_a_test_that_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It was told to get another name, though no other test has its cassette."""
    rig = Rig(vcr_dir=str(tmp_path))
    desk = Desk(rig.vcr.sessions)
    for has_failed in (True, True, False):
        await desk.open({"cassette": "a", "test": "a.py: test", "port": False})
        rig.answer(rig.begin("a"))
        await desk.end("a", {"failed": has_failed})
    assert "was recorded before" not in caplog.text
    await desk.open({"cassette": "a", "mode": "record_only", "port": False})
    assert caplog.text.count("was recorded before") == 1
    rig.vcr.done()


@in_loop
async def test_what_was_left_and_cannot_be_moved_stays_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(vcr_dir=str(tmp_path), vcr_save_failed="no")
    desk = Desk(rig.vcr.sessions)
    await desk.open({"cassette": "a", "port": False})
    rig.answer(rig.begin("a"))
    await desk.end("a", {"failed": True})

    def fail(*_: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(VcrError, match="of a recording that was not saved"):
            await desk.open({"cassette": "a", "port": False})
    assert [each.name for each in tmp_path.iterdir()] == ["a.yaml.part"]
    rig.vcr.done()
