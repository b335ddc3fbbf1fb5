"""All that is wrong with a file, in the order of its lines."""

from pathlib import Path

import pytest

from format.reading import HEAD, one
from mitmvcr.format.check import NOTE, Problem, check
from mitmvcr.format.yamlreader import MOST_FAULTS

ITEM = """\
- id: 0
  request:
    headers:
      A:
      - b
    url: http://x/
    method: GET
  response:
    code: 200
"""


def problems(tmp_path: Path, data: str | bytes) -> list[Problem]:
    path = tmp_path / "tape.yaml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return check(path)


def places(found: list[Problem]) -> list[tuple[int | None, int | None, str | None]]:
    return [(each.line, each.interaction, each.field) for each in found]


def test_a_sound_file_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path, one()) == []


def test_every_wrong_field_is_listed(tmp_path: Path) -> None:
    found = problems(tmp_path, one("proto_major: x\nform: []", "duration: 5 s"))
    assert places(found) == [
        (8, 0, "request.proto_major"),
        (9, 0, "request.form"),
        (11, 0, "response.duration"),
    ]
    assert all(each.is_error for each in found)


def test_every_item_is_looked_at(tmp_path: Path) -> None:
    bad = ITEM.replace("200", "x")
    found = problems(tmp_path, HEAD + ITEM + bad + ITEM + "- ~\n" + bad)
    assert [each.interaction for each in found] == [1, 3, 3, 4]


def test_a_syntax_error_does_not_hide_what_comes_after(tmp_path: Path) -> None:
    broken = ITEM.replace("GET", '"GET')
    found = problems(tmp_path, HEAD + ITEM + broken + ITEM.replace("200", "x"))
    assert [each.interaction for each in found] == [1, 2]
    assert found[1].line == 30


def test_after_a_syntax_error_in_another_layout_nothing_more_is_known(
    tmp_path: Path,
) -> None:
    (found,) = problems(tmp_path, f"# mine\n{HEAD}{ITEM}- {{\n")
    assert found.interaction == 1


def test_a_syntax_error_outside_of_the_items_is_listed(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, f"{HEAD}{ITEM}version: 2\n---\n")
    assert "set twice" in found.message


def test_a_repaired_body_is_a_note(tmp_path: Path) -> None:
    data = one(response='content_length: 2\nbody: "\\x80\\xff"')
    (found,) = problems(tmp_path, data)
    assert found.severity == NOTE
    assert not found.is_error
    assert (found.interaction, found.field) == (0, "response.body")
    assert "written as text" in found.message


@pytest.mark.parametrize(
    ("request_has", "response_has", "field", "meant"),
    [
        ("", "bodi: hello", "response.bodi", "body"),
        ("", "Body: hello", "response.Body", "body"),
        ("", "header: {A: [b]}", "response.header", "headers"),
        ("bdy: x", "", "request.bdy", "body"),
    ],
)
def test_a_mistyped_key_is_a_note(
    tmp_path: Path, request_has: str, response_has: str, field: str, meant: str
) -> None:
    """A replay had an empty body, and nothing said so."""
    (found,) = problems(tmp_path, one(request_has, response_has))
    assert (found.interaction, found.field, found.severity) == (0, field, NOTE)
    assert found.message == f"nothing reads this key: does it stand for `{meant}`?"


GZIP = "headers: {content-encoding: [GZip]}"
BR = "headers: {Content-Encoding: ['br']}\nbody: hello"
PACKED = "body: !!binary H4sIAAAAAAAC/ytJLS4BAAx+f9gEAAAA"


@pytest.mark.parametrize(
    ("response_has", "is_told"),
    [
        (f"{GZIP}\nbody: hello", True),
        (f"{GZIP}\n{PACKED}", False),
        (GZIP, False),
        (f"{GZIP}\nbody: hello\ncode: 206", False),
        (BR, True),
        (BR.replace("br", "deflate"), True),
        (BR.replace("br", "zstd"), True),
        (BR.replace("br", "gzip, BR"), True),
        (BR.replace("br", "br, identity"), False),
        (BR.replace("br", "rot13"), False),
        (BR.replace("hello", r'"\x0b\x02\x80hello\x03"'), False),
        (BR.replace("hello", "';'"), False),
    ],
)
def test_a_body_that_was_made_readable_is_a_note(
    tmp_path: Path, response_has: str, is_told: bool
) -> None:
    """No client can unpack it."""
    found = problems(tmp_path, one("", response_has))
    assert [each.field for each in found] == ["response.body"] * is_told
    assert all("take that header out" in each.message for each in found)


@pytest.mark.parametrize(
    ("spoiled", "is_told"),
    [
        (PACKED.replace("ytJ", "yxJ"), True),
        (PACKED.replace("x+f9g", "x+f9h"), True),
        ("body: !!binary H4sIAAAAAAAC/ytJ", False),
        ("body: !!binary H4sIAAAAAAAC/ytJ\ncode: 206", False),
    ],
)
def test_a_coding_that_was_spoiled_is_a_note(
    tmp_path: Path, spoiled: str, is_told: bool
) -> None:
    """One that was cut off may have come so."""
    found = problems(tmp_path, one("", f"{GZIP}\n{spoiled}"))
    assert ["record it anew" in each.message for each in found] == [True] * is_told
    assert all(each.field == "response.body" for each in found)


@pytest.mark.parametrize(
    ("status", "is_told"),
    [
        ("500 Internal Server Error", True),
        ("200 OK", False),
        ("200", False),
        ("OK", False),
        ("", False),
        ("5000 things", False),
    ],
)
def test_a_status_that_says_another_code_is_a_note(
    tmp_path: Path, status: str, is_told: bool
) -> None:
    """Who had changed it alone got the old one, and nothing said so."""
    found = problems(tmp_path, one("", f"status: '{status}'\ncode: 200"))
    told = "`500 Internal Server Error`, but `code` is 200, and that is answered"
    assert [(each.field, told in each.message) for each in found] == [
        ("response.status", True)
    ] * is_told


def test_an_answer_that_was_made_a_switch_is_a_note(tmp_path: Path) -> None:
    """Nothing is recorded of what was spoken then, and its replay failed."""
    (found,) = problems(tmp_path, one("", "status: '200 OK'\ncode: 101"))
    assert "`200 OK`, but `code` is 101" in found.message
    assert not problems(tmp_path, one("", "status: '101 Upgraded'\ncode: 101"))


A_CALL = 'body: "\\0\\0\\0\\0\\x01a"\nturns: '


@pytest.mark.parametrize(
    ("response_has", "told"),
    [
        (A_CALL + "0 1 1", ""),
        (A_CALL + "0 1 1 1", "are of 2, and the answer has 1 message"),
        (A_CALL + "0 1 7", "wait for number 7, and the client sends 0 messages"),
        ("body: abc\nchunks: 0@0s 2@1s", ""),
        ("body: abc\nchunks: 0@0s 3@1s", "are of another body"),
        ("body: abc\nchunks: 1@0s", "are of another body"),
        ("until: 2 POST /mcp", ""),
        ("until: DELETE", "`DELETE` is not as `DELETE /mcp`"),
    ],
)
def test_what_is_said_of_another_body_is_a_note(
    tmp_path: Path, response_has: str, told: str
) -> None:
    """A replay waited for what nobody sends, or passed over it without a word."""
    found = problems(tmp_path, one("", response_has))
    assert [each.severity for each in found] == [NOTE] * bool(told)
    assert all(told in each.message for each in found)


def test_a_url_without_a_scheme_is_a_note(tmp_path: Path) -> None:
    """A replay missed it, and said nothing but that."""
    (found,) = problems(tmp_path, HEAD + ITEM.replace("http://x/", "x/a"))
    assert (found.severity, found.field) == (NOTE, "request.url")


def test_a_key_of_others_is_none_of_ours(tmp_path: Path) -> None:
    """Nor one that is nearly another that is there."""
    assert problems(tmp_path, one("x-note: y", "timing: 3\nbody: a\nbodys: b")) == []


def test_the_cassettes_of_a_clone_have_no_problem() -> None:
    """README's own command told of 7501: those made for the tests stood beside them."""
    files = [*(Path(__file__).parents[2] / "cassettes").rglob("*.yaml")]
    assert files
    assert [each for path in files for each in check(path)] == []


def test_another_format_is_the_only_problem(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "version: 1\ninteractions: [a]\n")
    assert "mitmvcr cassette convert" in found.message


def test_an_absent_file_is_a_problem(tmp_path: Path) -> None:
    (found,) = check(tmp_path / "none.yaml")
    assert found.path == str(tmp_path / "none.yaml")
    assert found.is_error


def test_there_is_an_end_to_the_list(tmp_path: Path) -> None:
    assert len(problems(tmp_path, HEAD + "- a\n" * (2 * MOST_FAULTS))) == MOST_FAULTS


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("a.yaml", "is empty"), "a.yaml: error: is empty"),
        (Problem("a.yaml", "not YAML", 3), "a.yaml:3: error: not YAML"),
        (
            Problem("a.yaml", "no", 3, 0, "request.url", NOTE),
            "a.yaml:3: note: interaction 0, request.url: no",
        ),
    ],
)
def test_a_problem_prints_as_one_line(problem: Problem, line: str) -> None:
    assert str(problem) == line
