"""What stands under a secret name is hidden, whatever its type, and nothing beside."""

# ruff: noqa: E501 # bodies are easier to compare in one piece

from urllib.parse import quote

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.looks import is_telling
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules

KEY = "Xy7" + "a1B2c3D4e5F6" * 2


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ('{"password": 48151623, "secret": 4}', '{"password": 0, "secret": 4}'),
        ('{"api_key": [481516, 4, "x1y2z3"]}', '{"api_key": [0, 4, "[REDACTED:api_key]"]}'),
        ('{"secret": {"value": 48151623, "n": 48151623}}', '{"secret": {"value": 0, "n": 48151623}}'),
        (f'{{"secret": {{"left": "{KEY}", "right": ["{KEY}"]}}, "n": 1}}', '{"secret": {"left": "[REDACTED:secret]", "right": ["[REDACTED:secret]"]}, "n": 1}'),
        (f'{{"secret": {{"id": "{KEY}", "created_type": "{KEY}", "n": "{KEY[:5]}"}}}}', None),
        (f'{{"token": {{"left": "{KEY}"}}}}', None),
        ('{"password": {"$ref": "#/components/schemas/Password1234"}}', None),
        ('{"secret": {"left": "/srv/keys/of-the-service-1", "right": "cut off', None),
        ('{"secret": {"left": \'single\'}}', None),
        ('{"secret": [', None),
        (f'{{"secret": {{"a": 1{" " * 5000}, "left": "{KEY}"}}}}', None),
        ('{"body": "{\\"secret\\": [\\"x1y2z3\\", 1, {\\"value\\": \\"q1w2\\"}]}"}', '{"body": "{\\"secret\\": [\\"[REDACTED:secret]\\", 1, {\\"value\\": \\"[REDACTED:secret]\\"}]}"}'),
    ],
)  # fmt: skip
def test_within_lists_and_objects(body: str, clean: str | None) -> None:
    assert Redactor().message(body.encode()).decode() == (clean or body)


@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "%s',
        '{"a": 1, "b": {"token":"%s',
        '{"body": "{\\"api_key\\":\\"%s',
        '{"api_key":"x\\"%s',
        '{"backup_codes": ["%s',
        '{"secret": {"value": "%s',
        '[{"name": "X-Api-Key", "value": "%s',
        'data: {"n": 1}\n\ndata: {"client_secret":"%s',
        "config = Config(a=1, password='%s",
        "<a><password>%s",
        "<a><password>%s</pass",
        '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n%s',
        "-----BEGIN RSA PRIVATE KEY-----\n%s\n%s",
    ],
)
def test_what_is_left_of_a_secret_that_was_cut_off_is_hidden(body: str) -> None:
    """A client leaves a stream in the middle of an event, a connection breaks, a part
    of a file is asked for: what came is recorded."""
    clean = Redactor().message(body.replace("%s", KEY).encode()).decode()
    assert KEY not in clean
    start = body.partition("%s")[0].partition("-----BEGIN")[0].removesuffix('x\\"')
    assert clean.startswith(start + "[REDACTED:")


@pytest.mark.parametrize(
    "body",
    [
        '{"password": "",\n "b": "',
        '{"password": "\nis not what stands there',
        f'{{"password": "{"is long " * 400}',
        '{"secret": ["no string ends\nin another line',
        "usage: login <user> <password> [options]\n  for all of them",
        'name="password"\n\nis no form',
        "a key begins with -----BEGIN PRIVATE KEY----- and so on, as each of them does",
        "Don't set password 'abc, and so on",
    ],
)
def test_what_only_seems_to_be_cut_off_stays(body: str) -> None:
    assert Redactor().message(body.encode()).decode() == body


@pytest.mark.parametrize(
    "body",
    [
        '<a password="is too short: password = x1y2z3w4" b="c"/>',
        '<input name="password" value="is too short" data-name="token"/>',
        "x password now",
        'form-data; name="password"\r\n\r\nis wrong: name="token"\r\n\r\nx\r\n--',
        "login me",
        "login me\npassword",
        "user=x; pwd",
    ],
)
def test_what_is_no_secret_is_looked_through_once(body: str) -> None:
    assert Redactor().message(body.encode()).decode() == body


def test_a_password_of_a_connection_stands_near_what_it_belongs_to() -> None:
    near = b"Server=h; " + b"x=1;" * 40 + b"Password=x1y2z3w4;"
    assert b"[REDACTED:Password]" in Redactor().message(near)
    far = b"Server=h; " + b"x=1;" * 60 + b"Password=x1y2z3w4;"
    assert Redactor().message(far) == far


def test_a_scheme_within_a_field_is_no_part_of_the_secret() -> None:
    redactor = Redactor()
    redactor.message(b'{"authorization": "Token q1w2e3r4t5y6u7"}')
    assert redactor.message(b"a q1w2e3r4t5y6u7") == b"a [REDACTED:authorization]"


def test_redaction_that_is_off_finds_nothing() -> None:
    redactor = Redactor(Rules(off=True), {"API_KEY": "k3y-k3y-k3y"})
    met = Interaction(0, Request(body=b'{"password": "x1y2z3"}'), Response())
    assert redactor.findings(met) == []
    assert redactor.whose(met.request) == {}
    assert redactor.whose_recorded(met.request, met.request) == {}
    assert not redactor.knows("API_KEY")


def test_a_tag_that_does_not_end_as_it_began_has_no_value() -> None:
    for body in (
        '<entry key="password">x1y2z3w4</other>',
        'no tag key="password">x1y2z3w4</entry>',
    ):
        assert Redactor().message(body.encode()).decode() == body
    whole = b'<entry key="password">x1y2z3w4</entry>'
    assert Redactor().message(whole) == whole.replace(
        b"x1y2z3w4", b"[REDACTED:password]"
    )


@pytest.mark.parametrize("prefix", ["", "wsse:"])
def test_a_placeholder_is_no_name_of_what_follows(prefix: str) -> None:
    """Else what is looked through again, as a miss is, hides a nonce as a password."""
    body = (
        f'<{prefix}Password Type="#PasswordDigest">zCt1TQdyZgQKVSIvA8hH0LQ5c3c=</{prefix}'
        f"Password><{prefix}Nonce>MTIzNDU2Nzg5MGFiY2RlZg==</{prefix}Nonce>"
    ).encode()
    once = Redactor().message(body)
    assert b"MTIzNDU2Nzg5MGFiY2RlZg==" in once
    assert b"zCt1TQdy" not in once
    assert Redactor().message(once) == once


def test_a_value_is_percent_encoded_again_as_it_was_or_as_a_form_is() -> None:
    for coded, kept in (
        ("%7B%22pwd%22%3A%22x1%22%7D", "%7B%22pwd%22%3A%22[REDACTED:pwd]%22%7D"),
        ("%7b%22pwd%22%3a%22x1%22%7d", "%7B%22pwd%22%3A%22[REDACTED:pwd]%22%7D"),
    ):
        url = Redactor().request(Request(url=f"https://h/?q={coded}&n=1")).url
        assert url == f"https://h/?q={kept}&n=1"


def test_a_secret_that_is_a_name_of_a_header_is_hidden() -> None:
    redactor = Redactor()
    redactor.message(b'{"api_key": "k3y-of-a-user"}')
    met = Interaction(
        0, Request(url="https://h/"), Response(headers={"X-k3y-of-a-user": ["1"]})
    )
    redactor.interaction(met)
    assert "k3y-of-a-user" not in str(redactor.interaction(met).response.headers)


def test_a_look_alike_behind_its_length_stays() -> None:
    """The length of 65 is a letter, so that no word begins behind it."""
    token = b"gl" + b"pat-" + b"aB3-x" * 9 + b"aB3_" + b".01" + b"0000000"
    assert len(token) == 65
    message = b"\0\n\x41" + token
    assert Redactor().message(message) == message


def test_what_is_encoded_again_and_again_is_looked_into_a_few_times() -> None:
    body = b"a=%" + b"25" * 9000 + b"22pwd%22"
    redactor = Redactor()
    assert redactor.message(body) == body
    met = Interaction(0, Request(url="https://h/?" + body.decode()), Response())
    assert redactor.interaction(met) == met
    for times in range(1, 5):
        value = '{"pwd": "x1y2z3"}'
        for _ in range(times):
            value = quote(value)
        url = redactor.request(Request(url=f"https://h/?q={value}")).url
        assert "x1y2z3" not in url


@pytest.mark.parametrize("value", [b"short", b"aaaaaaaa", b"abababab", b"20240101"])
def test_a_value_that_stands_anywhere_by_chance_tells_nothing(value: bytes) -> None:
    assert not is_telling(value)


def test_a_placeholder_where_a_password_stands_is_none() -> None:
    body = b"see https://user:***@host.test/x and https://u:[REDACTED:userinfo]@h.test/"
    met = Interaction(
        0,
        Request(method="GET", url="http://h.test/"),
        Response(code=200, headers={"Content-Type": ["text/plain"]}, body=body),
    )
    assert Redactor(Rules()).interaction(met).response.body == body


@pytest.mark.parametrize("before", [b"", b"me@h ", b"@" * 9, b"://@/" * 400])
def test_passwords_of_urls_are_found_among_few_marks_and_many(before: bytes) -> None:
    urls = b"https://u:s3cr3t-1@h/ ://:s3cr3t-2@ :/u:no@ http://u:n/o@h " + b"x" * 300
    kept = Redactor().message(before + urls + b"@")
    assert (
        kept
        == before
        + urls.replace(b"s3cr3t-1", b"%5BREDACTED%3Auserinfo%5D").replace(
            b"s3cr3t-2", b"%5BREDACTED%3Auserinfo%5D"
        )
        + b"@"
    )


def test_what_is_known_is_found_where_it_is_encoded_among_values_that_are_clear() -> (
    None
):
    redactor = Redactor()
    redactor.request(Request(headers={"Authorization": ["Bearer x9y8z7w6v5u4t3"]}))
    links = b" ".join(b"https://h/?q=is%%3Aopen+n%%3A%d" % n for n in range(30))
    assert redactor.message(links) == links
    other = links + b" https://h/?q=is%3Ax9y8z7w6v5%754t3 " + links
    assert redactor.message(other) == other.replace(
        b"is%3Ax9y8z7w6v5%754t3", b"is%3A[REDACTED:authorization]"
    )
