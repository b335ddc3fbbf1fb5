"""The front door: which format a file is of, and what is said of it as a whole."""

import pytest

from convert.samples import interaction
from mitmvcr.convert import (
    BY_NAME,
    Found,
    Note,
    Source,
    UnreadableError,
    by_extension,
    format_of,
    lines,
    read,
    write,
)
from mitmvcr.core.errors import CassetteDamagedError

OLD = b"""---
version: 1
interactions:
- request: {body: "", form: {}, headers: {}, url: "https://api.test/", method: GET}
  response: {body: hi, headers: {}, status: 200 OK, code: 200, duration: ""}
"""


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.har", "har"), ("a.YAML", "go-vcr"), ("a.yml.gz", "go-vcr"), ("a.sh", "curl")],
)
def test_an_extension_says_the_format(name: str, form: str) -> None:
    assert by_extension(name) == BY_NAME[form]
    assert format_of(b"", name) == BY_NAME[form]


def test_what_a_file_holds_counts_before_its_extension() -> None:
    data = b'{"http_interactions": [], "recorded_with": "VCR 6"}'
    assert format_of(data, "a.har") == BY_NAME["ruby-vcr"]
    assert format_of(b"hello", "a.txt") is None


def test_both_formats_of_go_vcr_are_read() -> None:
    old = read(Source(OLD, "a.yaml"), BY_NAME["go-vcr"]).interactions
    (one,) = old
    assert (one.request.host, one.response.body) == ("api.test", b"hi")
    data = write(old, BY_NAME["go-vcr"]).data
    assert not isinstance(data, bytes)
    again = read(Source(b"".join(data), "a.yaml"), BY_NAME["go-vcr"]).interactions
    assert [each.request.url for each in again] == ["https://api.test/"]


def test_a_file_that_cannot_be_read_is_one_line() -> None:
    for name, data, problem in (
        ("go-vcr", b"version: 2\n", "is not read as a cassette of go-vcr: "),
        ("vcrpy", b"interactions: 1\n", "is not read as a cassette of vcrpy: 1, where"),
    ):
        with pytest.raises(CassetteDamagedError, match=r"a\.yaml: ") as caught:
            read(Source(data, "a.yaml"), BY_NAME[name])
        assert problem in str(caught.value)
    assert caught.value.field == "interactions"


def test_flows_are_read_by_whoever_can() -> None:
    def flows(data: bytes, found: Found) -> None:
        assert data == b"flows"
        found.add(interaction())

    found = read(Source(b"flows", "a"), BY_NAME["mitmproxy"], flows)
    assert len(found.interactions) == 1


def test_nothing_lies_beside_a_file_by_itself() -> None:
    assert Source(b"", "a").beside("b") is None
    assert Found().beside("b") is None


def test_notes_that_say_the_same_are_one_line() -> None:
    notes = [Note(n, "response.duration", "is lost") for n in range(5)]
    notes += [Note(7, "a", "b", is_loss=True), Note(None, "", "of all"), notes[0]]
    found = lines(notes)
    assert [*map(str, found)] == [
        "5 interactions (0, 1, 2, ...): response.duration: is lost",
        "interaction 7: a: b",
        "of all",
    ]
    assert (
        str(lines(notes[:2])[0]) == "2 interactions (0, 1): response.duration: is lost"
    )
    assert found[1].facts() == {
        "interactions": [7],
        "field": "a",
        "problem": "b",
        "left_out": True,
    }


def test_an_error_has_its_place() -> None:
    assert UnreadableError("b", "a").field == "a"
