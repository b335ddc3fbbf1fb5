"""A body changed, and all that goes with it."""

import gzip
import hashlib
from base64 import b64encode
from dataclasses import replace

import pytest

from mitmvcr.core.chunks import Chunk
from mitmvcr.core.frames import Frame
from mitmvcr.core.jsonpaths import json_path
from mitmvcr.core.model import header
from mitmvcr.tools import bodies
from mitmvcr.tools.bodies import (
    BodyError,
    edited,
    fixed,
    plain,
    restyled,
    to_edit,
    with_body,
    without,
)
from tools.making import met


def test_json_is_laid_out_and_goes_back_as_it_was_spelled():
    old = met(answer=b'{"a":1,"b":2}', given={"Content-Length": "13"})
    text, is_json = to_edit(old.response)
    assert (text, is_json) == ('{\n  "a": 1,\n  "b": 2\n}\n', True)
    new = edited(old, text.replace("1", "100"))
    assert new.response.body == b'{"a":100,"b":2}'
    assert new.response.content_length == 15
    assert header(new.response.headers, "Content-Length") == "15"
    assert edited(old, text) is old
    assert edited(old, text.replace("{\n", "{")) is old


def test_text_is_edited_as_it_stands():
    old = met(answer="né".encode("latin-1"), media="text/plain; charset=latin-1")
    assert to_edit(old.response) == ("né", False)
    assert edited(old, "éé").response.body == "éé".encode("latin-1")
    with pytest.raises(BodyError, match="cannot be written as"):
        edited(old, "€")
    assert to_edit(met(answer=b"{oops").response) == ("{oops", False)
    assert to_edit(met(answer=b"[1]", media="text/plain").response)[1]


def test_a_request_is_edited_too():
    old = met(method="POST", body=b"[1]")
    new = edited(old, "[1, 2]", of_request=True)
    assert (new.request.body, new.request.content_length) == (b"[1,2]", 5)
    assert new.response is old.response


def test_a_byte_order_mark_stays():
    old = met(answer=b"\xef\xbb\xbf[1]")
    assert edited(old, "[2]\n").response.body == b"\xef\xbb\xbf[2]"


def test_what_is_no_json_any_more_is_refused_with_its_place():
    with pytest.raises(BodyError, match="line 1, column 2: it is no JSON any more"):
        edited(met(answer=b"[1]"), "[")


def test_what_is_nested_too_deep_is_refused(monkeypatch):
    old = met(answer=b"[1]")

    def loads(text):
        if text == "[1]":
            return [1]
        raise RecursionError

    monkeypatch.setattr(bodies.json, "loads", loads)
    with pytest.raises(BodyError, match="nested too deep"):
        edited(old, "[[1]]")


@pytest.mark.parametrize("answer", [b"\xff\xfe\x00", b"a\0b"])
def test_binary_is_refused(answer):
    with pytest.raises(BodyError, match="it is binary"):
        to_edit(met(answer=answer, media="image/png").response)


def test_codings_are_undone_and_applied():
    packed = gzip.compress(b"[1]")
    old = met(answer=packed, given={"Content-Encoding": "gzip"})
    new = edited(old, "[2]")
    assert gzip.decompress(new.response.body) == b"[2]"
    assert new.response.content_length == len(new.response.body)
    assert plain(new.response) == b"[2]"


def test_what_cannot_be_undone_is_refused():
    broken = met(answer=b"no gzip", given={"Content-Encoding": "gzip"})
    with pytest.raises(BodyError, match="its gzip cannot be undone"):
        plain(broken.response)
    assert plain(met(given={"Content-Encoding": "gzip"}).response) == b""


def test_times_lengths_and_digests_follow():
    body = b"hello world"
    right = b64encode(hashlib.md5(body).digest()).decode()
    chunks = (Chunk(0, 0), Chunk(6, 1000))
    old = met(
        answer=body, media="text/plain", given={"Content-MD5": right}, chunks=chunks
    )
    old = replace(old, response=replace(old.response, content_length=-1))
    new = with_body(old, b"hello, world").response
    assert new.content_length == -1
    assert new.chunks == (Chunk(0, 0), Chunk(7, 1000))
    assert header(new.headers, "Content-MD5") != right
    assert with_body(old, body) is old


def test_lengths_are_restated():
    old = met(answer=b"12345", body=b"12", given={"Content-Length": "4"})
    wrong = replace(
        old,
        request=replace(old.request, content_length=9),
        response=replace(old.response, content_length=4),
    )
    new, found = fixed(wrong)
    assert found == [
        "request.content_length 9 is 2",
        "response.content_length 4 is 5",
        "response.headers.Content-Length 4 is 5",
    ]
    assert header(new.response.headers, "Content-Length") == "5"
    assert (new.request.content_length, new.response.content_length) == (2, 5)
    assert fixed(new) == (new, [])


@pytest.mark.parametrize(
    "more",
    [
        {"method": "HEAD"},
        {"code": 304},
        {"failure": "truncated"},
        {"websocket": (Frame(True, 0, "text", b""),)},
    ],
)
def test_what_has_no_body_keeps_the_length_it_said(more):
    old = met(given={"Content-Length": "4"}, **more)
    assert fixed(old) == (old, [])


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        (
            "$.b",
            '{"a": 1.0, "b": {"c": 2}, "d": "\\u00e9"}',
            '{"a": 1.0, "d": "\\u00e9"}',
        ),
        ("$.a", '{"a": 1,"b": 2}', '{"b": 2}'),
        ("$.a", '{"a": 1}', "{}"),
        ("$.a", ' { "a" : 1 , "b" : 2 } ', ' { "b" : 2 } '),
        ("$[1:]", "[1, 2, 3]", "[1]"),
        (
            "$.l[0].x",
            '{"l": [{"x": 1, "y": 2}, {"x": 3}]}',
            '{"l": [{ "y": 2}, {"x": 3}]}',
        ),
        ("$..x", '{"l": [{"x": 1}, {"x": 3}], "k": 7}', '{"l": [{}, {}], "k": 7}'),
        ("$.none", '{"a": 1}', '{"a": 1}'),
        ("$", '{"a": 1}', '{"a": 1}'),
        ("$.a.b", '{"a": "{}"}', '{"a": "{}"}'),
        ("$.a", '{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "b": 2\n}\n'),
    ],
)
def test_what_is_chosen_goes_and_all_else_stays_as_it_is_spelled(path, text, left):
    assert without(text, [json_path(path)]) == left


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="Expecting"):
        without("{", [json_path("$.a")])


def test_json_that_is_nested_too_deep_is_refused(monkeypatch):
    def decode(text):
        raise RecursionError

    monkeypatch.setattr(bodies.json, "loads", decode)
    with pytest.raises(ValueError, match="nested too deep"):
        without("[]", [])


@pytest.mark.parametrize(
    ("like", "written"),
    [
        ('{"a":1,"b":[]}', '{"x":[1,2],"y":"a, b"}'),
        ('{"a": 1, "b": []}\n', '{"x": [1, 2], "y": "a, b"}\n'),
        ('{\n  "a": 1\n}', '{\n  "x": [\n    1,\n    2\n  ],\n  "y": "a, b"\n}'),
        ('{"a":1, "b" :2}', '{ "x": [1,2], "y": "a, b" }'),
    ],
)
def test_json_goes_back_into_the_style_it_had(like, written):
    assert restyled('{ "x": [1,2], "y": "a, b" }\n', like) == written


def test_the_turns_of_a_call_follow_its_messages():
    """A replay waited for messages that nobody sends any more."""
    one, two = b"\0\0\0\0\1a", b"\0\0\0\0\1b"
    call = met(answer=one + two, body=one + two, media="application/grpc")
    call = replace(call, response=replace(call.response, turns=(0, 1, 2, 3)))
    assert with_body(call, one).response.turns == (0, 1, 3)
    assert with_body(call, one, of_request=True).response.turns == (0, 1, 2, 2)
