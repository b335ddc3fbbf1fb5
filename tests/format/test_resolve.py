"""What a plain scalar means is the same for who writes, who reads and who checks."""

from pathlib import Path

import pytest

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer, yamlreader
from mitmvcr.format.check import check
from mitmvcr.format.faults import Decline
from mitmvcr.format.goescape import ESCAPES, double_quoted
from mitmvcr.format.lines import string
from mitmvcr.format.resolve import (
    STR,
    TYPED_WORDS,
    is_old_type,
    is_other_type,
    resolve,
)

#: Plain scalar -> the tag that go-yaml v4 resolves it to.
TAGS = {
    **dict.fromkeys(["a", "=", "-a", "1-1", "12:30:45", "yes", "oFF", "0x"], "str"),
    **dict.fromkeys(["2024-13-01", "2023-02-29", "2024-01-01x", "1e400"], "str"),
    **dict.fromkeys(["0b-1", "._5", "0x10000000000000000", "nil", "1" * 400], "str"),
    **dict.fromkeys(["~", "null", "NULL"], "null"),
    **dict.fromkeys(["true", "FALSE"], "bool"),
    **dict.fromkeys(["0", "-12", "+7", "1_000", "017", "0o17", "0x1F", "0b11"], "int"),
    **dict.fromkeys(["1.5", ".5", ".5_5", ".5e1_0", "-0", ".inf", "1E+3"], "float"),
    **dict.fromkeys(["2024-01-01", "2024-1-1 1:2:3", "2024-01-01T1:2:3Z"], "timestamp"),
    "<<": "merge",
}
#: Tags of what the fast way leaves to the other.
NO_TEXT = ("null", "merge", "timestamp")


@pytest.mark.parametrize("plain", TAGS)
def test_who_reads_knows_the_tag(plain: str) -> None:
    assert resolve(plain).tag == TAGS[plain]
    assert resolve(plain, quoted=True).tag == STR


@pytest.mark.parametrize("plain", TAGS)
def test_who_writes_quotes_what_has_another_tag(plain: str) -> None:
    assert is_other_type(plain) is (TAGS[plain] not in ("str", "merge"))
    item = Interaction(0, Request("GET", "http://h/"), Response(status=plain))
    text = writer.dumps(Cassette([item]))
    is_plain = f"        status: {plain}\n".encode() in text
    assert is_plain is (TAGS[plain] == "str" and not is_old_type(plain))
    assert reader.loads(text).interactions[0].response.status == plain


@pytest.mark.parametrize("plain", TAGS)
def test_who_reads_fast_takes_what_stands_for_itself(plain: str) -> None:
    if TAGS[plain] in NO_TEXT:
        with pytest.raises(Decline):
            string(plain.encode())
    else:
        assert string(plain.encode()).decode() == plain


@pytest.mark.parametrize("plain", TAGS)
def test_each_is_text_where_text_is_wanted(plain: str, tmp_path: Path) -> None:
    """A date, which `yaml` for Node and others write without quotes, was refused, as by
    go-vcr 4.0.7 alone."""
    text = (
        "version: 2\ninteractions:\n- request: {url: 'http://h/', method: GET}\n"
        f"  response: {{code: 200, status: {plain}}}\n"
    )
    file = tmp_path / "a.yaml"
    file.write_text(text)
    assert not list(check(file))
    document = yamlreader.read(text.encode())
    statuses = [each.response.status for each in document.interactions]
    wanted = [""] if TAGS[plain] == "null" else [plain]
    assert statuses == wanted


@pytest.mark.parametrize(("text", "number"), [(".5e1_0", 5 * 10**9), ("1_0", 10)])
def test_underscores_are_read_as_go_reads_them(text: str, number: int) -> None:
    """Go's ParseFloat takes them behind a point too."""
    assert resolve(text).number == number


@pytest.mark.parametrize(("point", "letter"), ESCAPES.items())
def test_an_escape_is_read_as_it_is_written(point: int, letter: str) -> None:
    """Behind a BOM go-yaml escapes all that follows."""
    body = f"\ufeff{chr(point)}".encode()
    written = b"".join(double_quoted(body))
    assert written == f'"\\uFEFF\\{letter}"\n'.encode()
    assert string(written[:-1]) == body


@pytest.mark.parametrize(
    "text",
    [
        *("true", "False", "NULL", "~", ".inf", "-.INF", ".NaN", "-0", "-0.0"),
        *("0", "-1", "+1", "1_000", "_1"[1:] + "_", "0x1F", "0X1f", "0b11", "0o17"),
        *("017", "09", "9223372036854775808", "18446744073709551615"),
        *("0x" + "0" * 99 + "1", "-0x8000000000000000"),
        *("1.5", "1.", ".5", "-.5", "1e3", "1E+3", ".5_5", ".5e1_0", "1" * 300),
        *(
            "2001-02-03",
            "2001-2-3",
            "2000-02-29",
            "2001-12-31 1:2:3",
            "2001-1-1  1:2:3",
        ),
        *("2001-01-01T01:02:03Z", "2001-1-1t1:2:3.5+01:00", "2001-1-1T1:2:3,5-24:60"),
    ],
)
def test_it_is_of_another_type(text: str) -> None:
    assert is_other_type(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a", "tRUE", "nil", "yes", "-", "+", ".", "..", "=", "<<"),
        *("0x", "0xg", "0b2", "0o8", "1-1", "0x10000000000000000", "0x" + "f" * 99),
        *("-0x8000000000000001", "0b-1", "0b" + "1" * 65, "1.5.5", "1e", "e1", "1e400"),
        *("._5", ".5_", ".5__5", ".5e400", "0x1p4", "1" * 400),
        *("2001-13-01", "2001-00-01", "2001-02-29", "1900-02-29", "2001-01-00"),
        *("2001-04-31", "201-01-01", "2001-01-01T1:2:3", "2001-01-01 1:2:3Z"),
        *("2001-01-01T24:0:0Z", "2001-01-01T1:60:0Z", "2001-01-01T1:2:60Z"),
        *("2001-01-01T1:2:3+25:00", "2001-01-01T1:2:3+01:61", "12:30:45"),
    ],
)
def test_it_is_a_string(text: str) -> None:
    assert not is_other_type(text)


@pytest.mark.parametrize("text", ["0b-1", "0b+1", "0o-7", "0o_+7", "-0o7"])
def test_a_sign_may_stand_inside_for_yaml_v3(text: str) -> None:
    assert is_other_type(text, sign_inside=True)


@pytest.mark.parametrize("text", ["0x-1", "-0b-1", "0b--1", "0o-8"])
def test_not_every_sign_inside_is_one_for_yaml_v3(text: str) -> None:
    assert not is_other_type(text, sign_inside=True)


@pytest.mark.parametrize(
    ("text", "old"),
    [("yes", True), ("N", True), ("oFF", False), ("12:30:45", True), ("1:60", False)],
)
def test_the_types_of_yaml_1_1(text: str, old: bool) -> None:
    assert is_old_type(text) is old


def test_the_words_of_both() -> None:
    assert {"true", "yes", "~", ".inf"} <= TYPED_WORDS
