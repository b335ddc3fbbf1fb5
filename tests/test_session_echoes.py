"""What a client makes up and a response repeats, recorded to a file and replayed."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from mitmvcr.core.matching import Matcher, MatchSpec, parse_ignore
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Repeats, Replay
from mitmvcr.echo.choice import Names, pairs_of
from mitmvcr.format.reader import loads
from mitmvcr.format.writer import dumps
from mitmvcr.session import Session
from mitmvcr.store.store import FileStore

ONE, TWO = (
    "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    "6fa459ea-ee8a-4ca4-894e-db77e160355e",
)
FREE = Matcher(MatchSpec(ignore_query=(parse_ignore("run="),)))


def asked(value: str, **headers: list[str]) -> Request:
    return Request("GET", f"https://h/?run={value}", headers=headers)


def session(path: Path, mode: Mode, *, echoes: bool = True) -> Session:
    return Session(
        FileStore(path),
        mode,
        Repeats.ALL,
        exists=path.exists(),
        matcher=FREE,
        echoes=echoes,
    )


def record(path: Path, body: str, *, echoes: bool = True) -> Request:
    recording = session(path, Mode.RECORD_ONLY, echoes=echoes)
    response = Response(body=body.encode(), code=200)
    recording.record(Interaction(0, asked(ONE), response))
    recording.close()
    return loads(path.read_bytes(), "x").interactions[0].request


def replayed(path: Path, *, echoes: bool = True) -> bytes:
    decision = session(path, Mode.REPLAY_ONLY, echoes=echoes).plan(asked(TWO))
    assert isinstance(decision, Replay)
    return decision.interaction.response.body


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.yaml"


def test_a_replay_repeats_what_this_client_made_up(path: Path) -> None:
    assert record(path, f"you said {ONE}").echoes == ("query.run",)
    assert "        echoes:\n            - query.run\n" in path.read_text()
    assert replayed(path) == f"you said {TWO}".encode()
    assert replayed(path, echoes=False) == f"you said {ONE}".encode()


def test_without_it_nothing_is_kept(path: Path) -> None:
    assert record(path, f"you said {ONE}", echoes=False).echoes == ()
    assert "echoes" not in path.read_text()


def test_a_secret_that_is_repeated_is_neither_kept_nor_put_back(path: Path) -> None:
    secret = "sk-proj-aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA"
    recording = session(path, Mode.RECORD_ONLY)
    headers = {"Authorization": [f"Bearer {secret}"]}
    request = Request("GET", f"https://h/?run={secret}&state={secret}", headers=headers)
    response = Response(body=f"you said {secret}".encode(), code=200)
    recording.record(Interaction(0, request, response))
    recording.close()
    assert secret not in path.read_text()
    assert loads(path.read_bytes(), "x").interactions[0].request.echoes == ()


def flow(value: str, body: str) -> list[Interaction]:
    """A nonce that is sent first, and comes back later; once in a list of names."""
    first = Interaction(0, asked(value), Response(body=b"go on", code=200))
    later = Request("GET", f"https://h/token?run={value[:8]}")
    return [first, Interaction(1, later, Response(body=body.encode(), code=200))]


def test_what_an_earlier_request_made_up_comes_back(path: Path) -> None:
    recording = session(path, Mode.RECORD_ONLY)
    for each in flow(ONE, f'["{ONE}"]'):
        recording.record(each)
    recording.close()
    held = loads(path.read_bytes(), "x").interactions
    assert [each.request.echoes for each in held] == [
        ("query.run",),
        ("earlier.query.run",),
    ]
    replay = session(path, Mode.REPLAY_ONLY)
    first, later = (each.request for each in flow(TWO, ""))
    replay.plan(first)
    decision = replay.plan(later)
    assert isinstance(decision, Replay)
    assert decision.interaction.response.body == f'["{TWO}"]'.encode()


def test_what_none_repeats_is_not_kept(path: Path) -> None:
    recording = session(path, Mode.RECORD_ONLY)
    for each in flow(ONE, '["nothing-of-it"]'):
        recording.record(each)
    recording.close()
    held = loads(path.read_bytes(), "x").interactions
    assert [each.request.echoes for each in held] == [(), ()]


@pytest.mark.parametrize("signature", ["c2lnbmVk", "AAAAAAAA"])
def test_a_token_that_loses_its_signature_is_told_once(
    path: Path, caplog: pytest.LogCaptureFixture, signature: str
) -> None:
    claims = urlsafe_b64encode(f'{{"nonce":"{ONE}"}}'.encode()).decode().rstrip("=")
    token = f"eyJhbGciOiJSUzI1NiJ9.{claims}.{signature}"
    request = replace(asked(ONE), echoes=("query.run",))
    response = Response(body=f'{{"id_token":"{token}"}}'.encode(), code=200)
    path.write_bytes(dumps(Cassette([Interaction(0, request, response)])))
    replay = session(path, Mode.REPLAY_ONLY)
    for _ in range(2):
        decision = replay.plan(asked(TWO))
        assert isinstance(decision, Replay)
        assert decision.interaction.response.body.count(b'.AAAAAAAA"') == 1
    said = [each.message for each in caplog.records]
    assert said == [
        "mitmvcr: a JWT of https://h/ has the client's own nonce, and a signature of"
        " zeros: a client that verifies it will refuse it"
    ] * (signature != "AAAAAAAA")


# Ids that name things


def things(first: str, second: str) -> list[Interaction]:
    """Two things are made, under ids that the client makes up, and asked for."""
    made = [
        Interaction(0, Request("PUT", f"https://h/?run={each}"), Response(code=201))
        for each in (first, second)
    ]
    return made + [
        Interaction(0, asked(each), Response(code=200, body=body))
        for each, body in ((first, b"the first"), (second, b"the second"))
    ]


def bodies(held: list[Interaction], *requests: Request) -> list[bytes]:
    path = Path("c.yaml")
    path.write_bytes(dumps(Cassette(held)))
    replay = Session(
        FileStore(path), Mode.REPLAY_ONLY, Repeats.NO, exists=True, matcher=FREE
    )
    found = [replay.plan(each) for each in requests]
    return [e.interaction.response.body for e in found if isinstance(e, Replay)]


THREE = "0b4e28ba-2fa1-41d2-883f-0016d3cca427"
FOUR = "9fa459ea-ee8a-4ca4-894e-db77e160355e"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_thing_is_known_by_the_id_that_it_was_made_under() -> None:
    held = things(ONE, TWO)
    made = [each.request for each in things(THREE, FOUR)[:2]]
    found = bodies(held, *made, asked(FOUR), asked(THREE))
    assert found == [b"", b"", b"the second", b"the first"]
    assert bodies(held, *made, asked(THREE), asked(FOUR))[2:] == [
        *(b"the first", b"the second")
    ]


@pytest.mark.usefixtures("folder")
def test_where_no_id_fits_they_answer_in_the_order_recorded() -> None:
    held = things(ONE, TWO)
    made = things(THREE, FOUR)[0].request
    assert bodies(held, made, made, asked(FOUR), asked(THREE)) == [
        *(b"", b"", b"the first", b"the second")
    ]


@pytest.mark.usefixtures("folder")
def test_an_answer_chosen_by_ids_does_not_stand_for_the_same_request() -> None:
    path = Path("c.yaml")
    path.write_bytes(dumps(Cassette(things(ONE, TWO))))
    replay = Session(
        FileStore(path), Mode.REPLAY_ONLY, Repeats.ALL, exists=True, matcher=FREE
    )
    planned = replay.plan(asked(THREE))
    assert isinstance(planned, Replay)
    assert not replay.standing.holds(planned)


def test_ids_are_told_by_their_looks_and_not_many_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mitmvcr.echo.choice._MOST_IDS", 1)
    names = Names()
    pairs = [pairs_of(asked(o), asked(n)) for o, n in ((ONE, THREE), (TWO, FOUR))]
    for each in pairs:
        names.note(each)
    assert names.fit(pairs[0])
    assert not names.fit([(ONE, FOUR)])
    assert not names.fit([(TWO, THREE)])
    assert names.fit([(TWO, ONE)])
    assert pairs_of(asked("1764288531"), asked("1764288532")) == []
    assert pairs_of(asked(ONE), asked(ONE)) == ()
    large = replace(asked(TWO), body=b"x" * 70_000)
    assert pairs_of(asked(ONE), large) == [(ONE, TWO)]


@pytest.mark.parametrize(
    ("live", "said"), [("req-00000008", "req-00000008"), ("req-10", "req-00000007")]
)
def test_what_answers_before_all_is_said_repeats_what_its_head_has(
    path: Path, live: str, said: str
) -> None:
    """In messages only what is as long: their lengths would be wrong, and those of
    fields within them."""
    kind = {"Content-Type": ["application/grpc"]}

    def message(text: str) -> bytes:
        return b"\0\0\0\0" + bytes([len(text) + 2, 10, len(text)]) + text.encode()

    def call(name: str) -> Request:
        headers = kind | {"X-Request-Id": [name]}
        return Request(method="POST", url="https://x/s/m", headers=headers)

    recorded = replace(call("req-00000007"), body=message("asked"))
    response = Response(
        code=200, body=message("req-00000007"), headers=kind, turns=(1, 1, 2)
    )
    recording = session(path, Mode.RECORD_ONLY)
    recording.record(Interaction(0, recorded, response))
    recording.close()
    playing = session(path, Mode.REPLAY_ONLY)
    played = playing.play(0, call(live), call(live))
    assert played.interaction.response.body == message(said)
