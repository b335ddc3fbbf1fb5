"""Values are added to mitmvcr.toml, and all else in it stays."""

import tomllib
from pathlib import Path

import pytest

from mitmvcr.config import ConfigError
from mitmvcr.config_writing import Added, file_for, toml_text, with_values

ONE = {"ignore_json": [Added("$.id=", ("seen twice",))]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "ignore_json = [\n  # seen twice\n  '$.id=',\n]\n"),
        ("# a", "# a\n\nignore_json = [\n  # seen twice\n  '$.id=',\n]\n"),
        (
            'mode = "x" # m\n\n[other]\na = [1]\n',
            "mode = \"x\" # m\n\nignore_json = [\n  # seen twice\n  '$.id=',\n]\n\n"
            "[other]\na = [1]\n",
        ),
        (
            'ignore_json = ["$.a", "]"] # b\n',
            'ignore_json = ["$.a", "]",\n  # seen twice\n  \'$.id=\',\n] # b\n',
        ),
        (
            'ignore-json = [\n  "$.a", # one ]\n  "$.b" # two\n]\n',
            'ignore-json = [\n  "$.a", # one ]\n  "$.b", # two\n  # seen twice\n'
            "  '$.id=',\n]\n",
        ),
        ("ignore_json = []\n", "ignore_json = [\n  # seen twice\n  '$.id=',\n]\n"),
        (
            "ignore_json = '$.a'\n",
            "ignore_json = [\n  '$.a',\n  # seen twice\n  '$.id=',\n]\n",
        ),
        (
            'x = """\nignore = [\n"""\n',
            'x = """\nignore = [\n"""\n\n'
            "ignore_json = [\n  # seen twice\n  '$.id=',\n]\n",
        ),
        (
            "a = [\n  [1],\n]\n",
            "a = [\n  [1],\n]\n\nignore_json = [\n  # seen twice\n  '$.id=',\n]\n",
        ),
    ],
)
def test_a_value_is_added_and_the_rest_stays(before: str, after: str) -> None:
    assert with_values(before, ONE) == after
    assert (
        "$.id="
        in tomllib.loads(after)[next(k for k in tomllib.loads(after) if "json" in k)]
    )


@pytest.mark.parametrize("value", ["it's", "a\\d", "a\nb", "\x7f", '"', "'\""])
def test_any_text_can_be_written(value: str) -> None:
    assert tomllib.loads(f"a = {toml_text(value)}") == {"a": value}
    assert tomllib.loads(with_values("", {"block": [Added(value, ("x\ny",))]})) == {
        "block": [value]
    }


@pytest.mark.parametrize(
    "text",
    [
        'x = """\nignore_json = ["a"]\n"""\n',
        "ignore_json = 5\n",
    ],
)
def test_what_is_laid_out_otherwise_is_left_to_its_owner(text: str) -> None:
    with pytest.raises(ConfigError, match="write the values there by hand"):
        with_values(text, ONE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("match = 'url' # a\n", "match = '-vary' # a\n"),
        ("", "# b\nmatch = '-vary'\n"),
    ],
)
def test_a_single_value_takes_the_place_of_the_old_one(before: str, after: str) -> None:
    assert with_values(before, {"match": [Added("-vary", ("b",))]}) == after


def test_what_is_no_toml_is_an_error() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        with_values("a = ", ONE)


def test_the_file_is_the_one_that_holds_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "a"
    inner.mkdir()
    assert file_for(inner) == inner / "mitmvcr.toml"
    (tmp_path / "mitmvcr.toml").write_text("")
    assert file_for(inner) == tmp_path / "mitmvcr.toml"
