"""Cassettes made smaller."""

import gzip
from dataclasses import replace

import pytest

from mitmvcr.core.frames import Frame
from mitmvcr.core.jsonpaths import json_path
from mitmvcr.format.reader import loads
from mitmvcr.tools.changing import Trim, renamed, renaming, trimmed
from tools.making import data, met

SSE = "text/event-stream"


def dropped(old, *paths, **how):
    found, problems = trimmed(old, Trim(drop=[json_path(p) for p in paths], **how))
    assert problems == []
    return found


def test_places_of_json_go():
    old = met(answer=b'{"a": [1, 2, 3], "b": 1}', given={"Content-Length": "24"})
    new = dropped(old, "$.a[1:]", "$.b").response
    assert (new.body, new.content_length) == (b'{"a": [1]}', 10)
    assert dropped(old, "$.none") is old
    assert dropped(met(), "$.a") == met()


def test_a_byte_order_mark_stays():
    old = met(answer=b'\xef\xbb\xbf{"a": 1}')
    assert dropped(old, "$.a").response.body == b"\xef\xbb\xbf{}"


def test_places_of_events_and_lines_go():
    stream = b'event: a\ndata: {"x": 1, "y": 2}\n\ndata: [DONE]\n\n'
    new = dropped(met(answer=stream, media=SSE), "$.x")
    assert new.response.body == b'event: a\ndata: { "y": 2}\n\ndata: [DONE]\n\n'
    lines = met(answer=b'{"x": 1}\r\n{"y": 2}\n', media="application/x-ndjson")
    assert dropped(lines, "$.x").response.body == b'{}\r\n{"y": 2}\n'


@pytest.mark.parametrize("answer", [b"text", b"{oops", b'{"a": "\xff"}'])
def test_what_is_no_json_stays(answer):
    old = met(answer=answer)
    assert dropped(old, "$.a") is old


def test_requests_stay_if_nobody_says_so():
    old = met(method="POST", body=b'{"a": 1}')
    assert dropped(old, "$.a") is old
    assert dropped(old, "$.a", requests=True).request.body == b"{}"


@pytest.mark.parametrize(
    ("answer", "media", "left"),
    [
        (b"0123456789", "text/plain", b"01234"),
        ("0123é567".encode(), "text/plain", b"0123"),
        ("012é567".encode(), "text/plain", "012é".encode()),
        (b"\x80" * 9, "image/png", b"\x80" * 5),
        (b"data: a\n\ndata: b\n\n", SSE, b"data:"),
        (b"a: b\n\na: c\n\n", SSE, b"a: b\n"),
        (b"x\n\ny\n\nz\n\n", SSE, b"x\n\n"),
        (b"0123", "text/plain", b"0123"),
    ],
)
def test_long_bodies_are_cut_where_something_ends(answer, media, left):
    old = met(answer=answer, media=media)
    new, problems = trimmed(old, Trim(longest=5))
    assert (new.response.body, problems) == (left, [])
    assert new.response.content_length == len(left)


def test_json_is_not_cut():
    old = met(answer=b"[1, 2, 3]", body=b"[1]", method="POST")
    new, problems = trimmed(old, Trim(longest=5, requests=True))
    assert new is old
    assert problems == ["response body: 9 bytes of JSON are not cut: drop places of it"]


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        ("api.example.com", "api.example.com", "NEW"),
        ("api.example.com", "API.example.com:8080", "NEW:8080"),
        ("example.com", "api.example.com", "api.example.com"),
        ("example.com", "example.com.evil.org", "example.com.evil.org"),
        ("example.com", "see example.com.", "see NEW."),
        ("example.com", "my-example.com", "my-example.com"),
        ("a.com:80", "a.com:8080", "a.com:8080"),
        ("a.com:80", "a.com:80/x", "NEW/x"),
        ("[::1]", "[::1]:80", "NEW:80"),
    ],
)
def test_a_host_is_whole(old, text, new):
    assert renaming(old, "NEW")(text) == new


def test_it_is_renamed_in_url_host_and_headers():
    old = met(
        "http://me@a.com/x?to=a.com",
        b"see a.com",
        given={"Location": "http://a.com/y"},
        media="text/plain",
    )
    old = replace(old, request=replace(old.request, host="a.com"))
    new, _ = renamed(old, renaming("a.com", "b.org"))
    assert new.request.url == "http://me@b.org/x?to=a.com"
    assert new.request.host == "b.org"
    assert new.response.headers["Location"] == ["http://b.org/y"]
    assert new.response.body == b"see a.com"
    with_bodies, _ = renamed(old, renaming("a.com", "b.org"), bodies=True)
    assert with_bodies.response.body == b"see b.org"
    assert with_bodies.response.content_length == 9


def test_what_does_not_name_it_stays():
    for old in (
        met("http://c.com"),
        met("no://"),
        replace(met(), request=met().request),
    ):
        assert renamed(old, renaming("a.com", "b.org"), bodies=True)[0] is old
        (read,) = loads(data(old), "x").interactions  # has tuples
        assert renamed(read, renaming("a.com", "b.org"), bodies=True)[0] is read
    bare = replace(met(), request=replace(met().request, url="a.com/x"))
    assert renamed(bare, renaming("a.com", "b.org"))[0] is bare


def test_what_nobody_can_read_stays():
    old = met(answer=b"\x1f\x8b a.com", given={"Content-Encoding": "gzip"})
    assert renamed(old, renaming("a.com", "b.org"), bodies=True)[0] is old
    packed = met(answer=gzip.compress(b"a.com"), given={"Content-Encoding": "gzip"})
    new, _ = renamed(packed, renaming("a.com", "b.org"), bodies=True)
    assert gzip.decompress(new.response.body) == b"b.org"


def test_it_is_renamed_in_messages_trailers_and_forms():
    old = met(
        answer=b"",
        websocket=(Frame(True, 0, "text", b"see a.com"),),
        trailer={"Link": ["a.com"]},
    )
    form = replace(old.request, form={"to": ["a.com"]}, trailer={"X": ["a.com"]})
    new, _ = renamed(replace(old, request=form), renaming("a.com", "b.de"), bodies=True)
    assert new.response.websocket == (Frame(True, 0, "text", b"see b.de"),)
    assert new.response.trailer == {"Link": ["b.de"]}
    assert (new.request.form, new.request.trailer) == (
        {"to": ["b.de"]},
        {"X": ["b.de"]},
    )


def test_a_binary_message_keeps_its_lengths():
    """No client could read it any more."""
    message = b"\0\0\0\0\x0b\x0a\x05a.com\x12\x02hi"
    call = met(answer=message, body=message, media="application/grpc")
    asked = {"Content-Type": ["application/grpc"]}
    call = replace(call, request=replace(call.request, headers=asked))
    found, problems = renamed(call, renaming("a.com", "longer.com"), bodies=True)
    assert found is call
    assert [each.partition(":")[0] for each in problems] == [
        "request.body",
        "response.body",
    ]
    found, problems = renamed(call, renaming("a.com", "b.org"), bodies=True)
    assert (
        found.response.body == found.request.body == message.replace(b"a.com", b"b.org")
    )
    assert problems == []
