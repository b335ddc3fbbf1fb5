"""A JWT becomes one of the same form that is nobody's."""

import base64
import json
from itertools import count
from typing import Any

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import fakes
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules

RULES = Rules(fake=("jwt",))
CLAIMS = {
    "iss": "https://login.example/t",
    "aud": "client-1",
    "sub": "Ab12-cd",
    "oid": "3f2a9c1e-77b1-4d0c-9a5e-0d1c2b3a4f5e",
    "email": "jane.doe@corp.example",
    "email_verified": True,
    "emails": ["jane.doe@corp.example"],
    "address": {"locality": "Ulm", "floor": 3, "since": None},
    "ctx": {"password": "hunter2-x", "app": "shop"},
    "iat": 1_700_000_000,
    "nbf": 1_700_000_000,
    "exp": 1_700_003_600,
}


def jwt(claims: dict[str, Any], signature: str = "c2lnbmF0dXJl" * 4) -> str:
    def coded(value: object) -> str:
        text = json.dumps(value).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    return f"{coded({'alg': 'RS256', 'kid': 'k1'})}.{coded(claims)}.{signature}"


def written(token: str, redactor: Redactor | None = None) -> str:
    body = json.dumps({"id_token": token, "note": f"see {token} there"}).encode()
    met = Interaction(0, Request(), Response(body=body))
    answer = (redactor or Redactor(RULES)).interaction(met).response
    kept = json.loads(answer.body)
    assert kept["note"] == f"see {kept['id_token']} there"
    return str(kept["id_token"])


def test_who_it_is_and_the_signature_are_gone_and_the_rest_stays() -> None:
    token = jwt(CLAIMS)
    fake = written(token)
    head, _, signature = fake.split(".")
    assert head == token.split(".")[0]
    assert signature == "A" * 48
    claims = fakes.claims_of(fake.encode())
    assert claims == CLAIMS | {
        "sub": "Xx00-xx".lower(),
        "oid": "00000000-0000-4000-8000-000000000000",
        "email": "user@example.com",
        "emails": ["user@example.com"],
        "address": {"locality": "xxx", "floor": 0, "since": None},
        "ctx": {"password": "xxxxxx0-x", "app": "shop"},
    }


def test_a_fake_stays_as_it_is_and_is_no_finding() -> None:
    fake = written(jwt(CLAIMS))
    for rules in (RULES, Rules()):
        assert written(fake, Redactor(rules)) == fake
        body = b'{"id_token": "%b"}' % fake.encode()
        met = Interaction(0, Request(body=body), Response())
        assert Redactor(rules).findings(met) == []


def test_what_cannot_be_read_gets_a_placeholder() -> None:
    part = "a1B2c3D4" * 4
    head = jwt(CLAIMS).split(".")[0]
    for token in (f"{head}..{part}.{part}.{part}", f"{head}.{part}.{part}"):
        assert written(token) == "[REDACTED:id_token]"
    assert written(jwt([1, 2, 3])) == "[REDACTED:id_token]"  # type: ignore[arg-type]


@pytest.mark.parametrize("head", ["hunter2-hunter2", "h\u00e9ader", "W10", ""])
def test_what_does_not_begin_as_a_jwt_is_hidden_whole(head: str) -> None:
    token = f"{head}.{jwt(CLAIMS).partition('.')[2]}"
    assert written(token) == "[REDACTED:id_token]"


def test_what_is_no_text_may_stand_where_a_jwt_does() -> None:
    token = b"\xed\xa0\x80." + jwt(CLAIMS).partition(".")[2].encode()
    met = Interaction(0, Request(), Response(body=b'{"id_token":"%b"}' % token))
    kept = Redactor(RULES).interaction(met)
    assert kept.response.body == b'{"id_token":"[REDACTED:id_token]"}'


def test_of_claims_that_are_nested_too_deep_no_fake_is_made() -> None:
    head, _, signature = jwt(CLAIMS).split(".")
    deep = b'{"a":' * 2000 + b"1" + b"}" * 2000
    claims = base64.urlsafe_b64encode(deep).decode().rstrip("=")
    assert written(f"{head}.{claims}.{signature}") == "[REDACTED:id_token]"


def test_in_a_replay_it_is_as_young_as_it_was() -> None:
    fake = written(jwt(CLAIMS)).encode()
    now = 1_900_000_000
    claims = fakes.claims_of(fakes.moved(fake, now))
    assert claims is not None
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (now, now, now + 3600)
    assert fakes.moved(fake, 1_600_000_000) == fake
    no_times = [True, "1", float("inf"), float("nan")]
    for other in ({"sub": "x"}, *({"sub": "x", "exp": each} for each in no_times)):
        timeless = written(jwt(other)).encode()
        assert fakes.moved(timeless, now) == timeless


@pytest.mark.parametrize("rules", [RULES, Rules()])
@pytest.mark.parametrize("passing", [0, 1])
def test_what_a_client_sends_back_is_what_was_recorded(
    rules: Rules, passing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``passing``: so many seconds go by at each look at the clock."""
    clock = count(1_900_000_000, passing)
    monkeypatch.setattr("mitmvcr.secrets.redactor.time", lambda: next(clock))
    fake = written(jwt(CLAIMS))
    recorded = Interaction(
        0,
        Request(),
        Response(body=fake.encode(), headers={"X-Id": [f"a {fake}"]}),
    )
    redactor = Redactor(rules)
    restored = redactor.restored(recorded)
    young = restored.response.body.decode()
    assert (young != fake) == bool(rules.fake)
    assert restored.response.headers == {"X-Id": [f"a {young}"]}
    sent = Request("GET", f"http://h/?id_token_hint={young}", body=young.encode())
    seen = redactor.request(sent)
    assert seen.url == f"http://h/?id_token_hint={fake}"
    assert seen.body == fake.encode()


def test_what_a_client_makes_itself_gets_a_placeholder() -> None:
    """Else it would differ in each run: its times are new."""
    asked = Request("POST", "http://h/", body=f"assertion={jwt(CLAIMS)}".encode())
    kept = Redactor(RULES).interaction(Interaction(0, asked, Response()))
    assert kept.request.body == b"assertion=[REDACTED:assertion]"


def test_a_fake_without_times_is_as_it_was_recorded() -> None:
    redactor = Redactor(RULES)
    body = written(jwt({"sub": "Ab12-cd", "aud": "client-1"}), redactor).encode()
    recorded = Interaction(0, Request(), Response(body=body))
    assert redactor.restored(recorded).response.body == body
