"""Where the events of a stream end, and whether the last one came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core import events
from mitmvcr.core.events import Pieces, due_in_small, has_ended, in_small, pieces

SSE = "text/event-stream; charset=utf-8"
NDJSON = "application/x-ndjson"
MIXED = 'multipart/x-mixed-replace; boundary="frame"'
TYPES = (SSE, NDJSON, MIXED, "application/grpc+proto")


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


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_another_type_has_no_pieces(kind: str) -> None:
    assert pieces(kind, b"{}\n\n{}\n\n") is None
    assert not has_ended(kind, b"{}\n\n{}\n\n")


@pytest.mark.parametrize("kind", TYPES)
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
    ("kind", "body"),
    [
        (SSE, b"data: a\n\ndata: [DONE]\n\n"),
        (SSE, b"data:[DONE]\r\n\r\n"),
        (SSE, b'event: message_stop\ndata: {"type":"message_stop"}\n\n'),
        (SSE, b"event: response.completed\ndata: {}\n\n"),
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
    [*zip(TYPES, ("events", "lines", "parts", "messages"), strict=True), ("x/y", "")],
)
def test_what_a_stream_consists_of_has_a_name(kind: str, name: str) -> None:
    assert events.stream_kind(kind) == name
