"""What a test makes up is recorded with its requests, and handed back in a replay."""

import errno
import json
import os
from pathlib import Path

import pytest

from golden import oracle
from mitmvcr.core.errors import CassetteDamagedError, CassetteWriteError
from mitmvcr.core.jsontext import Value
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode
from mitmvcr.format import reader, yamlreader
from mitmvcr.format.check import check
from mitmvcr.session import Session, open_session
from mitmvcr.session.unused import drop_marked, drop_unused
from mitmvcr.session.variables import UnknownVariableError
from mitmvcr.store import journal, waiting
from mitmvcr.store.journal import Journal
from option_samples import parse_settings

URL = "https://api.test/"


def opened(cassette: Path, mode: str) -> Session:
    return open_session(parse_settings(cassette=str(cassette), mode=mode))


def value(session: Session, name: str, fresh: Value) -> Value:
    return session.variables.values({name: fresh})[name]


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
    assert value(session, "order id", "7f3a") == "7f3a"
    assert value(session, "seed", "") == ""
    ask(session, 2)
    assert value(session, "order id", "other") == "7f3a"  # one name, one value
    assert value(session, "late", "1") == "1"
    ask(session, 3)
    assert value(session, "last", "1") == "1"
    session.close()
    found = [each.request.variables for each in reader.load(cassette).interactions]
    expected = [
        {"last": ("1",)},
        {"order id": ("7f3a",), "seed": ("",)},
        {"late": ("1",)},
    ]
    assert [{k: tuple(v) for k, v in each.items()} for each in found] == expected

    replay = opened(cassette, "replay_only")
    assert value(replay, "order id", "fresh") == "7f3a"
    assert value(replay, "late", "fresh") == "1"
    assert value(replay, "last", "fresh") == "1"
    with pytest.raises(UnknownVariableError, match="never: was not recorded: record"):
        replay.variables.values({"late": "fresh", "never": "fresh"})
    replay.close()


def test_new_episodes_add_what_was_not_recorded(tmp_path: Path) -> None:
    cassette = tmp_path / "a.yaml"
    for mode, fresh in (("record_once", "1"), ("replay_with_new_episodes", "2")):
        session = opened(cassette, mode)
        assert value(session, "first", fresh) == "1"
        assert value(session, mode, fresh) == fresh
        ask(session, int(fresh))
        session.close()
    assert cassette.read_text().count("variables:") == 2


def test_one_that_comes_while_all_is_replayed_is_kept_too(tmp_path: Path) -> None:
    """Else a strict replay would lack it for good."""
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    value(session, "first", 1)
    for number in (1, 2):
        ask(session, number)
    session.close()
    session = opened(cassette, "replay_with_new_episodes")
    assert session.variables.values({"first": 2, "late": [3]}) == {
        "first": 1,
        "late": [3],
    }
    session.save()
    session.close()
    replay = opened(cassette, "replay_only")
    assert replay.variables.known == {"first": 1, "late": [3]}
    assert len(replay.deck) == 2
    replay.close()


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_could_not_be_written_with_a_request_is_written_with_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the recording would go on without it, or not at all."""
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    value(session, "first", "1")
    with monkeypatch.context() as patched:
        patched.setattr(waiting, "MOST", 0)
        patched.setattr(Journal, "_write", full)
        with pytest.raises(CassetteWriteError, match="no space left on device"):
            ask(session, 1)
    ask(session, 2)
    value(session, "late", "2")
    with monkeypatch.context() as patched:
        patched.setattr(journal, "replace_file", full)
        with pytest.raises(CassetteWriteError, match="no space left on device; free"):
            session.save()
    ask(session, 3)
    session.save()
    session.close()
    found = reader.load(cassette).interactions
    assert [each.request.url for each in found] == [f"{URL}2", f"{URL}3"]
    replay = opened(cassette, "replay_only")
    assert replay.variables.known == {"first": "1", "late": "2"}
    replay.close()


def test_where_the_cassette_was_broken_meanwhile_the_session_has_failed(
    tmp_path: Path,
) -> None:
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    ask(session, 1)
    session.close()
    session = opened(cassette, "replay_with_new_episodes")
    value(session, "late", 1)
    cassette.write_text("broken")
    with pytest.raises(CassetteDamagedError):
        session.close()
    assert isinstance(session.failure, CassetteDamagedError)
    assert cassette.read_text() == "broken"


def test_a_secret_is_hidden_in_the_cassette_and_not_from_the_test(
    tmp_path: Path,
) -> None:
    cassette, secret = tmp_path / "a.yaml", "hunter2-4711-zz"
    session = opened(cassette, "record_only")
    assert value(session, "password", secret) == secret
    ask(session, 1)
    assert value(session, "password", "other") == secret
    session.close()
    assert secret not in cassette.read_text()
    replay = opened(cassette, "replay_only")
    assert value(replay, "password", "other") == "[REDACTED:password]"
    replay.close()


def test_an_empty_list_that_somebody_wrote_is_no_value(tmp_path: Path) -> None:
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    value(session, "a", "1")
    ask(session, 1)
    session.close()
    text = cassette.read_text().replace('a:\n                - "1"', "a: []")
    cassette.write_text(text)
    assert "a: []" in text
    replay = opened(cassette, "replay_only")
    assert replay.variables.known == {}
    replay.close()


def test_one_that_is_dropped_hands_on_what_was_made_up(
    tmp_path: Path,
) -> None:
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    for number, name in enumerate(("a", "b", "c")):
        value(session, name, name)
        ask(session, number)
    session.close()
    assert drop_marked(session, {0, 1}) == 2
    replay = opened(cassette, "replay_only")
    assert len(replay.deck) == 1
    assert [value(replay, each, "new") for each in "abc"] == ["a", "b", "c"]
    replay.close()
    assert drop_marked(session, {0}) == 1


JSON: dict[str, Value] = {
    "number": 42,
    "float": 1.5,
    "flag": False,
    "nothing": None,
    "list": [1, "two", {"three": []}],
    "object": {"grüße": "\u2028 \x00", "": {}},
    "json": "json",
    "": "no name",
    'a: "b"\n- c #': "\ttab\r\n",
    "long " * 60: "key",
    "looks like JSON": "[1]",
}


@pytest.mark.parametrize("layout", ["v3", "v4"])
def test_any_value_of_json_is_kept_as_it_is(tmp_path: Path, layout: str) -> None:
    cassette = tmp_path / "a.yaml"
    given = {"cassette": str(cassette), "layout": layout, "mode": "record_only"}
    session = open_session(parse_settings(**given))
    assert session.variables.values(JSON) == JSON
    ask(session, 1)
    session.close()
    loaded = yamlreader.read(cassette.read_bytes()).interactions
    assert list(loaded) == list(reader.load(cassette).interactions)
    assert isinstance(oracle.read(cassette.read_bytes(), layout), Cassette)
    replay = opened(cassette, "replay_only")
    assert replay.variables.values(dict.fromkeys(JSON, "other")) == JSON
    replay.close()


def test_a_secret_in_json_is_hidden_as_in_a_body(tmp_path: Path) -> None:
    cassette, secret = tmp_path / "a.yaml", "hunter2-4711-zz"
    session = opened(cassette, "record_only")
    made = {"user": {"name": "alice", "password": secret}, "again": [secret]}
    assert session.variables.values(made) == made
    assert session.variables.values({"passwd": 471147114711}) == {
        "passwd": 471147114711
    }
    ask(session, 1)
    session.close()
    text = cassette.read_text()
    assert secret not in text
    assert "4711" not in text
    hidden = "[REDACTED:password]"
    replay = opened(cassette, "replay_only")
    assert replay.variables.known == {
        "user": {"name": "alice", "password": hidden},
        "again": [hidden],
        "passwd": 0,
    }
    replay.close()


@pytest.mark.parametrize("items", [["json", "{"], ["json", "NaN"], ["a", "b"], "abc"])
def test_a_value_that_somebody_broke_is_named(tmp_path: Path, items: list[str]) -> None:
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    value(session, "seed", 1)
    ask(session, 1)
    session.close()
    old, dash = cassette.read_text(), "\n                - "
    text = old.replace(
        f'{dash}json{dash}"1"', "".join(f"{dash}{json.dumps(i)}" for i in items)
    )
    assert text != old
    cassette.write_text(text)
    (problem,) = check(cassette)
    assert "request.variables.seed" in str(problem)
    with pytest.raises(CassetteDamagedError, match=r"request\.variables\.seed"):
        opened(cassette, "replay_only")


def test_a_value_outlives_the_last_requests_that_nothing_asks_for(
    tmp_path: Path,
) -> None:
    """Else the run after one with ``--drop-unused`` would not find it."""
    cassette = tmp_path / "a.yaml"
    session = opened(cassette, "record_only")
    ask(session, 1)
    value(session, "late", "1")
    ask(session, 2)
    session.close()
    replay = opened(cassette, "replay_only")
    assert replay.plan(Request(method="GET", url=f"{URL}1"))
    replay.replayed()
    assert value(replay, "late", "2") == "1"
    replay.close()
    assert drop_unused(replay) == 1
    again = opened(cassette, "replay_only")
    assert value(again, "late", "3") == "1"
    again.close()
