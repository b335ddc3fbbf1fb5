"""Equal keys match: each body as its type has it; and nothing ever raises."""

import gzip
import json
import time
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr import codings
from mitmvcr.core.bodies import body_key, json_bytes, request_body_keys
from mitmvcr.core.bodies.jsontext import parse_json
from mitmvcr.core.model import Request

JSON = "application/json"
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def same(one: bytes | str, other: bytes | str, content_type: str = JSON) -> bool:
    keys = [
        body_key(body.encode() if isinstance(body, str) else body, content_type)
        for body in (one, other)
    ]
    return keys[0] == keys[1]


# JSON


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param('{"a":1,"b":2}', '{"b":2,"a":1}', id="key order"),
        pytest.param('{"a":{"b":1,"c":2}}', '{"a":{"c":2,"b":1}}', id="inner order"),
        pytest.param('{"a":[1,2]}', ' {\t"a" :\r\n [ 1 , 2 ] }\n', id="spacing"),
        pytest.param(r'["\u00e9\/\u0041"]', '["é/A"]', id="escapes"),
        pytest.param(r'["\ud83d\ude00"]', '["😀"]', id="surrogate pair"),
        pytest.param(r'["\ud800"]', r'[ "\uD800" ]', id="lone surrogate"),
        pytest.param("[1]", "[1.0]", id="1 and 1.0"),
        pytest.param("[100]", "[1e2]", id="100 and 1e2"),
        pytest.param("[0]", "[-0.0]", id="0 and -0.0"),
        pytest.param("[1.10]", "[1.1]", id="1.10 and 1.1"),
        pytest.param("[1e22]", "[10000000000000000000000]", id="1e22 and its digits"),
        pytest.param("[1e16]", "[10000000000000000.0]", id="beyond 2**53, spelled"),
        pytest.param("[0.10]", "[1e-1]", id="0.10 and 1e-1"),
        pytest.param("[1e-400]", "[10.0e-401]", id="below all floats, spelled"),
        pytest.param(
            "[12345678901234567.890]", "[1234567890123456789e-2]", id="long, spelled"
        ),
        pytest.param("\ufeff[1]", "[ 1]", id="byte order mark"),
        pytest.param('"é"', r' "\u00e9"', id="a text alone"),
    ],
)
def test_equal_json_has_equal_keys(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param('{"a":true}', '{"a":1}', id="true and 1"),
        pytest.param('{"a":false}', '{"a":0}', id="false and 0"),
        pytest.param('{"a":null}', "{}", id="null and absent"),
        pytest.param('["1"]', "[1]", id="text and number"),
        pytest.param("[1,2]", "[2,1]", id="list order"),
        pytest.param('{"1":1}', '{"1":2}', id="values"),
        pytest.param("{}", "[]", id="object and list"),
        pytest.param("[]", "", id="list and no body"),
        pytest.param('{"a":1,"a":2}', '{"a":1}', id="the first of duplicate keys"),
        pytest.param('{"a":1,"a":2}', '{"a":2}', id="the last of duplicate keys"),
        pytest.param('{"a":1,"a":2}', '{"a":3,"a":2}', id="other duplicate keys"),
        pytest.param('[{"b":{"a":1,"a":1}}]', '[{"b":{"a":1}}]', id="inner duplicates"),
        pytest.param(
            r'{"b":"{\"a\":1,\"a\":2}"}', r'{"b":"{\"a\":2}"}', id="packed duplicates"
        ),
        pytest.param("[0.1]", "[0.10000000000000000001]", id="beyond a float's digits"),
        pytest.param("[1]", "[0.99999999999999999999]", id="not quite 1"),
        pytest.param(
            "[12345678901234567.89]", "[12345678901234567.88]", id="one cent of many"
        ),
        pytest.param("[9007199254740993.0]", "[9007199254740992.0]", id="2**53, 1.0"),
        pytest.param("[1e-400]", "[0]", id="below all floats, and 0"),
        pytest.param("[1e-400]", "[1e-401]", id="below all floats"),
        pytest.param("[1e-400]", '["1E-400"]', id="below all floats, and text"),
        pytest.param("[1e-9999999999999999999]", "[0]", id="below all decimals"),
        pytest.param("[9007199254740993]", "[9007199254740992]", id="beyond 2**53"),
        pytest.param("[1e999]", "[2e999]", id="beyond all floats"),
        pytest.param("[1e999]", '["number 1e999"]', id="beyond all floats, and text"),
        pytest.param("[NaN]", '["NaN"]', id="NaN and text"),
        pytest.param("[Infinity]", "[1e999]", id="Infinity"),
        pytest.param('["é"]', '["e\u0301"]', id="normal forms"),
        pytest.param('{"a":1', '{"a": 1', id="broken JSON"),
        pytest.param("[1] [2]", "[1]  [2]", id="two values"),
    ],
)
def test_other_bodies_have_other_keys(one: str, other: str) -> None:
    assert not same(one, other)


@given(json_values)
def test_json_is_known_again_however_it_is_spelled(value: object) -> None:
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    spread = json.dumps(value, indent=3, sort_keys=True)
    assert same(compact.encode("utf-8", "surrogatepass"), spread) or any(
        "\ud800" <= c <= "\udfff" for c in compact
    )


@given(json_values, json_values)
def test_json_that_differs_never_has_equal_keys(one: object, other: object) -> None:
    spelled = [json.dumps(value, sort_keys=True) for value in (one, other)]
    if same(*spelled):
        assert one == other


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/vnd.api+json",
        "Application/JSON",
    ],
)
def test_a_json_content_type_makes_a_bare_value_json(content_type: str) -> None:
    assert same("1.0", "1", content_type)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/jose"])
def test_a_bare_value_of_another_type_is_bytes(content_type: str) -> None:
    assert not same("1.0", "1", content_type)


def test_a_body_that_starts_as_json_is_json_whatever_its_type() -> None:
    assert same('{"a":1}', ' { "a": 1 }', "text/plain")


def test_bytes_that_are_not_utf_8_are_compared_as_they_stand() -> None:
    assert same(b'["\xff"]', b'["\xff"]')
    assert not same(b'["\xff"]', b'[ "\xff"]')
    assert not same(b'["\xed\xa0\x80"]', rb'["\ud800"]')


def test_numbers_too_long_for_python_are_compared_as_they_stand() -> None:
    digits = "9" * 5000
    assert same(f"[{digits}]", f"[{digits}]")
    assert not same(f"[{digits}]", f"[{digits[:-1]}8]")
    assert not same(f"[{digits}]", f"[ {digits}]")


def test_nesting_too_deep_for_python_is_compared_as_it_stands() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert same(deep, deep)
    assert not same(deep, b" " + deep)
    with pytest.raises(ValueError, match="nested too deep"):
        parse_json(deep, "")


def test_what_is_nested_too_deep_to_be_written_is_no_json() -> None:
    value: object = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match="nested too deep"):
        json_bytes(value)


# Bytes


def test_no_body_is_an_empty_key() -> None:
    assert body_key(b"", JSON) == b""


@given(st.binary(), st.binary())
def test_bodies_that_are_not_json_match_only_themselves(a: bytes, b: bytes) -> None:
    one, other = b"=" + a, b"=" + b
    assert same(one, other, "text/plain") is (one == other)


def test_a_long_body_is_kept_as_a_short_key() -> None:
    long = b"x" * 100_000
    assert len(body_key(long, "")) < 100
    assert same(long, long)
    assert not same(long, long[:-1] + b"y")


def test_no_body_can_pass_for_the_digest_of_another() -> None:
    digest = body_key(b"x" * 100_000, "")
    assert not same(digest, b"x" * 100_000)


@given(st.binary(), st.text())
def test_nothing_in_a_body_raises(body: bytes, content_type: str) -> None:
    assert isinstance(body_key(body, content_type), bytes)


@given(st.text('[]{}",:\\u019aeEtn-+. \n'))
def test_nothing_that_is_nearly_json_raises(text: str) -> None:
    assert isinstance(body_key(text.encode(), JSON), bytes)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 3_000_000, id="lists"),
        pytest.param(b'{"a":' * 500_000, id="objects"),
        pytest.param(b"[1" + b"0" * 3_000_000 + b"]", id="one whole number"),
        pytest.param(b"[1." + b"1" * 3_000_000 + b"]", id="one fraction"),
        pytest.param(b"[1e" + b"9" * 3_000_000 + b"]", id="one exponent"),
        pytest.param(b"[" + b",".join([b"9" * 4300] * 500) + b"]", id="many numbers"),
        pytest.param(b'["' + b"\\" * 3_000_000, id="backslashes"),
        pytest.param(b" " * 3_000_000, id="spaces"),
        pytest.param(b'["' * 1_000_000, id="quotes"),
    ],
)
def test_an_attack_takes_no_longer_than_its_size_allows(body: bytes) -> None:
    start = time.process_time()
    body_key(body, JSON)
    assert time.process_time() - start < 5


# JSON in other character sets


@pytest.mark.parametrize(
    ("body", "media"),
    [
        ('{"a": "é"}'.encode("utf-16"), JSON),
        ('{"a": "é"}'.encode("utf-16-le"), JSON),
        ('{"a": "é"}'.encode("utf-32"), JSON),
        ('{"a": "é"}'.encode("latin-1"), "application/json; charset=ISO-8859-1"),
        ('{"a": "é"}'.encode("cp1252"), 'application/json; charset="windows-1252"'),
        ('{"a": "é"}'.encode(), "application/json; charset=UTF-8"),
        (b"\xef\xbb\xbf" + '{"a": "é"}'.encode(), "application/json; charset=utf8"),
        ('{"a": "é"}'.encode(), "application/json; charset=rot13"),
        ('{"a": "é"}'.encode(), "application/json; charset=utf-nonsense"),
    ],
)
def test_json_is_json_in_any_character_set(body: bytes, media: str) -> None:
    assert body_key(body, media) == body_key(b'{"a":"\\u00e9"}', JSON)


# Forms

FORM = "application/x-www-form-urlencoded"
LONG = "x" * (1 << 20)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a=1&b=2", "b=2&a=1", True),
        ("a=1&b=2&a=3", "b=2&a=1&a=3", True),
        ("a=1&a=3", "a=3&a=1", False),
        # Rails and PHP begin the next entry by the order of the fields.
        ("x[][a]=1&x[][b]=2&x[][a]=3", "x[][a]=1&x[][a]=3&x[][b]=2", False),
        ("x[][a]=1&x[][b]=2", "x%5B%5D%5Bb%5D=2&x%5B%5D%5Ba%5D=1", False),
        ("c[x][]=1&b=2&c[x][]=3", "b=2&c[x][]=1&c[x][]=3", True),
        ("x[][a]=1&y[][b]=2&x[][c]=3", "y[][b]=2&x[][a]=1&x[][c]=3", True),
        ("x[a]=1&x[b]=2", "x[b]=2&x[a]=1", True),
        ("a=", "a", True),
        ("a=&b=1", "b=1", False),
        ("a=+b", "a=%20b", True),
        ("a=%c3%a9", "a=é", True),
        ("a=%ff", "a=%fe", False),
        ("a=%26", "a=&", False),
        ("", "&", False),
        # A file of which curl's --data-binary says that it is a form.
        ("a=1&b=2\0", "b=2\0&a=1", False),
        ("\x1fa=+b", "\x1fa=%20b", False),
        ("a=1&b=\t2\r\n", "b=\t2\r\n&a=1", True),
        ("a=1\n2&b=2", "b=2&a=1\n2", True),
        (f"a={LONG}\n2&b=2", f"b=2&a={LONG}\n2", False),
        (f"1+2,{LONG}\n3", f"1 2,{LONG}\n3", False),
        (f"a={LONG}%0A2&b=2", f"b=2&a={LONG}%0A2", True),
    ],
)
def test_a_form_is_names_with_their_values(one: str, other: str, alike: bool) -> None:
    assert same(one, other, FORM) is alike


def query(*fields: str) -> str:
    """Return a request of AWS's query protocol."""
    return "&".join(("Action=Publish", "Version=2010-03-31", *fields))


def attributes(named: str, valued: str, **values: str) -> str:
    fields = (
        f"Of.entry.{at}.{named}={name}&Of.entry.{at}.{valued}={value}&Of.entry.{at}.T=S"
        for at, (name, value) in enumerate(values.items(), 1)
    )
    return query(*fields)


@pytest.mark.parametrize("names", [("Name", "Value.StringValue"), ("key", "value")])
def test_the_entries_of_awss_maps_are_numbered_in_any_order(
    names: tuple[str, str],
) -> None:
    one = attributes(*names, a="1", b="2", c="3")
    assert same(one, attributes(*names, c="3", a="1", b="2"), FORM)
    for other in ({"a": "2", "b": "1"}, {"a": "1", "d": "2"}):
        assert not same(one, attributes(*names, c="3", **other), FORM)
    assert not same(one, attributes(*names, a="1", b="2"), FORM)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("X.entry.1.Name=a&X.entry.2.Name=b", "X.entry.1.Name=b&X.entry.2.Name=a"),
        (query("X.member.1=a&X.member.2=b"), query("X.member.1=b&X.member.2=a")),
        (query("X.entry.1.V=a&X.entry.2.V=b"), query("X.entry.1.V=b&X.entry.2.V=a")),
        (
            query("X.entry.1.key=a&X.entry.1.V=1&X.entry.2.key=a&X.entry.2.V=2"),
            query("X.entry.1.key=a&X.entry.1.V=2&X.entry.2.key=a&X.entry.2.V=1"),
        ),
        (
            query("X.entry.1.key=a&X.entry.2.key=b&Y.entry.1.key=c&Y.entry.1.V=1"),
            query("X.entry.1.key=a&X.entry.2.key=b&Z.entry.1.key=c&Z.entry.1.V=1"),
        ),
    ],
)
def test_what_is_numbered_otherwise_has_an_order(one: str, other: str) -> None:
    assert same(one, one, FORM)
    assert not same(one, other, FORM)


def test_json_that_says_it_is_a_form_is_json() -> None:
    assert same('{"a":1}', '{"a": 1}', FORM)


# Text and XML

TYPED = '<p:a xmlns:p="w" xmlns:i="i" xmlns="{}" i:type="{}"/>'


@pytest.mark.parametrize("media", ["text/plain", "TEXT/csv; charset=utf-8"])
def test_line_ends_of_a_text_do_not_count(media: str) -> None:
    assert same("a\r\nb\rc\n", "a\nb\nc\n", media)
    assert not same("a\n", "a", media)


def test_line_ends_of_other_bodies_count() -> None:
    assert not same("a\r\n", "a\n", "application/octet-stream")


@pytest.mark.parametrize("media", ["text/xml", "application/soap+xml; charset=utf-8"])
@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ('<a x="1" y="2"/>', "<a  y='2' x='1' ></a>", True),
        ('<?xml version="1.0"?><a/>', "\ufeff<a><!-- no --></a>", True),
        ('<a xmlns:p="u"><p:b/></a>', '<a  xmlns:p="u"><p:b></p:b></a>', True),
        ("<a>1</a>", "<a>2</a>", False),
        ('<a xmlns:p="u" t="p:x"/>', '<a xmlns:p="v" t="p:x"/>', False),
        ('<a xmlns:p="u">p:x</a>', '<a xmlns:p="v">p:x</a>', False),
        ('<a xmlns:p="u"> p:x</a>', "<a> p:x</a>", False),
        ('<a t="p:x" xmlns:p="u"/>', '<a xmlns:p="u" xmlns:q="v" t="p:x"/>', True),
        ('<a xmlns:p="u">xp:x</a>', '<a xmlns:p="v">xp:x</a>', True),
        ('<a><b xmlns:p="u">p:x</b></a>', '<a xmlns:p="u"><b>p:x</b></a>', True),
        ('<a xmlns:p="u" s="//p:x"/>', '<a xmlns:p="v" s="//p:x"/>', False),
        ('<a xmlns:p="u">(p:x)</a>', '<a xmlns:p="v">(p:x)</a>', False),
        ('<a xmlns:p="u">1,<b/>p:x</a>', '<a xmlns:p="v">1,<b/>p:x</a>', False),
        (
            '<a><b xmlns:p="u">p:x</b><b xmlns:p="v">p:x</b></a>',
            '<a><b xmlns:p="v">p:x</b><b xmlns:p="u">p:x</b></a>',
            False,
        ),
        (
            '<a xmlns:p="u"><b xmlns:p="v">p:x</b><b>p:x</b></a>',
            '<a xmlns:p="u"><b>p:x</b><b xmlns:p="v">p:x</b></a>',
            False,
        ),
        (TYPED.format("u", "T"), TYPED.format("v", "T"), False),
        (TYPED.format("u", "p:T"), TYPED.format("v", "p:T"), True),
        (
            '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>',
            '<?xml version="1.0" encoding="utf-8"?><a>é</a>',
            False,
        ),
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>e</a>",
            '<?xml version="1.0" encoding="utf-8"?><a>e</a>',
            True,
        ),
        ("<a> </a>", "<a/>", False),
        ("<a/><b/>", "<a></a><b/>", False),
        ("<a", "<a ", False),
        ("<p:a/>", "<p:a />", False),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "<a>x</a>", False),
        ("<a>" * 300 + "</a>" * 300, "<a>" * 299 + "<a/>" + "</a>" * 299, False),
    ],
)
def test_xml_is_compared_as_canonical_xml(
    one: str, other: str, alike: bool, media: str
) -> None:
    assert same(one, other, media) is alike


ADDRESSING = "http://www.w3.org/2005/08/addressing"


def soap(number: str, space: str = ADDRESSING, action: str = "Get") -> str:
    head = f"<a:MessageID>uuid:{number}</a:MessageID><a:Action>{action}</a:Action>"
    return f'<E xmlns:a="{space}"><H>{head}</H><B/></E>'


@pytest.mark.parametrize(
    "space", [ADDRESSING, "http://schemas.xmlsoap.org/ws/2004/08/addressing"]
)
def test_the_id_of_a_message_of_soap_does_not_count(space: str) -> None:
    media = "application/soap+xml"
    assert same(soap("1", space), soap("2", space), media)
    assert not same(soap("1", space), soap("1", space, "Delete"), media)
    assert not same(soap("1", "urn:x"), soap("2", "urn:x"), media)


def test_xml_of_another_character_set_is_compared_as_it_stands() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'
    assert same(text.encode("latin-1"), text.encode("latin-1"), "text/xml")
    assert not same(text.encode("latin-1"), text, "text/xml")


def test_a_bomb_of_entities_is_not_opened() -> None:
    lines = [f'<!ENTITY e{i + 1} "{f"&e{i};" * 10}">' for i in range(12)]
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "x">{"".join(lines)}]><a>&e12;</a>'
    assert same(bomb, bomb, "text/xml")


# Multipart


def multipart(boundary: str, *, end: str = "\r\n", value: str = "1") -> bytes:
    """A field, JSON, and a multipart in it with a boundary of its own."""
    inner = f"{boundary}-inner"
    lines = [
        "what stands before counts for nothing",
        f"--{boundary}",
        'Content-Disposition: form-data; name="field"',
        "",
        value,
        f"--{boundary}",
        "content-type: application/json",
        "",
        '{"a":1, "b":2}' if value == "1" else '{"b":2,"a":1}',
        f"--{boundary}  ",
        f'Content-Type: multipart/mixed; boundary="{inner}"',
        "",
        f"--{inner}",
        "",
        "no headers",
        f"--{inner}--",
        f"--{boundary}--",
        "",
    ]
    return end.join(lines).encode()


def as_multipart(boundary: str) -> str:
    return f"multipart/form-data; boundary={boundary}"


def test_the_boundaries_of_a_multipart_do_not_count() -> None:
    one, other = multipart("one"), multipart("another.one+(2)")
    quoted = 'multipart/form-data; boundary="another.one+(2)"'
    assert body_key(one, as_multipart("one")) == body_key(other, quoted)
    plain = multipart("one", end="\n")
    assert body_key(one, as_multipart("one")) == body_key(plain, as_multipart("one"))


def test_a_batch_of_google_matches_with_other_ids() -> None:
    def batch(mark: str, call: str = "GET /a", number: int = 1) -> bytes:
        lines = [
            f"--{mark * 9}",
            "Content-Type: application/http",
            f"Content-ID: <{mark * 8}-4ca4-4ca4-894e-db77e160355e + {number}>",
            "",
            f"{call} HTTP/1.1\r\n\r\n",
            f"--{mark * 9}--\r\n",
        ]
        return "\r\n".join(lines).encode()

    one = body_key(batch("a"), f"multipart/mixed; boundary={'a' * 9}")
    media = f"multipart/mixed; boundary={'b' * 9}"
    assert one == body_key(batch("b"), media)
    assert one != body_key(batch("b", "DELETE /a"), media)
    assert one != body_key(batch("b", number=2), media)


def test_the_parts_of_a_multipart_count() -> None:
    media = as_multipart("b")
    assert not same(multipart("b"), multipart("b", value="2"), media)
    extra = multipart("b") + b"--b\r\n\r\nx\r\n--b--\r\n"
    assert not same(multipart("b"), extra, media)


@pytest.mark.parametrize(
    "body",
    [b"--b\r\n\r\ncut off", b"--b", b"none at all", b"--c\r\n\r\n1\r\n--c--\r\n"],
)
def test_what_is_no_multipart_is_compared_as_it_stands(body: bytes) -> None:
    assert body_key(body, as_multipart("b")) == body
    assert body_key(body, "multipart/mixed") == body


def test_a_part_may_have_no_content_or_odd_headers() -> None:
    media = as_multipart("b")
    folded = b"--b\r\nA: 1\r\n  2\r\nodd\r\n\r\n--b--"
    assert same(folded, b"--b\r\na: 1 2\r\nodd\r\n\r\n--b--", media)
    assert not same(folded, b"--b\r\na: 1 2\r\n\r\n--b--", media)


def form_data(*parts: str) -> bytes:
    """A form with a part for each, named before its "="; one with "@" is a file."""
    pieces = []
    for part in parts:
        name, _, value = part.partition("=")
        more = '; filename="f"' if name.startswith("@") else ""
        head = f'Content-Disposition: form-data; name="{name.lstrip("@")}"{more}'
        pieces.append(f"--b\r\n{head}\r\n\r\n{value}\r\n")
    return "".join([*pieces, "--b--\r\n"]).encode()


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (["a=1", "b=2", "@f=x"], ["b=2", "a=1", "@f=x"], True),
        (["@f=x", "a=1", "b=2"], ["@f=x", "b=2", "a=1"], True),
        (["a=1", "b=2", "b=3"], ["b=2", "b=3", "a=1"], True),
        (["a=1", "b=2", "b=3"], ["b=3", "b=2", "a=1"], False),
        (["x[][a]=1", "x[][b]=2", "c=3"], ["c=3", "x[][a]=1", "x[][b]=2"], True),
        (["x[][a]=1", "x[][b]=2"], ["x[][b]=2", "x[][a]=1"], False),
        (["a=1", "b=2"], ["a=2", "b=1"], False),
        (["a=1", "b=2"], ["a=1", "b=2", "b=2"], False),
        (["a=1", "@f=x", "b=2"], ["b=2", "@f=x", "a=1"], False),
        (["a=1", "@f=x"], ["@f=x", "a=1"], False),  # S3 passes over what follows a file
        (["@f=x", "@g=y"], ["@g=y", "@f=x"], False),
    ],
)
def test_the_fields_between_two_files_are_compared_in_any_order(
    one: list[str], other: list[str], is_same: bool
) -> None:
    bodies = form_data(*one), form_data(*other)
    assert same(*bodies, as_multipart("b")) is is_same


def test_the_parts_of_what_is_no_form_keep_their_order() -> None:
    one, other = (
        b"--b\r\n\r\n%c\r\n--b\r\n\r\n%c\r\n--b--" % (*pair,) for pair in (b"xy", b"yx")
    )
    assert not same(one, other, "multipart/mixed; boundary=b")


def test_multiparts_nested_too_deep_are_bytes() -> None:
    def nested(mark: str) -> bytes:
        body = b"x"
        for depth in range(12):
            boundary = f"{mark}{depth}"
            head = f"--{boundary}\r\nContent-Type: multipart/mixed; boundary="
            inner = f"{mark}{depth - 1}\r\n\r\n"
            body = (head + inner).encode() + body + f"\r\n--{boundary}--\r\n".encode()
        return body

    assert body_key(nested("a"), as_multipart("a11")) != body_key(
        nested("b"), as_multipart("b11")
    )


# Whatever the type

bodies = st.binary(max_size=30) | st.sampled_from(
    [b"a=1", b"b=1&a=1", b'{"a": 1}', b"1.0", b"a\r\n", b"<a/>", b"--b\r\n\r\n--b--"]
)
medias = st.sampled_from(["", JSON, FORM, "text/plain", "text/xml", as_multipart("b")])


@given(bodies, medias, medias)
def test_the_same_bytes_match_whatever_they_are_said_to_be(
    body: bytes, one: str, other: str
) -> None:
    keys = [
        request_body_keys(Request(body=body, headers={"Content-Type": [media]}))
        for media in (one, other)
    ]
    assert set(keys[0]) & set(keys[1])


# Content codings

PLAIN = b'{"a": 1}' + b" " * 2000


def coded(body: bytes, coding: str) -> Request:
    headers = {"content-encoding": [coding], "content-type": [JSON]}
    return Request(body=body, headers=headers)


CODED = [
    ("gzip", gzip.compress(PLAIN, mtime=0)),
    ("X-Gzip", gzip.compress(PLAIN, mtime=0)),
    ("deflate", zlib.compress(PLAIN)),
    ("deflate", zlib.compress(PLAIN, wbits=-15)),
    ("br", brotli.compress(PLAIN)),
    ("zstd", zstd.compress(PLAIN)),
    ("identity", PLAIN),
    ("", PLAIN),
    ("br, gzip", gzip.compress(brotli.compress(PLAIN), mtime=0)),
]


@pytest.mark.parametrize(("coding", "body"), CODED)
def test_a_coded_body_is_compared_as_what_it_holds(coding: str, body: bytes) -> None:
    assert request_body_keys(coded(body, coding))[0] == b'{"a":1}'


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "aes", "gzip,,x"])
def test_what_is_not_in_its_coding_is_compared_as_it_stands(coding: str) -> None:
    assert request_body_keys(coded(b"=not coded", coding)) == (b"=not coded",)


@pytest.mark.parametrize(
    ("coding", "body"), [c for c in CODED if c[0] in ("gzip", "br")]
)
def test_what_was_cut_off_is_compared_as_it_stands(coding: str, body: bytes) -> None:
    assert request_body_keys(coded(body[:-3], coding)) == (body[:-3],)


@pytest.mark.parametrize("number", range(6))
def test_a_bomb_is_not_decoded(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    coding, body = CODED[number]
    monkeypatch.setattr(codings, "MOST", 500)
    assert request_body_keys(coded(body, coding)) == (body,)
