"""Options that can have no effect are told with the way that works."""

from pathlib import Path

import pytest

from made_up import github
from mitmvcr.core.matching import MatchSpec
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.options import Settings
from mitmvcr.secrets.effects import not_compared, not_hidden
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import MINIMAL, Rules
from mitmvcr.session import open_session


@pytest.mark.parametrize(
    "name", ["Authorization", "x-api-key", "X-Auth-Token", "proxy-authorization"]
)
def test_a_header_that_is_left_out_cannot_be_compared(name: str) -> None:
    [(part, why)] = not_compared(["method", f"header:{name}"], Rules())
    assert part == f"header:{name}"
    assert f"{{keep}}={name.lower()}" in why
    assert list(not_compared([part], Rules(keep=(name,)))) == []
    assert list(not_compared([part], Rules(off=True))) == []


def test_a_header_that_is_not_recorded_cannot_be_compared() -> None:
    rules = Rules(headers_kept=MINIMAL)
    parts = ["header:X-Mode", "header:Accept"]
    assert [part for part, _ in not_compared(parts, rules)] == ["header:X-Mode"]


@pytest.mark.parametrize("name", ["typo", "X-Mode", "colour"])
def test_a_name_that_nothing_has_keeps_nothing(name: str) -> None:
    assert [each for each, _ in not_hidden(Rules(keep=(name,)))] == [name]
    assert list(not_hidden(Rules(keep=(name,), off=True))) == []


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "X-Api-Key",
        "password",
        "api_key",
        "cookie",
        "jwt",
        "userinfo",
        "OPENAI_API_KEY",
    ],
)
def test_a_name_that_something_has_is_not_told(name: str) -> None:
    assert list(not_hidden(Rules(keep=(name,)))) == []
    assert list(not_hidden(Rules(keep=("typo",), query=("typo",)))) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer sk-abcdefgh12345678abcdefgh12345678"),
        ("Authorization", "Basic dXNlcjpwYXNzd29yZDE="),
        ("X-Api-Key", github("abcdefghijklmnopqrstuvwxyz0123")),
    ],
)
def test_a_header_that_is_kept_is_kept_as_it_is(name: str, value: str) -> None:
    request = Request("GET", "http://h/", headers={name: [value], "Accept": ["x"]})
    met = Interaction(0, request, Response(code=200))
    kept = Redactor(Rules(keep=(name.lower(),))).interaction(met)
    assert kept.request.headers == request.headers
    assert name not in Redactor(Rules()).interaction(met).request.headers


def test_what_is_a_secret_elsewhere_is_hidden_in_a_kept_header() -> None:
    redactor = Redactor(Rules(keep=("authorization",)), {"A_TOKEN": "of-a-variable-1"})
    request = Request(
        "GET", "http://h/", headers={"Authorization": ["Bearer of-a-variable-1"]}
    )
    kept = redactor.interaction(Interaction(0, request, Response(code=200)))
    assert kept.request.headers == {"Authorization": ["Bearer [REDACTED:A_TOKEN]"]}


def test_a_session_tells_them_at_its_start(tmp_path: Path) -> None:
    settings = Settings(
        cassette=tmp_path / "a.yaml",
        matching=MatchSpec(("method", "header:Authorization")),
        redaction=Rules(keep=("typo",)),
    )
    told = open_session(settings).common
    assert [text.partition(": ")[0] for text in told] == [
        "vcr_match=header:Authorization",
        "vcr_keep=typo",
    ]
    assert "vcr_keep=authorization" in told[0]
    assert open_session(Settings(cassette=tmp_path / "b.yaml")).common == []


@pytest.mark.parametrize(
    ("name", "body", "headers"),
    [
        ("jwt", b'{"note": "%b"}', {}),
        ("jwt", b'{"id_token": "%b"}', {}),
        ("api_key", b'{"apiKey": "x1y2z3w4"}', {}),
        ("X-Api-Key", b"", {"X-Api-Key": ["x1y2z3w4"]}),
        ("sid", b"", {"Set-Cookie": ["sid=x1y2z3w4"]}),
        ("userinfo", b"http://me:x1y2z3w4@h/", {}),
        ("sig", b"http://h/?sig=x1y2z3w4", {}),
    ],
)
def test_a_name_that_nothing_had_is_told(
    name: str, body: bytes, headers: Headers
) -> None:
    token = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij"
    body = body.replace(b"%b", token)
    answer = Response(code=200, body=body, headers=headers)
    redactor = Redactor(Rules(keep=(name, "db_password")))
    assert redactor.kept_in_vain == [name, "db_password"]
    kept = redactor.interaction(Interaction(0, Request(), answer))
    assert (kept.response.body, kept.response.headers) == (body, headers)
    assert redactor.kept_in_vain == ["db_password"]


def test_a_variable_that_is_kept_is_had() -> None:
    environment = {"SHOP_API_KEY": "k3y-of-the-shop-1"}
    redactor = Redactor(Rules(keep=("SHOP_API_KEY",)), environment)
    assert redactor.kept_in_vain == []
    assert redactor.memory.size == 0


@pytest.mark.parametrize(
    "body", [b'{"note": "eyJust a word"}', b"eyJhbGciOiJIUzI1NiJ9"]
)
def test_what_only_begins_like_a_kept_form_is_not_had(body: bytes) -> None:
    redactor = Redactor(Rules(keep=("jwt",)))
    met = Interaction(0, Request(), Response(code=200, body=body))
    assert redactor.interaction(met) is met
    assert redactor.kept_in_vain == ["jwt"]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("Host", "compare {match}=host"), ("Transfer-Encoding", "leave it out")],
)
def test_what_no_recording_holds_as_a_header_is_told(name: str, remedy: str) -> None:
    [(part, why)] = not_compared([f"header:{name}"], Rules())
    assert part == f"header:{name}"
    assert why.endswith(remedy)
