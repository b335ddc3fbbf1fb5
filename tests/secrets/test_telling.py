"""Secrets that what stands around them tells, and that say themselves what they are."""

from base64 import b64encode

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.looks import is_by_chance
from mitmvcr.secrets.redactor import Redactor

SECRET = "q7Rk2Zp9Wm4Xc8Vb3Nt6"
_LINES = "\n".join(b64encode(bytes(range(at, at + 48))).decode() for at in (0, 99))
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{_LINES}\n-----END RSA PRIVATE KEY-----\n"


def kept(body: str, kind: str = "application/json") -> str:
    answer = Response(body=body.encode(), headers={"Content-Type": [kind]})
    return (
        Redactor().interaction(Interaction(0, Request(), answer)).response.body.decode()
    )


@pytest.mark.parametrize(
    "name", ["x-ms-refreshtokencredential", "X-MyToken", "x-usertoken", "npm-otp"]
)
def test_a_header_in_small_letters_is_one_word(name: str) -> None:
    met = Interaction(0, Request(headers={name: [SECRET]}), Response())
    assert Redactor().interaction(met).request.headers == {}


@pytest.mark.parametrize("name", ["x-nexttoken", "x-continuationtoken", "token-type"])
def test_a_header_of_pages_is_none(name: str) -> None:
    met = Interaction(0, Request(headers={name: [SECRET]}), Response())
    assert Redactor().interaction(met).request.headers == {name: [SECRET]}


def test_columns_apart_by_semicolons() -> None:
    clean = kept(f"id;password\n1;{SECRET}\n", "text/csv")
    assert clean == "id;password\n1;[REDACTED:password]\n"
    assert kept("id\npassword\n", "text/csv") == "id\npassword\n"


@pytest.mark.parametrize(
    "file",
    [PEM, f"apiVersion: v1\nusers:\n- user:\n    token: {SECRET}\n    n: 1\n"],
    ids=["a key", "a file of Kubernetes"],
)
def test_a_file_in_base64_is_looked_into(file: str) -> None:
    body = '{"kubeconfigs":[{"value":"%s"}]}'
    clean = kept(body % b64encode(file.encode()).decode())
    said = kept(file, "text/plain")
    assert said != file
    assert clean == body % b64encode(said.encode()).decode()


def test_the_pin_of_a_message_of_fints_is_hidden() -> None:
    """Clients seal it in plain text, and send all in base64 (findings/fints-*)."""
    message = (
        "HNHBK:1:3+000000000392+300+0+1'HNVSD:999:1+@197@HNSHK:2:4+PIN:2+942+4711'"
        "HKIDN:3:2+280:12345678+jdoe+0+1'HNSHA:5:2+4711++%s''HNHBS:6:1+1'"
    )
    for sealed in ("made-up-pin", "made?'up?+pin", "12345:998877"):
        coded = b64encode((message % sealed).encode()).decode()
        clean = b64encode((message % "[REDACTED:fints-pin]").encode()).decode()
        assert kept(coded, "text/plain") == clean
    told = b64encode((message % "").encode()).decode()
    assert kept(told, "text/plain") == told


def test_a_certificate_in_base64_stays() -> None:
    file = PEM.replace("RSA PRIVATE KEY", "CERTIFICATE")
    coded = b64encode(file.encode()).decode()
    body = f'{{"data":{{"tls.crt":"{coded}"}}}}'
    assert kept(body) == body


def test_a_token_in_a_url_of_the_environment_is_known() -> None:
    redactor = Redactor(environment={"REMOTE": f"https://{SECRET}@git.example/x.git"})
    assert redactor.message(f"a {SECRET} b".encode()) == b"a [REDACTED:REMOTE] b"


def test_a_title_far_from_its_value_is_looked_for_once_in_a_line() -> None:
    row = "| password | x " * 2000
    assert kept(row, "text/plain") == row


def test_what_a_flag_tells_is_told_of_plain_fields_alone() -> None:
    for body in (
        '{"masked":true,"a":{"value":"%s"}}',
        '{"value":"%s","a":{"b":1},"masked":true}',
        '{"n":"alue","masked":true}',
        '"masked":true,"value":1',
        '"d":"q7Rk2Zp9Wm4Xc8Vb3Nt6","kty":"oct"',
        '"kty":"oct","kty":"oct"',
    ):
        assert kept(body % SECRET if "%s" in body else body).count("REDACTED") == 0
    open_end = '{"kty":"oct","k":"%s"'
    assert kept(open_end % SECRET) == open_end % "[REDACTED:kty]"


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        "3f2a9c1e-77b1-4d0c-9a5e-0d1c2b3a4f5e",
        "0123456789abcdef0123",
        "z26charsof1webhook7key3sq9",
    ],
)
def test_what_chance_made_looks_so(value: str) -> None:
    assert is_by_chance(value.encode())


@pytest.mark.parametrize(
    "value",
    [
        "short7Rk2Zp9",
        "two words7Rk2Zp9Wm4Xc8Vb3Nt6",
        "/a/path/7Rk2Zp9Wm4Xc8Vb3Nt6",
        "https://h/7Rk2Zp9Wm4Xc8Vb3Nt6",
        "GetSearchApplicationSessionStatsResponse",
        "GoogleCloudRunV2SecretVolumeSource",
        "SUMMER-SALE-2024-XYZ",
        "2024-01-01T00:00:00.000Z",
        "account_reauthentication_state",
        "primaryReadonlyMasterKey",
        "12345678901234567890.",
    ],
)
def test_what_people_made_does_not(value: str) -> None:
    assert not is_by_chance(value.encode())


def test_a_code_that_a_redirect_gave_out_is_sent_back_in_a_replay() -> None:
    recorded = Redactor()
    answer = Response(headers={"Location": [f"https://app/cb?code={SECRET}&state=s"]})
    kept = recorded.interaction(Interaction(0, Request(), answer)).response.headers
    assert kept == {"Location": ["https://app/cb?code=[REDACTED:code]&state=s"]}

    def asked(code: str) -> Request:
        kind = {"Content-Type": ["application/x-www-form-urlencoded"]}
        form = {"grant_type": ["authorization_code"], "code": [code]}
        body = f"grant_type=authorization_code&code={code}".encode()
        return Request("POST", "https://as/token", body=body, form=form, headers=kind)

    written = recorded.request(asked(SECRET))
    live = Redactor().request(asked("[REDACTED:code]"))
    assert (live.form, live.body) == (written.form, written.body)
    assert written.form["code"] == ["[REDACTED:code]"]
