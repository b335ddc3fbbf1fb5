"""The commands for one of several sessions."""

from pathlib import Path

import pytest
from mitmproxy import exceptions, http
from mitmproxy.log import ALERT
from mitmproxy.test import tflow

from mitmvcr.format import reader
from rig import Rig, in_loop, let


class Commanded(Rig):
    def __call__(self, *words: object) -> object:
        name, *arguments = map(str, words)
        return self.context.master.commands.call_strings(name, arguments)

    def begin(self, session: str, body: bytes) -> http.HTTPFlow:
        flow = tflow.tflow()
        flow.request.content = body
        flow.request.headers["X-Vcr-Cassette"] = session
        let(self.vcr.request(flow))
        return flow


def bodies(path: Path) -> list[bytes]:
    return [each.request.body for each in reader.load(path).interactions]


@in_loop
def test_a_command_means_the_session_that_it_names(tmp_path: Path) -> None:
    rig = Commanded(vcr_dir=str(tmp_path))
    rig.answer(rig.begin("a", b"1"))
    rig.answer(rig.begin("b", b"2"))
    rig("vcr.use", tmp_path / "other", "a")
    assert bodies(tmp_path / "a.yaml") == [b"1"]
    assert not (tmp_path / "b.yaml").exists()
    rig.answer(rig.begin("a", b"3"))
    rig("vcr.mode", "replay_only", "a")
    assert bodies(tmp_path / "other.yaml") == [b"3"]
    replayed, missed = rig.begin("a", b"3"), rig.begin("a", b"1")
    assert replayed.response is not None
    assert missed.response is not None
    assert missed.response.status_code == 424
    rig.vcr.response(replayed)
    assert rig("vcr.status", "a") == (
        f"cassette {tmp_path / 'other.yaml'}, mode replay_only: recorded 0,"
        " replayed 1, missed 1, unused 0"
    )
    assert "recorded 1, replayed 0" in str(rig("vcr.status", "b"))
    assert rig("vcr.status") == 'no cassette in use; in play: "a", "b"'
    rig("vcr.eject", "b")
    assert bodies(tmp_path / "b.yaml") == [b"2"]
    rig("vcr.use", tmp_path / "c", "%6Eew")  # begins
    rig.answer(rig.begin("new", b"4"))
    rig.vcr.done()
    assert bodies(tmp_path / "c.yaml") == [b"4"]


@in_loop
def test_flows_are_saved_behind_what_their_session_records(tmp_path: Path) -> None:
    rig = Commanded(vcr_dir=str(tmp_path), vcr_keep=["x-mine"])
    commands = rig.vcr.commands
    rig.answer(rig.begin("a", b"1"))
    flow = tflow.tflow(resp=True)
    flow.request.content = b"2"
    commands.save([flow], str(tmp_path / "a.yaml"), "a")
    commands.save([flow], str(tmp_path / "more.yaml"), "a")
    assert bodies(tmp_path / "more.yaml") == [b"2"]
    with pytest.raises(exceptions.CommandError, match="is being recorded already"):
        commands.save([flow], str(tmp_path / "a.yaml"))
    rig.vcr.done()
    assert bodies(tmp_path / "a.yaml") == [b"1", b"2"]


@in_loop
def test_what_mitmvcr_itself_answered_is_not_saved(tmp_path: Path) -> None:
    rig = Commanded(vcr_dir=str(tmp_path), vcr_mode="replay_with_new_episodes")
    flow = tflow.tflow(resp=True)
    rig.vcr.commands.save([flow], str(tmp_path / "a.yaml"))
    rig.vcr.commands.use_mode("replay_only")
    missed = rig.begin("a", b"other")
    assert missed.response is not None
    assert missed.response.status_code == 424
    rig.vcr.commands.save([missed, flow], str(tmp_path / "b.yaml"))
    assert bodies(tmp_path / "b.yaml") == [b"content"]
    rig.vcr.done()


@in_loop
def test_what_a_command_did_is_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The console shows no other line of the log, so a command seemed to do nothing."""
    caplog.set_level("INFO")
    rig = Commanded(vcr_cassette=str(tmp_path / "a.yaml"))
    rig("vcr.mode", "record_only")
    rig("vcr.use", tmp_path / "b.yaml")
    rig.vcr.commands.save([], str(tmp_path / "c.yaml"))
    rig("vcr.eject")
    shown = [each.getMessage() for each in caplog.records if each.levelno == ALERT]
    cassettes = f"cassette {tmp_path / 'a.yaml'},", f"cassette {tmp_path / 'b.yaml'},"
    told = *cassettes, "saved 0 of 0 flows to ", "no cassette in use"
    for line, words in zip(shown, told, strict=True):
        assert line.startswith(f"mitmvcr: {words}")
    rig.vcr.done()


REFUSED = [
    (("vcr.mode", "replay_only", "none"), 'there is no session "none"; in play: "a"'),
    (("vcr.eject", "none"), 'there is no session "none"; in play: "a"'),
    (("vcr.use", "x", "../a"), "leaves the folder with"),
    (("vcr.status", "/a"), "is an absolute path"),
    (("vcr.mode", "often", "a"), "vcr_mode=often: use one of"),
    (("vcr.use", "", "a"), "vcr_cassette has no value: name a file, or vcr.eject it"),
]


@in_loop
def test_what_cannot_be_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    rig = Commanded(vcr_dir=str(tmp_path))
    rig.answer(rig.begin("a", b"1"))
    for words, line in REFUSED:
        with pytest.raises(exceptions.CommandError) as refused:
            rig(*words)
        assert line in str(refused.value)
        assert len(str(refused.value).splitlines()) == 1
    assert [each.name for each in rig.vcr.sessions.in_play()] == ["a"]
    rig("vcr.use", tmp_path / "own")  # the default one
    assert rig.session.store.name == str(tmp_path / "own.yaml")
    rig.vcr.done()
    assert bodies(tmp_path / "a.yaml") == [b"1"]
    alone = Commanded()
    with pytest.raises(exceptions.CommandError, match="no named sessions: set vcr_dir"):
        alone("vcr.use", tmp_path / "b", "b")
    assert alone("vcr.status") == "no cassette in use"
