"""FORMAT: the modes are go-vcr's. The table is written out here by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import (
    RULES,
    SHORT_NAMES,
    Decision,
    Forward,
    Mode,
    Refuse,
    Repeats,
    Replay,
    decide,
    looks_up,
)

TOP = Path(__file__).parents[2]
FOUND = (7, Interaction(7, Request(), Response()))
REPLAY = Replay(*FOUND)
RECORD = Forward(record=True)
PASS = Forward(record=False)
REFUSE = Refuse()

# mode, is there a cassette, starts with it, looks up, a match, no match, writes
TABLE = [
    ("record_only", False, False, False, None, RECORD, True),
    ("record_only", True, False, False, None, RECORD, True),
    ("replay_only", True, True, True, REPLAY, REFUSE, False),
    ("replay_with_new_episodes", False, False, True, REPLAY, RECORD, True),
    ("replay_with_new_episodes", True, True, True, REPLAY, RECORD, True),
    ("record_once", False, False, False, None, RECORD, True),
    ("record_once", True, True, True, REPLAY, REFUSE, False),
    ("passthrough", False, False, False, None, PASS, False),
    ("passthrough", True, False, False, None, PASS, False),
]


@pytest.mark.parametrize(
    ("mode", "exists", "loads", "looks", "match", "miss", "writes"), TABLE
)
def test_each_row_does_what_go_vcr_does(
    mode: str,
    exists: bool,
    loads: bool,
    looks: bool,
    match: Decision | None,
    miss: Decision,
    writes: bool,
) -> None:
    rule = RULES[Mode(mode), exists]
    assert not rule.needs_cassette
    assert rule.loads is loads
    assert looks_up(rule, Repeats.NO) is looks
    assert decide(rule, None) == miss
    assert rule.records is writes
    if match is not None:
        assert decide(rule, FOUND) == match


def test_replay_only_needs_a_cassette_and_forwards_nothing_without_one() -> None:
    rule = RULES[Mode.REPLAY_ONLY, False]
    assert rule.needs_cassette
    assert not rule.loads
    assert not rule.records
    assert decide(rule, None) == REFUSE


def test_no_other_row_needs_a_cassette() -> None:
    needing = [key for key, rule in RULES.items() if rule.needs_cassette]
    assert needing == [(Mode.REPLAY_ONLY, False)]


def test_every_mode_has_a_row_with_and_without_a_cassette() -> None:
    names = [
        "record_only",
        "replay_only",
        "replay_with_new_episodes",
        "record_once",
        "passthrough",
    ]
    assert {(str(m), e) for m, e in RULES} == {
        (name, exists) for name in names for exists in (False, True)
    }
    assert [str(mode) for mode in Mode] == names


@pytest.mark.parametrize(
    ("mode", "exists", "looks"),
    [
        ("record_only", False, True),
        ("record_only", True, True),
        ("replay_only", True, True),
        ("replay_with_new_episodes", False, True),
        ("replay_with_new_episodes", True, True),
        ("record_once", False, True),
        ("record_once", True, True),
        ("passthrough", False, False),
        ("passthrough", True, False),
    ],
)
def test_with_repeats_whatever_records_also_looks_up(
    mode: str, exists: bool, looks: bool
) -> None:
    assert looks_up(RULES[Mode(mode), exists], Repeats.ALL) is looks


def test_the_short_names_are_go_vcrs_words_cut_and_vcrpys() -> None:
    assert {short: str(mode) for short, mode in SHORT_NAMES.items()} == {
        "record": "record_only",
        "all": "record_only",
        "replay": "replay_only",
        "none": "replay_only",
        "new_episodes": "replay_with_new_episodes",
        "once": "record_once",
    }


def test_the_printed_table_says_what_each_mode_does() -> None:
    new, old = "forward and record | yes |", "refuse (424) | never |"
    text = (TOP / "docs" / "modes.md").read_text(encoding="utf-8")
    shown = text.split("<!-- modes -->\n", 1)[1].split("<!-- /modes -->", 1)[0]
    assert shown.splitlines()[2:] == [
        "| `record_only` | any | empty | not looked up | forward and record"
        " | replaces it |",
        "| `replay_only` | absent | error: cassette not found |  |  |  |",
        f"| `replay_only` | present | the cassette | replay | {old}",
        f"| `replay_with_new_episodes` | absent | empty | replay | {new}",
        f"| `replay_with_new_episodes` | present | the cassette | replay | {new}",
        f"| `record_once` | absent | empty | not looked up | {new}",
        f"| `record_once` | present | the cassette | replay | {old}",
        "| `passthrough` | any | nothing | not looked up | forward | never |",
    ]


def test_the_docs_show_the_codes_own_table() -> None:
    script = TOP / "scripts" / "docs.d" / "modes_page.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_one_refusal_is_as_another() -> None:
    assert {Refuse(), Refuse()} == {REFUSE}
    assert Refuse() != Forward(record=False)
