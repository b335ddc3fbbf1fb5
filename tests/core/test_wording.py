"""Values in messages are on one line, printable and short."""

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mitmvcr
from mitmvcr.core.wording import as_word, authority, bytes_shown, quoted, shown


def test_a_plain_value_is_shown_as_it_is() -> None:
    assert shown("Größe 5 😀") == "Größe 5 😀"


def test_a_long_value_is_cut() -> None:
    assert shown("x" * 80) == "x" * 80
    assert shown("x" * 81) == "x" * 80 + "..."
    assert shown("x" * 10, most=5) == "xxxxx..."


def test_what_cannot_be_printed_is_escaped() -> None:
    assert shown("a\nb\x00\u2028\ud800") == r"a\nb\x00\u2028\ud800"


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert authority("::1", 80) == "[::1]:80"
    assert authority("a.test", 80) == "a.test:80"


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


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("cassettes/chat.yaml", "cassettes/chat.yaml"),
        ("s3://bucket/a-b_1.yaml", "s3://bucket/a-b_1.yaml"),
        ("test_pages[a b].yaml", '"test_pages[a b].yaml"'),
        ("it's.yaml", '"it\'s.yaml"'),
        ("a$b!.yaml", "'a$b!.yaml'"),
        ("", '""'),
    ],
)
def test_a_name_is_one_word_of_a_command(name: str, word: str) -> None:
    assert as_word(name) == word


@given(st.text())
def test_a_shell_reads_a_word_as_it_was(name: str) -> None:
    assert shlex.split(as_word(name)) == [name]


def test_a_command_in_a_message_names_a_file_as_a_word() -> None:
    """Tests have parameters in their names, and cassettes have those of tests."""
    found = re.compile(
        r"mitmvcr (?:cassette|run) [^'\n]*\{(?!as_word|word|source|REPORT)\w[^'\n]*"
    )
    package = Path(mitmvcr.__file__).parent
    told = [
        each
        for path in package.rglob("*.py")
        for each in found.findall(path.read_text())
    ]
    assert told == []
