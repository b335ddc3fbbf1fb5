"""Recorded with a key in the environment, replayed without: in one session each."""

from dataclasses import replace
from pathlib import Path

import pytest

from memory_store import MemoryStore
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Mode, Refuse, Repeats, Replay
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.session import Session

KEY = "0123456789abcdef-key"


def url(key: str, query: str = "") -> str:
    return f"https://api.test/forecast/{key}/42{query}"


def asked(target: str, body: str = "") -> Request:
    return Request(method="POST", url=target, body=body.encode())


def session(
    store: MemoryStore, mode: Mode, rules: Rules, **environment: str
) -> Session:
    exists = store.exists()
    return Session(
        store, mode, Repeats.NO, exists=exists, rules=rules, environment=environment
    )


def recorded(*requests: Request, rules: Rules = DEFAULT) -> MemoryStore:
    store = MemoryStore(None)
    first = session(store, Mode.RECORD_ONCE, rules, SKY_API_KEY=KEY)
    for request in requests:
        response = Response(code=200, status="200 OK")
        first.record(Interaction(0, request, response))
    first.close()
    return store


RULES = [DEFAULT, Rules(secrets=("SKY_API_KEY",))]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize(
    ("live", "environment"),
    [
        ("", {}),
        ("", {"SKY_API_KEY": ""}),
        ("None", {}),
        ("dummy", {"SKY_API_KEY": "dummy"}),
        (KEY, {}),
        (KEY, {"SKY_API_KEY": KEY}),
        ("any-dummy-of-length-1", {"SKY_API_KEY": "any-dummy-of-length-1"}),
    ],
)
def test_a_key_that_is_not_there_matches(
    rules: Rules, live: str, environment: dict[str, str]
) -> None:
    requests = [asked(url(KEY)), asked(url("x"), f'{{"key":"{KEY}","n":1}}')]
    store = recorded(*requests, rules=rules)
    assert KEY not in str(store.load())
    replay = session(store, Mode.REPLAY_ONLY, rules, **environment)
    for request in (
        asked(url(live)),
        asked(url("x"), f'{{"n": 1, "key": "{live}"}}'),
    ):
        assert isinstance(replay.plan(request), Replay)
    assert isinstance(replay.plan(asked(url(live))), Refuse)


def test_another_value_than_that_of_a_variable_is_a_miss() -> None:
    replay = session(
        recorded(asked(url(KEY))), Mode.REPLAY_ONLY, DEFAULT, SKY_API_KEY=KEY
    )
    assert isinstance(replay.plan(asked(url("other"))), Refuse)
    assert replay.explain(asked(url("other"))).unset == ()


def test_a_miss_names_the_variable_that_was_filled_in() -> None:
    store = recorded(asked(url(KEY), '{"n":1}'))
    replay = session(store, Mode.REPLAY_ONLY, DEFAULT)
    request = asked(url(""), '{"n":2}')
    assert isinstance(replay.plan(request), Refuse)
    miss = replay.explain(request)
    assert miss.url == url("")
    assert "path" not in miss.reason
    assert miss.reason.endswith(
        "body.n: 2 was 1; vcr_ignore_json=$.n would let it match; SKY_API_KEY is"
        " unset or too short here, and the recording has a value there: any of 8"
        " characters or more would do"
    )


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        (asked(url("a/b")), "path: /forecast/a/b/42 was /forecast/[REDACTED]/42"),
        (
            asked(url("x"), '{"key":["x"]}'),
            "body.key: they differ in a hidden value (key)",
        ),
    ],
)
def test_a_miss_names_the_variable_where_it_differs(
    request_: Request, place: str
) -> None:
    store = recorded(asked(url(KEY)), asked(url("x"), f'{{"key":"{KEY}"}}'))
    replay = session(store, Mode.REPLAY_ONLY, DEFAULT)
    miss = replay.explain(request_)
    assert place in miss.reason
    assert miss.unset == ("SKY_API_KEY",)


def test_several_variables_are_named_together() -> None:
    request = asked("https://h/?a=[REDACTED:A_KEY]&b=[REDACTED:B_KEY]&c=1")
    store = recorded(request)
    replay = session(store, Mode.REPLAY_ONLY, DEFAULT)
    miss = replay.explain(replace(request, url="https://h/?a=&b=&c=2"))
    assert miss.unset == ("A_KEY", "B_KEY")
    assert miss.lacks.startswith("A_KEY and B_KEY are unset or too short here")


def test_a_request_with_blanks_is_recorded_only_where_nothing_matches(
    tmp_path: Path,
) -> None:
    store = recorded(asked(url(KEY)))
    both = session(store, Mode.REPLAY_WITH_NEW_EPISODES, DEFAULT)
    assert isinstance(both.plan(asked(url(""))), Replay)
    assert not isinstance(both.plan(asked(url("", "?new=1"))), Replay)
    both.close()
