"""What a request means that lacks the value of an unset variable."""

import json
from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from urllib.parse import quote

import pytest

from mitmvcr.core.bodies import framed, held_field
from mitmvcr.core.bodies.protobuf import Message
from mitmvcr.core.deck import Deck
from mitmvcr.core.deck.blanks import Blanks
from mitmvcr.core.deck.filled import LONGEST, filled_body
from mitmvcr.core.model import Interaction, Request, Response

URL = "https://api.test/forecast/[REDACTED:SKY_KEY]/42"


def deck_of(*requests: Request) -> Deck:
    return Deck([Interaction(i, each, Response()) for i, each in enumerate(requests)])


def got(url: str, body: bytes | str = b"", media: str = "") -> Request:
    raw = body.encode() if isinstance(body, str) else body
    return Request(method="POST", url=url, body=raw, headers={"Content-Type": [media]})


def finds(asked: Request, recorded: Request, *known: str) -> bool:
    deck = deck_of(recorded)
    blanks = Blanks(deck, lambda name: name not in known)
    return any(deck.take(meant) is not None for meant in blanks.meant(asked))


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ("https://api.test/forecast//42", URL),
        ("https://api.test/forecast/None/42", URL),
        ("https://api.test/forecast/dummy-key/42", URL),
        ("https://API.test:443/forecast/x/42", URL),
        ("https://api.test/v1/x:y", "https://api.test/v1/[REDACTED:SKY_KEY]:y"),
        ("https://h/?key=&q=1", "https://h/?key=[REDACTED:SKY_KEY]&q=1"),
        ("https://h/?q=1&key", "https://h/?q=1&key=[REDACTED:SKY_KEY]"),
        ("https://h/?q=1", "https://h/?q=1&key=[REDACTED:SKY_KEY]"),
        ("https://h/?q=1", "https://h/?key=[REDACTED:SKY_KEY]&q=1"),
        ("https://h/", "https://h/?key=[REDACTED:SKY_KEY]"),
        ("https://h/?key=<short>", "https://h/?key=<SKY_KEY>"),
        (
            "https://h/x/?k=",
            "https://h/[REDACTED:SKY_KEY]/?k=pre[REDACTED:SKY_KEY]".replace("pre", ""),
        ),
    ],
)
def test_a_blank_in_a_url_is_filled_in(asked: str, recorded: str) -> None:
    assert finds(got(asked), got(recorded))
    assert not finds(got(asked), got(recorded), "SKY_KEY")


@pytest.mark.parametrize(
    ("one", "other"),
    [("<SKY_KEY>", "[REDACTED:SKY_KEY]"), ("[REDACTED:SKY_KEY]", "<SKY_KEY>")],
)
def test_a_variable_that_was_named_in_one_run_alone_is_itself(
    one: str, other: str
) -> None:
    """With ``--secret`` it is written otherwise than without."""
    for url, body in (("https://h/?k=%s", "a"), ("https://h/", '{"k": "%s"}')):
        pair = [
            got(url.replace("%s", each), body.replace("%s", each))
            for each in (one, other)
        ]
        assert finds(*pair, "SKY_KEY")
        away = got(url.replace("%s", one), body.replace("%s", one) + "more")
        assert not finds(away, pair[1], "SKY_KEY")
        elsewhere = got(url.replace("%s", "SKY"), body.replace("%s", "SKY"))
        assert not finds(elsewhere, pair[1], "SKY_KEY")
    large = "x" * LONGEST
    assert finds(
        got(f"https://h/?k={one}", large),
        got(f"https://h/?k={other}", large),
        "SKY_KEY",
    )


@pytest.mark.parametrize(
    "asked",
    [
        "https://api.test/forecast//43",
        "https://api.test/forecast/a/b/42",
        "https://api.test/forecast//42?more=1",
        "https://other.test/forecast//42",
        "https://api.test/forecast/42",
        "no URL",
    ],
)
def test_all_else_of_the_url_counts(asked: str) -> None:
    assert not finds(got(asked), got(URL))


@pytest.mark.parametrize("kind", ["api_key", "password"])
def test_of_a_field_only_an_empty_value_is_a_blank(kind: str) -> None:
    recorded = got(f"https://h/?k=[REDACTED:{kind}]&q=1")
    assert finds(got("https://h/?k=&q=1"), recorded)
    assert not finds(got("https://h/?k=x&q=1"), recorded)
    assert not finds(got("https://h/?k=x&q="), recorded)
    assert not finds(got("https://h/?q=1"), recorded)
    recorded = got(f"https://h/?k=[REDACTED:{kind}]&q=")
    assert not finds(got("https://h/?q="), recorded)


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ('{"q":1,"k":""}', '{"k":"[REDACTED:k]","q":1}'),
        ('{"q":1,"k":null}', '{"k":"[REDACTED:k]","q":1}'),
        ('{"k":"", "v":"[REDACTED:v]"}', '{"k":"[REDACTED:k]","v":"[REDACTED:v]"}'),
        ("k=&q=1", "k=[REDACTED:k]&q=1"),
        ("<a><k></k></a>", "<a><k>[REDACTED:k]</k></a>"),
        (json.dumps({"a": '{"k":""}'}), json.dumps({"a": '{"k":"[REDACTED:k]"}'})),
    ],
)
def test_an_empty_value_in_a_body_is_a_blank(asked: str, recorded: str) -> None:
    assert finds(got("https://h/", asked), got("https://h/", recorded))


@pytest.mark.parametrize(
    "asked",
    [
        '{"q":1}',
        '{"q":1,"v":null}',
        '{"q":"","k":"x"}',
        '{"q":1,"k":false}',
        '{"q":1,"k":"x"}',
    ],
)
def test_another_value_of_a_field_is_none(asked: str) -> None:
    recorded = got("https://h/", '{"k":"[REDACTED:k]","q":1}')
    assert not finds(got("https://h/", asked), recorded)


@pytest.mark.parametrize(
    "asked", ["https://h/?q=1&k=", "https://h/?q=1&k", "https://H:443/?q=1&k="]
)
@pytest.mark.parametrize("kind", ["api_key", "k", "token"])
def test_a_hidden_parameter_may_be_empty(asked: str, kind: str) -> None:
    assert finds(got(asked), got(f"https://h/?q=1&k=[REDACTED:{kind}]"))
    both = got(f"https://h/[REDACTED:SKY_KEY]/?q=1&k=[REDACTED:{kind}]")
    assert finds(got(asked.replace("/?", "/x/?")), both)


@pytest.mark.parametrize(
    "asked", ["https://h/", "https://h/?k=x", "https://h/?j=", "https://h/a?k="]
)
def test_a_field_is_no_variable(asked: str) -> None:
    assert not finds(got(asked), got("https://h/?k=[REDACTED:api_key]"))


FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary="


def parts(*values: str, mark: str = "a") -> str:
    head = 'Content-Disposition: form-data; name="k"\r\n\r\n'
    found = [f"--{mark}\r\n{head}{value}\r\n" for value in values]
    return "".join([*found, f"--{mark}--\r\n"])


def named(*fields: str) -> str:
    """A multipart with a field for each, its name before the "="."""
    pieces = []
    for name, _, value in (field.partition("=") for field in fields):
        head = f'Content-Disposition: form-data; name="{name}"'
        pieces.append(f"--a\r\n{head}\r\n\r\n{value}\r\n")
    return "".join([*pieces, "--a--\r\n"])


def of_type(body: str, media: str) -> Request:
    boundary = body[2:3] if media == MULTIPART else ""
    return got("https://h/", body, media + boundary)


@pytest.mark.parametrize(
    ("asked", "recorded", "media"),
    [
        ('{"q":1,"key":""}', '{"key":"[REDACTED:SKY_KEY]","q":1}', "application/json"),
        ('{"q":1,"key":null}', '{"key":"[REDACTED:SKY_KEY]","q":1}', ""),
        ('{"q":1}', '{"key":"[REDACTED:SKY_KEY]","q":1}', ""),
        ('[{"a":["id:x"]}]', '[{"a":["id:[REDACTED:SKY_KEY]"]}]', ""),
        (json.dumps({"a": '{"k": "x"}'}), json.dumps({"a": '{"k":"<SKY_KEY>"}'}), ""),
        ("key=&q=1", "key=[REDACTED:SKY_KEY]&q=1", "application/x-www-form-urlencoded"),
        ("<k></k>", "<k>[REDACTED:SKY_KEY]</k>", "text/xml"),
        ("<k />", "<k>[REDACTED:SKY_KEY]</k>", "application/soap+xml"),
        ("q=1&key=x", "key=[REDACTED:SKY_KEY]&q=1", FORM),
        ("q=1", "key=[REDACTED:SKY_KEY]&q=1", FORM),
        ("k=1&q=1&k=x", "k=1&k=[REDACTED:SKY_KEY]&q=1", FORM),
        ("k=x&k=1&q=1", "q=1&k=[REDACTED:SKY_KEY]&k=1", FORM),
        ("k=x&k=y", "k=[REDACTED:SKY_KEY]&k=<SKY_KEY>", FORM),
        ("k=1", "k=1&k=[REDACTED:SKY_KEY]", FORM),
        ('{"q":1,"k":""}\n{}\n', '{"k":"<SKY_KEY>", "q":1}\n{ }\n', "x/ndjson"),
        ('{"a":"x"}\n[1]', '{"a":"<SKY_KEY>"}\n[1]', ""),
        ('\x1e{"k":"","q":1}', '\x1e{"q":1,"k":"<SKY_KEY>"}', "x/json-seq"),
        (parts("1", "x", mark="b"), parts("1", "<SKY_KEY>"), MULTIPART),
        (named("b=1", "a="), named("a=<SKY_KEY>", "b=1"), MULTIPART),
        ("key: None\n", "key: [REDACTED:SKY_KEY]\n", "text/plain"),
    ],
)
def test_a_blank_in_a_body_is_filled_in(asked: str, recorded: str, media: str) -> None:
    one, other = of_type(asked, media), of_type(recorded, media)
    assert finds(one, other)
    assert not finds(one, other, "SKY_KEY")
    both = replace(other, url="https://h/?k=[REDACTED:SKY_KEY]")
    assert finds(replace(one, url="https://h/?k="), both)


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ('{"q":2,"key":""}', '{"key":"[REDACTED:SKY_KEY]","q":1}'),
        ('{"key":5}', '{"key":"[REDACTED:SKY_KEY]"}'),
        ('{"key":"b x"}', '{"key":"a [REDACTED:SKY_KEY]"}'),
        ("[1]", '{"key":"[REDACTED:SKY_KEY]"}'),
        ('{"key":""}', '{"key":"[REDACTED:SKY_KEY]","q":1}'),
        ('["x"]', '["[REDACTED:SKY_KEY]", "[REDACTED:SKY_KEY]"]'),
        ("key=x&q=2", "key=[REDACTED:SKY_KEY]&q=1"),
        ('{"q":2}', '{"[REDACTED:SKY_KEY]":1}'),
        ('{"a b":1}', '{"[REDACTED:SKY_KEY]":1}'),
        ('{"key":""}', '{"key":""}'),
        ("x" * 1100000, "[REDACTED:SKY_KEY]"),
        ("x", "[REDACTED:SKY_KEY]" + "x" * 2200000),
        ('{"a":' * 5000, "[REDACTED:SKY_KEY] "),
        ('{"k":"","q":1}\n{}\n', '{"k":"[REDACTED:SKY_KEY]","q":2}\n{}\n'),
        ('{"k":""}\n{}\n', '{"k":"[REDACTED:SKY_KEY]"}\n{}\n{}\n'),
    ],
)
def test_all_else_of_a_body_counts(asked: str, recorded: str) -> None:
    deck = deck_of(got("https://h/", recorded))
    blanks = Blanks(deck, lambda _: True)
    meant = list(blanks.meant(got("https://h/", asked)))
    assert [each for each in meant if deck.take(each) is not None] == []


def test_what_is_recorded_later_is_looked_at_too() -> None:
    deck = deck_of(got("https://h/a"))
    blanks = Blanks(deck, lambda _: True)
    assert list(blanks.meant(got("https://h/x"))) == []
    deck.add(Interaction(1, got("https://h/[REDACTED:A_KEY]"), Response()))
    found = [meant.url for meant in blanks.meant(got("https://h/x"))]
    assert found == ["https://h/[REDACTED:A_KEY]"]


def test_each_meaning_comes_once() -> None:
    body = '{"k":"[REDACTED:A_KEY]"}'
    deck = deck_of(*[got("https://h/", body)] * 3, got("https://h/", "[]"))
    blanks = Blanks(deck, lambda _: True)
    assert [it.body for it in blanks.meant(got("https://h/", '{"k":""}'))] == [
        body.encode()
    ]


def test_names_are_those_that_have_no_value_here() -> None:
    blanks = Blanks(deck_of(), lambda name: name != "B")
    text = "[REDACTED:A] <B> [REDACTED:a] <C> [REDACTED:A]"
    assert blanks.names(text) == ("A", "C")


def test_only_what_has_no_value_here_is_a_blank() -> None:
    recorded = got("https://h/?a=[REDACTED:A_KEY][REDACTED:B_KEY]")
    assert finds(got("https://h/?a=x[REDACTED:B_KEY]"), recorded, "B_KEY")
    assert not finds(got("https://h/?a=[REDACTED:A_KEY]x"), recorded, "B_KEY")


def test_a_part_of_another_name_is_not_filled_in() -> None:
    asked, recorded = (parts(value) for value in ("x", "[REDACTED:SKY_KEY]"))
    other = of_type(asked.replace('"k"', '"j"'), MULTIPART)
    assert not finds(other, of_type(recorded, MULTIPART))
    more = of_type(asked.replace("\r\n\r\n", "\r\nX: y\r\n\r\n"), MULTIPART)
    assert not finds(more, of_type(recorded, MULTIPART))


@pytest.mark.parametrize("media", [FORM, MULTIPART])
def test_what_has_no_blank_is_left_as_it_is(media: str) -> None:
    bodies = {FORM: ("k=1", "k=2"), MULTIPART: (parts("1"), parts("2"))}
    one, other = (of_type(body, media) for body in bodies[media])
    both = replace(other, body=other.body + b"&z=<SKY_KEY>")
    assert filled_body(one, other, lambda _: None) == one.body
    assert not finds(one, both)


def coded(text: str) -> str:
    return b64encode(text.encode()).decode()


KEY = "[REDACTED:SKY_KEY]"


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ("user:", f"user:{KEY}"),
        ("user:x", f"user:{KEY}"),
        ("user:dummy", "user:<SKY_KEY>"),
        ('{"k":"None"}', f'{{"k":"{KEY}"}}'),
        ("\x00\x01dummy\x02", f"\x00\x01{KEY}\x02"),
    ],
)
@pytest.mark.parametrize(
    "form", ["{}", '{{"a":"{}","q":1}}', '{{"a":"Basic {}"}}', "a={}&q=1", "v: {}, w"]
)
def test_a_blank_within_base64_is_filled_in(
    asked: str, recorded: str, form: str
) -> None:
    media = FORM if form.startswith("a=") else "text/plain"
    pairs = (form.format(coded(each)) for each in (asked, recorded))
    one, other = (of_type(each, media) for each in pairs)
    assert finds(one, other)
    assert not finds(one, other, "SKY_KEY")
    another = of_type(form.format(coded(asked.replace("user", "root") + "!")), media)
    assert not finds(another, other)


def test_a_blank_within_base64_of_a_url_is_filled_in() -> None:
    one, other = (
        urlsafe_b64encode(each.encode()).decode().rstrip("=")
        for each in ("~~>?:x", f"~~>?:{KEY}")
    )
    assert finds(got(f"https://h/?a={one}&q=1"), got(f"https://h/?a={other}&q=1"))
    assert finds(got(f"https://h/{one}/x"), got(f"https://h/{other}/x"))
    assert not finds(got("https://h/?a=%2A&q=1"), got(f"https://h/?a={other}&q=1"))
    assert finds(got(f"https://h/?a={one}&k="), got(f"https://h/?a={other}&k={KEY}"))
    quoted = (quote(coded(f"??>?~:{k}"), safe="") for k in ("xy", KEY))
    one, other = (got(f"https://h/?a={each}&q=1") for each in quoted)
    assert "%3D" in one.url
    assert "%2B" in other.url
    assert finds(one, other)
    blanks = Blanks(deck_of(), lambda _: True)
    other = coded(f"u:{KEY}")
    assert blanks.names(f"a={other}&b=<A_KEY>") == ("A_KEY", "SKY_KEY")


def test_both_a_blank_and_one_within_base64_in_one_value_are_filled_in() -> None:
    one, other = (f"{k} {coded(f'u:{k}')}" for k in ("x", KEY))
    assert finds(got("https://h/", one), got("https://h/", other))
    mixed = f"x {coded('v:x')}"
    assert not finds(got("https://h/", mixed), got("https://h/", other))


def test_base64_that_holds_none_is_left_as_it_is() -> None:
    other = coded("<Bold text")
    assert finds(got("https://h/", f"x {other}"), got("https://h/", f"{KEY} {other}"))
    less = got("https://h/", f"x {other[4:]}")
    assert not finds(less, got("https://h/", f"{KEY} {other}"))
    with_slash = coded(f"???{KEY}")
    assert with_slash.startswith("Pz8/")
    assert finds(got("https://h/", coded("???x")), got("https://h/", with_slash))


def proto(*contents: bytes, number: int = 1) -> bytes:
    pairs = enumerate(contents, number)
    return b"".join(held_field(bytes([at << 3 | 2]), each) for at, each in pairs)


PADDED = b"[REDACTED:SKY_KEY----]"
NUMBER = b"\x20\x05"


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        (proto(b"dummy", b"q"), proto(PADDED, b"q")),
        (proto(b"q", number=2), proto(PADDED, b"q")),
        (proto(b"q", b"Bearer x"), proto(b"q", b"Bearer " + PADDED)),
        (proto(b"q", proto(b"x", b"a" * 200)), proto(b"q", proto(PADDED, b"a" * 200))),
        (proto(b"x") + NUMBER, proto(PADDED) + NUMBER),
        (NUMBER + proto(b"x"), proto(PADDED) + NUMBER),
        (proto(b"x") + proto(b"y"), proto(PADDED) * 2),
    ],
)
@pytest.mark.parametrize(
    "media",
    ["application/vnd.google.protobuf", "application/proto", "application/grpc+proto"],
)
def test_a_blank_in_a_message_is_filled_in(
    asked: bytes, recorded: bytes, media: str
) -> None:
    bodies = (
        framed([Message(0, each), Message(0, b"")]) if "grpc" in media else each
        for each in (asked, recorded)
    )
    one, other = (got("https://h/", body, media) for body in bodies)
    found = finds(one, other)
    assert found == (not asked.startswith(NUMBER))  # in another order it is another
    assert not finds(one, other, "SKY_KEY")


@pytest.mark.parametrize(
    "asked",
    [
        proto(b"x", b"r"),
        proto(b"x y", b"q"),
        proto(b"x"),
        b"\x08\x01" + proto(b"q", number=2),
        b"\xff",
    ],
)
def test_all_else_of_a_message_counts(asked: bytes) -> None:
    media = "application/x-protobuf"
    recorded = got("https://h/", proto(PADDED, b"q"), media)
    assert not finds(got("https://h/", asked, media), recorded)


def test_a_blank_in_a_frame_of_json_is_filled_in() -> None:
    media = "application/connect+json"
    one, other = (
        got("https://h/", framed([Message(0, each)]), media)
        for each in (b'{"k":"x","q":1}', b'{"q":1,"k":"[REDACTED:SKY_KEY]"}')
    )
    assert finds(one, other)
    assert not finds(replace(one, body=one.body * 2), other)
