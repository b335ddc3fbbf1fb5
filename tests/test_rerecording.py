"""Which sessions are recorded anew where only some are."""

import json
from pathlib import Path

import pytest

from mitmvcr.core.errors import OptionError
from mitmvcr.core.modes import Mode
from mitmvcr.options import BY_NAME
from mitmvcr.rerecording import mode_of

read = BY_NAME["rerecord"].read


def test_names_may_be_globs_and_what_failed_is_in_a_report(tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    report.write_text(json.dumps({"failed_sessions": ["b", "a/c"]}))
    assert read((" login/* ", "a.yaml", "", "a", f"@{report}")) == (
        ("login/*", "a", "b", "a/c")
    )
    assert read(()) == read(("",)) == ()
    report.write_text(json.dumps({"failed_sessions": []}))
    none = read((f"@{report}",))
    assert none != ()
    assert mode_of("a", Mode.RECORD_ONCE, none) is Mode.REPLAY_ONLY
    assert read(none) == none


def test_a_name_with_brackets_is_itself(tmp_path: Path) -> None:
    """As that of a test with parameters; what a report names is no glob."""
    report, wished = tmp_path / "r.json", Mode.RECORD_ONCE
    report.write_text(json.dumps({"failed_sessions": ["test_page[1]"]}))
    of_report = read((f"@{report}",))
    assert mode_of("test_page[1]", wished, of_report) is Mode.RECORD_ONLY
    assert mode_of("test_page1", wished, of_report) is Mode.REPLAY_ONLY
    assert mode_of("test_page[1]", wished, ("test_page[1]",)) is Mode.RECORD_ONLY
    assert mode_of("test_page1", wished, ("test_page[1]",)) is Mode.RECORD_ONLY
    assert mode_of("test_page[2]", wished, ("test_page[1]",)) is Mode.REPLAY_ONLY


@pytest.mark.parametrize(
    "data", ["", "[]", "{}", '{"failed_sessions": 1}', "\xff", "[" * 200_000]
)
def test_what_is_no_report_is_told(tmp_path: Path, data: str) -> None:
    report = tmp_path / "r.json"
    report.write_text(data, "latin-1")
    with pytest.raises(
        OptionError, match="is not a report of several sessions; name the"
    ):
        read((f"@{report}",))
    with pytest.raises(OptionError, match="cannot be read: Is a directory; name the"):
        read((f"@{tmp_path}",))
    with pytest.raises(OptionError, match="cannot be read: No such file"):
        read(("@~no-such-user/r.json",))


@pytest.mark.parametrize(
    ("name", "wished", "mode"),
    [
        ("login/ok", Mode.REPLAY_ONLY, Mode.RECORD_ONLY),
        ("login/ok", Mode.PASSTHROUGH, Mode.RECORD_ONLY),
        ("other", Mode.RECORD_ONLY, Mode.RECORD_ONLY),
        ("others", Mode.RECORD_ONLY, Mode.REPLAY_ONLY),
        ("others", Mode.REPLAY_WITH_NEW_EPISODES, Mode.REPLAY_ONLY),
        ("others", Mode.RECORD_ONCE, Mode.REPLAY_ONLY),
        ("others", Mode.PASSTHROUGH, Mode.PASSTHROUGH),
    ],
)
def test_all_others_are_replayed_whatever_is_wished(
    name: str, wished: Mode, mode: Mode
) -> None:
    assert mode_of(name, wished, ("login/*", "other")) is mode
    assert mode_of(name, wished, ()) is wished
