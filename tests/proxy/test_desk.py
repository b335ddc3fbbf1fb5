"""What the control API does with sessions, without a server."""

from pathlib import Path

import pytest

from mitmvcr.control.office import Problem
from mitmvcr.format import reader
from mitmvcr.proxy.desk import Desk
from rig import Rig, in_loop


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
