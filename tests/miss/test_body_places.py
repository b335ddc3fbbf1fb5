"""A miss names the line, the member, the message, and what would let it match."""

import json
import struct

import pytest

from explained import explain
from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.miss.report import Near

FORM = "application/x-www-form-urlencoded"
UUIDS = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
URL = "https://api.test/"


def near(asked: Request, recorded: Request) -> Near:
    deck = Deck([Interaction(0, recorded, Response())])
    assert deck.take(asked) is None
    return explain(asked, deck).nearest[0]


def sent(body: bytes | str, media: str, url: str = URL, **headers: str) -> Request:
    raw = body.encode() if isinstance(body, str) else body
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request(
        method="POST", url=url, body=raw, headers={"Content-Type": [media], **fields}
    )


def frames(*found: bytes) -> bytes:
    return b"".join(struct.pack(">BI", 0, len(it)) + it for it in found)


def part(content: str, media: str = "text/plain") -> str:
    head = 'Content-Disposition: form-data; name="metadata"'
    return f"--b\r\n{head}\r\nContent-Type: {media}\r\n\r\n{content}\r\n--b--"


def call(value: str) -> str:
    member = f"<member><name>a</name><value>{value}</value></member>"
    params = f"<params><param><value><struct>{member}</struct></value></param></params>"
    return f"<methodCall><methodName>m</methodName>{params}</methodCall>"


def document(field: str) -> str:
    return json.dumps({"query": "query Q { user { " + field + ", id } }"})


def prompt(number: int) -> str:
    """Return what is long, and holds one thing that is made anew."""
    return f"You help whoever asks, in full sentences. Session {UUIDS[number]}"


def many(number: int) -> str:
    """Return a text with such things behind more words than a rule names."""
    return " and ".join(f"word{at} {UUIDS[(number + at) % 2]}" for at in range(9))


#: What finds a UUID.
UUID = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"

CASES = [
    # JSON within others
    (
        "application/x-ndjson",
        '{"a":1}\n\n{"b":[1]}\n',
        '{"a":1}\n{"b":[2]}\n',
        ["body line 2.b[0]: 1 was 2"],
        ["vcr_ignore_json=$.b[0]"],
    ),
    (
        "application/x-ndjson",
        '{"b":1,"a":1}\n{"c":1}',
        '{"a":1,"b":1}\n{"c":1}\n',
        ['body at its end: "" was "\\n"'],
        ["vcr_match=method,url"],
    ),
    (
        "application/json-seq",
        '\x1e{"a": 1}\n\x1e{"a":2}\n',
        '\x1e{"a":1}\n\x1e{"a":2}',
        ['body at its end: "\\n" was ""'],
        ["vcr_match=method,url"],
    ),
    (
        "application/json-seq",
        '\x1e{"a":1}\n\x1e{"a":2}\n',
        '\x1e{"a":1}\n',
        ["body line 2: present was absent"],
        ["vcr_match=method,url"],
    ),
    (
        "application/json",
        json.dumps({"x": '{"a": 1}'}),
        json.dumps({"x": '{"a":2}'}),
        ["body.x.a: 1 was 2"],
        ["vcr_ignore_json=$.x.a"],
    ),
    (
        "application/json",
        '{"x": {"a": 1}}',
        json.dumps({"x": '{"a":1}'}),
        ['body.x: {"a": 1} was "{\\"a\\":1}"'],
        ["vcr_ignore_json=$.x"],
    ),
    (
        FORM,
        'p={"a":1,"b":2}&c=1',
        'c=1&p={"b":3,"a":1}',
        ["body.p.b: 2 was 3"],
        ["vcr_ignore_json=$.b"],
    ),
    (FORM, 'p={"a":1}', "p=[1]", ['body.p: {"a": 1} was [1]'], ["vcr_ignore_form=p"]),
    (
        FORM,
        'p={"a":1}',
        "p=x",
        ['body.p: "{\\"a\\":1}" was "x"'],
        ["vcr_ignore_form=p"],
    ),
    (
        "multipart/form-data; boundary=b",
        part('{"a":1}'),
        part('{"a": 2}'),
        ["body part 0 (metadata).a: 1 was 2"],
        ["vcr_ignore_json=$.a"],
    ),
    (
        "multipart/form-data; boundary=b",
        part("run 1\nx"),
        part("run 1\ny"),
        ['body part 0 (metadata) line 2: "x" was "y"'],
        ["vcr_ignore_form=metadata"],
    ),
    # Calls and messages
    (
        "application/json",
        document("a"),
        document("b"),
        ['body.query: "query Q { user { a id } }" was "query Q { user { b id } }"'],
        ["vcr_ignore_json=$.query"],
    ),
    (
        "text/xml",
        call("<int>1</int>"),
        call("<int>2</int>"),
        ["body.params[0].struct.a: 1 was 2"],
        None,
    ),
    (
        "application/grpc",
        frames(b"one", b"two"),
        frames(b"one", b"six"),
        ['body message 1 at byte 0: "two" was "six"'],
        ["vcr_match=method,url"],
    ),
    (
        "application/grpc",
        frames(b"one"),
        frames(b"one", b"two"),
        ["body message 1: absent was present"],
        ["vcr_match=method,url"],
    ),
    (
        "application/connect+json",
        frames(b'{"a":1}'),
        frames(b'{"a":2}'),
        ["body message 0.a: 1 was 2"],
        ["vcr_ignore_json=$.a"],
    ),
    (
        "application/grpc",
        b"no frames",
        b"not a frame",
        ['body at byte 2: "no frames" was "not a frame"'],
        ["vcr_match=method,url"],
    ),
    (
        "application/grpc",
        b"\0\0\0\0\1x",
        b"\2\0\0\0\1x",
        ["body message 0 flags: 0x00 was 0x02"],
        ["vcr_match=method,url"],
    ),
    (
        "application/grpc",
        frames(b"\x0a\x01a\x0a\x01b"),
        frames(b"\x0a\x01b\x0a\x01a"),
        [
            "body message 0 has the same fields in another order: as entries of a map,"
            " or of a list, where the order counts"
        ],
        ["vcr_match=method,url"],
    ),
    (
        "application/grpc",
        frames(b"\x0a\x03one\x08\x01"),
        frames(b"\x0a\x03two\x08\x02"),
        [r'body message 0 at byte 2: "\n\u0003one\b\u0001" was "\n\u0003two\b\u0002"'],
        ["vcr_match=method,url"],
    ),
    (
        "application/grpc",
        frames(b"\x0a\x03one"),
        frames(b"\x0a\x05\x12\x03one"),
        [r'body message 0 at byte 1: "\n\u0003one" was "\n\u0005\u0012\u0003one"'],
        ["vcr_match=method,url"],
    ),
    # Made anew
    (
        "application/grpc",
        frames(b"\x08\x01\x0a\x26\x12\x24" + UUIDS[0].encode()),
        frames(b"\x08\x01\x0a\x26\x12\x24" + UUIDS[1].encode()),
        [
            f'body message 0 field 1.2 at byte 0: "{UUIDS[0][:30]}"'
            f' was "{UUIDS[1][:30]}" (looks like a UUID)'
        ],
        ["vcr_ignore_body=[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"],
    ),
    (
        "application/json",
        f'{{"id":"{UUIDS[0]}"}}',
        f'{{"id":"{UUIDS[1]}"}}',
        [f'body.id: "{UUIDS[0]}" was "{UUIDS[1]}" (looks like a UUID)'],
        ["vcr_ignore_json=$.id="],
    ),
    (
        "application/json",
        '{"at":1764288531}',
        '{"at":1764288999}',
        ["body.at: 1764288531 was 1764288999 (looks like a time stamp)"],
        ["vcr_ignore_json=$.at="],
    ),
    (  # of which no float holds the first
        "application/json",
        '{"at":1764288531.123456789}',
        '{"at":1764288999.5}',
        ["body.at: 1764288531.123456789 was 1764288999.5 (looks like a time stamp)"],
        ["vcr_ignore_json=$.at="],
    ),
    (
        FORM,
        f"id={UUIDS[0]}",
        f"id={UUIDS[1]}",
        [f'body.id: "{UUIDS[0]}" was "{UUIDS[1]}" (looks like a UUID)'],
        ["vcr_ignore_form=id="],
    ),
    # Texts
    (
        "text/plain",
        "a\nnonce=17 b",
        "a\nnonce=4 b",
        ['body line 2: "nonce=17 b" was "nonce=4 b"'],
        ["vcr_ignore_body=nonce=[^\\s\"'<>&,;]*"],
    ),
    (
        FORM,
        "a=1&a=2",
        "a=1&a=3",
        ['body.a: "1", "2" was "1", "3"'],
        ["vcr_ignore_form=a"],
    ),
    (
        "text/plain",
        "a\nb=xone1 z",
        "a\nb=xtwo1 z",
        ['body line 2: "b=xone1 z" was "b=xtwo1 z"'],
        ["vcr_ignore_body=b=[^\\s\"'<>&,;]*"],
    ),
    (
        "text/plain",
        "a\nx of it",
        "a\ny of it",
        ['body line 2: "x of it" was "y of it"'],
        ["vcr_ignore_body=[^\\s\"'<>&,;]* of"],
    ),
    (
        "text/plain",
        "say this one\nb",
        "say what two\nb",
        ['body line 1: "say this one" was "say what two"'],
        ["vcr_ignore_body=say .*"],
    ),
    (
        "text/plain",
        f"a\nid {UUIDS[0]}",
        f"a\nid {UUIDS[1]}",
        [f'body line 2: "id {UUIDS[0]}" was "id {UUIDS[1]}" (differs only in a UUID)'],
        ["vcr_ignore_body=[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"],
    ),
    (
        "application/xml",
        "<a><id>x y</id></a>",
        "<a><id>z</id></a>",
        ['body /a/id: "x y" was "z"'],
        ["vcr_ignore_body=(?<=<id>)[^<]*"],
    ),
    ("text/plain", "a\nb", "a", ['body line 2: "b" was absent'], []),
    # Of a long text only what is made anew in it
    (
        "application/json",
        json.dumps({"a": prompt(0)}),
        json.dumps({"a": prompt(1)}),
        None,
        [f"vcr_ignore_body=Session {UUID}"],
    ),
    (
        "application/json",
        json.dumps({"a": f"{prompt(0)} {UUIDS[1]}"}),
        json.dumps({"a": f"{prompt(1)} {UUIDS[0]}"}),
        None,
        [f"vcr_ignore_body=Session {UUID}|{UUID}"],
    ),
    (
        FORM,
        f"a={prompt(0)}",
        f"a={prompt(1)}",
        None,
        [f"vcr_ignore_body=Session {UUID}"],
    ),
    (FORM, f"a={prompt(0)}&a=1", f"a={prompt(1)}&a=1", None, ["vcr_ignore_form=a="]),
    (
        "application/json",
        json.dumps({"a": many(0)}),
        json.dumps({"a": many(1)}),
        None,
        [f"vcr_ignore_body={UUID}"],
    ),
    (
        "application/json",
        json.dumps({"a": f"Session {UUIDS[0]}"[:44]}),
        json.dumps({"a": f"Session {UUIDS[1]}"[:44]}),
        None,
        [f"vcr_ignore_body=Session {UUID}"],
    ),
    (
        "application/json",
        json.dumps({"a": "at 1795947181"}),
        json.dumps({"a": "at 1795947216"}),
        None,
        ["vcr_ignore_json=$.a="],
    ),
    (
        "application/x-git-receive-pack-request",
        "0001",
        "0002",
        ['body at byte 3: "0001" was "0002"'],
        [],
    ),
]


@pytest.mark.parametrize(("media", "asked", "recorded", "told", "options"), CASES)
def test_a_difference_has_its_place(
    media: str,
    asked: str | bytes,
    recorded: str | bytes,
    told: list[str] | None,
    options: list[str] | None,
) -> None:
    found = near(sent(asked, media), sent(recorded, media))
    assert told is None or [str(each) for each in found.differ] == told
    assert options is None or list(found.options) == options


def test_a_fresh_value_in_a_query_is_named() -> None:
    urls = [f"{URL}?id={each}" for each in UUIDS]
    found = near(sent("", "", urls[0]), sent("", "", urls[1]))
    assert "(looks like a UUID)" in str(found)
    assert found.options == ("vcr_ignore_query=id=",)


def test_json_in_a_query_is_told_as_a_parameter() -> None:
    found = near(sent("", "", URL + '?f={"a":1}'), sent("", "", URL + '?f={"a": 2}'))
    assert [str(each) for each in found.differ] == [
        r'query.f: "{\"a\":1}" was "{\"a\":2}"'
    ]


def test_values_of_one_name_that_are_fresh_in_other_ways_have_no_looks() -> None:
    queries = [f"?a={UUIDS[0]}&a=2026-11-28&a=1", f"?a={UUIDS[1]}&a=2025-11-28&a=1"]
    found = near(sent("", "", URL + queries[0]), sent("", "", URL + queries[1]))
    assert [each.looks for each in found.differ] == [""]


def test_several_lines_are_told_and_tried_together() -> None:
    one = "".join(f"line {i}\nid={i}\n" for i in range(3))
    other = one.replace("id=", "id=9")
    found = near(sent(one, "text/plain"), sent(other, "text/plain"))
    assert [each.place for each in found.differ] == [
        f"body line {i}" for i in (2, 4, 6)
    ]
    assert found.options == ("vcr_ignore_body=id=[^\\s\"'<>&,;]*",)


def test_the_payload_of_aws_chunked_is_told() -> None:
    def pieces(payload: str) -> str:
        return f"{len(payload):x};chunk-signature={'a' * 64}\r\n{payload}\r\n0\r\n\r\n"

    one, other = (
        sent(pieces(it), "text/plain", Content_Encoding="aws-chunked")
        for it in ("a\nid=1", "a\nid=2")
    )
    found = near(one, other)
    assert str(found.differ[0]) == 'body line 2: "id=1" was "id=2"'
