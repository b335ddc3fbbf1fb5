"""Secrets planted in each place, container and coding: none stays."""

# ruff: noqa: E501 # bodies are easier to compare in one piece

import base64
import gzip
import json
import random
import zlib
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

import pytest

from made_up import sample, token
from mitmvcr.codings import decoded, encoded
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets.containers import Look, said_by, through
from mitmvcr.secrets.forms import Pattern
from mitmvcr.secrets.patterns import PATTERNS
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules

CHANCE = random.Random(16)
#: What a name alone gives away: no form of a provider.
VALUES = {
    "letters": token(CHANCE, 24),
    "hex": CHANCE.randbytes(16).hex(),
    "uuid": "3f2a9c1e-77b1-4d0c-9a5e-0d1c2b3a4f5e",
    "base64": base64.b64encode(CHANCE.randbytes(24)).decode(),
    "password": "Tr0ub4dor-" + token(CHANCE, 4),
}
#: Spellings that no list has letter by letter.
NAMES = [
    "password", "DB_PASSWORD", "userPassword", "API_Key", "apiKey", "api-key",
    "x-api-key", "client_secret", "ClientSecret", "accessToken", "refresh_token",
    "private_token", "job_token", "plexToken", "aws_secret_access_key", "app_key",
    "stok", "merchantSalt", "apiV3Key", "rtspAlias", "X-Ovh-Consumer",
]  # fmt: skip

#: place: body; %b is a name, then a value.
PLACES: dict[str, tuple[str, bytes]] = {
    "json": ("application/json", b'{"a": 1, "%b": "%b", "z": null}'),
    "json, nested": ("application/json", b'{"a": {"b": [{"%b" : "%b"}]}}'),
    "json, array": ("application/json", b'{"%b": ["%b"], "n": 1}'),
    "json, object": ("application/json", b'{"%b": {"type": "s", "value": "%b"}}'),
    "json in json": ("application/json", b'{"body": "{\\"%b\\": \\"%b\\"}"}'),
    "json, twice in": ("", b'{"a": "{\\"b\\": \\"{\\\\\\"%b\\\\\\": \\\\\\"%b\\\\\\"}\\"}"}'),
    "json lines": ("application/x-ndjson", b'{"a":1}\n{"%b":"%b"}\n'),
    "event stream": ("text/event-stream", b'event: x\ndata: {"%b":"%b"}\n\n'),
    "pair": ("application/json", b'[{"name": "%b", "value": "%b"}]'),
    "form": ("application/x-www-form-urlencoded", b"a=1&%b=%b&z=2"),
    "form, first": ("application/x-www-form-urlencoded", b"%b=%b"),
    "form, path": ("application/x-www-form-urlencoded", b"user[%b]=%b&z=2"),
    "link": ("text/html", b'<a href="https://h/x?a=1&amp;%b=%b&amp;z=2">x</a>'),
    "fragment": ("text/plain", b"go to https://h/cb#%b=%b&state=1 now"),
    "attribute": ("text/xml", b"<a><b %b='%b' c='d'/></a>"),
    "input": ("text/html", b'<form><input type=hidden name="%b" value="%b"></form>'),
    "multipart": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--b--\r\n',
    ),
    "multipart, binary": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="f"\r\nContent-Type: image/png'
        b"\r\n\r\n\x89PNG\0\0\r\n--b\r\nContent-Disposition: form-data; name="
        b'"%b"\r\n\r\n%b\r\n--b--\r\n',
    ),
    ".env": ("text/plain", b"A=1\nexport %b=%b\nB=2\n"),
    ".env, quoted": ("text/plain", b'A=1\n%b="%b"\nB=2\n'),
    "yaml": ("application/yaml", b"a:\n  - b: c\n    %b: %b\nd: e\n"),
    "yaml, quoted": ("application/yaml", b"a:\n  %b: '%b'\nd: e\n"),
    "ini": ("text/plain", b"[main]\nuser = me\n%b = %b\n"),
    "toml": ("application/toml", b'[main]\nuser = "me"\n%b = "%b"\n'),
    "properties": ("text/plain", b"a.b=1\ndb.%b=%b\n"),
    "connection": ("text/plain", b"Server=h;Database=d;User Id=me;%b=%b;Encrypt=yes"),
    "libpq": ("text/plain", b"host=h user=me %b=%b dbname=d"),
    "graphql": ("application/json", b'{"query": "{ login(a: 1, %b: \\"%b\\") { id } }"}'),
    "code": ("text/plain", b"client = Client(a=1, %b='%b')\n"),
    "curl": ("text/plain", b"curl -H '%b: %b' https://h/\n"),
    "csv": ("text/csv", b"id,%b,n\r\n1,%b,2\r\n"),
}  # fmt: skip
#: Places in which each name is a name; in others some cannot be.
ELEMENT = b"<a><%b>%b</%b></a>"

CODINGS: dict[str, Callable[[bytes], tuple[bytes, Headers]]] = {
    name: lambda body, name=name: (  # type: ignore[misc]
        encoded(body, name),
        {"Content-Encoding": [name]},
    )
    for name in ("gzip", "deflate", "br", "zstd", "gzip, br")
}


def _bare(body: bytes) -> tuple[bytes, Headers]:
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(body) + packer.flush()
    return packed, {"Content-Encoding": ["deflate"]}


def _members(body: bytes) -> tuple[bytes, Headers]:
    packed = gzip.compress(body[:7]) + gzip.compress(body[7:])
    return packed, {"Content-Encoding": ["gzip"]}


CODINGS |= {"raw deflate": _bare, "gzip of two members": _members}


def pieces(body: bytes, headers: Headers) -> bytes:
    """Return all texts of a body, in each encoding undone."""
    found: list[bytes] = []

    def leaf(data: bytes, _: Look) -> bytes:
        found.append(data)
        return data

    through(body, said_by(headers), leaf)
    return b"\n".join(found)


def written(body: bytes, headers: Headers, *, asked: bool = False) -> bytes:
    redactor = Redactor()
    if asked:
        met = Interaction(0, Request(body=body, headers=headers), Response())
        return redactor.interaction(met).request.body
    met = Interaction(0, Request(), Response(body=body, headers=headers))
    kept = redactor.interaction(met).response.body
    assert redactor.findings(met), "scan does not find what recording hides"
    return kept


class Planted(NamedTuple):
    name: str
    place: str
    value: str


def planted() -> list[Planted]:
    """Return each place with each name, the values by turns."""
    values = list(VALUES)
    return [
        Planted(name, place, values[(at + nth) % len(values)])
        for nth, name in enumerate(NAMES)
        for at, place in enumerate(PLACES)
        if not (name == "app_key" and "form" not in place and place != "link")
    ]


def _encoded(place: str, value: str) -> bytes:
    return (quote(value, safe="") if "form" in place else value).encode()


@pytest.mark.parametrize("place", PLACES)
def test_none_stays_in_any_place(place: str) -> None:
    left = []
    for name, _, value in (each for each in planted() if each.place == place):
        kind, text = PLACES[place]
        secret = _encoded(place, VALUES[value])
        body = text % (name.encode(), secret)
        kept = written(body, {"Content-Type": [kind]}, asked="form" in place)
        before, _, after = body.partition(secret)
        if secret in kept or not (kept.startswith(before) and kept.endswith(after)):
            left.append((name, value, kept))
    assert left == []


def test_none_stays_in_an_element() -> None:
    for name in ("Password", "ns:AccessToken", "client_secret", "SecretAccessKey"):
        for value in VALUES.values():
            body = ELEMENT % (name.encode(), value.encode(), name.encode())
            kept = written(body, {"Content-Type": ["application/xml"]})
            assert value.encode() not in kept
            assert kept.endswith(b"</%b></a>" % name.encode())


@pytest.mark.parametrize("coding", CODINGS)
def test_none_stays_in_any_coding(coding: str) -> None:
    for value in VALUES.values():
        body, headers = CODINGS[coding](b'{"client_secret": "%b"}' % value.encode())
        kept = decoded(written(body, headers), headers["Content-Encoding"][0])
        assert kept == b'{"client_secret": "[REDACTED:client_secret]"}'


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])  # fmt: skip
@pytest.mark.parametrize("is_said", [True, False])
def test_none_stays_in_a_wide_text(charset: str, is_said: bool) -> None:
    body = '{"client_secret": "' + VALUES["letters"] + '", "ü": 1}'
    kind = "application/json" + (f"; charset={charset}" if is_said else "")
    kept = written(body.encode(charset), {"Content-Type": [kind]})
    assert (
        kept.decode(charset) == '{"client_secret": "[REDACTED:client_secret]", "ü": 1}'
    )


def test_a_text_that_is_not_in_its_charset_stays() -> None:
    for body in (b"a\0b\0\0\xd8", b"\xff\xfe\0\xd8x"):
        headers: Headers = {"Content-Type": ["text/plain"]}
        met = Interaction(0, Request(), Response(body=body, headers=headers))
        assert Redactor().interaction(met).response.body == body


FORMS = [pattern for pattern in PATTERNS if pattern.kind not in ("bearer", "basic")]


def _message(flag: int, message: bytes) -> bytes:
    return bytes([flag]) + len(message).to_bytes(4) + message


@pytest.mark.parametrize("pattern", FORMS[::7], ids=lambda each: each.kind)
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_none_stays_in_messages_of_grpc(pattern: Pattern, coding: str) -> None:
    secret = sample(pattern.sample, CHANCE).encode()
    size = len(secret)  # as protobuf writes it, in seven bits each
    length = bytes([size]) if size < 128 else bytes([size % 128 + 128, size // 128])
    message = b"\n" + length + secret + b"\x12\x01x"
    packed = encoded(message, coding) if coding else message
    body = _message(1 if coding else 0, packed) + _message(0, b"\n\x01y")
    headers: Headers = {"Content-Type": ["application/grpc+proto"]}
    if coding:
        headers["grpc-encoding"] = [coding]
    kept = written(body, headers)
    size = int.from_bytes(kept[1:5])
    first = kept[5 : 5 + size]
    plain = decoded(first, coding) if coding else first
    assert len(plain) == len(message)
    assert secret not in plain
    assert plain.startswith(message[:2])
    assert kept[5 + size :] == _message(0, b"\n\x01y")


@pytest.mark.parametrize("tag", b"BJz")
def test_a_form_ends_where_its_field_does_though_its_neighbours_are_letters(
    tag: int,
) -> None:
    """A length is a letter, and so is the number of the next field."""
    broken = []
    for pattern in FORMS:
        secret = sample(pattern.sample, CHANCE).encode()
        if not 48 <= len(secret) < 128:
            continue
        message = b"\n" + bytes([len(secret)]) + secret + bytes([tag]) + b"\x01x"
        kept = written(_message(0, message), {"Content-Type": ["application/grpc"]})
        plain, rest = kept[5:-3], kept[-3:]
        is_whole = plain[:2] == message[:2] and rest == message[-3:]
        if secret in plain or not is_whole or len(kept) != len(message) + 5:
            broken.append((pattern.kind, plain, rest))
    assert broken == []


def test_none_stays_in_messages_of_connect_and_grpc_web() -> None:
    said = b'{"client_secret": "%b"}' % VALUES["hex"].encode()
    clean = b'{"client_secret": "[REDACTED:client_secret]"}'
    stream = _message(1, encoded(said, "gzip")) + _message(2, said)
    headers: Headers = {
        "Content-Type": ["application/connect+json"],
        "Connect-Content-Encoding": ["gzip"],
    }
    kept = written(stream, headers)
    size = int.from_bytes(kept[1:5])
    assert decoded(kept[5 : 5 + size], "gzip") == clean
    assert kept[5 + size :] == _message(2, clean)
    trailers = _message(0x80, b"grpc-status: 0\r\nx-api-key: " + VALUES["hex"].encode())
    web: Headers = {"Content-Type": ["application/grpc-web-text+proto"]}
    kept = written(base64.b64encode(_message(0, b"\n\x01y") + trailers), web)
    assert base64.b64decode(kept).endswith(b"x-api-key: [REDACTED:x-api-key]")


def test_none_stays_in_frames_whose_base64_is_padded_each() -> None:
    trailers = _message(0x80, b"x-api-key: " + VALUES["hex"].encode())
    body = b"".join(map(base64.b64encode, (_message(0, b"\n\x01"), trailers)))
    kept = written(body, {"Content-Type": ["application/grpc-web-text+proto"]})
    assert base64.b64decode(kept).endswith(b"x-api-key: [REDACTED:x-api-key]")


def test_none_stays_beside_a_file_in_parts_as_a_browser_makes_them() -> None:
    border = "--" + "-" * 4 + "WebKitFormBoundary7MA4YWxkTrZu0gW"
    parts = (
        'Content-Disposition: form-data; name="password"\r\n\r\nhunter-x9y8z7\r\n',
        'Content-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n\0\1\2\r\n',
    )
    body = "".join(f"{border}\r\n{part}" for part in parts) + f"{border}--\r\n"
    media = f"multipart/form-data; boundary={border[2:]}"
    kept = written(body.encode(), {"Content-Type": [media]})
    assert b"hunter" not in kept
    assert kept.endswith(body[body.index("--", 90) :].encode()[-60:])


def test_messages_that_are_cut_off_or_not_what_they_say_stay_whole() -> None:
    token = sample("ghp_{w30}{=github}", CHANCE).encode()
    cut = _message(0, b"\n\x01y") + b"\0\0\0\1\0" + token
    kept = written(cut, {"Content-Type": ["application/grpc"]})
    assert len(kept) == len(cut)
    assert token not in kept
    for kind, body in (
        ("application/grpc", _message(1, b"no gzip") + _message(0, b"")),
        ("application/grpc-web-text", b"AAA no base64"),
    ):
        headers: Headers = {"Content-Type": [kind], "grpc-encoding": ["gzip"]}
        met = Interaction(0, Request(), Response(body=body, headers=headers))
        assert Redactor().interaction(met).response.body == body


def test_none_stays_across_the_chunks_of_s3() -> None:
    value = VALUES["letters"].encode()
    body = b'{"client_secret": "%b", "rest": "%b"}' % (value, b"x" * 40)
    sign = b";chunk-signature=" + b"0a" * 32
    chunks = [body[at : at + 30] for at in range(0, len(body), 30)]
    framed = b"".join(b"%x%b\r\n%b\r\n" % (len(c), sign, c) for c in chunks)
    framed += b"0" + sign + b"\r\n\r\n"
    headers: Headers = {"Content-Encoding": ["aws-chunked"]}
    kept = written(framed, headers, asked=True)
    clean = body.replace(value, b"[REDACTED:client_secret]")
    assert pieces(kept, headers) == clean
    assert kept.endswith(b"0" + sign + b"\r\n\r\n")
    assert written(kept, headers, asked=True) == kept
    assert written(framed[:20], headers, asked=True) == framed[:20]
    assert written(framed, {}, asked=True) == kept  # not each client says so
    assert written(body, headers, asked=True) == clean  # and some say so in vain
    cut = framed[: framed.index(value[-4:]) + 8]
    assert value[:4] not in written(cut + b'abc"', headers, asked=True)
    short = b'{"password": "%b"}' % (b"x1y2" * 20)
    framed = b"".join(
        b"%x\r\n%b\r\n" % (20, short[at : at + 20]) for at in (0, 20, 40, 60)
    )
    framed += b"%x\r\n%b\r\n0\r\n\r\n" % (len(short) - 80, short[80:])
    kept = written(framed, {"Content-Encoding": ["aws-chunked, gzip"]}, asked=True)
    assert pieces(kept, headers) == b'{"password": "[REDACTED:password]"}'


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_none_stays_in_base64_of_json(encode: Callable[[bytes], bytes]) -> None:
    for inner in (
        {"client_secret": VALUES["hex"], "a": "?>~"},
        [{"apiKey": VALUES["uuid"]}],
    ):
        for indent in (None, 1, 2):
            text = json.dumps(inner, indent=indent).encode()
            for data in (encode(text), encode(text).rstrip(b"=")):
                kept = written(b'{"state": "%b"}' % data, {})
                held = kept.removeprefix(b'{"state": "').removesuffix(b'"}')
                plain = base64.urlsafe_b64decode(
                    held.translate(bytes.maketrans(b"+/", b"-_")) + b"==="
                )
                assert b"[REDACTED:" in plain
                assert VALUES["hex"].encode() not in plain
                assert VALUES["uuid"].encode() not in plain


# Headers

SHAPES = [
    "X-Plex-Token",
    "X-Metabase-Session",
    "Circle-Token",
    "X-Consul-Token",
    "X-Functions-Key",
    "Fastly-Key",
    "X-Figma-Token",
    "DPoP",
    "X-Registry-Auth",
    "X-Mine-Secret",
    "X-Login-Password",
    "X-Client-Credential",
    "X-User-Credentials",
    "X-Jwt-Assertion",
    "X-Vendor-ApiKey",
    "X-Hub-Auth",
]


@pytest.mark.parametrize("name", SHAPES)
def test_a_header_is_a_secret_by_its_last_word(name: str) -> None:
    value = VALUES["letters"]
    met = Interaction(
        0, Request(headers={name: [value]}), Response(body=value.encode())
    )
    kept = Redactor().interaction(met)
    assert kept.request.headers == {}
    assert kept.response.body == f"[REDACTED:{name.lower()}]".encode()


def test_parameters_of_credentials_are_learned() -> None:
    secret = VALUES["letters"]
    for scheme in (f'Token token="{secret}"', f"OAuth a=1, oauth_token={secret}"):
        met = Interaction(
            0,
            Request(headers={"Authorization": [scheme]}),
            Response(body=secret.encode()),
        )
        assert secret.encode() not in Redactor().interaction(met).response.body


def test_cookies_without_a_name_and_the_status_are_cleaned() -> None:
    secret = VALUES["letters"]
    met = Interaction(
        0,
        Request(headers={"Cookie": [f"{secret}; theme=dark"]}),
        Response(
            headers={"Set-Cookie": [f"{secret}; Path=/"]},
            status=f"403 no key?api_key={secret}",
        ),
    )
    kept = Redactor().interaction(met)
    assert kept.request.headers["Cookie"][0].endswith("; theme=dark")
    assert secret not in str(kept)
    assert kept.response.headers["Set-Cookie"][0].endswith("; Path=/")
    alone = Interaction(0, Request(), Response(status=f"403 ?api_key={secret}"))
    assert (
        Redactor().interaction(alone).response.status
        == "403 ?api_key=[REDACTED:api_key]"
    )
    assert Redactor().findings(alone)[0].place == "response.status"


@pytest.mark.parametrize("name", [*NAMES, "key", "auth", "sig", "token", "appid"])
@pytest.mark.parametrize("mark", ["?", "?a=1&", "#", "#a=1&"])
def test_none_stays_in_a_url(name: str, mark: str) -> None:
    for value in VALUES.values():
        url = f"https://h/x{mark}{name}={quote(value, safe='')}&z=1"
        kept = Redactor().request(Request(url=url)).url
        assert kept == f"https://h/x{mark}{name}=[REDACTED:{name}]&z=1"
        location = Response(headers={"Location": [url]})
        met = Redactor().interaction(Interaction(0, Request(), location))
        assert met.response.headers["Location"] == [kept]


def test_numbers_under_the_names_of_codes_are_hidden() -> None:
    body = b'{"otp": 48151623, "cvv":123, "token": 48151623, "secret": 4}'
    kept = written(body, {})
    assert kept == b'{"otp": 0, "cvv":0, "token": 48151623, "secret": 4}'


def test_netrc() -> None:
    kept = written(b"machine h\nlogin me\npassword s3cr3t-pw\nmachine i", {})
    assert kept == b"machine h\nlogin me\npassword [REDACTED:password]\nmachine i"


def test_quoted_cells_of_columns() -> None:
    body = b'id\tapi_key\n1\t"a""1b2c3d4e5"\n2\tz9y8x7w6\n'
    kept = written(body, {"Content-Type": ["text/tab-separated-values"]})
    assert kept == b'id\tapi_key\n1\t"[REDACTED:api_key]"\n2\t[REDACTED:api_key]\n'


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        (
            b'<a password="x1y2 token = y"/>',
            b'<a password="[REDACTED:password]"/>',
        ),
        (
            b'<input name="csrf_token" data-name="password" value="x1y2">',
            b'<input name="csrf_token" data-name="password" value="[REDACTED:csrf_token]">',
        ),
    ],
)
def test_a_rule_looks_through_a_tag_once(body: bytes, clean: bytes) -> None:
    assert written(body, {}) == clean


def test_base64_that_cannot_be_read_is_cut_wherever_the_secret_stands() -> None:
    redactor = Redactor()
    redactor.message(b'{"client_secret":"ab3def6h1jkl"}')
    coded = base64.b64encode(b"ab3def6h1jkl")
    for between, after in ((5, 4), (4, 5)):
        body = b"/" * 3 + coded + b"A" * between + coded + b"A" * after
        assert coded not in redactor.message(body)
    assert redactor.memory.size == len(redactor.memory.since(0))


def test_a_binary_message_keeps_a_placeholder_of_its_length() -> None:
    redactor = Redactor(Rules(secrets=("MINE",)), {"MINE": "my-value-1"})
    secret = "a1-b2" * 5 + "xy"
    redactor.message(b'{"name": "%b", "value": "%b"}' % (b"api_key", secret.encode()))
    for value, new in (
        (secret, b"[REDACTED:api_key---------]"),
        ("my-value-1", b"<MINE>"),
    ):
        assert redactor.message(b"\0\1" + value.encode()) == b"\0\1" + new
    assert redactor.message(b"\0[REDACTED:x]") == b"\0[REDACTED:x]"
    back = redactor.message(b'{"a": "[REDACTED:api_key---------]"}')
    assert back == b'{"a": "[REDACTED:api_key]"}'
    exact = "z" * 3 + "9y8x7w6v5u4t3s2r1q0"[: len("[REDACTED:api_key]") - 3]
    redactor.message(b'{"api_key": "%b"}' % exact.encode())
    assert redactor.message(b"\0" + exact.encode()) == b"\0[REDACTED:api_key]"


def test_a_file_of_gzip_that_holds_text_loses_what_is_a_secret_by_its_form() -> None:
    secret = sample("ghp_{w30}{=github}", CHANCE)
    text = b'{"password": "x1y2z3w4", "note": "%b"}' % secret.encode()
    kept = gzip.decompress(written(gzip.compress(text), {}))
    assert kept == text.replace(secret.encode(), b"[REDACTED:github]")


def test_none_stays_in_base64_in_a_url() -> None:
    inner = json.dumps({"n": {"apiKey": VALUES["uuid"]}, "b": 1}).encode()
    coded = base64.urlsafe_b64encode(inner).decode().rstrip("=")
    redactor = Redactor()
    kept = redactor.request(Request(url=f"https://h/?state={coded}")).url
    held = base64.urlsafe_b64decode(kept.rpartition("=")[2] + "===")
    assert held == inner.replace(VALUES["uuid"].encode(), b"[REDACTED:apiKey]")
    body = b'{"password":"x1y2","n":"%b"}' % base64.b64encode(VALUES["uuid"].encode())
    assert list(redactor.whose(Request(body=body))) == ["password"]


def test_columns_beside_another_secret() -> None:
    body = b"id,url\r\n1,https://h/?api_key=%b\r\n" % VALUES["hex"].encode()
    kept = written(body, {"Content-Type": ["text/csv"]})
    assert kept == b"id,url\r\n1,https://h/?api_key=[REDACTED:api_key]\r\n"
