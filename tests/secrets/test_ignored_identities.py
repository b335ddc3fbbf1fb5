"""A secret that stands where nothing counts keeps nobody from an answer: it only says
which of several comes first."""

import base64
from collections.abc import Callable

import pytest

from made_up import github
from mitmvcr.core.matching import Ignore, MatchSpec, Rule, parse_ignore
from mitmvcr.core.model import Request
from mitmvcr.secrets.rules import Rules
from secrets_tape import FORM, JSON, URL, Tape, get, post

ONE, OTHER, NEW, NEWER = (
    *("first-value-1", "other-value-22"),
    *("third-value-333", "fourth-value-44"),
)
Make = Callable[[str], Request]


def part(value: str) -> Request:
    disposition = 'Content-Disposition: form-data; name="password"'
    body = f"--b\r\n{disposition}\r\n\r\n{value}\r\n--b--\r\n"
    return post(body, {"Content-Type": ["multipart/form-data; boundary=b"]})


def lines(value: str) -> Request:
    return post(f'{{"a":1}}\n{{"password":"{value}"}}\n', NDJSON)


def token(value: str) -> str:
    return github((value.encode().hex() * 3)[:30])


def basic(value: str) -> Request:
    pair = base64.b64encode(f"alice:{value}".encode()).decode()
    return get(Authorization=f"Basic {pair}")


NDJSON = {"Content-Type": ["application/x-ndjson"]}
KINDS: dict[str, tuple[Make, dict[str, str]]] = {
    "json": (
        lambda v: post(f'{{"user":"u","password":"{v}"}}'),
        {"ignore_json": "$.password"},
    ),
    "json value": (lambda v: post(f'{{"password":"{v}"}}'), {"ignore_json": "$..*="}),
    "json above": (
        lambda v: post(f'{{"a":{{"password":"{v}"}}}}'),
        {"ignore_json": "$.a"},
    ),
    "json in lines": (lines, {"ignore_json": "$.password"}),
    "json in a string": (
        lambda v: post(f'{{"input":"{{\\"password\\":\\"{v}\\"}}"}}'),
        {"ignore_json": "$.input.password"},
    ),
    "json in text": (
        lambda v: post(f'{{"password":"{v}"}}'),
        {"ignore_body": r".*REDACTED.*"},
    ),
    "form": (lambda v: post(f"user=u&password={v}", FORM), {"ignore_form": "pass*"}),
    "form value": (lambda v: post(f"password={v}", FORM), {"ignore_form": "password="}),
    "part": (part, {"ignore_form": "password"}),
    "query": (lambda v: get(f"{URL}?a=1&api_key={v}"), {"ignore_query": "api_key"}),
    "query value": (lambda v: get(f"{URL}?key={v}"), {"ignore_query": "key="}),
    "path": (lambda v: get(f"{URL}/{token(v)}/b"), {"ignore_path": "(?<=me/)[^/]+"}),
    "header": (lambda v: get(X_Api_Key=v), {"ignore_headers": "X-Api-Key"}),
    "header value": (lambda v: get(X_Api_Key=v), {"ignore_headers": "x-api-*="}),
    "authorization": (
        lambda v: get(Authorization=f"Bearer {v}"),
        {"ignore_headers": "authorization"},
    ),
    "basic": (basic, {"ignore_headers": "Authorization"}),
    "cookie": (lambda v: get(Cookie=f"session={v}"), {"ignore_headers": "Cookie"}),
    "header with a token": (
        lambda v: get(X_Other=token(v)),
        {"ignore_headers": "X-Other"},
    ),
}


def spec(**given: str) -> MatchSpec:
    made = {
        name: (Ignore(text),)
        if name in ("ignore_body", "ignore_path")
        else (parse_ignore(text),)
        for name, text in given.items()
    }
    return MatchSpec(**made)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", KINDS)
def test_who_is_known_gets_theirs_and_who_is_not_the_next(name: str) -> None:
    make, ignored = KINDS[name]
    one, other, new, newer = map(make, (ONE, OTHER, NEW, NEWER))
    tape = Tape(spec=spec(**ignored))
    tape.record(one, other)
    assert all(len(each.split(" ")) == 2 for each in tape.identities)
    assert tape.replay(one, other) == [0, 1]
    assert tape.replay(other, one) == [1, 0]
    assert tape.replay(new, newer, new) == [0, 1, None]
    assert tape.replay(new, one) == [0, 1]
    assert tape.replay(other, new) == [1, 0]
    assert tape.replay(new, other) == [0, 1]


@pytest.mark.parametrize("name", KINDS)
def test_where_all_counts_nobody_gets_anothers(name: str) -> None:
    make, _ = KINDS[name]
    tape = Tape()
    tape.record(make(ONE), make(OTHER))
    assert tape.replay(make(NEW), make(OTHER), make(ONE)) == [None, 1, 0]


@pytest.mark.parametrize("name", KINDS)
def test_what_was_recorded_before_it_was_ignored_is_known_too(name: str) -> None:
    make, ignored = KINDS[name]
    tape = Tape()
    tape.record(make(ONE), make(OTHER))
    tape.spec = spec(**ignored)
    assert tape.replay(make(NEW), make(ONE)) == [0, 1]
    assert tape.replay(make(OTHER), make(NEW)) == [1, 0]


def test_one_who_leaves_it_out_altogether_is_let_in() -> None:
    tape = Tape(spec=spec(ignore_json="$.password"))
    tape.record(post(f'{{"password":"{ONE}"}}'), post(f'{{"password":"{OTHER}"}}'))
    assert tape.replay(post("{}"), post("{}"), post("{}")) == [0, 1, None]
    tape = Tape(spec=spec(ignore_headers="x-api-key"))
    tape.record(get(X_Api_Key=ONE), get(X_Api_Key=OTHER))
    assert tape.replay(get(), get(X_Api_Key=ONE)) == [0, 1]


@pytest.mark.parametrize(
    ("make", "ignored"),
    [
        # Another secret, another place of the same, a header of the same name.
        (
            lambda v: post(f'{{"password":"{v}","pin":"p-{v}"}}'),
            {"ignore_json": "$.pin"},
        ),
        (
            lambda v: post(f'{{"password":"{v}","a":{{"password":"p-{v}"}}}}'),
            {"ignore_json": "$.password"},
        ),
        (lambda v: get(f"{URL}?apikey={v}", apikey=v), {"ignore_query": "apikey"}),
        (lambda v: get(f"{URL}?apikey={v}", apikey=v), {"ignore_headers": "apikey"}),
        (
            lambda v: post(f'{{"password":"{v}"}}', {**JSON, "X-Api-Key": [v + "k"]}),
            {"ignore_json": "$.password"},
        ),
        (
            lambda v: post(f'{{"password":"{v}"}}', {**JSON, "Cookie": [f"s={v}-k"]}),
            {"ignore_json": "$.password"},
        ),
        (lambda v: get(X_Other=token(v)), {"ignore_headers": "X-Another"}),
        (lambda v: get(X_Api_Key=v), {"ignore_headers": "Authorization"}),
    ],
)
def test_a_secret_that_stands_also_elsewhere_counts(
    make: Make, ignored: dict[str, str]
) -> None:
    tape = Tape(spec=spec(**ignored))
    tape.record(make(ONE), make(OTHER))
    assert tape.replay(make(NEW), make(OTHER), make(ONE)) == [None, 1, 0]


def test_what_is_not_compared_still_keeps_others_out() -> None:
    """It was not named: only what is, is meant."""
    tape = Tape(spec=MatchSpec(("method", "path"), ignore_json=(Ignore("$.a"),)))
    make = KINDS["json"][0]
    tape.record(make(ONE), make(OTHER))
    assert tape.replay(make(NEW), make(OTHER)) == [None, 1]


@pytest.mark.parametrize("rules", [Rules(), Rules(secrets=("MY_KEY", "B_KEY"))])
def test_a_value_that_a_variable_has_is_known_by_its_place(rules: Rules) -> None:
    def asked(value: str) -> Request:
        return post(f'{{"password":"{value}"}}', {**JSON, "X-Api-Key": ["k" * 20]})

    variables = {"MY_KEY": ONE, "B_KEY": OTHER}
    tape = Tape(rules, spec=spec(ignore_json="$.password"))
    tape.record(asked(ONE), asked(OTHER), environment=variables)
    assert "KEY" in str(tape.held[0].request.body)
    assert tape.replay(asked(NEW), asked(NEWER)) == [0, 1]
    assert tape.replay(asked(OTHER), asked(ONE), environment=variables) == [1, 0]


def test_headers_that_count_come_before_a_secret_that_does_not() -> None:
    tape = Tape(spec=spec(ignore_headers="Authorization"))
    tape.record(
        get(Authorization=f"Bearer {ONE}", Accept="text/csv"),
        get(Authorization=f"Bearer {OTHER}", Accept="text/html"),
    )
    assert tape.replay(get(Authorization=f"Bearer {ONE}", Accept="text/html")) == [1]


def test_a_code_that_is_typed_comes_before_what_only_makes_ids() -> None:
    """It prefers its own answer also where other rules leave values out."""
    tape = Tape(Rules(json=("otp",)), spec=spec(ignore_json="$.at"))

    def asked(code: str, at: int) -> Request:
        return post(f'{{"otp":"{code}","at":{at}}}')

    tape.record(asked("000000-wrong", 1), asked("123456-right", 1))
    assert all("~otp=" in each for each in tape.identities)
    assert tape.replay(asked("123456-right", 7), asked("000000-wrong", 8)) == [1, 0]
    assert tape.replay(asked("123456-right", 1), asked("000000-wrong", 1)) == [1, 0]


def test_a_miss_under_the_rules_that_leave_too_little_out_says_how() -> None:
    tape = Tape(spec=spec(ignore_json="$.pin"))
    tape.record(*(post(f'{{"password":"{v}"}}') for v in (ONE, OTHER)))
    assert "this cassette holds 2 different values" in tape.why(
        post(f'{{"password":"{NEW}"}}')
    )
    tape = Tape(spec=MatchSpec(off=(Rule.IDENTITY,)))
    tape.record(*(post(f'{{"password":"{v}"}}') for v in (ONE, OTHER)))
    assert tape.replay(post(f'{{"password":"{NEW}"}}')) == [0]


def test_who_is_known_does_not_get_what_may_be_anybodys() -> None:
    make, ignored = KINDS["json"]
    tape = Tape(spec=spec(**ignored))
    tape.record(make("[REDACTED:password]"), make(ONE), make(OTHER))
    assert tape.identities[0].endswith("*=any")
    assert tape.replay(make(OTHER), make(ONE), make(NEW)) == [2, 1, 0]
    assert tape.replay(make(NEW), make(ONE)) == [0, 1]
