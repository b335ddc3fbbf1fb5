"""What mitmproxy and mitmweb show of a flow."""

from pathlib import Path

import pytest

from rig import Rig, in_loop, let


@in_loop
def test_flows_say_what_became_of_them(tmp_path: Path):
    cassette = tmp_path / "chat.yaml"
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="record_only")
    for number in range(2):
        flow = rig.ask()
        assert not flow.marked
        rig.answer(flow)
        assert flow.comment == f"recorded as #{number}"
        assert flow.marked == ":red_circle:"
    rig.vcr.done()
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    flow = rig.ask()
    assert (flow.marked, flow.comment) == (
        ":arrow_forward:",
        "replayed from chat.yaml #0",
    )
    rig.answer(flow)
    missed = rig.ask(b"other")
    assert (missed.marked, missed.comment) == (":x:", "no match")


@in_loop
def test_what_somebody_marked_stays_marked(tmp_path: Path):
    rig = Rig(vcr_cassette=str(tmp_path / "chat.yaml"), vcr_mode="record_only")
    flow = rig.ask()
    flow.marked, flow.comment = ":bee:", "look at this"
    rig.answer(flow)
    assert (flow.marked, flow.comment) == (":bee:", "look at this")


@in_loop
def test_a_flow_that_is_replayed_by_its_client_says_what_became_of_it_last(
    tmp_path: Path,
) -> None:
    cassette = str(tmp_path / "chat.yaml")
    rig = Rig(vcr_cassette=cassette, vcr_mode="record_only")
    flow = rig.ask()
    rig.answer(flow)
    rig.vcr.done()
    rig = Rig(vcr_cassette=cassette, vcr_mode="replay_only")
    for marker, comment in (
        (":arrow_forward:", "replayed from chat.yaml #0"),
        (":x:", "no match"),
    ):
        flow = flow.copy()
        flow.response = None
        let(rig.vcr.request(flow))
        assert (flow.marked, flow.comment) == (marker, comment)
    flow = flow.copy()
    flow.response, flow.comment = None, "look at this"
    let(rig.vcr.request(flow))
    assert (flow.marked, flow.comment) == (":x:", "look at this")


@pytest.mark.parametrize("by", ["a cassette that is ejected", "a filter", "a block"])
def test_a_flow_that_is_replayed_past_all_cassettes_is_said_nothing_of(
    tmp_path: Path, by: str
) -> None:
    @in_loop
    def check() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "chat.yaml"), vcr_mode="record_only")
        flow = rig.ask()
        rig.answer(flow)
        assert flow.comment == "recorded as #0"
        changed = {
            "a cassette that is ejected": {
                "vcr_cassette": "",
                "vcr_mode": "record_once",
            },
            "a filter": {"vcr_passthrough": ["~all"]},
            "a block": {"vcr_block": ["~all"]},
        }
        rig.options.update(**changed[by])
        flow.response = None
        rig.vcr.streams.requestheaders(flow)
        let(rig.vcr.request(flow))
        assert (flow.marked, flow.comment) == ("", "")

    check()


@in_loop
def test_what_a_hook_drops_is_not_said_to_be_recorded(tmp_path: Path):
    hooks = tmp_path / "hooks.py"
    hooks.write_text("def before_record(interaction):\n    return None\n")
    cassette = str(tmp_path / "chat.yaml")
    rig = Rig(vcr_cassette=cassette, vcr_mode="record_only", vcr_hooks=str(hooks))
    flow = rig.ask()
    rig.answer(flow)
    assert (flow.marked, flow.comment) == ("", "")
