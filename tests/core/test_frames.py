"""WebSocket messages as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.frames import Frame, close_parts, format_frame, parse_frame


def test_as_text() -> None:
    said = Frame(True, 12_500_000, "text", '{"a": "é"}'.encode())
    assert format_frame(said) == 'client 12.5ms text {"a": "é"}'
    assert format_frame(Frame(False, 0, "binary", b"\0\xff")) == "server 0s binary AP8="


@given(st.booleans(), st.integers(0, 2**40), st.text(), st.binary())
def test_what_is_written_is_read(side: bool, at: int, text: str, raw: bytes) -> None:
    frames = [
        Frame(side, at, "text", text.encode()),
        Frame(side, at, "binary", raw),
        Frame(side, at, "close", b"1001 " + text.encode()),
        Frame(side, at, "close", b""),
    ]
    assert [parse_frame(format_frame(frame)) for frame in frames] == frames


@pytest.mark.parametrize(
    "text", ["", "client", "who 0s text a", "client 0s ping a", "client x text a",
             "server 0s binary *"],
)  # fmt: skip
def test_what_is_no_message(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_frame(text)


def test_a_close_has_a_code_and_a_reason() -> None:
    assert close_parts(Frame(True, 0, "close", b"1011 it broke")) == (1011, "it broke")
    assert close_parts(Frame(True, 0, "close", b"")) == (1000, "")


def test_an_end_that_says_nothing_ends_the_line() -> None:
    assert format_frame(Frame(False, 1000, "close", b"")) == "server 1µs close"
