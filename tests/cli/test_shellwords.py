"""Words as bash splits them; bash itself is asked."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.helpers import need
from examples import examples
from mitmvcr.cli.curl.shellwords import split


def bash(text: str) -> list[str]:
    need("bash", shutil.which("bash"))
    command = ["bash", "-c", f"printf '%s\\0' x {text}"]
    ran = subprocess.run(
        command, capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    words = ran.stdout.decode("utf-8", "surrogateescape").split("\0")
    return words[1:-1]


@pytest.mark.parametrize(
    "text",
    [
        "curl 'https://h/a b' -H \"A: b\"",
        "a\\\n  b \\\n c",
        "'it'\\''s' a\\ b",
        '"a \\" \\\\ \\$ \\x"',
        '"a\\\nb"',
        r"$'a\n\t\'\"\\\x41\101\u00e9\U0001f600\e\q\?'",
        r"$'\xc3\xa9' x$'y'z",
        "$'a' '' \"\"",
        "a$ $b",
    ],
)
def test_words_are_bash_s(text: str) -> None:
    assert split(text) == [word for word in bash(text.replace("$b", "\\$b"))]


plain = st.text("ab =:{}", max_size=6)
quoted = st.one_of(
    plain.map("'{}'".format),
    st.text('ab \\"$\n', max_size=6)
    .map(lambda text: text.replace("\\", "\\\\").replace('"', '\\"'))
    .map(lambda text: text.replace("$", "\\$"))
    .map('"{}"'.format),
    st.lists(
        st.sampled_from(["a", "\\n", "\\'", "\\\\", "\\x41", "\\102", "\\u00e9", "é"])
    ).map(lambda parts: "$'" + "".join(parts) + "'"),
    st.sampled_from(["a", "b", "é", "\\ ", "\\'", "-X"]),
)


@settings(max_examples=examples(60))
@given(st.lists(st.lists(quoted, min_size=1).map("".join), max_size=4))
def test_any_quoting_is_bash_s(words: list[str]) -> None:
    assert split(" ".join(words)) == bash(" ".join(words))


def test_two_halves_of_a_character_are_one() -> None:
    """As browsers write them; bash would send what is no UTF-8."""
    assert split(r"$'\ud83d\ude00'") == ["😀"]


@pytest.mark.parametrize("text", ["'a", 'x "a\\"', "$'a\\'"])
def test_a_quote_that_is_not_closed_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not closed"):
        split(text)
