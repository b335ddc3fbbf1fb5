"""Whole interactions. That they are go-vcr's, byte for byte, tests/golden tells."""

import tracemalloc

import pytest
import yaml

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format.writer import Layout, dumper, dumps, preamble

FULL = Interaction(
    7,
    Request(
        method="POST",
        url="https://example.com/?a=1",
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=3,
        transfer_encoding=["chunked"],
        trailer={"X-Sum": ["1"]},
        host="example.com",
        remote_addr="127.0.0.1:80",
        request_uri="/",
        body=b"a=1",
        form={"a": ["1"]},
        headers={"User-Agent": [""], "Accept": ["*/*", "a"], "X-10": ["b"], "X-9": []},
    ),
    Response(
        proto="HTTP/2.0",
        proto_major=2,
        transfer_encoding=["gzip", "chunked"],
        trailer={"Grpc-Status": ["0"]},
        content_length=-1,
        uncompressed=True,
        body=b"a\nb\n",
        headers={"k" * 129: ["v", "w"], "Date": ["now"]},
        status="200 OK",
        code=200,
        duration=712_000_000,
    ),
)
LONG = f"""
    - id: 7
      request:
        proto: HTTP/1.1
        proto_major: 1
        proto_minor: 1
        content_length: 3
        transfer_encoding:
            - chunked
        trailer:
            X-Sum:
                - "1"
        host: example.com
        remote_addr: 127.0.0.1:80
        request_uri: /
        body: a=1
        form:
            a:
                - "1"
        headers:
            Accept:
                - '*/*'
                - a
            User-Agent:
                - ""
            X-9: []
            X-10:
                - b
        url: https://example.com/?a=1
        method: POST
      response:
        proto: HTTP/2.0
        proto_major: 2
        proto_minor: 0
        transfer_encoding:
            - gzip
            - chunked
        trailer:
            Grpc-Status:
                - "0"
        content_length: -1
        uncompressed: true
        body: |
            a
            b
        headers:
            Date:
                - now
            ? {"k" * 129}
            :   - v
                - w
        status: 200 OK
        code: 200
        duration: 712ms
"""[1:]
BARE = Interaction(0, Request(), Response())
BARE_V4 = """
    - id: 0
      request:
        proto: ""
        proto_major: 0
        proto_minor: 0
        content_length: 0
        host: ""
        url: ""
        method: ""
      response:
        proto: ""
        proto_major: 0
        proto_minor: 0
        content_length: 0
        body: ""
        headers: {}
        status: ""
        code: 0
        duration: 0s
"""[1:]
BARE_V3 = """
    - id: 0
      request:
        proto: ""
        proto_major: 0
        proto_minor: 0
        content_length: 0
        transfer_encoding: []
        trailer: {}
        host: ""
        remote_addr: ""
        request_uri: ""
        body: ""
        form: {}
        headers: {}
        url: ""
        method: ""
      response:
        proto: ""
        proto_major: 0
        proto_minor: 0
        transfer_encoding: []
        trailer: {}
        content_length: 0
        uncompressed: false
        body: ""
        headers: {}
        status: ""
        code: 0
        duration: 0s
"""[1:]


@pytest.mark.parametrize("layout", ["v4", "v3"])
def test_all_fields_in_go_vcrs_order(layout: Layout) -> None:
    assert dumper(layout)(FULL, 7).decode() == LONG


def test_v4_leaves_empty_fields_out() -> None:
    assert dumper()(BARE, 0).decode() == BARE_V4


def test_v3_writes_every_field() -> None:
    assert dumper("v3")(BARE, 0).decode() == BARE_V3


@pytest.mark.parametrize("layout", ["v4", "v3"])
def test_a_cassette_is_its_preamble_and_its_items_counted_anew(layout: Layout) -> None:
    items = [dumper(layout)(each, at) for at, each in enumerate([FULL, BARE])]
    written = dumps(Cassette([FULL, BARE]), layout)
    assert written == preamble() + b"".join(items)
    assert written.startswith(b"---\nversion: 2\ninteractions:\n    - id: 0\n")


def test_an_empty_cassette() -> None:
    assert dumps(Cassette()) == b"---\nversion: 2\ninteractions: []\n"


@pytest.mark.parametrize("layout", ["v4", "v3"])
def test_one_layout_does_not_remember_the_others_quotes(layout: Layout) -> None:
    quote = {"v3": '"', "v4": "'"}[layout]
    item = Interaction(0, Request(method="yes"), Response(headers={"y": ["no"]}))
    written = dumper(layout)(item, 0).decode()
    assert f"method: {quote}yes{quote}\n" in written
    assert f"{quote}y{quote}:\n                - {quote}no{quote}\n" in written


def test_long_strings_are_written_and_not_remembered() -> None:
    text = "long: " * 1000
    item = Interaction(
        0,
        Request(method=text, transfer_encoding=[text]),
        Response(headers={text: [text], "A": [text], "B": [text, text], "C" * 300: []}),
    )
    (found,) = yaml.load(dumps(Cassette([item])), yaml.BaseLoader)["interactions"]
    assert found["request"]["method"] == text
    assert found["request"]["transfer_encoding"] == [text]
    assert found["response"]["headers"] == item.response.headers


@pytest.mark.parametrize(
    "body", [b"\xff\0" * 100, b"\xff", b"a\r\n\r\n", b"\n\n  <p>\n"]
)
def test_other_yaml_readers_get_the_body(body: bytes) -> None:
    item = Interaction(0, Request(body=body), Response(body=body))
    (found,) = yaml.safe_load(dumps(Cassette([item])))["interactions"]
    bodies = {found[message]["body"] for message in ("request", "response")}
    assert bodies <= {body, body.decode("utf-8", "replace")}
    assert len(bodies) == 1


def test_long_texts_fill_no_memory() -> None:
    dump = dumper("v4")
    tracemalloc.start()
    try:
        for number in range(100):
            value = f"{number}" * 10_000
            response = Response(code=200, status=value, headers={"X": [value]})
            dump(Interaction(0, Request(url="http://h/", host=value), response), 0)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 500_000
