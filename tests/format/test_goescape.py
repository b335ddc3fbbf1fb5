"""Double quotes and base64."""

import base64

import pytest

from mitmvcr.format import goescape
from mitmvcr.format.goescape import (
    binary,
    double_quoted,
    is_plain_ascii,
    is_utf8,
    must_escape,
    oddities,
)


@pytest.mark.parametrize(
    "text",
    [
        *("\x00", "\x1f", "\r", "\x7f", "\x80", "\x85", "\x9f", "\ufeff"),
        *("\ufffe", "\uffff", "\U00010000", "😀", "\U0010ffff"),
    ],
)
def test_a_character_must_be_escaped(text: str) -> None:
    value = f"a{text}b".encode()
    assert must_escape(value, oddities(value))


@pytest.mark.parametrize(
    "text", ["a", "\n", "\t", "\xa0", "é", "\u2028", "中", "\ue000", "\ufefe", "\ufffd"]
)
def test_a_character_can_stand_for_itself(text: str) -> None:
    value = f"a{text}b".encode()
    assert not must_escape(value, oddities(value))


def _quoted(text: str) -> str:
    value = text.encode()
    return b"".join(double_quoted(value)).decode()


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a\\\"\n\r\tb'", r'''"a\\\"\n\r\tb'"'''),
        ("\0\a\b\v\f\x1b\x01\x7f", r'"\0\a\b\v\f\e\x01\x7F"'),
        ("\x80\x85\xa0é", '"\\x80\\N\xa0é"'),
        ("\u2028\u2029\u2027", '"\\L\\P\u2027"'),
        ("a\ufeff\ufffe\uffff\ufffd", '"a\\uFEFF\\uFFFE\\uFFFF\ufffd"'),
        ("中😀", '"中\\U0001F600"'),
        ("\ufeffa é\xa0\n中😀", r'"\uFEFF\x61\x20\xE9\_\n\u4E2D\U0001F600"'),
    ],
)
def test_double_quotes(text: str, quoted: str) -> None:
    assert _quoted(text) == quoted + "\n"


def _one_by_one(text: str) -> str:
    """Each character as it is escaped behind a BOM or in ASCII, by YAML's rules."""
    names = dict(zip('\0\a\b\t\n\v\f\r\x1b"\\', '0abtnvfre"\\', strict=True))
    return "".join(
        "\\" + names[each] if each in names else f"\\x{ord(each):02X}" for each in text
    )


ASCII = "".join(map(chr, range(128)))


def test_every_ascii_character_in_double_quotes() -> None:
    apart = "".join(each for each in ASCII if each in '"\\' or not each.isprintable())
    assert _quoted(apart) == f'"{_one_by_one(apart)}"\n'
    plain = "".join(each for each in ASCII if each not in apart)
    assert _quoted(f"\0{plain}") == f'"\\0{plain}"\n'


@pytest.mark.parametrize("text", [ASCII, ASCII.replace("\t", ""), "a,b\r\n", ""])
def test_behind_a_bom_everything_is_escaped(text: str) -> None:
    assert _quoted(f"\ufeff{text}") == f'"\\uFEFF{_one_by_one(text)}"\n'


@pytest.mark.parametrize(
    "rest",
    [
        *("", "abcdefABCDEF xUu", "é—’\ufe0f", '\t\r\n"\\', "\U0010ffff", "\U00040000"),
        *("\\u00e9", "C:\\xa", "\\U0001F600", "\u2028", "\x85", "\ufeff", "\x01"),
        *("".join(map(chr, range(0x4E00, 0x4E20))), "中" * 1000),
    ],
)
def test_many_characters_at_once_are_escaped_as_few_are(rest: str) -> None:
    few = _quoted(f"😀{rest}")
    assert _quoted("😀" * 70 + rest) == few.replace(
        "\\U0001F600", "\\U0001F600" * 70, 1
    )


@pytest.mark.parametrize("words", [0, 4, 40])
@pytest.mark.parametrize("odd", ["", "\x07", "\xe9", "\U0001f600"])
def test_few_escapes_and_many_in_a_long_text_are_the_same(odd: str, words: int) -> None:
    """``words`` of which nothing is escaped lie between those that are."""
    line = f'\t"\\{odd}\r\n' + "plain " * words
    assert _quoted(line * 5000) == f'"{_quoted(line)[1:-2] * 5000}"\n'


@pytest.mark.parametrize("size", [1, 51])
def test_few_bytes_are_base64_on_the_same_line(size: int) -> None:
    value = b"\xff" * size
    assert b"".join(binary(value, 12)) == b"!!binary " + base64.b64encode(value) + b"\n"


@pytest.mark.parametrize("size", [52, 105, 26_879, 26_880, 26_881, 26_980, 100_000])
def test_many_bytes_are_base64_in_rows(size: int) -> None:
    value = b"\xff\xfe" * (size // 2) + b"\xff" * (size % 2)
    first, *rows, end = b"".join(binary(value, 12)).split(b"\n")
    assert (first, end) == (b"!!binary |", b"")
    assert all(row[:12].isspace() for row in rows)
    lines = [row[12:] for row in rows]
    assert {len(line) for line in lines[:-1]} <= {70}
    assert 0 < len(lines[-1]) <= 70
    assert base64.b64decode(b"".join(lines)) == value


@pytest.mark.parametrize("byte", range(256))
def test_a_large_value_is_looked_at_in_the_same_way(byte: int) -> None:
    odd = bytes([byte])
    large = b"a line\n" * 6000 + odd + b"another\n"
    assert oddities(large) == oddities(odd)
    assert is_plain_ascii(large) is is_plain_ascii(odd)


def test_utf8_is_known_whatever_part_a_character_ends_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "tab\t, \xe9, \u4e2d \u2028, \U0001f600 and \x7f\n" * 9
    for size in (4, 5, 6, 7, 9):
        monkeypatch.setattr(goescape, "_PART", size)
        assert is_utf8(text.encode())
        assert not is_utf8(text.encode() + b"\xff")
        assert not is_utf8(text.encode()[:-4] + b"\xf0\x9f")
