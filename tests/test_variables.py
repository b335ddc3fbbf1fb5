"""What a test makes up is recorded with its requests, and handed back in a replay."""

from pathlib import Path

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Mode
from mitmvcr.format import reader
from mitmvcr.session import Session, open_session
from mitmvcr.session.unused import drop_marked
from option_samples import parse_settings

URL = "https://api.test/"


def opened(cassette: Path, mode: str) -> Session:
    return open_session(parse_settings(cassette=str(cassette), mode=mode))


def ask(session: Session, number: int) -> None:
    request = Request(method="GET", url=f"{URL}{number}")
    session.record(Interaction(0, request, Response(code=200, status="200 OK")))


def test_a_value_is_recorded_with_the_next_request_and_handed_back(
    tmp_path: Path,
) -> None:
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    assert session.mode is Mode.RECORD_ONLY
    ask(session, 1)
    assert session.variables.value("order id", "7f3a") == "7f3a"
    assert session.variables.value("seed", "") == ""
    ask(session, 2)
    assert session.variables.value("order id", "other") == "7f3a"  # one name, one value
    assert session.variables.value("late", "1") == "1"
    ask(session, 3)
    assert session.variables.value("last", "1") == "1"
    session.close()
    found = [each.request.variables for each in reader.load(cassette).interactions]
    expected = [
        {"last": ("1",)},
        {"order id": ("7f3a",), "seed": ("",)},
        {"late": ("1",)},
    ]
    assert [{k: tuple(v) for k, v in each.items()} for each in found] == expected

    replay = opened(cassette, "replay_only")
    assert replay.variables.value("order id", "fresh") == "7f3a"
    assert replay.variables.value("late", "fresh") == "1"
    assert replay.variables.value("last", "fresh") == "1"
    assert replay.variables.value("never", "fresh") == "fresh"
    replay.close()


def test_new_episodes_add_what_was_not_recorded(tmp_path: Path) -> None:
    cassette = tmp_path / "a.yaml"
    for mode, fresh in (("record_once", "1"), ("replay_with_new_episodes", "2")):
        session = opened(cassette, mode)
        assert session.variables.value("first", fresh) == "1"
        assert session.variables.value(mode, fresh) == fresh
        ask(session, int(fresh))
        session.close()
    assert cassette.read_text().count("variables:") == 2


def test_a_secret_is_hidden_in_the_cassette_and_not_from_the_test(
    tmp_path: Path,
) -> None:
    cassette, secret = tmp_path / "a.yaml", "hunter2-4711-zz"
    session = opened(cassette, "record_only")
    assert session.variables.value("password", secret) == secret
    ask(session, 1)
    assert session.variables.value("password", "other") == secret
    session.close()
    assert secret not in cassette.read_text()
    replay = opened(cassette, "replay_only")
    assert replay.variables.value("password", "other") == "[REDACTED:password]"
    replay.close()


def test_an_empty_list_that_somebody_wrote_is_no_value(tmp_path: Path) -> None:
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    session.variables.value("a", "1")
    ask(session, 1)
    session.close()
    text = cassette.read_text().replace('a:\n                - "1"', "a: []")
    cassette.write_text(text)
    assert "a: []" in text
    replay = opened(cassette, "replay_only")
    assert replay.variables.value("a", "2") == "2"
    replay.close()


def test_one_that_is_dropped_hands_on_what_was_made_up(
    tmp_path: Path,
) -> None:
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    for number, name in enumerate(("a", "b", "c")):
        session.variables.value(name, name)
        ask(session, number)
    session.close()
    assert drop_marked(session, {0, 1}) == 2
    replay = opened(cassette, "replay_only")
    assert len(replay.deck) == 1
    assert [replay.variables.value(each, "new") for each in "abc"] == ["a", "b", "c"]
    replay.close()
    assert drop_marked(session, {0}) == 1
