"""Bodies that say the same in other words have equal keys: lines of JSON, JSON and
GraphQL within other bodies, XML-RPC, messages of RPC, Amazon's pieces."""

import gzip
import json
import re
import struct
import zlib
from base64 import b64encode

import brotli
import pytest
from backports import zstd

from mitmvcr.core.bodies import (
    BodyRules,
    body_key,
    framed,
    request_body_keys,
    typed_body,
)
from mitmvcr.core.bodies.compared import canonical
from mitmvcr.core.bodies.protobuf import Message
from mitmvcr.core.matching import Ignore, url_key
from mitmvcr.core.matching.ignoring import Places
from mitmvcr.core.model import Request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def same(one: bytes | str, other: bytes | str, media: str = JSON) -> bool:
    keys = [
        body_key(body.encode() if isinstance(body, str) else body, media)
        for body in (one, other)
    ]
    return keys[0] == keys[1]


def alike(one: Request, other: Request) -> bool:
    return bool({*request_body_keys(one)} & {*request_body_keys(other)})


def sent(body: bytes, media: str = "", **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request(body=body, headers={"Content-Type": [media], **fields})


# Lines of JSON


@pytest.mark.parametrize(
    "media",
    [
        *("application/x-ndjson", "application/ndjson", "application/jsonl"),
        *("application/vnd.elasticsearch+x-ndjson; compatible-with=8", "", JSON),
        *("application/stream+json", "application/jsonlines", FORM),
    ],
)
def test_json_lines_are_compared_line_by_line(media: str) -> None:
    one = '{"index":{"_id":1,"_index":"a"}}\n{"n":1.0}\n'
    assert same(one, '{ "index":{"_index":"a","_id":1}}\r\n\n{"n":1}\n', media)
    assert not same(one, '{"n":1}\n{"index":{"_id":1,"_index":"a"}}\n', media)
    assert not same(one, one.rstrip(), media)
    assert not same(one, one + '{"n":1}\n', media)


@pytest.mark.parametrize("media", ["application/json-seq", "application/geo+json-seq"])
def test_json_behind_record_separators_is_compared_text_by_text(media: str) -> None:
    one = '\x1e{"a":1,"b":[2]}\n\x1e{"c":3}\n'
    assert same(one, '\x1e{"b":[ 2],\n"a":1}\n\x1e{"c":3.0}\n', media)
    assert not same(one, '\x1e{"a":1,"b":[2]}\n\x1e{"c":4}\n', media)
    assert not same(one, one.replace("\x1e", ""), media)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1}\nno', '{"a": 1}\nno'),
        ('{"a":1}\n{"b":', '{"a": 1}\n{"b":'),
        ("1\n2\n", "1.0\n2\n"),
    ],
)
def test_lines_that_are_not_all_json_are_bytes(one: str, other: str) -> None:
    assert not same(one, other, "")


def test_scalars_are_lines_by_type() -> None:
    assert same("1\n2\n", "1.0\n2\n", "application/x-ndjson")


def test_what_is_ignored_is_ignored_in_each_line() -> None:
    rules = BodyRules(json=Places([Ignore("$.id")]))
    one, other = (
        b'{"id":%d,"n":1}\n{"id":%d,"n":2}\n' % pair for pair in ((1, 2), (3, 4))
    )
    assert (
        canonical(one, "", rules)
        == canonical(other, "", rules)
        == (b'{"n":1}\n{"n":2}\n')
    )


# JSON in other bodies

INNER, OTHER = '{"a":1,"b":[1.0]}', '{ "b": [1], "a": 1}'


def test_json_in_a_string_of_json_is_compared_as_json() -> None:
    one, other = (json.dumps({"x": [{"input": it}]}) for it in (INNER, OTHER))
    assert same(one, other)
    assert same(json.dumps(one), json.dumps(other))  # in a string in a string
    assert same(json.dumps([one]), json.dumps([other]))
    assert not same(one, json.dumps({"x": [{"input": json.loads(INNER)}]}))
    assert not same(one, json.dumps({"x": [{"input": '{"a":2,"b":[1]}'}]}))
    assert same(one.encode("utf-16"), other.encode("utf-16"))


@pytest.mark.parametrize("text", ["{", "[1,", "{a:1}", "[NaN]", '{"a":1} and more'])
def test_a_string_that_only_begins_as_json_is_a_string(text: str) -> None:
    assert same(json.dumps([text]), json.dumps([text]))
    assert not same(json.dumps([text]), json.dumps([text + " "]))


def test_json_in_a_string_may_be_nested_deeply() -> None:
    deep = json.dumps(["[" * 600 + "]" * 600, "[" * 100_000])
    assert same(deep, deep.replace(",", " ,"))
    assert not same(deep, deep.replace("[[[[", "[[[", 1))


def test_json_in_a_field_of_a_form_is_compared_as_json() -> None:
    one, other = f"payload={INNER}&n=1.0", f"n=1.0&payload={OTHER}"
    assert same(one, other, FORM)
    assert not same(one, other.replace("1.0", "1"), FORM)
    assert not same(one, one.replace('"a":1', '"a":2'), FORM)


def test_what_is_ignored_in_json_is_ignored_in_a_form_too() -> None:
    rules = BodyRules(json=Places([Ignore("$.a")]))
    assert canonical(f"p={INNER}&q={{no".encode(), FORM, rules) == (
        canonical(b'p={"b":[1],"a":7}&q={no', FORM, rules)
    )


def test_json_in_a_part_of_a_multipart_is_compared_as_json() -> None:
    def parts(text: str) -> str:
        head = 'Content-Disposition: form-data; name="metadata"'
        return f"--b\r\n{head}\r\n\r\n{text}\r\n--b--"

    assert same(parts(INNER), parts(OTHER), "multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ('filter={"a":1,"b":2}', "filter=%7B%22b%22:+2,%22a%22:1.0%7D", True),
        ('a=1&filter={"a":1}#f', 'a=1&filter={"a": 1}', True),
        ("ids=[1,2]", "ids=%5b1,%202%5d", True),
        ('filter={"a":1}', 'filter={"a":2}', False),
        ('filter={"a":1}&x=1', 'x=1&filter={"a":1}', False),
        ("ids=[1,2", "ids=[1, 2", False),
        ("query={a{b}}", "query=%7B%20a,%20%7Bb%7D%7D", True),
        ("query=query+Q{a}", "query=query%20Q%7B%0A%20a%20%7D", True),
        ("q={a{b}}", "q={a,{b}}", False),
        ("a[]=1&a[]=2", "a%5B%5D=1&a%5B%5D=2", False),
    ],
)
def test_json_and_graphql_in_a_query_are_compared_as_such(
    one: str, other: str, equal: bool
) -> None:
    keys = [url_key(f"https://h/p?{query}") for query in (one, other)]
    assert (keys[0] == keys[1]) is equal


# GraphQL


def asked(document: str) -> str:
    return json.dumps({"query": document, "variables": {"a": 1}})


DOCUMENT = 'query Q($a: Int = 1, $b: [S!]) @d { x: f(a: $a, s: "a, b") { ...F id } }'


@pytest.mark.parametrize(
    "other",
    [
        DOCUMENT.replace(", ", "\n  ", 1),
        DOCUMENT.replace("{ x", "{ # all of, it\n x"),
        DOCUMENT.replace(" ", "  ", 3).replace("{", " {\r\n\t"),
        "\ufeff" + DOCUMENT + ",,\n# end",
    ],
)
def test_graphql_is_compared_by_its_tokens(other: str) -> None:
    assert same(asked(DOCUMENT), asked(other))
    assert same(f"[{asked(DOCUMENT)}]", f"[{asked(other)}]")
    assert same(
        json.dumps({"data": asked(DOCUMENT)}), json.dumps({"data": asked(other)})
    )
    assert same(DOCUMENT, other, "application/graphql; charset=utf-8")


@pytest.mark.parametrize(
    "other",
    [
        DOCUMENT.replace("a, b", "a,b"),
        DOCUMENT.replace("id", "name"),
        DOCUMENT.replace("x: f", "xf"),
        DOCUMENT.replace("1,", "12,"),
        DOCUMENT.replace("...F", "... F on G"),
    ],
)
def test_what_a_graphql_document_says_counts(other: str) -> None:
    assert not same(asked(DOCUMENT), asked(other))
    assert not same(DOCUMENT, other, "application/graphql")


def test_blocks_of_text_in_graphql_are_kept() -> None:
    one = '{ f(a: """x, \\""" "y" \\ #z\n  w""", b: "") }'
    assert same(asked(one), asked(one.replace("{ f", "{f")))
    assert not same(asked(one), asked(one.replace("x, ", "x ")))


@pytest.mark.parametrize(
    "text",
    [
        '{app="a",  env="b"} |= "error"',  # LogQL
        '{app="a",  env="b"}',
        "select  1",
        "query  {",
        "{ a,  b",
        "{ a,  b ]",
        "{ a(b: 1x),  c }",
        "query  words only }",
        "{ a? ,  }",
        "}  {",
    ],
)
def test_another_query_language_is_a_text(text: str) -> None:
    assert not same(asked(text), asked(text.replace("  ", " ")))
    assert not same(text, text.replace("  ", " "), "application/graphql")


@pytest.mark.parametrize("other", ["1", "null", '"{ a }"', "[]"])
def test_a_batch_may_hold_what_is_no_document(other: str) -> None:
    first, last = '[{"query": "{ a, b }"},', ',{"query": "{ c }"}]'
    one = first + other + last
    assert same(one, '[{"query":"{a b}"},' + other + ',{"query":"{c}"}]')
    assert not same(one, '[{"query":"{a b}"},' + other + ',{"query":"{d}"}]')


def test_a_query_that_is_no_text_is_json() -> None:
    assert same('{"query": {"match": 1}}', '{"query":{"match":1.0}}')


# XML-RPC

EXTENSIONS = "http://ws.apache.org/xmlrpc/namespaces/extensions"


def method_call(*params: str) -> str:
    given = "".join(f"<param><value>{each}</value></param>" for each in params)
    return (
        f"<methodCall><methodName>m</methodName><params>{given}</params></methodCall>"
    )


def member(name: str, value: str) -> str:
    return f"<member><name>{name}</name><value>{value}</value></member>"


def struct_of(*members: str) -> str:
    return f"<struct>{''.join(members)}</struct>"


A, B = member("a", "<int>1</int>"), member("b", "<string>x</string>")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([struct_of(A, B)], [struct_of(B, A)]),
        ([struct_of(A, B)], [struct_of(A, "\n ", B)]),
        (["<i4>1</i4>"], ["<int> +1</int>"]),
        (["x"], ["<string>x</string>"]),
        (["<double>1.50</double>"], ["<double>1.5</double>"]),
        (["<base64>YWJj\nZGVm</base64>"], ["<base64>YWJjZGVm</base64>"]),
        (["<nil/>"], ["<nil></nil>"]),
        (
            ["<array><data><value>1</value></data></array>"],
            ["<array>\n<data> <value>1</value></data></array>"],
        ),
        (["<boolean>1</boolean>"], ["<boolean> 1 </boolean>"]),
        ([f'<x:i8 xmlns:x="{EXTENSIONS}">1</x:i8>'], ["<i8>1</i8>"]),
    ],
)
@pytest.mark.parametrize("media", ["text/xml", "application/xml"])
def test_xml_rpc_is_compared_by_value(
    one: list[str], other: list[str], media: str
) -> None:
    assert same(method_call(*one), method_call(*other), media)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["<int>1</int>"], ["<string>1</string>"]),
        (["<boolean>1</boolean>"], ["<int>1</int>"]),
        (["<boolean>2</boolean>"], ["<boolean>3</boolean>"]),
        (["x"], [" x"]),
        (["1", "2"], ["2", "1"]),
        ([struct_of(A, B)], [struct_of(A)]),
        ([struct_of(A, A)], [struct_of(A)]),
        (["<int>1_0</int>"], ["<int>10</int>"]),
        (["<dateTime.iso8601>1</dateTime.iso8601>"], ["<int>1</int>"]),
        (["<foo>1</foo>"], ["<bar>1</bar>"]),
        (["<double>0.1</double>"], ["<double>0.10000000000000000001</double>"]),
        (["<double>1e999</double>"], ["<double>1e998</double>"]),
        (['<x:i8 xmlns:x="u">1</x:i8>'], ["<i8>1</i8>"]),
        (['<x:foo xmlns:x="u">1</x:foo>'], ['<x:foo xmlns:x="v">1</x:foo>']),
        (["text <int>1</int>"], ["<int>1</int>"]),
        ([struct_of(member("a", "1").replace("name", "value"))], [struct_of()]),
        (["<string><b/></string>"], ["<string/>"]),
        (["<nil>1</nil>"], ["<nil/>"]),
    ],
)
def test_other_calls_of_xml_rpc_have_other_keys(
    one: list[str], other: list[str]
) -> None:
    assert not same(method_call(*one), method_call(*other), "text/xml")


def test_a_call_without_parameters_is_one_too() -> None:
    bare = "<methodCall><methodName>m</methodName></methodCall>"
    assert same(bare, method_call(), "text/xml")
    assert same(
        bare, bare.replace("<methodName>", "\n<!-- x --><methodName>"), "text/xml"
    )


@pytest.mark.parametrize(
    "body",
    [
        '<methodCall a="1"><methodName>m</methodName></methodCall>',
        "<methodCall><methodName>m</methodName>text</methodCall>",
        "<methodCall><params/></methodCall>",
        "<methodCall/>",
        "<other><methodCall/></other>",
        "<methodCall>",
        "<methodCall><methodName>m</methodName><p:params/></methodCall>",
    ],
)
def test_what_is_no_call_is_canonical_xml(body: str) -> None:
    assert not canonical(body.encode(), "text/xml").startswith(b"xmlrpc:")


def test_a_call_in_xml_is_not_one_in_json() -> None:
    value = '{"method":"m","params":[]}'
    assert body_key(value.encode(), JSON) != body_key(
        method_call().encode(), "text/xml"
    )


# gRPC, gRPC-Web, Connect


def frames(*found: bytes, flags: int = 0) -> bytes:
    return b"".join(struct.pack(">BI", flags, len(it)) + it for it in found)


CALLS = [
    ("application/grpc", "grpc-encoding"),
    ("application/grpc+proto", "grpc-encoding"),
    ("application/grpc-web+proto", "grpc-encoding"),
    ("application/connect+proto", "connect-content-encoding"),
]


@pytest.mark.parametrize(("media", "name"), CALLS)
def test_messages_match_compressed_or_not(media: str, name: str) -> None:
    one, two = b"\x0a\x05hello" * 9, b"\x0a\x03two"
    plain = sent(frames(one, two), media)
    for coding, pack in (
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstd.compress),
        ("br", brotli.compress),
    ):
        packed = frames(pack(one), flags=1) + frames(two)
        assert alike(plain, sent(packed, media, **{name: coding}))
        assert not alike(plain, sent(packed, media))
        assert not alike(
            plain, sent(frames(pack(two), flags=1), media, **{name: coding})
        )
    assert alike(plain, sent(frames(one, two), media, **{name: "identity"}))
    broken = sent(frames(b"no gzip", flags=1), media, **{name: "gzip"})
    assert alike(broken, broken)


def test_messages_of_json_are_compared_as_json() -> None:
    media = "application/connect+json"
    one = frames(b'{"a":1,"b":2}', b"[1]")
    assert same(one, frames(b'{"b":2, "a":1.0}', b"[1.0]"), media)
    assert not same(one, frames(b'{"a":1,"b":2}[1]'), media)
    assert not same(one, frames(b'{"a":1,"b":2}', b"[1]", flags=2), media)
    assert not same(one, one[:-1], media)
    assert not same(one, one + b"\0\0", media)
    assert same(b'{"a": 1}', b'{"a": 1}', media)


def test_grpc_web_text_is_undone() -> None:
    plain = sent(frames(b"a", b"b"), "application/grpc-web+proto")
    media = "application/grpc-web-text+proto"
    pieces = b64encode(frames(b"a")) + b64encode(frames(b"b"))
    assert alike(plain, sent(pieces, media))
    assert alike(plain, sent(b64encode(frames(b"a", b"b")), media))
    assert not alike(plain, sent(b64encode(frames(b"a", b"c")), media))
    odd = sent(b"*** no base64", media)
    assert alike(odd, odd)


# aws-chunked


def pieces(payload: bytes, size: int, signature: str = "", trailer: str = "") -> bytes:
    def head(length: int) -> bytes:
        sign = f";chunk-signature={signature * 64}" if signature else ""
        return f"{length:x}{sign}\r\n".encode()

    cut = [payload[at : at + size] for at in range(0, len(payload), size)]
    body = b"".join(head(len(each)) + each + b"\r\n" for each in cut)
    return body + head(0) + trailer.encode() + b"\r\n"


PAYLOAD = b"payload " * 700
CHUNKED = {"content_encoding": "aws-chunked"}
CRC = "x-amz-checksum-crc32:AAAAAA==\r\n"


@pytest.mark.parametrize(
    "other",
    [
        sent(pieces(PAYLOAD, 1000, "b"), **CHUNKED),
        sent(pieces(PAYLOAD, 999, "a"), **CHUNKED),
        sent(pieces(PAYLOAD, 1000), **CHUNKED),
        sent(pieces(PAYLOAD, 8192, trailer=CRC), **CHUNKED),
        sent(pieces(PAYLOAD, 70, "c", CRC + "x-amz-trailer-signature:ff\r\n")),
        sent(
            pieces(PAYLOAD, 70, trailer=CRC),
            x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        ),
        sent(
            pieces(gzip.compress(PAYLOAD), 70, "d"),
            content_encoding="gzip, aws-chunked",
        ),
        sent(pieces(zstd.compress(PAYLOAD), 7), content_encoding="aws-chunked,zstd"),
        sent(PAYLOAD),
    ],
)
def test_the_payload_of_aws_chunked_is_compared(other: Request) -> None:
    one = sent(pieces(PAYLOAD, 1000, "a"), **CHUNKED)
    assert alike(one, other)
    assert not alike(one, sent(pieces(PAYLOAD[:-1], 1000, "a"), **CHUNKED))


def test_json_in_aws_chunked_is_json() -> None:
    one, other = (pieces(it.encode(), 5, "a") for it in (INNER, OTHER))
    assert alike(sent(one, JSON, **CHUNKED), sent(other, JSON, **CHUNKED))


@pytest.mark.parametrize(
    "body",
    [
        b"no pieces",
        b"5\r\nabc",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"3\r\nabc\r\n",
        b"3\r\nabc\r\n0\r\nsomething else behind it",
        b"0\r\n\r\nmore",
        b"-1\r\n",
    ],
)
def test_what_is_not_in_such_pieces_is_compared_as_it_stands(body: bytes) -> None:
    assert request_body_keys(sent(body, **CHUNKED)) == (body,)
    assert request_body_keys(sent(b"", **CHUNKED)) == (b"",)


# The same bytes of another type


@pytest.mark.parametrize("content", ["text", '{"a": 1}', "x" * 5000, "{" + "x" * 5000])
@pytest.mark.parametrize(
    "body",
    [
        "--b\r\n\r\n%s\r\n--b--\r\n",
        "--b \n\n%s\n--b--",
        "before\r\n--b\r\n\r\n%s\r\n--b--",
        "--b\r\n\r\n%s\r\n--c--",
        '--b"\r\n\r\n%s\r\n--b"--',
        "--%s",
        "--b\r\n%s--b--",
    ],
)
def test_a_multipart_matches_itself_whatever_it_is_said_to_be(
    body: str, content: str
) -> None:
    raw = body.replace("%s", content).encode()
    types = ["", "multipart/form-data; boundary=b", "multipart/mixed; boundary=c"]
    types += ["text/plain; boundary=b", JSON, "multipart/form-data"]
    for one in types:
        assert all(alike(sent(raw, one), sent(raw, other)) for other in types)
        changed = body.replace("%s", content + "y").encode()
        assert not alike(sent(raw, one), sent(changed, types[1]))


# Codings


@pytest.mark.parametrize(
    ("codings", "pack"),
    [
        ("gzip", lambda it: gzip.compress(it[:9]) + gzip.compress(it[9:])),
        ("zstd", lambda it: zstd.compress(it[:9]) + zstd.compress(it[9:])),
        ("gzip, br", lambda it: brotli.compress(gzip.compress(it))),
        ("deflate,gzip", lambda it: gzip.compress(zlib.compress(it))),
        (
            "br, zstd, gzip",
            lambda it: gzip.compress(zstd.compress(brotli.compress(it))),
        ),
    ],
)
def test_several_codings_and_members_are_undone(codings: str, pack: object) -> None:
    packed = pack(PAYLOAD)  # type: ignore[operator]
    assert alike(sent(PAYLOAD), sent(packed, content_encoding=codings))
    names = [name.strip() for name in codings.split(",")]
    fields = {"Content-Encoding": names[:1], "content-encoding": names[1:]}
    assert alike(sent(PAYLOAD), Request(body=packed, headers=fields))


# What is left out of a text


def without(pattern: str) -> BodyRules:
    find = re.compile(pattern)
    return BodyRules(text=lambda text: find.sub("", text))


@pytest.mark.parametrize(
    ("one", "other", "media"),
    [
        ("run 17 of it", "run 4 of it", "text/plain"),
        (
            "run 17 of é".encode("latin-1"),
            "run 4 of é".encode("latin-1"),
            "text/plain; charset=latin-1",
        ),
        ("run 17", "run 4", ""),
        ("<a>17</a>", "<a >4</a>", "text/xml"),
        ("a=17&b=x", "b=x&a=4", FORM),
        ('p={"a":"17"}', 'p={"a": "4"}', FORM),
        ('{"a":["x 17"],"b":1}', '{"b":1,"a":["x 4"]}', JSON),
        ('{"a":"17"}\n{"b":2}', '{"a":"4"}\n{"b":2}', ""),
        (
            "--b\r\n\r\nrun 17\r\n--b--",
            "--b\r\n\r\nrun 4\r\n--b--",
            "multipart/mixed; boundary=b",
        ),
    ],
)
def test_what_a_regex_matches_is_left_out_of_texts(
    one: str | bytes, other: str | bytes, media: str
) -> None:
    rules = without("[0-9]{2}|4")
    keys = [
        body_key(it.encode() if isinstance(it, str) else it, media, rules)
        for it in (one, other)
    ]
    assert keys[0] == keys[1]
    assert not same(one, other, media)


@pytest.mark.parametrize("body", [b"\0 17", b"\xff 17"])
def test_what_is_no_text_stays_whole(body: bytes) -> None:
    assert canonical(body, "application/octet-stream", without("17")) == body


def test_a_hidden_value_in_a_frame_of_json_keeps_no_order() -> None:
    """A placeholder is compared as any other, and the frame's length is that of it."""
    headers = {"Content-Type": ["application/connect+json"]}
    one, other = (
        Request(body=framed([Message(0, content)]), headers=headers)
        for content in (
            b'{"k":"[REDACTED:a_key]","q":1}',
            b'{"q":1, "k":"[REDACTED:SKY]"}',
        )
    )
    assert request_body_keys(one)[0] == request_body_keys(other)[0]
    assert typed_body(one, BodyRules()) == typed_body(other, BodyRules())


NUMBERED = BodyRules(text=lambda text: re.sub("[0-9]+", "", text))


def held(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


@pytest.mark.parametrize("kind", ["application/grpc", "application/x-protobuf"])
def test_what_does_not_count_in_texts_does_not_in_those_of_protobuf(kind: str) -> None:
    """Also where it is longer, and in messages that it holds."""

    def key(*fields: bytes) -> bytes:
        message = b"".join(fields)
        if kind == "application/grpc":
            message = b"\0" + len(message).to_bytes(4, "big") + message
        return body_key(message, kind, NUMBERED)

    one = key(held(1, b"run 1"), b"\x10\x07", held(3, held(1, b"id 12")))
    assert one == key(held(1, b"run 234"), b"\x10\x07", held(3, held(1, b"id 5")))
    assert one != key(held(1, b"run 1"), b"\x10\x08", held(3, held(1, b"id 12")))
    assert one != key(held(1, b"ran 1"), b"\x10\x07", held(3, held(1, b"id 12")))
    binary = held(1, b"\xff1")
    assert key(binary) == key(binary) != key(held(1, b"\xff2"))


def test_what_is_no_protobuf_is_compared_as_it_stands() -> None:
    for kind in ("application/grpc", "application/x-protobuf"):
        assert body_key(b"\xff\xff1", kind, NUMBERED) == b"\xff\xff1"
