"""Two tests never share one cassette by accident."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from mitmvcr.control.office import Problem
from mitmvcr.format import reader
from mitmvcr.proxy.desk import Desk
from rig import Rig, in_loop

ONE, OTHER = "test_shop.py::test[a/b]", "test_shop.py::test[a-b]"
WISH = {"cassette": "shop/test[a-b]", "port": False}


class World:
    """A proxy with a folder of cassettes, and what its API does."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.rig = Rig(vcr_dir=str(folder), **options)
        self.desk = Desk(self.rig.vcr.sessions)

    async def play(
        self, test: str | None, asks: int = 1, failed: bool = False, **more: object
    ) -> Mapping[str, int]:
        """Open the session of a test, ask something in it, and end it."""
        whose = {} if test is None else {"test": test}
        opened = await self.desk.open({**WISH, **whose, **more})
        for _ in range(asks):
            flow = self.rig.begin(opened["name"])
            self.rig.answer(flow)
        ended = await self.desk.end(opened["name"], {"failed": failed})
        return {each: ended["counts"][each] for each in ("recorded", "replayed")}

    async def refused(self, test: str, **more: object) -> Problem:
        with pytest.raises(Problem) as told:
            await self.desk.open({**WISH, "test": test, **more})
        assert (told.value.status, told.value.field) == (409, "cassette")
        return told.value


@pytest.mark.parametrize("mode", ["record_once", "replay_only"])
@in_loop
async def test_another_test_is_refused_and_both_are_named(
    tmp_path: Path, mode: str
) -> None:
    if mode == "replay_only":
        before = World(tmp_path)
        await before.play(ONE)
        before.rig.vcr.done()
    world = World(tmp_path, vcr_mode=mode)
    await world.play(ONE)
    told = await world.refused(OTHER)
    assert str(told) == (
        "cassette: shop/test[a-b] is that of the test test_shop.py::test[a/b], and"
        " test_shop.py::test[a-b] asks for it: rename one of the tests, or name a"
        " cassette for one; to share it, name it in both; if one is gone, start mitmvcr"
        " anew"
    )
    assert world.desk.sessions() == []
    assert len(reader.load(tmp_path / "shop" / "test[a-b].yaml").interactions) == 1
    await world.play(ONE)  # a retried test asks again
    await world.play(None)  # it was chosen by its name
    await world.refused(OTHER)
    await world.play(OTHER, cassette="shop/other", mode="record_once")
    world.rig.vcr.done()


@pytest.mark.parametrize("mode", ["record_once", "new_episodes"])
@in_loop
async def test_a_failed_test_that_is_tried_again_is_recorded_anew(
    tmp_path: Path, mode: str
) -> None:
    """It was given the answer by which it had failed, then and ever after."""
    world = World(tmp_path, vcr_mode=mode)
    for is_last in (False, False, True):
        counts = await world.play(ONE, failed=not is_last)
        assert counts == {"recorded": 1, "replayed": 0}
    for _ in range(2):  # what passed is kept, whatever comes of it later
        counts = await world.play(ONE, failed=True)
        assert counts == {"recorded": 0, "replayed": 1}
    assert len(reader.load(tmp_path / "shop" / "test[a-b].yaml").interactions) == 1
    world.rig.vcr.done()


@in_loop
async def test_a_try_that_asks_for_nothing_keeps_no_failure(tmp_path: Path) -> None:
    """The next one was given the answer by which the first had failed."""
    world = World(tmp_path, vcr_mode="record_once")
    await world.play(ONE, failed=True)
    await world.play(ONE, asks=0, failed=True)
    assert (await world.play(ONE))["recorded"] == 1
    assert (await world.play(ONE))["replayed"] == 1
    world.rig.vcr.done()


@pytest.mark.parametrize("save", ["yes", "no"])
@in_loop
async def test_a_try_that_follows_by_a_switch_is_recorded_anew(
    tmp_path: Path, save: str
) -> None:
    world = World(tmp_path, vcr_mode="record_once", vcr_save_failed=save)
    await world.desk.open({**WISH, "test": ONE, "name": "worker"})
    for failed in (True, True, False):
        world.rig.answer(world.rig.begin("worker"))
        wish = {**SWITCH, "test": ONE, "failed": failed}
        ended = (await world.desk.switch("worker", wish))["ended"]
        assert ended["counts"]["recorded"] == 1
    world.rig.answer(world.rig.begin("worker"))
    assert (await world.desk.end("worker"))["counts"]["replayed"] == 1
    world.rig.vcr.done()


@in_loop
async def test_what_others_may_play_is_not_recorded_anew(tmp_path: Path) -> None:
    world = World(tmp_path, vcr_mode="record_once")
    await world.play(None, failed=True)  # it was chosen by its name
    assert (await world.play(None))["replayed"] == 1
    await world.play(ONE, failed=True, cassette="one")
    assert (await world.play(ONE, cassette="one", mode="replay_only"))["replayed"] == 1
    world.rig.vcr.done()


@in_loop
async def test_of_a_function_of_both_it_is_said_what_would_help(tmp_path: Path) -> None:
    """No test's name would: the cassette has that of the function."""
    world = World(tmp_path)
    one, other = (
        f"tests/shop.rs: shop/open in the test {each} (/shop)"
        for each in ("pays", "refunds")
    )
    await world.play(one)
    told = str(await world.refused(other))
    assert told.endswith(
        " asks for it: it is named after the function that opens it for both: open it"
        " in each of the tests, or name a cassette for each"
    )
    told = str(await world.refused(other.replace("shop/open", "shop/other")))
    assert "rename one of the tests" in told
    world.rig.vcr.done()


@in_loop
async def test_it_is_refused_while_the_other_is_open(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.desk.open({**WISH, "test": ONE})
    await world.refused(OTHER)
    await world.refused(OTHER, name="another worker's")
    with pytest.raises(Problem, match="is open already"):
        await world.desk.open({**WISH, "test": ONE})
    world.rig.vcr.done()


@in_loop
async def test_a_switch_is_refused_and_the_session_goes_on(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.play(ONE)
    await world.desk.open({"cassette": "first", "name": "worker", "port": False})
    with pytest.raises(Problem, match="is that of the test"):
        await world.desk.switch("worker", {**SWITCH, "test": OTHER})
    assert str(world.desk.session("worker")["cassette"]).endswith("first.yaml")
    await world.desk.switch("worker", {**SWITCH, "test": ONE})
    await world.desk.switch("worker", {"cassette": "first", "test": OTHER})
    await world.desk.end("worker")
    world.rig.vcr.done()


SWITCH = {"cassette": WISH["cassette"]}


@in_loop
async def test_a_test_that_asked_for_nothing_has_no_claim(tmp_path: Path) -> None:
    """Many suites give each test a session, and their tests ask for nothing."""
    world = World(tmp_path)
    await world.play(ONE, asks=0)
    await world.play(OTHER)
    await world.play(OTHER, asks=0)
    await world.refused(ONE)
    world.rig.vcr.done()


@in_loop
async def test_what_a_test_made_up_is_a_claim(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.desk.open({**WISH, "test": ONE})
    world.desk.variables(str(WISH["cassette"]), {"order": "7f3a"})
    await world.desk.end(str(WISH["cassette"]))
    await world.refused(OTHER)
    world.rig.vcr.done()


@in_loop
async def test_a_session_that_could_not_begin_is_no_claim(tmp_path: Path) -> None:
    world = World(tmp_path, vcr_mode="replay_only")
    for test in (ONE, OTHER):
        with pytest.raises(Exception, match="cassette not found"):
            await world.desk.open({**WISH, "test": test})
    world.rig.vcr.done()


@pytest.mark.parametrize("folds_case", [True, False])
@in_loop
async def test_names_that_differ_in_case_are_one_on_some_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folds_case: bool
) -> None:
    world = World(tmp_path)
    if folds_case:
        monkeypatch.setattr(os.path, "samefile", as_on_macos)
    await world.play("get", cassette="a/test[get]")
    if folds_case:
        told = await world.refused("GET", cassette="a/test[GET]")
        assert "a/test[GET] is that of the test get, and GET asks" in str(told)
    else:
        await world.play("GET", cassette="a/test[GET]")
        await world.refused("get", cassette="a/test[GET]")
    world.rig.vcr.done()


def as_on_macos(first: str, second: str) -> bool:
    return first.lower() == second.lower()


@in_loop
async def test_what_an_older_version_named_after_both_is_recorded_anew(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    await world.play(None, cassette="B.test")
    wishes = [{"cassette": f"{each}.B.test", "formerly": "B.test"} for each in "AC"]
    await world.play("A", **wishes[0])
    told = await world.refused("C", **wishes[1])
    assert str(told) == (
        "cassette: B.test is that of the test A, and C asks for it: an older version"
        " named it after both; delete it, and record them anew"
    )
    (tmp_path / "B.test.yaml").unlink()
    for test, wish in zip("AC", wishes, strict=True):
        await world.play(test, **wish)
        assert (tmp_path / f"{wish['cassette']}.yaml").exists()
    world.rig.vcr.done()


@in_loop
async def test_of_two_that_want_it_at_once_one_has_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    wishes = [{**WISH, "name": test, "test": test} for test in ("one", "two")]
    got = await asyncio.gather(*map(world.desk.open, wishes), return_exceptions=True)
    assert isinstance(got[0], dict)
    assert isinstance(got[1], Problem)
    assert "one, and two asks" in str(got[1])
    world.rig.vcr.done()


@in_loop
async def test_a_secret_in_the_name_of_a_test_is_not_told(tmp_path: Path) -> None:
    world = World(tmp_path)
    token = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789AB"
    await world.play(ONE)
    assert token not in str(await world.refused(f"test[{token}]"))
    world.rig.vcr.done()


@pytest.mark.parametrize("test", ["", 1, None, ["a"], "\ud800"])
@in_loop
async def test_a_test_is_named_by_a_text(tmp_path: Path, test: object) -> None:
    world = World(tmp_path)
    with pytest.raises(Problem, match="test: is no text") as told:
        await world.desk.open({**WISH, "test": test})
    assert told.value.status == 422
    world.rig.vcr.done()
