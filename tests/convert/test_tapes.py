"""Tapes of talkback and Proxay, as they write them."""

import gzip
from base64 import b64encode

import pytest

from convert.samples import BINARY, found_in, notes_of, only
from mitmvcr.convert import BY_NAME, Source, read
from mitmvcr.core.errors import CassetteDamagedError

CODED = b64encode(BINARY).decode()
TAPE = """\
{
    meta: {
        createdAt: '2026-11-29T14:10:56.780Z',
        host: 'https://api.test',
        %s
    },
    req: {
        headers: {
            'content-type': 'text/plain',
            %s
        },
        url: '/v1/items?q=a%%20b',
        method: 'POST',
        body: %s,
    },
    res: {
        status: 201,
        headers: {
            'set-cookie': [
                'a=1',
                'b=2; Path=/',
            ],
            %s
        },
        body: %s,
    },
}
"""


def tape(
    meta: str = "reqHumanReadable: true, resHumanReadable: true,",
    asked: str = "'hello'",
    said: str = "'hi'",
    asked_of: str = "",
    said_of: str = "",
) -> str:
    return TAPE % (meta, asked_of, asked, said_of, said)


def test_a_tape_of_talkback_is_one_exchange() -> None:
    found = only(found_in(tape(), "talkback"))
    assert found.request.method == "POST"
    assert found.request.url == "https://api.test/v1/items?q=a%20b"
    assert found.request.body == b"hello"
    assert (found.response.code, found.response.body) == (201, b"hi")
    assert found.response.headers["Set-Cookie"] == ["a=1", "b=2; Path=/"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"'it\'s \\ \"x\"\n\t\x07\0\u00e9 \q'", 'it\'s \\ "x"\n\t\x07\0é q'),
        ('"it\'s"', "it's"),
        ("'a\\\nb'", "ab"),
        ("'// no /* comment'", "// no /* comment"),
        ("{ a: [1, 2.5, null,], $b_1: true, 'c d': -1e3 }", None),
        ("/* said */ { a: [1, 2.5, null], // so\n $b_1: true, 'c d': -1e3, }", None),
    ],
)
def test_json5_is_read_as_its_library_writes_it(
    written: str, meant: str | None
) -> None:
    wanted = '{"a":[1,2.5,null],"$b_1":true,"c d":-1000.0}' if meant is None else meant
    found = only(found_in(tape(said=written), "talkback"))
    assert found.response.body.decode() == wanted


@pytest.mark.parametrize(
    ("written", "kind", "meant"),
    [
        ("'hi'", "application/json", b'"hi"'),
        ("'hi'", "text/plain", b"hi"),
        ("null", "application/json", b"null"),
        ("1.5", "application/json", b"1.5"),
        ("''", "application/json", b""),
    ],
)
def test_json_that_is_no_object_is_what_it_was(
    written: str, kind: str, meant: bytes
) -> None:
    text = tape(said=written, said_of=f"'content-type': '{kind}',")
    assert only(found_in(text, "talkback")).response.body == meant


def test_a_tape_written_by_hand_may_have_no_body() -> None:
    """It was taken for JSON's null, which no request without a body matches."""
    text = tape().replace("body: 'hello',", "").replace("body: 'hi',", "")
    assert "body" not in text
    found = only(found_in(text, "talkback"))
    assert (found.request.body, found.response.body) == (b"", b"")


def test_what_is_no_text_stands_in_base64() -> None:
    found = only(found_in(tape("", f"'{CODED}'", f"'{CODED}'"), "talkback"))
    assert (found.request.body, found.response.body) == (BINARY, BINARY)


def test_a_coding_that_talkback_undid() -> None:
    meta = "reqHumanReadable: true, reqUncompressed: true, resHumanReadable: true,"
    coding = "'content-encoding': 'gzip',"
    text = tape(meta + "resUncompressed: true,", asked_of=coding, said_of=coding)
    found = only(found_in(text, "talkback"))
    assert gzip.decompress(found.request.body) == b"hello"
    assert (found.response.body, found.response.uncompressed) == (b"hi", True)
    text = tape(meta, asked_of="'content-encoding': 'made-up',")
    (note,) = notes_of(found_in(text, "talkback"))
    assert note.startswith("interaction 0: request.body: left out: ")


def test_what_a_tape_has_besides_is_said() -> None:
    found = found_in(
        tape("reqHumanReadable: true, resHumanReadable: true, tag: 'x',"), "talkback"
    )
    assert "interaction 0: meta.tag: a cassette has no place for it" in notes_of(found)


def test_a_tape_that_is_no_json5_is_refused() -> None:
    data = tape(said="'never ends").encode()
    with pytest.raises(CassetteDamagedError, match="is not complete JSON5: line 25"):
        read(Source(data, "a.json5"), BY_NAME["talkback"])


PROXAY = """\
http_interactions:
  - request:
      method: POST
      path: /v1/items?q=a%20b
      headers:
        host: 127.0.0.1:3000
        x: XXXX
      body:
        encoding: utf8
        data: ''
        compression: none
    response:
      status:
        code: 201
      headers:
        set-cookie:
          - a=1
          - b=2; Path=/
      body:
        encoding: utf8
        data: >-
          hello hello
          hello
        compression: none
"""


def test_a_tape_of_proxay_is_of_the_origin_that_is_named() -> None:
    found = only(found_in(PROXAY, "proxay", origin="https://api.test"))
    request, response = found.request, found.response
    assert (request.method, request.body) == ("POST", b"")
    assert request.url == "https://api.test/v1/items?q=a%20b"
    assert (response.code, response.body) == (201, b"hello hello hello")
    assert response.headers["Set-Cookie"] == ["a=1", "b=2; Path=/"]


def test_else_it_is_of_proxay_itself_which_its_program_asks() -> None:
    found = found_in(PROXAY, "proxay")
    assert found.interactions[0].request.url.startswith("http://127.0.0.1:3000/v1/")
    assert notes_of(found) == [
        "interaction 0: request.url: names no host, so it is http://127.0.0.1:3000:"
        " --origin URL"
    ]
    found = found_in(PROXAY.replace("        host: 127.0.0.1:3000\n", ""), "proxay")
    assert found.interactions[0].request.url.startswith("http://localhost/v1/")


def test_bodies_of_proxay_are_as_they_were_sent() -> None:
    text = PROXAY.replace("data: ''\n        compression: none", f"data: {CODED}")
    text = text.replace("encoding: utf8", "encoding: base64", 1)
    found = only(found_in(text, "proxay", origin="https://api.test"))
    assert found.request.body == BINARY
    coded = PROXAY.replace("data: ''", "data: hello").replace("none", "gzip")
    coded = coded.replace("x: XXXX", "content-encoding: gzip")
    coded = coded.replace("set-cookie:", "content-encoding: gzip\n        set-cookie:")
    found = only(found_in(coded, "proxay", origin="https://api.test"))
    assert gzip.decompress(found.request.body) == b"hello"
    assert found.response.body == b"hello hello hello"
    assert found.response.uncompressed


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"said_of": r"'x-a': '\ud800',"}, "response.headers"),
        ({"said_of": r"'\ud800': 'a',"}, "response.headers"),
        ({"asked_of": r"'x-a': '\ud800',"}, "request.url"),
    ],
)
def test_half_a_character_is_said_and_not_raised(given, field: str) -> None:
    (note,) = found_in(tape(**given), "talkback").notes
    assert (note.field, note.is_loss) == (field, True)
    assert "surrogates not allowed" in note.problem


@pytest.mark.parametrize("line", [2, 9, 20])
def test_a_tape_that_is_cut_off_is_told_by_its_line(line: int) -> None:
    """It was line 1, whichever: what JSON5 has more than JSON goes first."""
    cut = "".join(tape().splitlines(keepends=True)[:line]).rstrip("\n")
    problem = rf"is not complete JSON: .*: line {line} column "
    with pytest.raises(CassetteDamagedError, match=problem):
        read(Source(cut.encode(), "a.json5"), BY_NAME["talkback"])
