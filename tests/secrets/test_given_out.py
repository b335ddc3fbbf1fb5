"""Tokens and cookies that a replay gave out tell two accounts apart, as the real ones
did."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from memory_store import MemoryStore
from mitmvcr.codings import decoded, encoded
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Mode, Repeats, Replay
from mitmvcr.secrets.given import given_out, marked
from mitmvcr.secrets.rules import Rules
from mitmvcr.session import Session

URL = "https://api.test/"
JSON = {"Content-Type": ["application/json"]}


def log_in(name: str) -> Request:
    body = f'{{"user":"{name}","password":"the-{name}-password"}}'.encode()
    return Request("POST", URL + "login", body=body, headers=JSON)


def asks(path: str, **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request("GET", URL + path, headers=fields)


def answer(body: str, **headers: str) -> Response:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    data = body.encode()
    fields |= {"Content-Length": [str(len(data))], **JSON}
    return Response(
        code=200, status="200 OK", body=data, headers=fields, content_length=len(data)
    )


def jwt(**claims: object) -> str:
    parts = [{"alg": "RS256"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode() for p in parts]
    return ".".join([*(each.rstrip("=") for each in coded), "c2lnbmF0dXJl" * 4])


class Origin:
    """Gives out tokens by its ``way``, and knows by them who asks."""

    def __init__(self, way: str) -> None:
        self.way = way

    def token(self, name: str) -> str:
        if self.way in ("jwt", "fake"):
            return jwt(sub=name.rjust(8), scope="all", iat=1_700_000_000)
        return f"{name}-0a1B2c3D4e5F6g7H8i9J"

    def admits(self, name: str) -> Response:
        token = self.token(name)
        if self.way == "cookie":
            return answer("{}", Set_Cookie=f"sid={token}; Path=/; HttpOnly")
        if self.way == "header":
            return answer("{}", X_Auth_Token=token)
        field = "id_token" if self.way in ("jwt", "fake") else "access_token"
        return answer(f'{{"n":1,"{field}":"{token}","expires_in":3600}}')


def sent_back(way: str, got: Response) -> Request:
    """Return the request of a client that uses what it was given."""
    if way == "cookie":
        value = got.headers["Set-Cookie"][0].partition(";")[0]
        return asks("me", Cookie=value)
    if way == "header":
        return asks("me", X_Auth_Token=got.headers["X-Auth-Token"][0])
    token = got.body.decode().split('"')[5]
    if way == "query":
        return asks(f"me?a=1&access_token={token}")
    return asks("me", Authorization=f"Bearer {token}")


class Play:
    def __init__(self, store: MemoryStore, mode: Mode, way: str) -> None:
        self.session = Session(
            store,
            mode,
            Repeats.NO,
            exists=store.exists(),
            matcher=Matcher(),
            rules=Rules(fake=way == "fake"),
        )

    def record(self, request: Request, response: Response) -> Response:
        self.session.plan(request)
        self.session.record(Interaction(0, request, response))
        return response

    def replay(self, request: Request) -> Response | None:
        found = self.session.plan(request)
        return found.interaction.response if isinstance(found, Replay) else None


def recorded(way: str, names: Sequence[str]) -> MemoryStore:
    store, origin = MemoryStore(), Origin(way)
    tape = Play(store, Mode.RECORD_ONLY, way)
    for name in names:
        got = tape.record(log_in(name), origin.admits(name))
        tape.record(sent_back(way, got), answer(f'{{"i am":"{name}"}}'))
    tape.session.close()
    return store


@pytest.fixture(params=["cookie", "header", "query", "bearer", "jwt", "fake"])
def way(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


def test_each_account_goes_on_as_itself_in_any_order(way: str) -> None:
    store = recorded(way, ["alice", "bob", "carol"])
    replay = Play(store, Mode.REPLAY_ONLY, way)
    for name in ("carol", "alice", "bob"):
        got = replay.replay(log_in(name))
        assert got is not None
        assert name.encode() + b"-0a" not in got.body
        mine = replay.replay(sent_back(way, got))
        assert mine is not None
        assert mine.body == b'{"i am":"%b"}' % name.encode()
    assert replay.session.summary().unused == 0


def test_two_logged_in_at_once_are_kept_apart(way: str) -> None:
    replay = Play(recorded(way, ["alice", "bob"]), Mode.REPLAY_ONLY, way)
    given = {name: replay.replay(log_in(name)) for name in ("bob", "alice")}
    for name, got in given.items():
        assert got is not None
        mine = replay.replay(sent_back(way, got))
        assert mine is not None
        assert name.encode() in mine.body
        assert replay.replay(sent_back(way, got)) is None


def test_lengths_are_those_of_what_is_given(way: str) -> None:
    for name in ("alice", "bob"):
        replay = Play(recorded(way, ["alice", "bob"]), Mode.REPLAY_ONLY, way)
        got = replay.replay(log_in(name))
        assert got is not None
        assert got.headers["Content-Length"] == [str(len(got.body))]
        assert got.content_length == len(got.body)


def test_one_account_is_written_as_before(way: str) -> None:
    store = recorded(way, ["alice", "alice"])
    assert store.cassette is not None
    first = store.cassette.interactions[0]
    assert not any(each.request.identity for each in store.cassette.interactions)
    assert b"--" not in first.response.body
    assert "--" not in str(first.response.headers)
    if way == "fake":
        assert b".AAAAAAAAAA" in first.response.body


def test_a_pair_with_a_secret_that_was_given_out_is_anybodys() -> None:
    """A client that registers itself is given its secret, and sends it as Basic."""

    def registers(name: str) -> Request:
        body = f'{{"client_name":"{name}","password":"the-{name}-password"}}'
        return Request("POST", URL + "register", body=body.encode(), headers=JSON)

    def basic(secret: str) -> Request:
        pair = base64.b64encode(f"id:{secret}".encode()).decode()
        return asks("token", Authorization=f"Basic {pair}")

    store = MemoryStore()
    tape = Play(store, Mode.RECORD_ONLY, "")
    for name in ("one", "two"):
        secret = f"{name}-0a1B2c3D4e5F6g7H8i9J"
        body = f'{{"client_id":"id","client_secret":"{secret}"}}'
        tape.record(registers(name), answer(body))
        tape.record(basic(secret), answer(name))
    tape.session.close()
    replay = Play(store, Mode.REPLAY_ONLY, "")
    got = replay.replay(registers("one"))
    assert got is not None
    mine = replay.replay(basic(json.loads(got.body)["client_secret"]))
    assert mine is not None
    assert mine.body == b"one"


@pytest.mark.parametrize(
    ("met", "kept", "given"),
    [
        (b'{"a":"x"}', b'{"a":"[REDACTED:a]"}', (b"x",)),
        (b"a=x;b=y", b"a=[REDACTED:a];b=[REDACTED:b]", (b"x", b"y")),
        (b"xy", b"[REDACTED:a][REDACTED:b]", (b"", b"xy")),
        (b"a=x;c=y", b"a=[REDACTED:a];b=[REDACTED:b]", (b"", b"")),
        (b"b=x", b"a=[REDACTED:a]", (b"",)),
        (b"a=x!", b"a=[REDACTED:a]?", (b"",)),
        (b"same", b"same", ()),
    ],
)
def test_values_are_those_between_what_stayed(
    met: bytes, kept: bytes, given: tuple[bytes, ...]
) -> None:
    assert given_out(Response(body=met), Response(body=kept)) == given


def test_what_holds_another_number_of_them_stays() -> None:
    written = Interaction(0, Request(), Response(body=b"[REDACTED:a]"))
    assert marked(written, ["x4", "q7"]) is written
    assert marked(written, [""]) is written
    assert marked(written, ["x4"]).response.body == b"[REDACTED:a--x4]"
    two = replace(written, response=Response(body=b"[REDACTED:a] [REDACTED:b]"))
    assert marked(two, ["", "x4"]).response.body == b"[REDACTED:a] [REDACTED:b--x4]"


def test_where_there_are_other_texts_nothing_is_known() -> None:
    met = Response(body=b"x", headers={"A": ["x"]})
    assert given_out(met, Response(body=b"[REDACTED:a]")) == ()


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_what_is_given_out_in_a_coding_is_marked_too(coding: str) -> None:
    store = MemoryStore()
    tape = Play(store, Mode.RECORD_ONLY, "")
    for name in ("one", "two"):
        token = f"{name}-0a1B2c3D4e5F6g7H8i9J"
        body = encoded(f'{{"access_token":"{token}"}}'.encode(), coding)
        headers = {"Content-Encoding": [coding], **JSON}
        tape.record(log_in(name), Response(code=200, body=body, headers=headers))
        tape.record(asks("me", Authorization=f"Bearer {token}"), answer(name))
    tape.session.close()
    replay = Play(store, Mode.REPLAY_ONLY, "")
    got = replay.replay(log_in("two"))
    assert got is not None
    token = json.loads(decoded(got.body, coding))["access_token"]
    mine = replay.replay(asks("me", Authorization=f"Bearer {token}"))
    assert mine is not None
    assert mine.body == b"two"


def test_no_length_changes_in_a_binary_message() -> None:
    body = b"\x82\xa1t\xb0[REDACTED:t----]"
    headers = {"Content-Type": ["application/msgpack"]}
    written = Interaction(0, Request(), Response(body=body, headers=headers))
    assert marked(written, ["x4"]).response.body == body
