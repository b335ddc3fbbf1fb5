"""What is secret is hidden wherever it stands, and nothing else changes by a byte."""

# ruff: noqa: E501 # bodies are easier to compare in one piece

import base64
import gzip
import json
import random
import sys
import zlib
from collections.abc import Callable

import pytest

from made_up import token
from mitmvcr.core.bodies import form_fields
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Headers, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import DEFAULT, MINIMAL, Rules

JSON: Headers = {"Content-Type": ["application/json"]}


def asked(body: bytes = b"", url: str = "https://h/", **fields: object) -> Interaction:
    return Interaction(0, Request(url=url, body=body, **fields), Response())


def body_after(body: bytes, rules: Rules = DEFAULT, **fields: object) -> bytes:
    return Redactor(rules).interaction(asked(body, **fields)).request.body


def test_what_a_cassette_holds_redacted_is_the_same_interaction() -> None:
    """A form that was loaded was another one, so that each tool wrote it anew and told
    of a redaction."""
    fields = {"form": {"token": ("abcd-efgh-1",)}, "variables": {"v": ("abcd-efgh-2",)}}
    once = Redactor(DEFAULT).interaction(asked(url="https://h/?token=a", **fields))
    held = writer.dumps(Cassette([once]))
    assert b"abcd-efgh-1" not in held
    (loaded,) = reader.loads(held).interactions
    assert Redactor(DEFAULT).interaction(loaded) is loaded


# Headers


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "authorization",
        "Proxy-Authorization",
        "X-Api-Key",
        "api-key",
        "X-Goog-Api-Key",
        "X-Auth-Token",
        "X-Amz-Security-Token",
        "X-Shopify-Access-Token",
        "PRIVATE-TOKEN",
        "X-CSRF-Token",
        "X-Smtp-Pass",
        "X-Bearer",
    ],
)
def test_a_header_of_credentials_is_dropped_from_requests(name: str) -> None:
    met = asked(headers={"Accept": ["*/*"], name: ["secret-value", "another"]})
    assert Redactor().interaction(met).request.headers == {"Accept": ["*/*"]}


@pytest.mark.parametrize("name", ["Authorization-Hint", "X-Api-Key-Id", "ETag"])
def test_a_header_with_a_similar_name_stays(name: str) -> None:
    met = asked(headers={name: ["a-value"]})
    assert Redactor().interaction(met) is met


def test_headers_of_answers_are_masked() -> None:
    headers = {
        "X-Auth-Token": ["abcdefgh-1234"],
        "Set-Cookie": [
            "sid=abcdefgh-9999; Path=/; Secure",
            'b="x1y2z3"',
            "c=; Max-Age=0",
        ],
        "Location": ["https://me:pass-word1@h/?token=abc&n=1"],
    }
    response = Response(headers=headers, trailer={"X-T": ["abcdefgh-1234"]})
    clean = Redactor().interaction(Interaction(0, Request(), response)).response
    assert clean.headers == {
        "X-Auth-Token": ["[REDACTED:x-auth-token]"],
        "Set-Cookie": [
            "sid=[REDACTED:sid]; Path=/; Secure",
            'b="[REDACTED:b]"',
            "c=; Max-Age=0",
        ],
        "Location": [
            "https://me:%5BREDACTED%3Auserinfo%5D@h/?token=[REDACTED:token]&n=1"
        ],
    }
    assert clean.trailer == {"X-T": ["[REDACTED:x-auth-token]"]}


@pytest.mark.parametrize(
    "offered",
    [
        "base64url.bearer.authorization.k8s.io.TOKEN, v4.channel.k8s.io",
        "bearer, TOKEN",
        "graphql-transport-ws, access-token.TOKEN",
        "TOKEN",
    ],
)
def test_a_token_among_the_protocols_of_a_websocket_is_hidden(offered: str) -> None:
    """A browser can set no other header there, so that tokens are sent in this one."""
    token = "c2VjcmV0LTEyMzQ1Njc4OTAtYWJj"
    name = "Sec-Websocket-Protocol"
    met = Interaction(
        0,
        Request(headers={name: [offered.replace("TOKEN", token)]}),
        Response(headers={name: [token]}, body=f"it was {token}".encode()),
    )
    kept = Redactor().interaction(met)
    hidden = "[REDACTED:sec-websocket-protocol]"
    assert kept.request.headers == {name: [offered.replace("TOKEN", hidden)]}
    assert kept.response.headers == {name: [hidden]}
    assert kept.response.body == f"it was {hidden}".encode()
    assert Redactor().whose(met.request) == {"sec-websocket-protocol": [token.encode()]}


@pytest.mark.parametrize(
    "offered",
    [
        "v5.channel.k8s.io, v4.base64.channel.k8s.io",
        "json.reliable.webpubsub.azure.v1, graphql-transport-ws",
        "actioncable-v1-json, actioncable-unsupported",
        "mqttv3.1, wamp.2.json.batched, ocpp2.0.1, v12.stomp",
        "com.microsoft.minecraft.wsencrypt, notificationServiceProtocol12",
    ],
)
def test_the_names_of_protocols_stay(offered: str) -> None:
    met = Interaction(
        0, Request(headers={"Sec-Websocket-Protocol": [offered]}), Response()
    )
    assert Redactor().interaction(met) is met


@pytest.mark.parametrize(
    "url",
    [
        "https://api.telegram.org/botTOKEN/sendMessage",
        "https://api.telegram.org/file/botTOKEN/photos/1.jpg",
        "https://h.example/?u=https%3A%2F%2Fapi.telegram.org%2FbotTOKEN%2FgetMe",
    ],
)
def test_a_token_behind_the_bot_of_a_url_is_hidden(url: str) -> None:
    token = "123456789:AA" + "q7Rk2Zp9Wm4" * 3
    met = Interaction(0, Request(url=url.replace("TOKEN", token)), Response())
    kept = Redactor().interaction(met).request.url
    assert token not in kept
    assert "REDACTED:telegram-bot" in kept


def test_cookies_keep_their_names() -> None:
    met = asked(headers={"Cookie": ["lang=en; sid=abcdef-123456; flag"]})
    clean = Redactor().interaction(met).request.headers
    assert clean == {"Cookie": ["lang=en; sid=[REDACTED:sid]; flag"]}


def test_chosen_headers_are_the_only_ones() -> None:
    headers = {"Accept": ["*/*"], "X-Id": ["1"], "User-Agent": ["u"]}
    redactor = Redactor(Rules(headers_kept=MINIMAL))
    clean = redactor.interaction(asked(headers=headers))
    assert clean.request.headers == {"Accept": ["*/*"], "User-Agent": ["u"]}


def test_what_a_credential_holds_is_found_elsewhere() -> None:
    pair = base64.b64encode(b"me:p4ss-w0rd-x").decode()
    headers = {"Authorization": [f"Basic {pair}"], "X-Api-Key": ["k3y-k3y-k3y"]}
    redactor = Redactor()
    clean = redactor.interaction(asked(b"p4ss-w0rd-x k3y-k3y-k3y", headers=headers))
    assert clean.request.body == b"[REDACTED:authorization] [REDACTED:x-api-key]"
    signed = {"Authorization": ["AWS4-HMAC-SHA256 Credential=a, Signature=b"]}
    assert redactor.interaction(asked(b"b", headers=signed)).request.headers == {}
    odd = {"Authorization": ["Basic ???", "[REDACTED:authorization]"]}
    assert redactor.interaction(asked(headers=odd)).request.headers == {}


# Bodies


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        (
            b'{"a" : 1.50,\n "password":"x\\"y",  "b":{"apiKey" : "k"}}',
            b'{"a" : 1.50,\n "password":"[REDACTED:password]",'
            b'  "b":{"apiKey" : "[REDACTED:apiKey]"}}',
        ),
        (b'{"token": 5, "password": "", "secret": null}', None),
        (b'{"s": "{\\"pwd\\": \\"a\\\\\\"b\\"}"}', b'{"s": "{\\"pwd\\": \\"[REDACTED:pwd]\\"}"}'),
        (b'{"s": "{\\"pwd\\": \\"cut"}', None),
        (b'{"pwd": \\"odd\\"}', None),
        (b'{"pwd": "cut off', b'{"pwd": "[REDACTED:pwd]'),
        (b'{"pwd": "\\q"}', b'{"pwd": "[REDACTED:pwd]"}'),
        (b"a=1&password=p+w&b=", b"a=1&password=[REDACTED:password]&b="),
        (b"u%5Bpwd%5D=x&n=1", b"u%5Bpwd%5D=[REDACTED:pwd]&n=1"),
        (b"<a><Password x='1'>p</Password></a>", b"<a><Password x='1'>[REDACTED:Password]</Password></a>"),
        (b"<a><secret><![CDATA[p]]></secret></a>", b"<a><secret><![CDATA[[REDACTED:secret]]]></secret></a>"),
        (b'<a password="p&amp;q"/>', b'<a password="[REDACTED:password]"/>'),
        (b"<a password ='p'/>", b"<a password ='[REDACTED:password]'/>"),
        (b"<password/><secret></secret>", None),
        (b"the password = x of the token is secret", None),
        (b'<input name="csrf_token" value="v">', b'<input name="csrf_token" value="[REDACTED:csrf_token]">'),
        (b"<input name='csrf_token' id=a value='v'>", b"<input name='csrf_token' id=a value='[REDACTED:csrf_token]'>"),
        (b'{"name":"csrf_token","x":1}', None),
        (b'name="csrf_token"', None),
        (b'<input name="csrf_token">', None),
        (b'--b\r\nContent-Disposition: form-data; name="pwd"\r\n\r\nx\r\n--b--', b'--b\r\nContent-Disposition: form-data; name="pwd"\r\n\r\n[REDACTED:pwd]\r\n--b--'),
        (b'--b\nX: form-data; name="pwd"\n\nx\n--b--', b'--b\nX: form-data; name="pwd"\n\n[REDACTED:pwd]\n--b--'),
        (b'--b\r\nX: form-data; name="pwd"\r\n\r\nx', b'--b\r\nX: form-data; name="pwd"\r\n\r\n[REDACTED:pwd]'),
        (b"https://h/?a=1&amp;api_key=k&amp;b", b"https://h/?a=1&amp;api_key=[REDACTED:api_key]&amp;b"),
        (b'"https://h/?a=1\\u0026sig=k\\u0026b"', b'"https://h/?a=1\\u0026sig=[REDACTED:sig]\\u0026b"'),
        (b"https://u:pw@h/ me@h", b"https://u:%5BREDACTED%3Auserinfo%5D@h/ me@h"),
        (b"postgres://u:null@h/", None),
    ],
)  # fmt: skip
def test_a_body_changes_where_the_secret_stands(
    body: bytes, clean: bytes | None
) -> None:
    assert body_after(body) == (body if clean is None else clean)


def test_lengths_are_restated() -> None:
    body = b'{"password":"abc"}'
    headers = {"content-length": [str(len(body))], **JSON}
    response = Response(body=body, headers=headers, content_length=len(body))
    clean = Redactor().interaction(Interaction(0, Request(), response)).response
    size = len(b'{"password":"[REDACTED:password]"}')
    assert (clean.content_length, clean.headers["content-length"]) == (
        size,
        [str(size)],
    )
    unknown = Response(body=body, headers=JSON, content_length=-1)
    clean = Redactor().interaction(Interaction(0, Request(), unknown)).response
    assert clean.content_length == -1


def test_a_head_keeps_its_length() -> None:
    headers = {"Content-Length": ["18"], "X-Api-Key": ["abcdefgh"]}
    response = Response(headers=headers, content_length=18)
    clean = Redactor().interaction(Interaction(0, Request(method="HEAD"), response))
    assert clean.response.content_length == 18
    assert clean.response.headers["Content-Length"] == ["18"]


@pytest.mark.parametrize(
    ("pack", "coding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")]
)
def test_a_packed_body_is_packed_again(
    pack: Callable[[bytes], bytes], coding: str
) -> None:
    headers = {"Content-Encoding": [coding]}
    body = body_after(pack(b'{"password":"abc"}'), headers=headers)
    plain = gzip.decompress(body) if coding == "gzip" else zlib.decompress(body)
    assert plain == b'{"password":"[REDACTED:password]"}'
    clean = pack(b'{"a": 1}')
    assert body_after(clean, headers=headers) == clean
    for broken in (b"\x1f\x8b\x08 no", pack(b'{"a": 1}')[:-6]):
        assert body_after(broken, headers=headers) == broken


def test_an_event_stream_and_its_neighbours() -> None:
    body = b'data: {"access_token": "a-1"}\n\ndata: {"tokens": 7}\n\n'
    assert body_after(body) == body.replace(b"a-1", b"[REDACTED:access_token]")


def test_forms_that_were_taken_apart_are_cleaned() -> None:
    form = {"password": ["a-b-c-d-e-f"], "x": ["a-b-c-d-e-f", "1"], "sig": [""]}
    met = asked(b"password=a-b-c-d-e-f&x=a-b-c-d-e-f&x=1&sig=", form=form)
    assert Redactor().interaction(met).request.form == {
        "password": ["[REDACTED:password]"],
        "x": ["[REDACTED:password]", "1"],
        "sig": [""],
    }


@pytest.mark.parametrize(
    "body",
    [
        b'{"password": "hunter2-4711-zz", "n": 1}',
        b'{"n": 1, "password": "hunter2=4711-zz"}',
        b'{"n": "a&b", "password": "4711-zz&hunter2"}',
        b"<a><n>a=b</n><password>hunter2-4711-zz</password></a>",
        b"password: hunter2-4711-zz\nn: 1\n",
    ],
)
def test_what_is_called_a_form_and_is_none_is_cleaned_in_its_pieces(
    body: bytes,
) -> None:
    """curl calls each body a form that it is told nothing else of."""
    kind = {"Content-Type": ["application/x-www-form-urlencoded"]}
    form: dict[str, list[str]] = {"page": ["2"]}
    for name, value in form_fields(body):
        form.setdefault(name, []).append(value)
    new = Redactor().interaction(asked(body, form=form, headers=kind)).request
    assert b"hunter2" not in new.body
    assert "hunter2" not in repr(new.form)
    assert "4711" not in repr(new.form)
    assert "REDACTED" in repr(new.form)
    assert new.form["page"] == ["2"]


def test_a_token_that_names_a_field_is_hidden() -> None:
    form = {"AKIAIOSFODNN7EXAMPLA": ["1"], "n": ["2"]}
    new = Redactor().interaction(asked(form=form)).request
    assert "AKIAIOSFODNN7EXAMPLA" not in repr(new.form)
    assert list(new.form.values()) == [["1"], ["2"]]


@pytest.mark.parametrize("field", ["form", "variables"])
def test_a_request_that_has_secrets_nowhere_else_is_looked_through(field: str) -> None:
    met = asked(**{field: {"password": ["hunter2-4711-zz"]}})
    request = Redactor(DEFAULT, {}).interaction(met).request
    assert getattr(request, field) == {"password": ["[REDACTED:password]"]}


@pytest.mark.parametrize(
    ("form", "is_secret"),
    [
        ({"expand": ["tags", "7"], "": [""], "empty": []}, False),
        ({"user[key]": ["hunter2-4711-zz"]}, True),
        ({"db.auth": ["hunter2-4711-zz"]}, True),
        ({"": ["AKIAIOSFODNN7EXAMPLA"]}, True),
        ({"AKIAIOSFODNN7EXAMPLA": ["1"]}, True),
    ],
)
def test_a_form_without_a_secret_takes_no_closer_look(
    form: Headers, is_secret: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request with a query has one; the closer look is most of a recording."""
    looked: list[object] = []
    swept = Redactor._swept
    monkeypatch.setattr(
        Redactor, "_swept", lambda self, walk: looked.append(1) or swept(self, walk)
    )
    Redactor(DEFAULT, {}).interaction(asked(form=form))
    assert bool(looked) == is_secret


# Memory


def test_equal_secrets_get_equal_placeholders() -> None:
    redactor = Redactor()
    redactor.interaction(asked(b'{"access_token":"abc-def-ghi"}'))
    later = redactor.interaction(asked(b'{"refresh_token":"abc-def-ghi"}'))
    assert later.request.body == b'{"refresh_token":"[REDACTED:access_token]"}'
    assert repr(redactor) == "<Redactor <Memory of 1 secrets>>"


def test_short_words_and_numbers_are_not_looked_for_elsewhere() -> None:
    redactor = Redactor()
    for word in ("short-1", "password", "20240101"):
        redactor.interaction(asked(b'{"password":"%b"}' % word.encode()))
    met = asked(b"short-1 password 20240101")
    assert redactor.interaction(met) == met


def test_many_secrets_are_put_into_one_automaton() -> None:
    redactor = Redactor()
    chance = random.Random(1)
    words = [token(chance) for _ in range(300)]
    for word in words:
        redactor.interaction(asked(b'{"token":"%b"} %b' % (word.encode(), b"x" * 5000)))
    for word in words:
        coded = base64.b64encode(b"a" + word.encode())
        clean = redactor.interaction(asked(word.encode() + b" " + coded)).request.body
        assert clean == b"[REDACTED:token] " + base64.b64encode(b"a[REDACTED:token]")


def test_large_bodies_are_looked_through_once() -> None:
    filler = b"lorem ipsum " * 20_000
    secret = b'{"token":"ab3d-ef6h-1jkl"}' + filler
    met = Interaction(
        0, Request(body=secret), Response(body=filler + b"ab3d-ef6h-1jkl")
    )
    clean = Redactor().interaction(met)
    assert clean.request.body == secret.replace(b"ab3d-ef6h-1jkl", b"[REDACTED:token]")
    assert clean.response.body.endswith(b"[REDACTED:token]")


def test_base64_that_cannot_be_decoded_is_cut() -> None:
    redactor = Redactor()
    redactor.interaction(asked(b'{"token":"ab3def6h1jkl"}'))
    coded = base64.b64encode(b"ab3def6h1jkl")
    clean = redactor.interaction(asked(b"/" * 3 + coded + b"A" * 5)).request.body
    assert coded not in clean
    long = base64.b64encode(b"x" * 9000 + b"ab3def6h1jkl" + b"y" * 9000)
    clean = redactor.interaction(asked(long)).request.body
    assert base64.b64decode(clean) == b"x" * 9000 + b"[REDACTED:token]" + b"y" * 9000


def test_our_own_variables_name_secrets_and_hold_none() -> None:
    environment = {
        "MITMVCR_SECRET": "OPENAI_API_KEY",
        "MITMVCR_CASSETTE": "s3://key:made-up-password@host/chat.yaml",
    }
    redactor = Redactor(environment=environment)
    body = b"set OPENAI_API_KEY, and made-up-password"
    kept = redactor.interaction(asked(body)).request.body
    assert kept == b"set OPENAI_API_KEY, and [REDACTED:MITMVCR_CASSETTE]"


def test_variables_of_the_environment_are_secrets_by_name() -> None:
    environment = {
        "SHOP_API_KEY": "shop-key-1234",
        "DATABASE_URL": "postgres://me:data%2Fbase-1@h/x",
        "HOME": "/home/somebody",
        "SSH_AUTH_SOCK": "/run/agent-1234",
        "MY_TOKEN": "short",
        "TOKEN_FILE_TOKEN": "/run/secrets/token",
        "USE_TOKEN": "disabled",
        "TOKENIZERS": "parallelism-1",
        "RSA_PUBLIC_KEY": "public-key-1234",
        "myPrivateKey": "private-key-1234",
    }
    redactor = Redactor(environment=environment)
    text = b"shop-key-1234 data/base-1 /home/somebody /run/agent-1234 short disabled "
    text += b"parallelism-1 public-key-1234 private-key-1234 /run/secrets/token"
    clean = redactor.interaction(asked(text)).request.body
    assert clean == text.replace(b"shop-key-1234", b"[REDACTED:SHOP_API_KEY]").replace(
        b"data/base-1", b"[REDACTED:DATABASE_URL]"
    ).replace(b"private-key-1234", b"[REDACTED:myPrivateKey]")
    kept = Redactor(Rules(keep=("SHOP_API_KEY",)), environment)
    assert b"shop-key-1234" in kept.interaction(asked(text)).request.body


# The live request


def test_a_placeholder_that_comes_back_is_as_it_was_written() -> None:
    redactor = Redactor()
    url = "https://h/%5BREDACTED%3Atoken%5D/x?y=%255BREDACTED%253Atoken%255D"
    clean = redactor.request(Request(url=url)).url
    assert clean == "https://h/[REDACTED:token]/x?y=[REDACTED:token]"
    plain = Request(url="https://h/")
    assert redactor.request(plain) is plain
    dropped = redactor.request(Request(url="https://h/", headers={"X-Api-Key": ["a"]}))
    assert dropped == plain


def test_what_is_compared_is_what_would_be_written() -> None:
    body = b'{"password":"abc-def-ghi"}'
    met = asked(body, "https://h/abc-def-ghi", headers={"Authorization": ["s"], **JSON})
    written = Redactor().interaction(met).request
    redactor = Redactor()
    assert redactor.request(met.request) == written
    assert redactor.request(written) == written


def test_credentials_that_a_client_repeats_are_dropped_and_known() -> None:
    redactor = Redactor()
    headers = {"Accept": ["*/*"], "X-Api-Key": ["k3y-k3y-k3y"]}
    for number in range(1100):
        each = {"Accept": ["*/*"], "X-Api-Key": [f"k3y-k3y-{number}"]}
        kept = redactor.interaction(asked(headers=each)).request
        assert kept.headers == {"Accept": ["*/*"]}
    for _ in range(2):
        kept = redactor.interaction(asked(b"k3y-k3y-k3y", headers=headers)).request
        assert kept.headers == {"Accept": ["*/*"]}
        assert kept.body == b"[REDACTED:x-api-key]"
        kept = redactor.request(Request(headers=headers))
        assert kept == Request(headers={"Accept": ["*/*"]})
    minimal = Redactor(Rules(headers_kept=MINIMAL))
    for _ in range(2):
        kept = minimal.request(Request(headers={"X-N": ["1"], "Accept": ["*/*"]}))
        assert kept.headers == {"Accept": ["*/*"]}


# What a user asks for


def test_redaction_can_be_off() -> None:
    redactor = Redactor(Rules(off=True), {"A_TOKEN": "ab3def6h1jkl"})
    met = asked(b'{"password":"x"}', headers={"Authorization": ["a"]})
    assert redactor.interaction(met) is met
    assert redactor.request(met.request) is met.request
    assert redactor.text("https://h/?token=a") == "https://h/?token=a"
    assert repr(redactor) == "<Redactor off>"


def test_a_text_for_a_log_is_masked() -> None:
    assert (
        Redactor().text("https://h/?token=abc&x=1")
        == "https://h/?token=[REDACTED:token]&x=1"
    )
    assert Redactor().text("https://h/") == "https://h/"


def test_names_are_added() -> None:
    rules = Rules(headers=("X-Mine",), query=("mine",))
    met = asked(url="https://h/?mine=abc&x=1", headers={"x-mine": ["abc"]})
    redactor = Redactor(rules)
    # A parameter of one's own is found in forms and queries alone.
    clean = redactor.interaction(met).request
    assert clean.headers == {}
    assert clean.url == "https://h/?mine=[REDACTED:mine]&x=1"


def test_things_are_kept_by_name() -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij"
    rules = Rules(keep=("authorization", "password", "jwt", "sid", "userinfo"))
    body = b'{"password":"abc","x":"%b","u":"http://a:b@c/"}' % jwt.encode()
    met = asked(
        body, headers={"Authorization": ["Bearer abc"], "Cookie": ["sid=abcdef"]}
    )
    assert Redactor(rules).interaction(met).request == met.request
    cookies = asked(headers={"Cookie": ["sid=abcdef"]})
    assert Redactor(Rules(keep=("cookie",))).interaction(cookies) is cookies


def test_regexes_hide_their_group() -> None:
    rules = Rules(regex=("acct_([0-9]+)", "(?P<customer>c-[a-z]+)", "zzz|(q)"))
    body = b"acct_123 c-abc zzz acct_ q"
    assert body_after(body, rules) == (
        b"acct_[REDACTED:regex] [REDACTED:customer] [REDACTED:regex] acct_"
        b" [REDACTED:regex]"
    )
    assert body_after(b"nothing", rules) == b"nothing"


def test_hosts_are_hidden() -> None:
    rules = Rules(hosts=("db.example.com", "*.corp.example"))
    met = Interaction(
        0,
        Request(url="https://db.example.com:8443/x", host="db.example.com:8443"),
        Response(body=b"see a.b.corp.example, corp.example, xdb.example.com"),
    )
    clean = Redactor(rules).interaction(met)
    assert clean.request.url == "https://redacted-host-1.invalid:8443/x"
    assert clean.request.host == "redacted-host-1.invalid:8443"
    assert clean.response.body == (
        b"see redacted-host-2.invalid, corp.example, xdb.example.com"
    )


def test_json_paths_keep_types_and_formatting() -> None:
    rules = Rules(json=("$.users[*].mail", "$.card", "$.n", "$.list[1]"))
    body = (
        '{"ü": 1, "users": [{"mail": "a@b", "x": [1, 2]} , {"mail": "c@d"}],'
        ' "card": {"no": "4111", "y": [12, true, null]}, "n": 1.50, "list": ["a","b"],'
        ' "none": [], "o": {}}'
    ).encode()
    clean = body_after(body, rules)
    expected = body.replace(b'"a@b"', b'"[REDACTED:mail]"').replace(
        b'"c@d"', b'"[REDACTED:mail]"'
    )
    expected = expected.replace(b'"4111"', b'"[REDACTED:no]"').replace(
        b"[12, ", b"[0, "
    )
    expected = expected.replace(b"1.50", b"0").replace(b'"b"]', b'"[REDACTED:list]"]')
    assert clean == expected
    for other in (b"plain", b"{broken", b'{"a": 1}', b"\xff{"):
        assert body_after(other, rules) == other
    deep = b"[" * 100_000 + b'{"mail": "a@b"}' + b"]" * 100_000
    assert body_after(deep, rules) == b'"[REDACTED:json]"'


def test_a_variable_is_written_by_name_and_put_back() -> None:
    rules = Rules(secrets=("MINE", "UNSET"))
    redactor = Redactor(rules, {"MINE": "my-value-1"})
    met = Interaction(
        0,
        Request(url="https://h/my-value-1"),
        Response(body=b"my-value-1", headers={"X": ["my-value-1"]}),
    )
    written = redactor.interaction(met)
    assert written.request.url == "https://h/<MINE>"
    assert written.response.body == b"<MINE>"
    present = Redactor(rules, {"MINE": "another-2"})
    put_back = present.restored(written).response
    assert (put_back.body, put_back.headers) == (b"another-2", {"X": ["another-2"]})
    assert Redactor(rules).restored(written) is written


# What is no secret

LOOK_ALIKES = {
    "uuid": "5d1e3a4b-91c2-4000-8000-abcdefabcdef",
    "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "md5": "d41d8cd98f00b204e9800998ecf8427e",
    "etag": 'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"',
    "image": "data:image/png;base64,"
    + base64.b64encode(bytes(range(256)) * 8).decode(),
    "price": "1234567890.12 EUR",
    "prose": "The password field is required. A token is a word; a secret key opens doors."
    " Basic authentication and Bearer tokens are schemes. Please sign in at the api.",
    "url": "https://example.com/sk-lists/api-docs/keys?page=2&sort=-us1&per_page=50",
    "date": "2024-01-01T12:30:45.678Z",
    "snowflake": "1179389236712345678",
    "ulid": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "chat": "chatcmpl-9xYzAbCdEfGhIjKlMnOpQrStUvWx",
    "path": "/usr/share/AKIA/EZAK/SKIP/pattern/cio/SG.txt/npm_modules",
    "css": "sk-folding-cube sk-circle-fade pul-right key-value-list fw_bold",
    "keys": '{"public_key_id": "abc", "key": "value", "keyboard": "de"}',
    "code": "def token_count(text): return len(secret_sauce(text)) # jwt",
    "mail": "someone@example.com, https://example.com/@someone",
}


def test_look_alikes_stay_untouched() -> None:
    chance = random.Random(9)
    bodies = [json.dumps({name: value}).encode() for name, value in LOOK_ALIKES.items()]
    bodies += [value.encode() for value in LOOK_ALIKES.values()]
    usage = {
        "prompt_tokens": 9,
        "tokens": [1],
        "next_page_token": "abc123xyz",
        "etag": "x",
    }
    bodies.append(json.dumps(usage).encode())
    for length in (16, 20, 32, 40, 64):
        hexes = (chance.randbytes(length // 2).hex() for _ in range(200))
        bodies += [json.dumps({"id": each, "name": each}).encode() for each in hexes]
    for _ in range(300):
        blob = base64.b64encode(chance.randbytes(300)).decode()
        bodies.append(json.dumps({"image": blob}).encode())
    wrong = [body for body in bodies if body_after(body) != body]
    sys.stdout.write(f"{len(wrong)} of {len(bodies)} look-alikes were redacted\n")
    assert wrong == []


def test_findings_name_the_place_and_show_nothing() -> None:
    secret = "sk-proj-" + "Ab1" * 20
    met = Interaction(
        0,
        Request(
            url="https://h/?api_key=abcd-efgh-1",
            headers={"Authorization": ["Bearer abc"], "Cookie": ["sid=abcdef; a=1"]},
            body=json.dumps({"note": secret}).encode(),
        ),
        Response(
            headers={"Set-Cookie": ["sid=zyxwvu; Path=/"], "X-N": ["abcd-efgh-1"]}
        ),
    )
    redactor = Redactor()
    redactor.interaction(met)
    found = redactor.findings(met)
    assert [
        (each.place, each.kind) for each in found if each.place != "request.body"
    ] == [
        ("request.headers.Authorization", "authorization"),
        ("request.headers.Cookie", "sid"),
        ("request.url", "api_key"),
        ("response.headers.Set-Cookie", "sid"),
        ("response.headers.X-N", "api_key"),
    ]
    assert {each.shown for each in found} == {"***", "sk-p***"}
    assert redactor.findings(redactor.interaction(met)) == []


@pytest.mark.parametrize(
    "body",
    [
        b"a=1&password=",
        b"x?password=&b",
        b"name='password'",
        b"name=`password`",
        b"<b>x</b> password =y",
        b'<input name="pwd" x',
        b"<pwd x",
        b'{"signature": "abc", "key": "abc"}',
    ],
)
def test_a_name_without_a_value_is_no_secret(body: bytes) -> None:
    assert body_after(body) == body


def test_two_pieces_of_base64_side_by_side() -> None:
    redactor = Redactor()
    redactor.interaction(asked(b'{"token":"ab3d-ef6h-1jkl"}'))
    coded = base64.urlsafe_b64encode(b"ab3d-ef6h-1jkl").decode().rstrip("=")
    clean = redactor.interaction(asked(url=f"https://h/{coded}/{coded}/x")).request.url
    new = base64.urlsafe_b64encode(b"[REDACTED:token]").decode().rstrip("=")
    assert clean == f"https://h/{new}/{new}/x"


def test_json_paths_leave_what_is_no_secret() -> None:
    rules = Rules(json=("$.a", "$.b.c", "$.list", "$.x"), regex=("(a*)b",))
    body = b'{"a": true, "b": {}, "list": [], "x": "[REDACTED:x]", "n": "b"}'
    assert body_after(body, rules) == body


def test_a_key_in_a_query_is_one() -> None:
    clean = Redactor().interaction(asked(url="https://h/?key=abc&x=1")).request.url
    assert clean == "https://h/?key=[REDACTED:key]&x=1"


def test_a_secret_twice_in_one_base64() -> None:
    redactor = Redactor(Rules(secrets=("PIN",)), {"PIN": "x-1"})
    redactor.interaction(asked(b'{"token":"ab3d-ef6h-1jkl"}'))
    body = base64.b64encode(b"ab3d-ef6h-1jkl and ab3d-ef6h-1jkl x-1")
    clean = redactor.interaction(asked(body)).request.body
    assert base64.b64decode(clean) == b"[REDACTED:token] and [REDACTED:token] <PIN>"


def test_json_paths_in_text_that_is_all_ascii() -> None:
    body = b'[{"id": 1, "mail": "a@b"}, {"mail": null}, {"mail": ["c", {"d": 2}]}]'
    clean = body_after(body, Rules(json=("$[*].mail",)))
    assert clean == (
        b'[{"id": 1, "mail": "[REDACTED:mail]"}, {"mail": null},'
        b' {"mail": ["[REDACTED:mail]", {"d": 0}]}]'
    )


@pytest.mark.parametrize("depth", [150, 250])
def test_what_a_json_path_cannot_search_is_hidden_whole(depth: int) -> None:
    body = b'{"a":' * depth + b'{"mail":"abc-xyz","n":[7]}' + b"}" * depth
    clean = body_after(body, Rules(json=("$..mail",)))
    assert b"abc-xyz" not in clean
    assert clean.count(b"{") == body.count(b"{")
    assert clean.endswith(b'"n":[0]}' + b"}" * depth)


@pytest.mark.parametrize("name", ["key", "auth", "api_key", "sig"])
@pytest.mark.parametrize("before", ["/maps/api/geocode/json?", "/a?b=c&", "/?"])
def test_a_parameter_is_found_behind_any_path(before: str, name: str) -> None:
    met = asked(url=f"https://h{before}{name}=k3jw5qgh34kzt5&z=1")
    kept = Redactor().interaction(met).request.url
    assert kept == f"https://h{before}{name}=[REDACTED:{name}]&z=1"


def test_what_has_nothing_to_hide_stays_itself() -> None:
    redactor = Redactor()
    met = Interaction(0, Request(url="http://h/", headers=JSON), Response(body=b"[]"))
    assert redactor.interaction(met) is met
    assert redactor.request(met.request) is met.request
    mail = Interaction(0, met.request, Response(body=b"me@example.com"))
    assert redactor.interaction(mail) is mail
    user = Interaction(0, met.request, Response(body=b"http://me:s3cr3t-pw@h/"))
    kept = redactor.interaction(user).response.body
    assert kept == b"http://me:%5BREDACTED%3Auserinfo%5D@h/"


# What go-vcr knows nothing of


def test_messages_of_a_websocket_are_redacted() -> None:
    redactor = Redactor()
    said = b'{"token": "k3jw5qgh34kzt5"}'
    frames = [
        Frame(True, 0, "text", said),
        Frame(False, 1, "binary", b"\x00\xff k3jw5qgh34kzt5"),
        Frame(False, 2, "close", b"1000 bye"),
    ]
    met = Interaction(0, Request(url="wss://h/"), Response(websocket=frames))
    found = {finding.place for finding in redactor.findings(met)}
    assert found == {"response.websocket"}
    kept = redactor.interaction(met).response.websocket
    assert [each.content for each in kept] == [
        b'{"token": "[REDACTED:token]"}',
        b"\x00\xff [REDACTED:tok]",  # a binary message keeps its lengths
        b"1000 bye",
    ]
    assert redactor.message(said) == kept[0].content
    assert redactor.message(b"hello") == b"hello"
    assert Redactor(Rules(off=True)).message(said) == said


def test_a_message_gets_the_present_value_back() -> None:
    redactor = Redactor(Rules(secrets=("MY_KEY",)), {"MY_KEY": "s3cr3t-s3cr3t"})
    frames = [Frame(each, 0, "text", b"<MY_KEY>") for each in (True, False)]
    met = Interaction(0, Request(url="wss://h/"), Response(websocket=frames))
    kept = redactor.restored(met).response.websocket
    assert [each.content for each in kept] == [b"<MY_KEY>", b"s3cr3t-s3cr3t"]
    assert redactor.put_back("a <MY_KEY>") == "a s3cr3t-s3cr3t"


def test_the_chunks_of_a_cleaned_body_move_along() -> None:
    body = b'{"password":"x"}' + b"rest"
    response = Response(body=body, chunks=(Chunk(0, 0), Chunk(16, 5)))
    clean = Redactor().interaction(Interaction(0, Request(), response)).response
    assert clean.body == b'{"password":"[REDACTED:password]"}rest'
    assert clean.chunks == (Chunk(0, 0), Chunk(len(clean.body) - 4, 5))


def test_chunks_move_along_with_a_value_that_is_put_back() -> None:
    redactor = Redactor(Rules(secrets=("MY_KEY",)), {"MY_KEY": "s3cr3t-s3cr3t"})
    came = Response(body=b"a <MY_KEY> b", chunks=(Chunk(0, 0), Chunk(11, 9)))
    kept = redactor.restored(Interaction(0, Request(), came)).response
    assert kept.body == b"a s3cr3t-s3cr3t b"
    assert kept.chunks == (Chunk(0, 0), Chunk(16, 9))


def test_messages_are_looked_through_also_where_a_request_is_known() -> None:
    request, redactor = Request(url="https://h/", headers=JSON), Redactor()
    for said in b'{"n": 1}', b'{"pwd": "abcdefgh-1"}':
        frames = (Frame(True, 0, "text", said),)
        met = Interaction(0, request, Response(websocket=frames))
        clean = redactor.interaction(met).response.websocket[0].content
        assert (clean == said) is (b"pwd" not in said)


def test_a_place_of_a_known_secret_is_where_it_can_be_read() -> None:
    """In base64 it is found, and is no place that has a name."""
    memory = Redactor().memory
    memory.learn(b"made-up-0123456789", b"[REDACTED:token]")
    data = b"made-up-0123456789 " + base64.b64encode(b"made-up-0123456789")
    assert len(memory.find(data)) == 2
    (place,) = memory.places(data)
    assert (place.start, place.end, place.kind) == (0, 18, "token")


# What is sent again


def test_a_body_that_was_clear_is_looked_through_again_once_more_is_known() -> None:
    text = b"of no importance " * 100 + b"hunter2-hunter2"
    redactor = Redactor()
    for _ in range(2):
        assert redactor.request(Request(url="https://h/", body=text)).body == text
    log_in = Request(url="https://h/?password=hunter2-hunter2")
    assert "REDACTED" in redactor.request(log_in).url
    seen = redactor.request(Request(url="https://h/", body=text)).body
    assert seen == text.replace(b"hunter2-hunter2", b"[REDACTED:password]")


def test_a_clear_body_that_is_sent_again_is_not_looked_through_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redactor = Redactor()
    is_clear, looked = redactor.texts.is_clear, list[int]()

    def noted(data: bytes) -> bool:
        looked.append(len(data))
        return is_clear(data)

    monkeypatch.setattr(redactor.texts, "is_clear", noted)
    small, large = b"nothing " * 200, b"nothing " * (1 << 18)
    for body in (small, large):
        for _ in range(3):
            redactor.request(Request(url="https://h/", body=bytes(bytearray(body))))
    assert looked.count(len(small)) == 1
    assert looked.count(len(large)) == 3  # it is not kept


def headed(**headers: str) -> Request:
    return Request(url="https://h/", headers={n: [v] for n, v in headers.items()})


def test_headers_that_were_clear_are_looked_through_again_once_more_is_known() -> None:
    redactor = Redactor()
    for _ in range(2):
        assert redactor.request(headed(A="hunter2-hunter2")).headers["A"] == [
            "hunter2-hunter2"
        ]
    redactor.request(Request(url="https://h/?password=hunter2-hunter2"))
    for _ in range(2):
        seen = redactor.request(headed(A="hunter2-hunter2"))
        assert list(seen.headers["A"]) == ["[REDACTED:password]"]
        named = redactor.request(headed(**{"hunter2-hunter2": "a"}))
        assert "hunter2-hunter2" not in named.headers


def test_a_header_that_was_clear_is_hidden_once_its_value_is_known() -> None:
    redactor = Redactor()
    sent = headed(A="hunter2-hunter2", B="another")
    assert redactor.request(sent) is sent
    redactor.message(b'{"password": "hunter2-hunter2"}')
    assert redactor.request(sent).headers["A"] == ["[REDACTED:password]"]


def test_what_a_body_gave_and_a_header_sends_is_found_in_hex_too() -> None:
    token, redactor = "x1Y2z3W4v5U6t7S8", Redactor()
    gave = Response(body=b'{"access_token": "%b"}' % token.encode())
    redactor.interaction(Interaction(0, Request(), gave))
    said = f"it is {token.encode().hex()} in hex"
    assert redactor.message(said.encode()) == said.encode()
    for _ in range(2):
        headers = {"Authorization": [f"Bearer {token}"]}
        redactor.interaction(Interaction(1, Request(headers=headers), Response()))
        hidden = b"[REDACTED:access_token]".hex()
        assert redactor.message(said.encode()) == f"it is {hidden} in hex".encode()


@pytest.mark.parametrize(
    "value",
    [
        "P@ssw0rd-x1Y2",
        "me@x1Y2z3W4",
        "/q7Rk2Zp9Wm4Xc8Vb3Nt6/x1Y2z3W4v5U6t7S8=",
        "/q7Rk2Zp9Wm4Xc8Vb3Nt6x1Y2z3W4v5U6t7S8r9Q",
    ],
)
def test_a_variable_whose_value_could_be_an_address_or_a_path(value: str) -> None:
    redactor = Redactor(environment={"DB_PASSWORD": value})
    kept = redactor.message(f"it is {value}.".encode())
    assert kept == b"it is [REDACTED:DB_PASSWORD]."


@pytest.mark.parametrize("gap", [",", ", "])
def test_cookies_that_are_joined_are_hidden_one_by_one(gap: str) -> None:
    date = "Expires=Wed, 21 Oct 2026 07:28:00 GMT"
    cookies = [f"theme=dark; Path=/; {date}", f"sid={{}}; {date}; HttpOnly", "a1={}"]
    header = gap.join(cookies)
    met = Response(
        headers={"Set-Cookie": [header.format("q7Rk2Zp9Wm4X", "x1Y2z3W4v5U6")]}
    )
    kept = Redactor().interaction(Interaction(0, Request(), met)).response
    clean = header.format("[REDACTED:sid]", "[REDACTED:a1]")
    assert kept.headers["Set-Cookie"] == [clean]


def test_a_comma_may_be_one_of_a_cookies_value() -> None:
    met = Response(headers={"Set-Cookie": ["auth=user=joe,sig=x1,n=2; Path=/"]})
    kept = Redactor().interaction(Interaction(0, Request(), met)).response
    assert kept.headers["Set-Cookie"] == ["auth=[REDACTED:auth]; Path=/"]


def test_the_older_header_of_cookies_is_one_too() -> None:
    met = Response(headers={"Set-Cookie2": ["sid=q7Rk2Zp9Wm4X; Version=1, a=1; Port"]})
    kept = Redactor().interaction(Interaction(0, Request(), met)).response
    assert kept.headers["Set-Cookie2"] == ["sid=[REDACTED:sid]; Version=1, a=1; Port"]
