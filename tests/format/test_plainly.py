"""An interaction that stands plainly in its file: nothing in it has to be decoded."""

from dataclasses import replace

import pytest

from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.format import writer
from mitmvcr.format.lines import Columns
from mitmvcr.format.plainly import Plainly, PlainReader

COLUMNS = Columns(dash=4, field=8, name=12, value=16, list_value=12)
MET = Interaction(
    0,
    Request(
        "POST",
        "https://h/a?b=c",
        "HTTP/1.1",
        host="h",
        body=b'{"q": "it"}',
        content_length=11,
        headers={"Accept": ["text/html, */*", "*/*"]},
    ),
    Response(
        "HTTP/1.1",
        body='{"é": 1}'.encode(),
        content_length=9,
        headers={"Date": ["Fri, 20 Nov 2026 10:00:00 GMT"], "Age": ["12"]},
        status="200 OK",
        code=200,
        duration=1500,
    ),
)


def read(met: Interaction, layout: Layout = "v4") -> Plainly | None:
    written = writer.dumps(Cassette([met]), layout)
    return PlainReader(COLUMNS).read(written[written.index(b"    - id:") :])


@pytest.mark.parametrize("layout", ["v4", "v3"])
def test_names_bodies_and_all_else_are_had_without_decoding(layout: Layout) -> None:
    found = read(MET, layout)
    assert found is not None
    assert (found.asked, found.answered) == (("Accept",), ("Age", "Date"))
    assert found.bodies == (MET.request.body, MET.response.body)
    for text in (
        b"https://h/a?b=c",
        b"text/html, */*\n",
        b"\n*/*\n",
        b"Fri, 20 Nov",
        b"200 OK",
    ):
        assert text in found.rest
    assert b'"q"' not in found.rest
    assert b"'" not in found.rest


def test_what_has_neither_headers_nor_bodies_is_plain_too() -> None:
    found = read(Interaction(0, Request("GET", "http://h/"), Response(code=204)))
    assert found is not None
    assert found[:3] == ((), (), (b"", b""))


@pytest.mark.parametrize(
    "met",
    [
        replace(MET, response=replace(MET.response, body=b"a\nb", content_length=3)),
        replace(MET, response=replace(MET.response, body=b"it's: 'so'")),
        replace(MET, response=replace(MET.response, body=b"\x1f\x8b\x08\xff")),
        replace(MET, request=replace(MET.request, body=b"a\nb", content_length=3)),
        replace(MET, request=replace(MET.request, variables={"a": ["b"]})),
        replace(MET, request=replace(MET.request, form={"a": ["b"]})),
        replace(MET, request=replace(MET.request, headers={"A": ["it's"]})),
        replace(MET, request=replace(MET.request, headers={"A": ["\xe9"]})),
        replace(MET, request=replace(MET.request, headers={"A": ["null"]})),
        replace(MET, request=replace(MET.request, headers={"a b": ["c"]})),
        replace(MET, response=replace(MET.response, trailer={"A": ["b"]})),
    ],
)
def test_what_has_to_be_decoded_is_not_plain(met: Interaction) -> None:
    assert read(met) is None


def test_a_binary_body_that_was_written_as_text_is_not_plain() -> None:
    # As a release candidate of yaml v4 wrote it: each byte is a character.
    assert read(replace(MET, response=replace(MET.response, content_length=8))) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"    - id: 0\n", b"    - id: 00\n"),
        (b"      response:\n", b"      answer:\n"),
        (b"            Age:\n", b"            Date:\n"),
        (b"        code: 200\n", b""),
        (b"        code: 200\n", b"        code: 200\n        code: 200\n"),
        (b"        code: 200\n", b"        code: 200 # mine\n"),
        (b"        method: POST\n", b"        method: POST\n        mine: 1\n"),
        (b"GMT\n", b"GMT\n                  more\n"),
    ],
)
def test_what_go_vcr_did_not_write_so_is_not_plain(old: bytes, new: bytes) -> None:
    written = writer.dumps(Cassette([MET])).removeprefix(writer.preamble())
    assert PlainReader(COLUMNS).read(written) is not None
    assert old in written
    assert PlainReader(COLUMNS).read(written.replace(old, new)) is None
