"""What decides the style of a scalar. The long tables are in tests/golden/cassettes."""

import pytest

from mitmvcr.format.goyaml import (
    V3,
    V4,
    Dialect,
    Place,
    key,
    pieces,
    scalar,
    string,
)

FIELD = Place(2)
ITEM = Place(2, is_item=True)


def _v4(text: str, place: Place = FIELD) -> str:
    """Both ways to the same scalar, without the line end."""
    written = scalar(text.encode("utf-8", "surrogateescape"), place, V4).decode()
    assert string(text, place, V4).decode() == written
    return written.removesuffix("\n")


@pytest.mark.parametrize(
    "text",
    [
        *("a", "two words", "it's", 'say "hi"', "a:b", "a#b", "a :b", "-a", "?a", ":a"),
        *("https://[::1]:80/?a=b#c", "/a", "200 OK", "=", "a---", "é", "中", "\xa0"),
        *("W/", "nil", "1-1", "a" * 5000, "a b " * 100 + "c"),
    ],
)
def test_plain(text: str) -> None:
    assert _v4(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("a: b", "a:", "a #b", "- a", "-", "? a", "?", ":", "---", "...", "---a"),
        *(" a", "a ", " ", "#a", "{}", "[]", "&a", "*a", "!a", "|", ">", "%", "@", "`"),
        *('"a"', ",a", "{a}" * 1000),
    ],
)
def test_single_quotes_for_what_is_not_plain_by_its_characters(text: str) -> None:
    assert _v4(text) == f"'{text}'"


def test_a_single_quote_is_doubled() -> None:
    assert _v4("'it's") == "'''it''s'"


@pytest.mark.parametrize("text", ["", "true", "~", "1", "1e3", ".5", "2001-02-03"])
def test_double_quotes_for_what_another_type_would_claim(text: str) -> None:
    assert _v4(text) == f'"{text}"'


@pytest.mark.parametrize("text", ["yes", "N", "12:30:45"])
def test_the_quotes_of_yaml_1_1s_types_are_the_dialects(text: str) -> None:
    assert _v4(text) == f"'{text}'"
    assert scalar(text.encode(), FIELD, V3).decode() == f'"{text}"\n'


def test_a_merge_is_quoted_by_v4() -> None:
    assert _v4("<<") == "'<<'"
    assert scalar(b"<<", FIELD, V3) == b"<<\n"
    assert _v4("<<a") == "<<a"


@pytest.mark.parametrize(
    "text", ["a\tb", "\t", "a\rb", "a\0", "a\x85", "\ufeffa", "😀"]
)
def test_double_quotes_for_tabs_and_what_is_escaped(text: str) -> None:
    assert _v4(text).startswith('"')


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("a\nb\n", "|\n  a\n  b"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        ("a\n\n\nb\n\n\n", "|+\n  a\n\n\n  b\n\n"),
        ("  a\nb\n", "|4\n    a\n  b"),
        ("\n\na\n", "|\n\n\n  a"),
        ("a\n\tb: 'c' #\\\n", "|\n  a\n  \tb: 'c' #\\"),
        ("é\n中", "|-\n  é\n  中"),
        ("---\n...\n", "|\n  ---\n  ..."),
    ],
)
def test_a_block_for_lines(text: str, block: str) -> None:
    assert _v4(text) == block


@pytest.mark.parametrize(
    "text",
    ["a \nb", "a\nb ", "a\r\nb\r\n", "a\n😀", "a\n\ufeff", "\n", "\n\n", " \t\n"],
)
def test_double_quotes_for_lines_that_a_block_cannot_hold(text: str) -> None:
    assert _v4(text).startswith('"')


@pytest.mark.parametrize("text", ["\n\xa0", "\u3000\n", "\n\u2028", "\u2003\n\u205f"])
def test_white_space_of_any_kind_is_no_block(text: str) -> None:
    assert _v4(text).startswith('"')


@pytest.mark.parametrize("text", ["\n a", "\n\n\ta", "\ta\nb", "\u2028 \u3000a\n"])
def test_double_quotes_where_go_yaml_misreads_its_own_block(text: str) -> None:
    assert _v4(text).startswith('"')


def test_an_item_that_starts_with_a_space_is_not_a_block() -> None:
    assert _v4(" a\nb") == "|4-\n   a\n  b"
    assert _v4(" a\nb", ITEM) == '" a\\nb"'


def test_v3_loses_a_blocks_first_line_end() -> None:
    assert _v4("\na") == "|-\n\n  a"
    assert scalar(b"\na", FIELD, V3) == b'"\\na"\n'
    assert scalar(b"\t\na", FIELD, V3) == b'"\\t\\na"\n'
    assert scalar(b" \n", FIELD, V3) == b'" \\n"\n'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\u2028b'", "'a\u2028  b'''"),
        ("\u2028\u2029a\u2028", "'\u2028\u2029  a\u2028'"),
        ("a \u2028b", '"a \\Lb"'),
        ("a\u2028 b", '"a\\L b"'),
        ("a\u2028\tb", '"a\\L\\tb"'),
        ("a\u2028b\n", "|\n  a\u2028  b"),
        ("a\nb\u2028", "|\n  a\n  b\u2028"),
        ("a\n\u2028b", "|-\n  a\n\u2028  b"),
        ("a\n\u2028", "|+\n  a\n\u2028"),
        ("a\u2028\n", "|+\n  a\u2028"),
        ("a\n \u2028b", '"a\\n \\Lb"'),
        ("\u201c\n", "|\n  \u201c"),
    ],
)
def test_the_line_ends_of_yaml_1_1(text: str, written: str) -> None:
    assert _v4(text) == written


def test_bytes_that_are_not_utf8() -> None:
    assert _v4("\udcff") == "!!binary /w=="
    assert _v4("\udcff" * 53).startswith("!!binary |\n  ////")


def test_surrogate_escapes_that_make_a_character_are_that_character() -> None:
    assert _v4("\udcc3\udca9") == "é"


@pytest.mark.parametrize(
    ("name", "written", "is_simple"),
    [
        (b"Accept", b"Accept:", True),
        (b"", b'"":', True),
        (b"a: b", b"'a: b':", True),
        (b"k" * 128, b"k" * 128 + b":", True),
        (b"k" * 129, b"? " + b"k" * 129 + b"\n  :", False),
        ("é".encode() * 65, b"? " + "é".encode() * 65 + b"\n  :", False),
        (b"a\nb", b"? |-\n      a\n      b\n  :", False),
        (b"a\rb", b'? "a\\rb"\n  :', False),
        ("\x85".encode(), b'? "\\N"\n  :', False),
        ("a\u2028".encode(), "? 'a\u2028'\n  :".encode(), False),
        (b"\xff", b"!!binary /w==:", True),
        (b"\xff" * 51, b"!!binary " + b"/" * 68 + b":", True),
        (
            b"\xff" * 52,
            b"? !!binary |\n      " + b"/" * 69 + b"w\n      ==\n  :",
            False,
        ),
    ],
)
def test_keys(name: bytes, written: bytes, is_simple: bool) -> None:
    assert key(name, 2, V4) == (written, is_simple)


@pytest.mark.parametrize(("dialect", "written"), [(V4, b"'<<':"), (V3, b'"<<":')])
def test_a_merge_is_never_a_key(dialect: Dialect, written: bytes) -> None:
    assert key(b"<<", 2, dialect) == (written, True)


@pytest.mark.parametrize(
    "value",
    [
        b'{"a": "it\'s"}',
        b"plain",
        b"two\nlines\n",
        b" a\n\nb",
        b"\xff",
        b"a\r\nb",
        b"1",
    ],
)
def test_pieces_join_to_the_scalar(value: bytes) -> None:
    assert b"".join(pieces(value, FIELD, V4)) == scalar(value, FIELD, V4)
