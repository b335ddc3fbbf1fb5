"""Where the events of a stream end, and whether the last one came."""

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core import events
from mitmvcr.core.events import Pieces, due_in_small, has_ended, in_small, pieces

SSE = "text/event-stream; charset=utf-8"
NDJSON = "application/x-ndjson"
MIXED = 'multipart/x-mixed-replace; boundary="frame"'
SEQ, AWS = "application/json-seq", "application/vnd.amazon.eventstream"
TYPES = (
    *(SSE, NDJSON, MIXED, "application/grpc+proto", SEQ, AWS),
    *("application/grpc-web-text+proto", "application/connect+json"),
    "multipart/mixed;boundary=frame",
)
NAMES = (
    *("events", "lines", "parts", "messages", "lines", "parts"),
    *("parts", "messages", "parts"),
)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_an_event_ends_with_a_blank_line(end: bytes) -> None:
    first, second = b"id: 1" + end + b"data: a" + end + end, b"data: b" + end + end
    assert pieces(SSE, first + second) == [first, second]
    assert pieces(SSE, first + b"data: cut") == [first, b"data: cut"]


def test_a_line_of_json_is_a_piece() -> None:
    assert pieces(NDJSON, b'{"a": 1}\n{"b": 2}') == [b'{"a": 1}\n', b'{"b": 2}']


def test_a_grpc_message_is_a_piece() -> None:
    first, second = b"\0\0\0\0\2hi", b"\1\0\0\0\0"
    assert pieces("application/grpc", first + second) == [first, second]
    assert pieces("application/grpc", first + b"\0\0\0\0\5cut") == [
        first,
        b"\0\0\0\0\5cut",
    ]


def test_a_part_begins_with_its_boundary() -> None:
    first = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n1\r\n"
    assert pieces(MIXED, first + b"--frame--\r\n") == [first, b"--frame--\r\n"]
    assert pieces("multipart/x-mixed-replace", first) is None


@pytest.mark.parametrize(
    "kind", ["application/connect+proto", "application/connect+json; charset=utf-8"]
)
def test_a_message_of_connect_is_a_piece(kind: str) -> None:
    first, last = b"\0\0\0\0\2{}", b"\2\0\0\0\2{}"
    assert pieces(kind, first + last) == [first, last]
    assert pieces("application/connect", first + last) is None


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-jsonlines",
        "application/stream+json",
        "text/ndjson; charset=utf-8",
    ],
)
def test_a_line_of_json_is_a_piece_however_its_type_is_spelled(kind: str) -> None:
    assert pieces(kind, b'{"a": 1}\n{"b": 2}') == [b'{"a": 1}\n', b'{"b": 2}']
    assert has_ended(kind, b'{"done": true}\n')


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("application/vnd.kubernetes.protobuf; stream=watch", b""),
        ("application/vnd.docker.raw-stream", b"\1\0\0\0"),
        ("application/vnd.docker.multiplexed-stream", b"\2\0\0\0"),
    ],
)
def test_a_message_of_a_container_is_a_piece(kind: str, head: bytes) -> None:
    messages = [head + b"\0\0\0\2hi", head + b"\0\0\0\1!"]
    assert pieces(kind, b"".join(messages)) == messages
    assert pieces(kind, b"hello there\n") == [b"hello there\n"]
    assert events.stream_kind(kind) == "messages"


def test_a_message_of_amazon_is_a_piece() -> None:
    first, second = b"\0\0\0\x10" + b"a" * 12, b"\0\0\0\x11" + b"b" * 13
    assert pieces(AWS, first + second) == [first, second]
    assert pieces(AWS, first + second[:-1]) == [first, second[:-1]]
    assert pieces(AWS, first + b"\0\0\0\0rest") == [first, b"\0\0\0\0rest"]


def test_a_text_behind_a_separator_is_a_piece() -> None:
    texts = [b'\x1e{"a":1}\n', b'\x1e{"a":\n2}\n', b"\x1e3"]
    assert pieces(SEQ, b"".join(texts)) == texts


@pytest.mark.parametrize("sizes", [(1, 2, 3), (4, 4, 1), (1, 1, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_a_message_in_base64_is_a_piece(sizes: list[int], together: bool) -> None:
    kind = "application/grpc-web-text"
    messages = [b"\0\0\0\0%c%b" % (size, b"x" * size) for size in sizes]
    coded = [b64encode(each) for each in messages]
    assert pieces(kind, b"".join(coded)) == coded
    if together:  # as a server writes two at once: what ends within four letters stays
        both = b64encode(b"".join(messages))
        found = pieces(kind, both)
        assert found is not None
        assert b"".join(found) == both
        assert all(len(each) % 4 == 0 for each in found)


def test_what_is_no_base64_stays_whole() -> None:
    kind = "application/grpc-web-text+proto"
    assert pieces(kind, b"AAAAAAA=====A=AA") == [b"AAAAAAA=", b"====A=AA"]
    assert pieces(kind, b"!") == [b"!"]


def test_a_result_of_graphql_that_comes_later_is_a_piece() -> None:
    kind = 'multipart/mixed;boundary="-";deferSpec=20220824'
    first = b'\r\n---\r\nContent-Type: application/json\r\n\r\n{"a":"---"}\r\n'
    whole = first + b"---\r\n\r\n{}\r\n-----\r\n"
    found = pieces(kind, whole)
    assert found == [b"\r\n", first[2:], b"---\r\n\r\n{}\r\n", b"-----\r\n"]
    assert has_ended(kind, whole)
    assert events.came_in_units(kind.title(), whole)
    assert not events.is_stream(kind)  # a batch has a length, and is held


DOCKER = [b'{"status":"a"}\r\n', b'{"status":"b"}\r\n', b'{"status":"c"}\r\n']
GEMINI = [b'[{\n  "a": 1\n}\n', b',\r\n{\n  "a": 2\n}\n', b',\r\n{"a": 3}\n]']
KUBERNETES = [b'{"type":"ADDED"}\n', b'{"type":"DELETED"}\n']


@pytest.mark.parametrize("values", [DOCKER, GEMINI, KUBERNETES])
@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=x"])
def test_json_that_was_written_value_by_value(kind: str, values: list[bytes]) -> None:
    body = b"".join(values)
    assert events.cut(body, events.json_ends(kind, body)) == values
    assert pieces(kind, body) is None
    assert events.json_ends("text/plain", body) == []
    assert events.came_in_units(kind, body)
    assert not events.came_in_units("text/plain", body)


@pytest.mark.parametrize(
    "value", [[{"a": 1}, {"b": [{}, {}]}], {"a": "}\n{"}, [], {}, [[{}], [{}]]]
)
@pytest.mark.parametrize("indent", [None, 0, 2])
def test_one_value_of_json_is_whole(value: object, indent: int | None) -> None:
    body = json.dumps(value, indent=indent).encode()
    assert events.json_ends("application/json", body) == []
    assert not events.came_in_units("application/json", body)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_another_type_has_no_pieces(kind: str) -> None:
    assert pieces(kind, b"{}\n\n{}\n\n") is None
    assert not has_ended(kind, b"{}\n\n{}\n\n")


@pytest.mark.parametrize("kind", [each for each in TYPES if "/mixed" not in each])
def test_a_stream_is_known_whatever_the_case_of_its_type(kind: str) -> None:
    assert events.is_stream(kind)
    assert events.is_stream(kind.title())
    assert not events.is_stream(f"x-{kind}")


def test_nothing_has_no_pieces() -> None:
    assert pieces(SSE, b"") == []


@given(st.sampled_from(TYPES), st.text("a\r\n:-\0\1\2{}frame").map(str.encode))
def test_the_pieces_are_the_body(kind: str, body: bytes) -> None:
    found = pieces(kind, body)
    assert found is not None
    assert b"".join(found) == body
    assert all(found)


@pytest.mark.parametrize(
    ("kind", "head", "tail"),
    [(SSE, b'data: {"jsonrpc": ', b"}\n\n"), (NDJSON, b'{"done": true, "a": ', b"}\n")],
)
def test_a_stream_whose_last_event_is_too_deep_to_be_read_has_no_end(
    kind: str, head: bytes, tail: bytes
) -> None:
    assert not has_ended(kind, head + b"[" * 200_000 + b"]" * 200_000 + tail)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SSE, b"data: a\n\ndata: [DONE]\n\n"),
        (SSE, b"data:[DONE]\r\n\r\n"),
        (SSE, b'event: message_stop\ndata: {"type":"message_stop"}\n\n'),
        (SSE, b"event: response.completed\ndata: {}\n\n"),
        (SSE, b'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'),
        (SSE, b'data: {"jsonrpc": "2.0", "id": 1, "error": {"code": 1}}\n\n'),
        (NDJSON, b'{"a": 1}\n{"done": true}\n'),
        (MIXED, b"--frame\r\n\r\n1\r\n--frame--\r\n"),
    ],
)
def test_a_stream_that_said_all(kind: str, body: bytes) -> None:
    assert has_ended(kind, body)
    assert not has_ended(kind, body[:-4])


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SSE, b""),
        (SSE, b"data: [DONE]"),
        (SSE, b"data: [DONE]\n"),
        (SSE, b'data: {"a": "[DONE]"}\n\n'),
        (SSE, b'data: {"jsonrpc": "2.0", "method": "m", "id": 1}\n\n'),
        (SSE, b'data: {"jsonrpc": "2.0", "method": "m"}\n\n'),
        (SSE, b'data: {"jsonrpc": "2.0", "id": 1,\n\n'),
        (SSE, b'data: ["jsonrpc", "id"]\n\n'),
        (SSE, b'data: "\\"jsonrpc\\""\n\n'),
        (SSE, b'id: "jsonrpc"\n\n'),
        (NDJSON, b'{"done": false}\n'),
        (NDJSON, b'["done"]\n'),
        (NDJSON, b'{"done": tr\n'),
        (MIXED, b"--frame\r\n\r\n1\r\n"),
        ("multipart/x-mixed-replace", b"--"),
        ("application/grpc", b"\0\0\0\0\0"),
    ],
)
def test_a_stream_that_did_not(kind: str, body: bytes) -> None:
    assert not has_ended(kind, body)


def test_pieces_are_a_sequence() -> None:
    found = Pieces(b"abcdef", [0, 2, 2, 5, 6, 9])
    assert list(found) == [b"ab", b"cde", b"f"]
    assert (found[-1], found[1:]) == (b"f", [b"cde", b"f"])
    assert repr(found) == "<3 pieces of 6 bytes>"
    assert list(Pieces(b"", [0])) == []


def test_large_parts_are_cut_and_due_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_SMALL", 2)
    parts = [b"abcde", b"f", b"gh"]
    assert list(in_small(parts)) == [b"ab", b"cd", b"e", b"f", b"gh"]
    assert list(due_in_small(parts, [0.0, 1.0, 2.0])) == [0.0, 0.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("kind", "name"),
    [*zip(TYPES, NAMES, strict=True), ("x/y", "")],
)
def test_what_a_stream_consists_of_has_a_name(kind: str, name: str) -> None:
    assert events.stream_kind(kind) == name
