"""Every file that go-vcr reads, in whatever way it was written."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from format.reading import HEAD, by_yaml, one, outcome, read_one, refusal, response
from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteError,
    CassetteNotFoundError,
    CassetteVersionError,
)
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader

EXAMPLES = Path(__file__).parents[2] / "cassettes" / "examples"

FOUR_SPACES = """\
---
version: 2
interactions:
    - id: 0
      request:
        proto: HTTP/1.1
        proto_major: 1
        proto_minor: 1
        content_length: 3
        transfer_encoding: []
        trailer: {}
        host: x
        remote_addr: ""
        request_uri: ""
        body: a=1
        form:
            a:
                - "1"
        headers:
            Accept:
                - a
                - b
            X-Empty: []
        url: http://x/
        method: POST
      response:
        proto: HTTP/2.0
        proto_major: 2
        proto_minor: 0
        transfer_encoding:
            - chunked
        trailer: {}
        content_length: -1
        uncompressed: true
        body: |
            one

              two
        headers:
            Content-Type:
                - text/plain
        status: 200 OK
        code: 200
        duration: 1.171848125s
"""
EXPECTED = Interaction(
    0,
    Request(
        method="POST",
        url="http://x/",
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=3,
        host="x",
        body=b"a=1",
        form={"a": ("1",)},
        headers={"Accept": ("a", "b"), "X-Empty": ()},
    ),
    Response(
        proto="HTTP/2.0",
        proto_major=2,
        proto_minor=0,
        transfer_encoding=("chunked",),
        content_length=-1,
        uncompressed=True,
        body=b"one\n\n  two\n",
        headers={"Content-Type": ("text/plain",)},
        status="200 OK",
        code=200,
        duration=1_171_848_125,
    ),
)


def _reindented(columns: dict[int, int]) -> str:
    """The example with its lines in other columns."""
    lines = []
    for line in FOUR_SPACES.splitlines():
        rest = line.lstrip(" ")
        column = len(line) - len(rest)
        nearest = max((c for c in columns if c <= column), default=0)
        lines.append(" " * (columns.get(nearest, 0) + column - nearest) + rest)
    return "\n".join(lines) + "\n"


def _lists_outdented(text: str, by: int) -> str:
    """Lists in the column of their key."""
    lines = text.splitlines(keepends=True)
    return "".join(
        line[by:] if line.lstrip().startswith("- ") and "id:" not in line else line
        for line in lines
    )


LAYOUTS = {
    "four spaces": FOUR_SPACES,
    "two spaces": _reindented({4: 2, 6: 4, 8: 6, 12: 8, 16: 10}),
    "two spaces, compact lists": _lists_outdented(
        _reindented({4: 0, 6: 2, 8: 4, 12: 6, 16: 8}), 2
    ),
    "three spaces": _reindented({4: 3, 6: 5, 8: 8, 12: 11, 16: 14}),
    "uneven, by hand": _reindented({4: 1, 6: 3, 8: 9, 12: 10, 16: 17}),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_values(layout: str) -> None:
    data = LAYOUTS[layout].encode()
    assert reader.loads(data) == Cassette([EXPECTED])
    assert by_yaml(data) == Cassette([EXPECTED])


def test_crlf_line_ends_give_the_same_values() -> None:
    data = FOUR_SPACES.replace("\n", "\r\n").encode()
    assert reader.loads(data) == Cassette([EXPECTED])


def test_a_file_may_lack_its_final_newline() -> None:
    assert reader.loads(FOUR_SPACES.encode()[:-1]) == Cassette([EXPECTED])


def test_a_file_may_lack_the_three_dashes() -> None:
    data = FOUR_SPACES.removeprefix("---\n").encode()
    assert reader.loads(data) == Cassette([EXPECTED])


def test_the_version_may_come_last() -> None:
    body = FOUR_SPACES.removeprefix("---\nversion: 2\n")
    data = f"{body}version: 2\n".encode()
    assert reader.loads(data) == Cassette([EXPECTED])
    assert reader.loads(data, lazy=True) == Cassette([EXPECTED])


def test_keys_may_come_in_any_order() -> None:
    data = b"""\
interactions:
- response:
    duration: 5ms
    code: 200
    body: b
  request:
    headers:
      B: [b]
      A: [a]
    url: http://x/
    method: GET
  id: 7
version: 2
"""
    request = Request("GET", "http://x/", headers={"B": ("b",), "A": ("a",)})
    found = Interaction(7, request, Response(body=b"b", code=200, duration=5_000_000))
    assert reader.loads(data) == Cassette([found])


def test_the_order_in_the_file_counts_and_not_the_id() -> None:
    items = "".join(
        f"- {head}request:\n    url: {url}\n    method: GET\n"
        "  response:\n    code: 200\n"
        for head, url in (("id: 9\n  ", "a"), ("", "b"), ("id: 9\n  ", "c"))
    )
    found = reader.loads(f"{HEAD}{items}".encode()).interactions
    assert [(each.id, each.request.url) for each in found] == [
        (9, "a"),
        (0, "b"),
        (9, "c"),
    ]


def test_an_id_within_the_request_is_passed_over() -> None:
    assert read_one(request="id: 5").id == 0


@pytest.mark.parametrize("dashes", ["", "---\n"])
@pytest.mark.parametrize("empty", ["[]", "null", "~", "", " # none"])
def test_a_cassette_may_be_empty(dashes: str, empty: str) -> None:
    data = f"{dashes}version: 2\ninteractions: {empty}\n".encode()
    assert list(reader.loads(data).interactions) == []
    assert list(reader.loads(data, lazy=True).interactions) == []


def test_optional_keys_may_be_absent() -> None:
    request = Request(method="GET", url="http://x/")
    assert read_one() == Interaction(0, request, Response(code=200))


@pytest.mark.parametrize("name", ["headers", "trailer", "form", "transfer_encoding"])
@pytest.mark.parametrize("null", ["null", "~", "", "Null", "NULL"])
def test_null_stands_for_an_empty_map_or_list(name: str, null: str) -> None:
    assert read_one(request=f"{name}: {null}") == read_one()


def test_unknown_keys_are_passed_over() -> None:
    extra = "x_mine: {a: [1, {b: c}], d: 2024-01-01}\ny: |\n  text"
    assert read_one(request=extra, response=extra) == read_one()


def test_unknown_keys_beside_the_interactions_are_passed_over() -> None:
    data = one().replace(b"version: 2\n", b"name: {a: [b]}\nversion: 2\n~: 1\n")
    assert reader.loads(data).interactions == [read_one()]


@pytest.mark.parametrize(
    ("yaml", "body"),
    [
        ("plain text", b"plain text"),
        ("plain\n  folded", b"plain folded"),
        ("'it''s'", b"it's"),
        ("'a\n  b\n\n  c'", b"a b\nc"),
        (r'"a\tb\"\\\n\x41\u00e9\U0001F600\e"', 'a\tb"\\\nAé😀\x1b'.encode()),
        ('"a\\\n    b"', b"ab"),
        ("|\n  a\n   b\n", b"a\n b\n"),
        ("|-\n  a\n  b", b"a\nb"),
        ("|+\n  a\n\n", b"a\n\n\n"),
        ("|2\n    a\n", b"  a\n"),
        (">\n  a\n  b\n", b"a b\n"),
        (">-\n  a\n\n  b", b"a\nb"),
        ("!!binary gICA", b"\x80\x80\x80"),
        ("!!binary |\n  gICA\n  gICA", b"\x80" * 6),
        ("!binary |-\n  gICA\n  gICA", b"\x80" * 6),  # as Ruby's Psych writes it
        ("!!str 123", b"123"),
        ('""', b""),
        ("", b""),
    ],
)
def test_a_body_may_be_a_scalar_of_any_style(yaml: str, body: bytes) -> None:
    data = f"{HEAD}- request:\n    url: u\n    method: G\n  response:\n    code: 1\n"
    lines = yaml.replace("\n", "\n    ")
    data += f"    body: {lines}\n"
    # Blank lines are no matter of indentation, so they are left empty.
    text = "\n".join(line if line.strip() else "" for line in data.split("\n"))
    (found,) = reader.loads(text.encode()).interactions
    assert found.response.body == body


def test_comments_are_passed_over() -> None:
    text = FOUR_SPACES.replace("method: POST", "method: POST # as sent")
    text = text.replace("      response:", "      # the answer\n      response:")
    assert reader.loads(f"# mine\n{text}# end\n".encode()) == Cassette([EXPECTED])


def test_flow_lists_and_maps_are_read() -> None:
    found = read_one(request='headers: {Accept: [a, "b"], "B": [\'c\']}')
    assert found.request.headers == {"Accept": ("a", "b"), "B": ("c",)}


def test_a_line_of_more_than_a_mebibyte_is_read() -> None:
    long = "x" * (1 << 20)
    assert read_one(request=f'body: "{long}\\n"').request.body == f"{long}\n".encode()


def test_two_values_of_a_header_stay_two() -> None:
    found = read_one(request="headers:\n  User-Agent:\n  - a\n  - b").request.headers
    assert found == {"User-Agent": ("a", "b")}


def test_bytes_that_are_not_utf_8_stand_in_text_as_surrogate_escapes() -> None:
    found = read_one(request="headers: {A: [!!binary gEE=]}").request
    assert found.headers == {"A": ("\udc80A",)}


def test_a_recorded_length_is_kept_and_not_believed() -> None:
    found = response("content_length: 99\nbody: abc")
    assert (found.content_length, found.body) == (99, b"abc")


def test_a_byte_order_mark_and_utf_16_are_read() -> None:
    assert reader.loads(b"\xef\xbb\xbf" + one()).interactions == [read_one()]
    assert reader.loads(one().decode().encode("utf-16")).interactions == [read_one()]


def test_characters_that_libyaml_refuses_are_read() -> None:
    text = "a\x7fb\x80\x84\x86\x9f\ufeffc"
    assert response(f"body: '{text}'").body == text.encode()
    assert response(f"status: {text}").status == text


def test_characters_that_libyaml_refuses_stay_refused_beside_all_private_ones() -> None:
    private = "".join(map(chr, range(0xF0000, 0x110000, 0x1000)))
    assert "unacceptable character" in refusal(one(f"body: '\x7f{private}'"))


@pytest.mark.parametrize("lazy", [False, True])
def test_a_body_written_as_text_is_repaired(lazy: bool) -> None:
    text = FOUR_SPACES.replace("body: a=1", 'body: "\\x80\\xff1"')
    (found,) = reader.loads(text.encode(), lazy=lazy).interactions
    assert found.request.body == b"\x80\xff1"
    assert by_yaml(text.encode()).interactions == [found]


@pytest.mark.parametrize("length", [0, 2, 4, -1, 5])
def test_a_body_is_repaired_only_where_its_length_proves_it(length: int) -> None:
    found = response(f'content_length: {length}\nbody: "\\x80\\xff1"')
    assert found.body == "\x80\xff1".encode()


def test_a_body_with_characters_that_are_no_bytes_is_not_repaired() -> None:
    assert response('content_length: 1\nbody: "\\u2028"').body == "\u2028".encode()


def test_a_binary_body_is_not_repaired() -> None:
    assert response("content_length: 1\nbody: !!binary gIE=").body == b"\x80\x81"


def test_the_example_of_the_readme_is_read() -> None:
    cassette = reader.load(EXAMPLES / "openai_count_to_three_streaming.yaml")
    (found,) = cassette.interactions
    assert found.request.url == "https://api.openai.com/v1/chat/completions"
    assert found.response.body.startswith(b"data: {")
    assert found.response.body.endswith(b"data: [DONE]\n\n")


def test_reading_what_go_vcr_wrote_needs_no_yaml_library() -> None:
    code = (
        "import sys; from mitmvcr.format import reader; reader.load(sys.argv[1]);"
        "sys.exit('yaml' in sys.modules)"
    )
    example = EXAMPLES / "openai_count_to_three_streaming.yaml"
    assert subprocess.run([sys.executable, "-c", code, example]).returncode == 0


# What is refused, and how.


def test_an_absent_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(CassetteNotFoundError, match=r"none\.yaml"):
        reader.load(tmp_path / "none.yaml")


def test_a_folder_is_no_cassette(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match="cannot be read: Is a directory"):
        reader.load(tmp_path)


def test_a_path_that_cannot_be_is_no_cassette() -> None:
    with pytest.raises(CassetteError, match=r"cannot be read: .*null"):
        reader.load("a\0b")


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_bytes(one())
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # root may read everything
        os.seteuid(65534)
    try:
        with pytest.raises(CassetteError, match="Permission denied"):
            reader.load(path)
    finally:
        os.seteuid(user)


def test_a_file_is_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("{")
    with pytest.raises(CassetteDamagedError) as caught:
        reader.load(path)
    assert caught.value.path == str(path)


def test_format_1_is_refused_with_the_command_that_converts_it() -> None:
    data = b"---\nversion: 1\ninteractions:\n- request:\n    body: [\n"
    with pytest.raises(CassetteVersionError) as caught:
        reader.loads(data, "old.yaml")
    assert caught.value.found == 1
    assert str(caught.value).startswith("old.yaml")
    assert "format 1" in str(caught.value)
    assert "format 2" in str(caught.value)
    assert "mitmvcr cassette convert" in str(caught.value)


def test_format_1_is_recognised_where_the_version_comes_last() -> None:
    data = b"interactions:\n- request: {body: ''}\nversion: 1\n"
    with pytest.raises(CassetteVersionError):
        reader.loads(data)


@pytest.mark.parametrize("version", [0, 3, -1, 20])
def test_an_unknown_format_is_refused_by_its_number(version: int) -> None:
    with pytest.raises(CassetteVersionError, match=f"format {version}") as caught:
        reader.loads(f"version: {version}\ninteractions: []\n".encode())
    assert caught.value.found == version


@pytest.mark.parametrize("version", ["2", "2.0", "0x2", "+2", "0b10"])
def test_the_version_is_a_number_as_go_reads_it(version: str) -> None:
    reader.loads(f"version: {version}\ninteractions: []\n".encode())


def test_a_missing_version_is_refused() -> None:
    said = refusal(b"interactions: []\n")
    assert "there is no `version`: was the file cut short, or a" in said


def test_missing_interactions_are_refused() -> None:
    assert "there is no `interactions`" in refusal(b"version: 2\n")


@pytest.mark.parametrize("data", [b"", b"\n", b"# only this\n", b" "])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert "the file is empty: delete it, or fetch it anew" in refusal(data)


@pytest.mark.parametrize(
    "data", [b"---\n", b"[]", b"text", b"~", b"{}", b"version: ~\n"]
)
def test_a_file_without_a_mapping_is_refused(data: bytes) -> None:
    assert "not a cassette" in refusal(data)


@pytest.mark.parametrize("second", ["---\n", "---\nversion: 2\n", "...\n---\na\n"])
def test_a_second_document_is_refused(second: str) -> None:
    assert "a second YAML document begins" in refusal(one() + second.encode())


def test_another_yaml_version_is_refused_as_go_yaml_refuses_it() -> None:
    assert "%YAML" in refusal(b"%YAML 1.2\n" + one())
    assert reader.loads(b"%YAML 1.1\n" + one()).interactions == [read_one()]


@pytest.mark.parametrize(
    ("request_lines", "response_lines", "place"),
    [
        ("proto_major: x", "", "line 8, interaction 0, request.proto_major: `x`"),
        ("", "duration: 5 s", "line 9, interaction 0, response.duration: `5 s`"),
        ("headers: {A: b}", "", "line 8, interaction 0, request.headers.A: a single"),
        ("headers: [a]", "", "line 8, interaction 0, request.headers: a list"),
        ("transfer_encoding: {a: b}", "", "request.transfer_encoding: a mapping"),
        ("url: again", "", "line 8, interaction 0, request: `url` is set twice"),
        ("body: {}", "", "request.body: a mapping, where a single value is wanted"),
    ],
)
def test_a_refusal_names_the_place(
    request_lines: str, response_lines: str, place: str
) -> None:
    assert place in refusal(one(request_lines, response_lines))


def test_an_error_has_its_facts_as_attributes() -> None:
    with pytest.raises(CassetteDamagedError) as caught:
        reader.loads(one(response="code: two hundred"))
    error = caught.value
    assert (error.line, error.interaction) == (9, 0)
    assert error.field == "response.code"


@pytest.mark.parametrize("item", ["~", "{}", "{request: ~}", "{id: 1, request: {}}"])
def test_an_interaction_without_its_parts_is_refused(item: str) -> None:
    assert "interaction 0: there is no `re" in refusal(f"{HEAD}- {item}\n".encode())


@pytest.mark.parametrize("key", ["url", "method", "code"])
def test_an_interaction_that_cannot_be_replayed_is_refused(key: str) -> None:
    text = one(response="code: 200").decode()
    lines = [line for line in text.split("\n") if f"{key}:" not in line]
    assert f"there is no `{key}`: was the file cut short, or a" in refusal(
        "\n".join(lines).encode()
    )


@pytest.mark.parametrize(("key", "typed"), [("url", "uri"), ("method", "metod")])
def test_a_mistyped_key_is_told(key: str, typed: str) -> None:
    text = one(response="code: 200").decode().replace(f"{key}: ", f"{typed}: ")
    told = refusal(text.encode())
    assert f"there is no `{key}`: does `{typed}` stand for it?" in told


def test_a_mistyped_key_at_the_top_is_told() -> None:
    told = refusal(b"version: 2\ninteraction: []\n")
    assert "there is no `interactions`: does `interaction` stand for it?" in told


@pytest.mark.parametrize("value", ["{}", "''", "a", "{a: b}"])
def test_interactions_that_are_no_list_are_refused(value: str) -> None:
    assert "interactions: not a list" in refusal(
        f"version: 2\ninteractions: {value}\n".encode()
    )


def test_a_key_that_comes_twice_is_refused() -> None:
    assert "`version` is set twice" in refusal(b"version: 2\nversion: 2\n")


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_left_as_it_was(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        reader.loads(one())
        outcome(lambda: reader.loads(b"{"))
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
