"""Cassettes of vcrpy, in the shapes of all its releases."""

import gzip
from base64 import b64encode
from textwrap import dedent, indent

import pytest
import yaml

from convert.samples import found_in, notes_of, only
from mitmvcr.convert import BY_NAME, UnreadableError, write
from mitmvcr.core.model import Interaction

ITEM = """
- request:
{request}
  response:
{response}
"""
REQUEST = """\
body: null
headers:
  Accept: ['*/*']
method: GET
uri: https://api.test/x
"""
RESPONSE = """\
body: {string: hello}
headers:
  Content-Type: [text/plain]
status: {code: 200, message: OK}
"""


def cassette(request: str = REQUEST, response: str = RESPONSE, end: str = "") -> str:
    parts = (indent(dedent(part), "    ") for part in (request, response))
    item = ITEM.format(request=next(parts), response=next(parts))
    return f"interactions:{item}version: 1\n{end}"


def read(request: str = REQUEST, response: str = RESPONSE) -> Interaction:
    return only(found_in(cassette(request, response), "vcrpy"))


def body_of(line: str) -> bytes:
    return read(REQUEST.replace("body: null", line)).request.body


def answer_of(line: str) -> bytes:
    return read(response=RESPONSE.replace("body: {string: hello}", line)).response.body


def test_a_usual_one_is_as_go_vcr_would_have_recorded_it() -> None:
    one = read()
    request, response = one.request, one.response
    assert (request.method, request.url) == ("GET", "https://api.test/x")
    assert (request.proto, request.host) == ("HTTP/1.1", "api.test")
    assert dict(request.headers) == {"Accept": ["*/*"]}
    assert (response.status, response.code, response.body) == ("200 OK", 200, b"hello")
    assert response.headers == {"Content-Type": ["text/plain"]}
    assert response.content_length == -1


def test_headers_of_older_releases_have_one_value() -> None:
    one = read(REQUEST.replace("['*/*']", "text/html"))
    assert one.request.headers == {"Accept": ["text/html"]}


def test_headers_may_be_lists_in_lists_and_pairs() -> None:
    nested = read(REQUEST.replace("['*/*']", "[['a'], 'b']"))
    assert nested.request.headers == {"Accept": ["a", "b"]}
    pairs = read(REQUEST.replace("  Accept: ['*/*']", "  - [Accept, ['a']]"))
    assert pairs.request.headers == {"Accept": ["a"]}


def test_names_of_headers_are_spelled_as_go_spells_them() -> None:
    one = read(response=RESPONSE.replace("Content-Type", "content-type"))
    assert one.response.headers == {"Content-Type": ["text/plain"]}


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("body: null", b""),
        ("body: ''", b""),
        ("body: 123", b"123"),
        ("body: !!binary aGk=", b"hi"),
        ("body: !!python/unicode 'h\xe9'", b"h\xc3\xa9"),
        ("body: !!python/unicode ''", b""),
        ("body: !!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary aGk=,"
         " 0, null]}", b"hi"),
        ("body: !!python/object/new:_io.BytesIO {}", b""),
        ("body: !!python/object/new:StringIO.StringIO {state: hi}", b"hi"),
        ("body: !!python/object/apply:builtins.iter {args: [[a, b]]}", b"ab"),
        ("body: !!python/object/apply:builtins.iter {state: 1}", b'{"state":1}'),
        ("body: {string: hi}", b"hi"),
        ("body: {base64_string: aGk=}", b"hi"),
        ("body: {a: 1, b: [true, 1.5, 'x', ~]}", b'{"a":1,"b":[true,1.5,"x",null]}'),
        ("body: {}", b""),
        ("parsed_body: {n: 1, s: '1', t: on}", b'{"n":1,"s":"1","t":"on"}'),
        ("parsed_body: hello", b'"hello"'),
    ],
)  # fmt: skip
def test_a_body_of_a_request_has_many_shapes(line: str, body: bytes) -> None:
    assert body_of(line) == body


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("body: {string: hello}", b"hello"),
        ("body: {string: !!binary /w==}", b"\xff"),
        ("body: {base64_string: /w==}", b"\xff"),
        ("body: {string: ['a', 'b']}", b"ab"),
        ("body: plain", b"plain"),
        ("body: {parsed_body: {a: 1}}", b'{"a":1}'),
        ("parsed_body: {a: [1e3, -2, 0x1]}", b'{"a":[1000.0,-2,"0x1"]}'),
        ("parsed_body: hello", b'"hello"'),
        ("body: {parsed_body: '1'}", b'"1"'),
        ("parsed_body: 1", b"1"),
        ("content: hello", b"hello"),
        ("body: {string: null}", b""),
        ("headers_: x", b""),
    ],
)
def test_a_body_of_a_response_has_many_shapes(line: str, body: bytes) -> None:
    text = cassette(response=RESPONSE.replace("body: {string: hello}", line))
    (one,) = found_in(text, "vcrpy").interactions
    assert one.response.body == body


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("{code: 200, message: ''}", "200 "),
        ("{code: 200, message: null}", "200 OK"),
        ("{code: 200}", "200 OK"),
    ],
)
def test_an_empty_reason_stays_empty(status: str, wanted: str) -> None:
    said = RESPONSE.replace("{code: 200, message: OK}", status)
    assert read(response=said).response.status == wanted


def test_httpx_once_wrote_a_status_of_its_own() -> None:
    one = read(response="status_code: 404\nhttp_version: HTTP/2\ncontent: ''\n")
    assert (one.response.code, one.response.status) == (404, "404 Not Found")
    assert one.response.proto == "HTTP/2.0"


def coded(body: bytes, accepts: str = "", coding: str = "gzip") -> Interaction:
    headers = f"headers: {{Accept-Encoding: ['{accepts}']}}\n" if accepts else ""
    base64 = b64encode(body).decode()
    return read(
        f"body: null\n{headers}method: GET\nuri: https://api.test/x\n",
        f"body: {{string: !!binary {base64}}}\n"
        f"headers: {{Content-Encoding: [{coding}], Content-Length: ['9']}}\n"
        "status: {code: 200, message: OK}\n",
    )


@pytest.mark.parametrize("accepts", ["", "gzip, deflate"])
def test_a_body_that_was_kept_in_gzip_is_undone(accepts: str) -> None:
    response = coded(gzip.compress(b"hello"), accepts).response
    assert (response.body, response.uncompressed) == (b"hello", True)
    assert (response.headers, response.content_length) == ({}, -1)


def test_one_that_its_client_did_not_undo_stays() -> None:
    body = gzip.compress(b"hello")
    response = coded(body, "identity").response
    assert (response.body, response.uncompressed) == (body, False)
    assert response.headers["Content-Encoding"] == ["gzip"]


def test_one_that_vcrpy_undid_and_says_it_did_not_is_undone() -> None:
    response = coded(b"hello, plainly").response
    assert (response.body, response.uncompressed) == (b"hello, plainly", True)
    assert "Content-Encoding" not in response.headers


def test_one_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    body = gzip.compress(b"hello" * 100)[:-9]
    assert coded(body).response.body.startswith(b"hello")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"GIF89a"),
        ("deflate", b'{"lixBI": 0.0081635768135}'),
        ("deflate", "\u65e5\u672c".encode("shift_jis")),
    ],
)
def test_a_text_that_seems_to_be_the_start_of_a_coding_is_a_text(
    coding: str, body: bytes
) -> None:
    found = coded(body, coding=coding).response
    assert (found.body, found.uncompressed) == (body, True)


OLD = """\
- request: !!python/object:vcr.request.Request
    body: null
    headers: !!python/object/apply:__builtin__.frozenset
    - - !!python/tuple [Accept, '*/*']
      - !!python/tuple [X, a]
    host: api.test
    method: GET
    path: /x?a=1
    port: {port}
    protocol: {scheme}
  response:
    body: {{string: !!python/unicode hello}}
    headers: {{content-type: [text/plain]}}
    status: {{code: 200, message: OK}}
"""


@pytest.mark.parametrize(
    ("scheme", "port", "origin"),
    [
        ("https", 443, "https://api.test"),
        ("http", 8080, "http://api.test:8080"),
        ("http", "null", "http://api.test"),
    ],
)
def test_releases_before_1_wrote_objects(
    scheme: str, port: object, origin: str
) -> None:
    one = only(found_in(OLD.format(scheme=scheme, port=port), "vcrpy"))
    assert one.request.url == f"{origin}/x?a=1"
    assert one.request.headers == {"Accept": ["*/*"], "X": ["a"]}
    assert one.response.body == b"hello"


def test_json_is_read_too() -> None:
    request = {
        "method": "POST",
        "uri": "https://api.test/x",
        "body": "a",
        "headers": {},
    }
    response = {"status": {"code": 201, "message": "Created"}, "headers": {"A": ["b"]}}
    response["body"] = {"string": "\u00e9\ud800"}
    items = [{"request": request, "response": response}]
    one = only(found_in({"version": 1, "interactions": items}, "vcrpy"))
    assert one.response.body == b"\xc3\xa9?"
    assert one.request.body == b"a"


def test_what_has_no_place_is_noted_once() -> None:
    text = cassette(REQUEST, f"{RESPONSE}took: 3\n", "metadata: {a: 1}\n")
    found = found_in(text, "vcrpy")
    assert notes_of(found) == [
        "metadata: a cassette has no place for it",
        "interaction 0: response.took: a cassette has no place for it",
    ]


@pytest.mark.parametrize(
    ("request_", "place", "problem"),
    [
        ("uri: ftp://api.test/x\nmethod: GET\n", "request.url",
         "ftp://api.test/x: it is not an http or https URL"),
        ("uri: https://api.test/x\n", "request.method", "has no method"),
        ("uri: [https://api.test/x]\nmethod: GET\n", "request.uri",
         '["https://api.test/x"], where a text is wanted'),
        ("uri: https://api.test/x\nmethod: GET\nheaders: hi\n", "request.headers",
         "hi, where a mapping is wanted"),
        ("uri: https://api.test/x\nmethod: GET\nbody: {base64_string: a}\n",
         "request.body.base64_string", "is not base64"),
    ],
)  # fmt: skip
def test_what_cannot_be_one_is_left_out(
    request_: str, place: str, problem: str
) -> None:
    good = cassette().replace("version: 1\n", "").replace("interactions:", "")
    text = cassette(request_).replace("version: 1\n", f"{good.lstrip()}version: 1\n")
    found = found_in(text, "vcrpy")
    assert notes_of(found) == [f"interaction 0: {place}: left out: {problem}"]
    assert [each.id for each in found.interactions] == [0]


def test_an_answer_that_cannot_be_sent_is_left_out() -> None:
    found = found_in(cassette(response=RESPONSE.replace("200", "0")), "vcrpy")
    (note,) = found.notes
    assert note.is_loss
    assert "0 is not a status" in note.problem


def test_an_alias_is_what_its_anchor_was() -> None:
    text = cassette(
        REQUEST.replace("['*/*']", "&one ['a']"),
        RESPONSE.replace("[text/plain]", "*one"),
    )
    assert only(found_in(text, "vcrpy")).response.headers == {"Content-Type": ["a"]}


#: As Betamax for Java, 2.0.1, recorded it.
TAPE = """\
!tape
name: t
interactions:
- recorded: 2026-11-30T06:45:17.577Z
  request:
    method: GET
    uri: http://api.test/cookies
    headers:
      Accept: text/html, image/gif, image/jpeg, */*; q=0.2
      Host: api.test
  response:
    status: 200
    headers:
      Content-Length: '1'
      Set-Cookie: a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT, b=2, c="x, y"
      Vary: A, B
    body: !!binary |-
      Yw==
"""


def test_a_tape_of_betamax_for_java_has_each_cookie_apart() -> None:
    (one,) = found_in(TAPE, "vcrpy").interactions
    assert (one.response.code, one.response.body) == (200, b"c")
    assert one.response.headers["Vary"] == ["A, B"]
    assert one.response.headers["Set-Cookie"] == [
        "a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
        "b=2",
        'c="x, y"',
    ]


def test_a_text_on_a_tape_is_in_the_charset_of_its_media_type() -> None:
    latin = "Content-Type: text/plain; charset=iso-8859-1"
    asked = f"{latin}\n      Host: api.test\n    body: caf\u00e9"
    answered = "Content-Type: text/plain; charset=utf-16\n      Vary: A, B"
    text = TAPE.replace("Host: api.test", asked).replace("Vary: A, B", answered)
    text = text.replace("!!binary |-\n      Yw==", "ab\u00e9")
    (one,) = found_in(text, "vcrpy").interactions
    assert one.request.body == b"caf\xe9"
    assert one.response.body == "ab\u00e9".encode("utf-16")


def test_bytes_on_a_tape_are_as_they_were_sent() -> None:
    text = TAPE.replace("Vary: A, B", "Content-Type: text/plain; charset=latin1")
    text = text.replace("Yw==", "w6k=")
    (one,) = found_in(text, "vcrpy").interactions
    assert one.response.body == b"\xc3\xa9"


def test_a_cassette_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(Exception, match="is not complete YAML") as caught:
        found_in(cassette() + "\t- }", "vcrpy")
    assert not isinstance(caught.value, UnreadableError)


@pytest.mark.parametrize(
    ("stored", "host", "url"),
    [
        ("http://::1/x", "", "http://[::1]/x"),
        ("http://::1:8080/x?a=:1", "", "http://[::1]:8080/x?a=:1"),
        ("http://::1:8080", "[::1:8080]", "http://[::1:8080]/"),
        ("http://::1:80/x", "[::1]:80", "http://[::1]:80/x"),
        ("https://2001:db8::1:8443/x", "", "https://[2001:db8::1]:8443/x"),
        ("https://2001:db8::1:10/x", "", "https://[2001:db8::1:10]/x"),
        ("http://ann@fe80::a/x", "", "http://[fe80::a]/x"),
        ("http://1:2:3:4:5:6:7:8/x", "", "http://[1:2:3:4:5:6:7:8]/x"),
        ("http://1:2:3:4:5:6:7:8:9/x", "", "http://[1:2:3:4:5:6:7:8]:9/x"),
        ("http://[::1]:8080/x", "", "http://[::1]:8080/x"),
    ],
)
def test_an_address_of_ipv6_gets_its_brackets(stored: str, host: str, url: str) -> None:
    """Its stub of http.client writes none, with or without a port behind it."""
    asked = REQUEST.replace("https://api.test/x", f"'{stored}'")
    asked = asked.replace("Accept: ['*/*']", f"Host: ['{host}']") if host else asked
    assert read(asked).request.url == url


@pytest.mark.parametrize("host", ["a::b::c", "::1:" + "8" * 5000])
def test_what_only_looks_like_an_address_stays_wrong(host: str) -> None:
    asked = REQUEST.replace("https://api.test/x", f"http://{host}/x")
    (note,) = notes_of(found_in(cassette(asked), "vcrpy"))
    assert host[:20] in note


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        (r"caf\xC3\xA9", "caf\xe9"),  # http.client's: UTF-8, read as ISO-8859-1
        (r"caf\xE9", "caf\xe9"),  # httpx's and aiohttp's
        (r"\u65E5", "\u65e5"),
        (r"\xC3", "\xc3"),
    ],
)
def test_a_header_in_utf_8_is_converted_as_it_was_sent(stored: str, sent: str) -> None:
    made = read(
        REQUEST.replace("['*/*']", f'["{stored}"]'),
        RESPONSE.replace("[text/plain]", f'["{stored}"]'),
    )
    assert made.request.headers["Accept"] == [sent]
    assert made.response.headers["Content-Type"] == [sent]


@pytest.mark.parametrize(
    ("name", "value", "body"),
    [
        ("User-Agent", "python-httpx/0.28.1", ""),
        ("user-agent", "python-httpx2/2.16.2", ""),
        ("X-Stainless-Lang", "python", ""),
        ("X-Stainless-Lang", "js", None),
        ("User-Agent", "python-requests/2.34.2", None),
    ],
)
def test_no_body_is_written_as_the_stub_of_its_client_keeps_it(
    name: str, value: str, body: str | None
) -> None:
    """Its matcher ``body`` tells none from an empty one, which that of httpx keeps."""
    made = read(REQUEST.replace("Accept: ['*/*']", f"{name}: ['{value}']"))
    for form in ("vcrpy", "vcrpy-json"):
        written = write([made], BY_NAME[form]).data
        assert yaml.safe_load(written)["interactions"][0]["request"]["body"] == body
