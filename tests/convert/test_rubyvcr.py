"""Cassettes of Ruby's VCR and of betamax."""

import gzip
import json
import zlib
from base64 import b64encode
from typing import Any

import pytest

from convert.samples import BINARY, found_in, interaction, notes_of, only
from mitmvcr.convert import BY_NAME, Source, read, write

RUBY = """\
---
http_interactions:
- request:
    method: post
    uri: http://api.test/
    body:
      encoding: US-ASCII
      string: a=1
    headers:
      Accept:
      - "*/*"
  response:
    status:
      code: 200
      message: 'OK '
    headers:
      !binary "QS1C": [x]
    body:
      encoding: {encoding}
      string: {text}
    http_version: '1.1'
recorded_with: VCR 2.0.0
"""


@pytest.mark.parametrize(
    ("encoding", "text", "body"),
    [
        ("UTF-8", "h\xe9", b"h\xc3\xa9"),
        ("ASCII-8BIT", "h\xe9", b"h\xc3\xa9"),
        ("ISO-8859-1", "h\xe9", b"h\xe9"),
        ("Shift_JIS", "\u3042", b"\x82\xa0"),
        ("ASCII-8BIT", "!binary /w==", b"\xff"),
    ],
)
def test_a_body_is_in_its_encoding(encoding: str, text: str, body: bytes) -> None:
    one = only(found_in(RUBY.format(encoding=encoding, text=text), "ruby-vcr"))
    assert one.response.body == body
    assert one.request.method == "POST"
    assert one.request.body == b"a=1"
    assert one.response.headers == {"A-B": ["x"]}


def test_a_name_that_is_none_is_shown_as_such() -> None:
    found = found_in(RUBY.format(encoding='"a\\0"', text="a"), "ruby-vcr")
    assert found.interactions[0].response.body == b"a"
    assert r"is not text in a\x00, so it is" in notes_of(found)[0]


@pytest.mark.parametrize("encoding", ["nothing", "US-ASCII-X", "ISO-8859-1"])
def test_one_that_cannot_be_is_utf_8_and_said(encoding: str) -> None:
    found = found_in(RUBY.format(encoding=encoding, text="\u3042"), "ruby-vcr")
    assert found.interactions[0].response.body == "\u3042".encode()
    assert notes_of(found) == [
        f"interaction 0: response.body.string: is not text in {encoding}, so it is"
        " written in UTF-8"
    ]


R_OLD = """\
http_interactions:
- request:
    method: get
    uri: http://api.test/
    body:
      encoding: ''
      string: ''
    headers:
      Accept: application/json, */*
  response:
    status:
      status_code: '404'
      message: Not Found
      explanation: Nothing matches the given URI
    headers:
      status: HTTP/2 404
      content-type: text/plain
    body:
      encoding: ''
      file: no
      string: h\xe9
  recorded_with: vcr/0.5.4, webmockr/0.6.2
"""
R_NEW = """\
http_interactions:
- request:
    method: GET
    uri: http://api.test/
  response:
    status: 404
    headers:
      content-type: text/plain
    body:
      raw_gzip: |-
        {}
recorded_with: VCR-vcr/2.0.0
"""


@pytest.mark.parametrize(
    ("text", "proto"),
    [
        (R_OLD, "HTTP/2.0"),
        (R_NEW.format(b64encode(zlib.compress(b"h\xc3\xa9")).decode()), "HTTP/1.1"),
        (R_NEW.format(b64encode(gzip.compress(b"h\xc3\xa9")).decode()), "HTTP/1.1"),
    ],
)
def test_that_of_r_has_a_status_and_bodies_of_its_own(text: str, proto: str) -> None:
    one = only(found_in(text, "ruby-vcr"))
    assert one.response.body == b"h\xc3\xa9"
    assert (one.response.status, one.response.proto) == ("404 Not Found", proto)
    assert one.response.headers == {"Content-Type": ["text/plain"]}


def test_a_header_that_r_took_for_a_part_of_the_status_is_one() -> None:
    """So crul writes each header with "HTTP/" in it, as the Server of Python's own
    server is: it became a header "Status" of the text "Server: BaseHTTP/0.6"."""
    lines = "status:\n      - HTTP/2 404\n      - 'Server: BaseHTTP/0.6'"
    one = only(found_in(R_OLD.replace("status: HTTP/2 404", lines), "ruby-vcr"))
    assert one.response.headers["Server"] == ["BaseHTTP/0.6"]
    assert list(one.response.headers) == ["Server", "Content-Type"]
    assert one.response.proto == "HTTP/2.0"


def test_that_of_r_may_be_damaged_or_in_a_file_beside() -> None:
    found = found_in(R_NEW.format(b64encode(b"x").decode()), "ruby-vcr")
    [note] = notes_of(found)
    assert note.startswith("interaction 0: response.body.raw_gzip: left out: ")
    in_file = R_OLD.replace("file: no", "file: yes").replace("h\xe9", "a.bin")
    source = Source(in_file.encode(), "x", {"a.bin": b"1"}.get)
    assert only(read(source, BY_NAME["ruby-vcr"])).response.body == b"1"
    assert notes_of(found_in(in_file, "ruby-vcr")) == [
        "interaction 0: body: is absent: it is in a file that is not there"
    ]


def test_a_header_that_another_status_line_is_not_stays() -> None:
    text = R_OLD.replace("status: HTTP/2 404", "status: 404 Not Found")
    one = only(found_in(text, "ruby-vcr"))
    assert one.response.headers["Status"] == ["404 Not Found"]


def test_vcr_1_wrote_structs() -> None:
    text = """\
--- 
- !ruby/struct:VCR::HTTPInteraction 
  request: !ruby/struct:VCR::Request 
    method: :get
    uri: http://api.test:80/
    body: 
    headers: 
  response: !ruby/struct:VCR::Response 
    type: :response
    status: !ruby/struct:VCR::ResponseStatus 
      code: 200
      message: OK
    headers: 
      content-type: 
      - text/html
    body: Hello
    http_version: "1.1"
"""  # noqa: W291
    one = only(found_in(text, "ruby-vcr"))
    assert (one.request.method, one.response.body) == ("GET", b"Hello")


def betamax(**body: Any) -> dict[str, Any]:
    request = {
        "method": "GET",
        "uri": "https://api.test/",
        "body": {"encoding": "utf-8", "string": ""},
        "headers": {"Accept": ["*/*"]},
    }
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"A": "b"},
        "url": "https://api.test/",
        "body": body,
    }
    item = {"request": request, "response": response, "recorded_at": "2013-09-28"}
    return {"http_interactions": [item], "recorded_with": "betamax/0.4.2"}


def test_betamax_writes_json() -> None:
    found = found_in(betamax(base64_string=b64encode(BINARY).decode()), "ruby-vcr")
    assert found.interactions[0].response.body == BINARY
    assert found.interactions[0].response.headers == {"A": ["b"]}
    assert notes_of(found) == [
        "interaction 0: recorded_at: a cassette has no place for it"
    ]


def test_betamax_once_had_a_status_of_its_own() -> None:
    data = betamax(string="")
    response = data["http_interactions"][0]["response"]
    response["status_code"] = response.pop("status")["code"]
    found = found_in(data, "ruby-vcr")
    assert found.interactions[0].response.status == "200 OK"


def test_when_it_was_is_taken_from_its_date() -> None:
    dated = interaction(headers={"Date": ("Sun, 06 Nov 1994 08:49:37 GMT",)})
    data = write([dated], BY_NAME["ruby-vcr"]).data
    assert isinstance(data, bytes)
    assert b"Sun, 06 Nov 1994 08:49:37 GMT" in data.splitlines()[-2]


@pytest.mark.parametrize(
    ("kind", "body", "held"),
    [
        ("text/plain", b"hi", {"encoding": "utf-8", "string": "hi"}),
        ("text/plain; charset=UTF-8", b"hi", {"encoding": "utf-8", "string": "hi"}),
        (
            'text/plain; charset="ISO-8859-1"',
            b"\xe9",
            {"encoding": "iso-8859-1", "base64_string": "6Q=="},
        ),
        ("image/png", b"\xe9", {"encoding": None, "base64_string": "6Q=="}),
    ],
)
def test_betamax_is_told_in_which_encoding_a_body_is(kind, body, held) -> None:
    one = interaction(body=body, headers={"Content-Type": (kind,)})
    data = write([one], BY_NAME["betamax"]).data
    assert isinstance(data, bytes)
    (item,) = json.loads(data)["http_interactions"]
    assert item["response"]["body"] == held
    assert item["request"]["method"] == "GET"  # it tells small from capital letters
