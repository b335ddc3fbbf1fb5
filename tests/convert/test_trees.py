"""Values of foreign files, and what is said of those that are something else."""

import json

import pytest

from convert.samples import found_in, notes_of
from mitmvcr.convert import BY_NAME, Source, read
from mitmvcr.convert.tree import Plain, Tree, UnreadableError, as_text, from_json
from mitmvcr.convert.yamltree import from_yaml, to_yaml
from mitmvcr.core.errors import CassetteDamagedError

DEEP = 100_000


def test_what_is_absent_is_a_tree_of_nothing() -> None:
    tree = Tree({})["a"]["b"]
    assert tree.is_none
    assert not tree
    assert tree.place == "a.b"
    assert (tree.text(), tree.number(7), tree.real()) == ("", 7, 0.0)
    assert (tree.pairs(), tree.items(), tree.each(), tree.names()) == ([], [], [], [])
    assert (tree.data(), tree.flag()) == (b"", False)
    assert tree.first("x", "y").place == "a.b.x"


@pytest.mark.parametrize(
    ("value", "number"), [("12", 12), (12.9, 12), ("1e2", 100), ("", 0), (None, 0)]
)
def test_numbers_are_read_as_they_are_written(value: object, number: int) -> None:
    assert Tree(value).number() == number


@pytest.mark.parametrize("text", ["\\ud83d", "a\\ud800b\\udfff"])
def test_half_of_a_pair_stays_in_json_as_json_spells_it(text: str) -> None:
    """nock, talkback and others keep what JSON means: it was a question mark."""
    sent = f'{{"{text}":["{text}"]}}'.encode()
    assert from_json(sent).data() == sent
    assert from_json(sent).json() == sent


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (lambda tree: tree["a"]["b"], "a: [1], where a mapping is wanted"),
        (lambda tree: tree["a"].pairs(), "a: [1], where a mapping is wanted"),
        (lambda tree: tree["a"].text(), "a: [1], where a text is wanted"),
        (lambda tree: tree["t"].items(), "t: x, where a list is wanted"),
        (lambda tree: tree["t"].number(), "t: x, where a number is wanted"),
        (lambda tree: tree["t"].real(), "t: x, where a number is wanted"),
        (lambda tree: tree["i"].number(), "i: Infinity, where a number is wanted"),
    ],
)
def test_what_is_something_else_is_named(ask, wanted: str) -> None:
    tree = Tree({"a": [1], "t": "x", "i": float("inf")})
    with pytest.raises(UnreadableError) as caught:
        ask(tree)
    assert f"{caught.value.field}: {caught.value.problem}" == wanted


def test_nothing_is_named_as_nothing() -> None:
    assert Tree(None, "a").fails("a text").problem == "nothing, where a text is wanted"


@pytest.mark.parametrize(
    ("value", "is_yes"), [(True, True), ("TRUE", True), ("yes", True), ("no", False)]
)
def test_flags(value: object, is_yes: bool) -> None:
    assert Tree(value).flag() is is_yes


def test_bytes_are_text_by_surrogate_escapes() -> None:
    assert as_text(b"a\xff") == "a\udcff"
    assert Tree(b"a\xff").data() == b"a\xff"
    assert Tree({"a": b"\xff"}).data() == b'{"a":"\xff"}'


def test_only_what_stood_unquoted_becomes_a_number() -> None:
    tree = {"a": Plain("1"), "b": "1", "c": (Plain("True"), Plain("x"), 2)}
    assert json.loads(Tree(tree).data()) == {"a": 1, "b": "1", "c": [True, "x", 2]}


def test_json_that_is_none_is_refused() -> None:
    with pytest.raises(UnreadableError, match="is not complete JSON"):
        from_json(b"{")
    with pytest.raises(UnreadableError, match="nested too deeply"):
        from_json(b"[" * DEEP + b"]" * DEEP)


def test_yaml_that_is_none_is_refused() -> None:
    with pytest.raises(UnreadableError, match="is not complete YAML"):
        from_yaml(b"a: [")
    with pytest.raises(UnreadableError, match="nested too deeply"):
        from_yaml(b"[" * 300 + b"]" * 300)
    with pytest.raises(UnreadableError, match="not base64"):
        from_yaml(b"a: !!binary '%'")


def test_yaml_of_nothing_is_nothing() -> None:
    assert from_yaml(b"").is_none


def test_yaml_nested_beyond_what_python_can_is_refused() -> None:
    with pytest.raises(UnreadableError, match="nested too deeply"):
        from_yaml(b"[" * 1200 + b"]" * 1200)


def test_a_file_that_holds_itself_ends() -> None:
    assert from_yaml(b"&a [*a]").value == [None]


def test_keys_are_text_whatever_they_were() -> None:
    tree = from_yaml(b"? !!binary YQ==\n: 1\n? [b]\n: 2\n? [c, d]\n: 3\n")
    assert tree.names() == ["a", "b", '["c", "d"]']


def test_a_character_that_libyaml_refuses_is_read_by_the_other() -> None:
    assert from_yaml("a: '\U0001f600\x85'".encode()).names() == ["a"]


def test_texts_are_quoted_for_ruby() -> None:
    written = to_yaml({"a": "1,000", "body": ":sym", "string": "string"}, quotes=True)
    assert written == b'"a": "1,000"\nbody: ":sym"\nstring: string\n'


VCRPY = """\
interactions:
- request:
    body: null
    headers: {}
    method: GET
    uri: http://api.test/
  response:
    body: {string: hello}
    headers: {}
    status:
      code: 200
      message: OK
"""
RUBY = """\
http_interactions:
- request:
    method: get
    uri: http://api.test/
  response:
    status:
      code: 200
      message: OK
    body:
      encoding: UTF-8
      string: |
        hello
        hello
  recorded_at: Mon, 30 Nov 2026 03:00:00 GMT
"""
PROXAY = """\
http_interactions:
  - request:
      method: GET
      path: /
      headers: {host: api.test}
    response:
      status: {code: 200}
      body:
        encoding: utf8
        data: hello
"""


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("vcrpy", VCRPY, "version: 1"),
        ("ruby-vcr", RUBY, "recorded_with: VCR 6.2.0"),
        ("proxay", PROXAY, ""),
    ],
)
def test_yaml_that_ends_within_a_line_was_cut_off(
    name: str, start: str, end: str
) -> None:
    """YAML is complete wherever it ends: a body was as long as what was left of it."""
    for whole in (start, start + end) if end else (start,):
        assert len(found_in(whole, name).interactions) == 1
    with pytest.raises(CassetteDamagedError, match="cut off"):
        found_in(start.removesuffix("\n"), name)


def test_an_interaction_of_vcr_ends_with_when_it_was() -> None:
    cut = RUBY[: RUBY.index("  recorded_at")]
    with pytest.raises(CassetteDamagedError, match="was cut off"):
        found_in(cut, "ruby-vcr")
    assert len(found_in(cut + "recorded_with: VCR 6.2.0", "ruby-vcr").interactions) == 1
    with pytest.raises(CassetteDamagedError, match="was cut off"):
        found_in(PROXAY[: PROXAY.index("      body")], "proxay")


def test_a_note_is_one_line() -> None:
    pattern = {"a\nb\x1b": "c"}
    mapping = {
        "request": {"url": "/", "bodyPatterns": [pattern]},
        "response": {"status": 200},
    }
    note = notes_of(found_in(mapping, "wiremock"))[-1]
    assert note == (
        r"interaction 0: request.bodyPatterns: is not exact (a\nb\x1b), so it is not"
        " kept"
    )


@pytest.mark.parametrize("held", ["{}", '{"a": {"b": 1}}', "null", ""])
@pytest.mark.parametrize(
    "name",
    [
        *("vcrpy", "ruby-vcr", "har", "hoverfly", "test-proxy", "test-server"),
        *("postman", "nock", "proxay", "httpreplay"),
    ],
)
def test_a_file_without_the_list_of_a_format_is_refused(name: str, held: str) -> None:
    """A report of newman has a collection, and an archive may stand within another
    file: neither is an empty recording."""
    with pytest.raises(CassetteDamagedError) as caught:
        read(Source(held.encode(), "a.json"), BY_NAME[name])
    assert str(caught.value).startswith("a.json: ")
    assert "is not read as a" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
