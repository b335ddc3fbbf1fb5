"""A passphrase may read as what is said of a password: who logs in with it tells."""

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

PHRASES = [
    "my dog is brown and has 4 legs",
    "mein Hund ist braun",
    "please let me in 42",
    "Enter sandman 1991!",
]
FORM = (
    '--x\r\nContent-Disposition: form-data; name="user"\r\n\r\nbob\r\n'
    '--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n%s\r\n--x--\r\n'
)
LOGINS = {
    "json": ("application/json", '{"email":"bob@example.com","password":"%s"}'),
    "behind": ("application/json", '{"passphrase": "%s", "user_name": "bob"}'),
    "within": ("application/json", '"{\\"login\\":\\"bob\\",\\"pwd\\":\\"%s\\"}"'),
    "graphql": ("application/graphql", '{ login(user:"bob", password:"%s"){t}}'),
    "xml": ("text/xml", "<a><username>bob</username><password>%s</password></a>"),
    "multipart": ("multipart/form-data; boundary=x", FORM),
    "form": ("application/x-www-form-urlencoded", "user=bob&password=%s"),
}  # fmt: skip


def _asked(kind: str, body: str, redactor: Redactor) -> str:
    headers = {"Content-Type": [kind]}
    asked = Request(method="POST", url="http://h/", body=body.encode(), headers=headers)
    return redactor.interaction(Interaction(0, asked, Response())).request.body.decode()


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("name", LOGINS)
def test_a_passphrase_of_words_is_hidden_where_somebody_logs_in(
    name: str, phrase: str
) -> None:
    kind, body = LOGINS[name]
    clean = _asked(kind, body % phrase, Redactor())
    assert "[REDACTED:p" in clean
    assert phrase not in clean


@pytest.mark.parametrize("name", LOGINS)
def test_a_passphrase_is_hidden_where_an_answer_repeats_it(name: str) -> None:
    kind, body = LOGINS[name]
    redactor = Redactor()
    _asked(kind, body % PHRASES[0], redactor)
    echoed = Response(body=f"<b>{PHRASES[0]}</b>".encode())
    clean = redactor.interaction(Interaction(0, Request(), echoed)).response.body
    assert clean.startswith(b"<b>[REDACTED:p")


@pytest.mark.parametrize(
    "body",
    [
        '{"email": "is taken", "password": "is too short"}',
        '{"email": "E-Mail", "password": "Enter your password"}',
        '{"errors": {"password": "must be at least 8 characters"}}',
        '{"user": "bob", "password_hint": "it is the name of my dog"}',
        '{"user": "bob", "password": "%s"}' % ("it is " * 30),
    ],
)
def test_what_is_said_of_a_password_stays_in_a_request(body: str) -> None:
    assert _asked("application/json", body, Redactor()) == body


def test_what_is_said_in_an_answer_stays_beside_a_user() -> None:
    body = b'{"username": "taken", "password": "is too short"}'
    told = Interaction(0, Request(), Response(body=body))
    assert Redactor().interaction(told).response.body == body
