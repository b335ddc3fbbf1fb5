"""Cassettes of Ruby's VCR and of betamax."""

from base64 import b64encode
from typing import Any

import pytest

from convert.samples import BINARY, found_in, interaction, notes_of, only
from mitmvcr.convert import BY_NAME, write

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


@pytest.mark.parametrize("encoding", ["nothing", "US-ASCII-X", "ISO-8859-1"])
def test_one_that_cannot_be_is_utf_8_and_said(encoding: str) -> None:
    found = found_in(RUBY.format(encoding=encoding, text="\u3042"), "ruby-vcr")
    assert found.interactions[0].response.body == "\u3042".encode()
    assert notes_of(found) == [
        f"interaction 0: response.body.string: is not text in {encoding}, so it is"
        " written in UTF-8"
    ]


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
