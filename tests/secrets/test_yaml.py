"""Secrets in YAML: none is hidden by half, and what stands there stays YAML."""

import json

import pytest
import yaml

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

FIRST, SECOND = "q7Rk2Zp9Wm4X", "c8Vb3Nt6Ys1L"
HIDDEN = "[REDACTED:password]"


def kept(body: str, kind: str = "application/yaml") -> str:
    answer = Response(body=body.encode(), headers={"Content-Type": [kind]})
    return Redactor().interaction(Interaction(0, Request(), answer)).response.body.decode()  # fmt: skip # noqa: E501


#: As YAML's writers have it, with a sign in the middle of a password.
WRITTEN = [
    "password: '%s''%s'\nb: 1\n",
    'password: "%s\\"%s"\nb: 1\n',
    'password: "%s\\\\%s"\nb: 1\n',
    "password: %s\\%s\nb: 1\n",
    'password: %s"%s\nb: 1\n',
    "password: %s'%s\nb: 1\n",
    "password: %s %s\nb: 1\n",
    "password: %s$%%%s # with a comment\nb: 1\n",
    "password: !!str %s%s\nb: 1\n",
    "password: &one %s%s\nb: 1\n",
    "password:\n  '%s''%s'\nb: 1\n",
    "password:\n  %s%s\nb: 1\n",
    "password: >-\n  %s\n  %s\nb: 1\n",
    "{password: %s%s, b: 1}\n",
    "{b: 1, password: %s\\%s}\n",
    "{b: 1,\n  password: %s'%s}\n",
    '{b: 1,\n  "password": %s"%s, c: 2}\n',
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_password_is_hidden_whole_and_is_a_text(text: str) -> None:
    clean = kept(text % (FIRST, SECOND))
    assert FIRST not in clean
    assert SECOND not in clean
    assert yaml.safe_load(clean)["password"] == HIDDEN
    assert yaml.safe_load(clean)["b"] == 1


@pytest.mark.parametrize("text", WRITTEN[:3] + WRITTEN[4:6])
@pytest.mark.parametrize("before", ["", "a: 1\n"])
def test_it_is_where_nobody_says_yaml_too(text: str, before: str) -> None:
    body = before + text % (FIRST, SECOND)
    for each in (body, json.dumps({"y": body})):
        clean = kept(each, "text/plain")
        assert FIRST not in clean
        assert SECOND not in clean


def test_each_of_a_list_is_a_text() -> None:
    text = f"passwords:\n- {FIRST}{SECOND}\n- '{FIRST}''{SECOND}'\nkeys: [a]\n"
    found = yaml.safe_load(kept(text))
    assert set(map(type, found["passwords"])) == {str}
    assert SECOND not in str(found)
    assert found["keys"] == ["a"]
    flow = yaml.safe_load(kept(f"password: [{FIRST}{SECOND}, none]\n"))
    assert flow["password"] == [HIDDEN, "none"]


def test_quotes_are_put_around_what_has_none_alone() -> None:
    text = f'password: {FIRST}{SECOND}\nnote: "a: {FIRST}{SECOND}, b"\n'
    assert yaml.safe_load(kept(text))["note"] == f"a: {HIDDEN}, b"
    block = f"password: {FIRST}{SECOND}\nfile: |\n  key = {FIRST}{SECOND}\n"
    assert yaml.safe_load(kept(block))["file"] == f"key = {HIDDEN}\n"


def test_a_request_is_compared_as_it_was() -> None:
    """Cassettes of before have no quotes there."""
    asked = Request(
        body=f"password: {FIRST}{SECOND}\n".encode(),
        headers={"Content-Type": ["application/yaml"]},
    )
    seen = Redactor().request(asked)
    assert seen.body == b"password: [REDACTED:password]\n"


#: What YAML has under such names, and is none.
ORDINARY = [
    "token: ${{ secrets.GITHUB_TOKEN }}\n",
    "password:\n  type: string\n  description: Your password, please\n",
    "properties: {password: {type: string}, token: {$ref: '#/a'}}\n",
    "api_key: []\npassword: ''\ntoken: ~\nsecret: null\n",
    "secret: true\n",
    "password: |-\n",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_ordinary_stays(text: str) -> None:
    assert kept(text) == text


def test_the_brace_behind_a_value_stays() -> None:
    for text in ("a: {b: 1,\n  password: %s$%%%s}\n", "a: {b: 1,\n  password: %s%s}\n"):
        clean = kept(text % (FIRST, SECOND), "text/plain")
        assert yaml.safe_load(clean) == {
            "a": {"b": 1, "password": ["REDACTED:password"]}
        }
    # Of these it is a part, as far as anybody can tell.
    for text in ("password: %s$%%%s}\n", "a: {b: 1,\n  password: %s$%%{%s}\n"):
        assert kept(text % (FIRST, SECOND), "text/plain").endswith("word]\n")


def test_sql_has_quotes_twice_too() -> None:
    for text in ("ALTER USER app IDENTIFIED BY '%s''%s';\n", "password = '%s''%s'\n"):
        clean = kept(text % (FIRST, SECOND), "text/plain")
        assert FIRST not in clean
        assert SECOND not in clean
