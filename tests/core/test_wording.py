"""Values in messages are on one line, printable and short."""

from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.wording import bytes_shown, quoted, shown


def test_a_plain_value_is_shown_as_it_is() -> None:
    assert shown("Größe 5 😀") == "Größe 5 😀"


def test_a_long_value_is_cut() -> None:
    assert shown("x" * 80) == "x" * 80
    assert shown("x" * 81) == "x" * 80 + "..."
    assert shown("x" * 10, most=5) == "xxxxx..."


def test_what_cannot_be_printed_is_escaped() -> None:
    assert shown("a\nb\x00\u2028\ud800") == r"a\nb\x00\u2028\ud800"


def test_text_is_quoted_as_in_json() -> None:
    assert quoted('a"b\n') == r'"a\"b\n"'
    assert quoted("x" * 1000) == '"' + "x" * 79 + "..."


def test_bytes_are_shown_as_text_with_the_odd_ones_escaped() -> None:
    assert bytes_shown(b"") == "empty"
    assert bytes_shown(b"a\xff") == r'"a\\xff"'
    assert bytes_shown(b"x" * 10**6) == '"' + "x" * 79 + "..."


@given(st.text(), st.binary())
def test_every_value_can_be_printed_on_one_line(text: str, body: bytes) -> None:
    for value in (shown(text), quoted(text), bytes_shown(body)):
        assert value.isprintable()
        value.encode()
