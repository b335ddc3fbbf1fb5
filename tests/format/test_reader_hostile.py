"""A cassette is untrusted input: a clear error or the right value, and soon."""

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from format.reading import HEAD, one, outcome, refusal, response
from mitmvcr.format import nodes, reader, yamlreader

EXAMPLE = (
    Path(__file__).parents[2]
    / "cassettes"
    / "examples"
    / "openai_count_to_three_streaming.yaml"
)
MEBIBYTE = 1 << 20


def bomb() -> bytes:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]")
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (bomb(), "aliases"),
        (b"a: &a [*a]", "aliases"),
        (b"x: " + b"[" * MEBIBYTE, "nested deeper"),
        (b"x: " + b"[" * 200 + b"]" * 200, "nested deeper"),
        (HEAD.encode() + b"- " * MEBIBYTE, "nested deeper"),
        (b"".join(b" " * n + b"a:\n" for n in range(500)), "nested deeper"),
        (HEAD.encode() + b"- {a: [" + b"a," * MEBIBYTE + b"]}", "more than 250,000"),
        (HEAD.encode() + b"- a\n" * 10_000, "a single value, where a mapping"),
        (bytes(1000), "control characters"),
        (b"\xff\xfe\x00\xd8", "not UTF-16"),
        (
            one("body: '\xff'").replace("\xff".encode(), b"\xff"),
            "invalid leading UTF-8",
        ),
        (one("body: 'a\x07'"), "control characters"),
        (one() + b"\x00", "control characters"),
        (one() + b"\xc3", "incomplete UTF-8"),
        (b"%" * 1000, "directive"),
        (one('body: "abc'), "not YAML: found unexpected end of stream"),
        (one("body: !<tag:yaml.org,2002:python/object:os.system> x"), ""),
        (one("form: !!python/object/apply:os.system [x]"), "a list"),
        (b"x: " + b"{? " * 100, "nested deeper"),
    ],
    ids=range(19),
)
def test_hostile_input_is_refused(data: bytes, problem: str) -> None:
    if problem:
        assert problem in refusal(data)
    else:
        assert len(reader.loads(data).interactions) == 1


class _LimitedParser:
    """As PyYAML 6.0.4: its libyaml gives up first, with words of its own."""

    def __init__(self, data: bytes) -> None:
        mark = yaml.error.Mark("a", 0, 7, 0, None, None)
        self._error = yaml.scanner.ScannerError(
            "while increasing flow level", mark, "exceeded maximum nesting depth", mark
        )

    def get_event(self) -> yaml.Event:
        raise self._error


def test_a_limit_of_the_parser_itself_has_the_same_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever PyYAML there is: 6.0.1 to 6.0.3 have no such limit."""
    nested = HEAD.encode() + b"- " * 200
    ours = refusal(nested)
    assert ours.endswith("nested deeper than a cassette ever is")
    monkeypatch.setattr(nodes, "_Parser", _LimitedParser)
    theirs = refusal(nested)
    assert theirs == "<bytes>: line 8: nested deeper than a cassette ever is"


def test_a_refusal_of_bytes_names_the_line() -> None:
    assert "line 8" in refusal(one("body: 'a\x07'"))


@pytest.mark.parametrize(
    "body", ["'{}'", '"{}"', "{}", "|\n      {}", '"{}\\n\\x41\\\\"', "!!binary {}"]
)
def test_a_body_of_megabytes_is_read(body: str) -> None:
    assert len(response("body: " + body.format("x" * 8 * MEBIBYTE)).body) > MEBIBYTE


def test_a_fault_beyond_the_first_is_looked_for_no_further() -> None:
    document = yamlreader.read(HEAD.encode() + b"- a\n" * 100)
    assert len(document.faults) == 1


def test_pyyaml_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = yamlreader.read(one("body: 'x'")).interactions
    monkeypatch.setattr(nodes, "_Parser", nodes.yaml.SafeLoader)
    assert yamlreader.read(one("body: 'x'")).interactions == expected
    assert "not YAML" in yamlreader.read(b"\x00").faults[0].problem


def test_an_example_cut_at_any_byte_is_refused_or_read() -> None:
    data = EXAMPLE.read_bytes()
    lines = {0, *(n for n, byte in enumerate(data) if byte == 10)}
    near = {at + step for at in lines for step in (-1, 0, 1, 2)}
    for at in sorted(near | set(range(0, len(data), 997))):
        for lazy in (False, True):
            found = outcome(lambda: reader.loads(data[: max(at, 0)], lazy=lazy))  # noqa: B023
            assert isinstance(found, str) or len(found) <= 1


@given(st.binary(max_size=200))
@settings(max_examples=examples(300))
def test_random_bytes_are_refused_or_read(data: bytes) -> None:
    outcome(lambda: reader.loads(data))


@given(st.text(alphabet="-:[]{}#&*!|>'\"%@`?, \n\tabversion2~<", max_size=60))
@settings(max_examples=examples(500))
def test_random_yaml_is_refused_or_read(text: str) -> None:
    for data in (text, f"{HEAD}{text}", f"{HEAD}- request:\n    body: {text}\n"):
        outcome(lambda: reader.loads(data.encode()))  # noqa: B023


def test_random_damage_is_refused_or_read() -> None:
    data, rng = EXAMPLE.read_bytes(), random.Random(1)
    for _ in range(200):
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        outcome(lambda: reader.loads(bytes(damaged)))  # noqa: B023
