"""Places in JSON are found as the library of JSONPath finds them."""

import json
import sys

import jsonpath
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mitmvcr.core.jsonpaths import json_path
from mitmvcr.core.matching import Ignore
from mitmvcr.core.matching.ignoring import Places
from mitmvcr.secrets.jsonpaths import spans

names = st.sampled_from(["a", "b", "_", "a b", "é", "true", "0", "-", "", "'", "$"])
steps = st.one_of(
    st.sampled_from([".a", ".b", "._", ".true", ".A9", ".é", ".0", ".-", ". a", "a"]),
    names.map('["{}"]'.format),
    names.map("['{}']".format),
    st.sampled_from(
        ["[0]", "[1]", "[01]", "[-1]", "[-0]", "[*]", "..a", r'["\u0061"]']
    ),
)
paths = st.lists(steps, max_size=4).map(lambda found: "$" + "".join(found))
values = st.recursive(
    st.sampled_from([None, 1, "a", "ab"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3)
    ),
    max_leaves=12,
)


#: A path, and the texts that it chooses in ``_USERS``.
CHOICES = {
    "$": ["root", "mail-1", "mail-2", "name-2"],
    "$.name": ["root"],
    "$.users[1].mail": ["mail-2"],
    '$["users"][0]["mail"]': ["mail-1"],
    "$.users[*].mail": ["mail-1", "mail-2"],
    "$..name": ["root", "name-2"],
    "$.users[?@.name == 'name-2'].mail": ["mail-2"],
    "$.users[-1:].name": ["name-2"],
    "$.none": [],
    "$.name.first": [],
}
_USERS = (
    b'{"name":"root","users":[{"mail":"mail-1"},{"mail":"mail-2","name":"name-2"}]}'
)


@pytest.mark.parametrize("path", CHOICES)
def test_matching_and_secrets_find_the_same_places(path: str) -> None:
    left_out = json.dumps(Places([Ignore(path)])(json.loads(_USERS)))
    hidden = [span.value.decode() for span in spans(_USERS, [path])]
    assert hidden == CHOICES[path]
    assert [text for text in CHOICES["$"] if text not in left_out] == hidden


@given(paths, values)
@example("$", [1])
@example('$.a[1]["a b"]', {"a": [0, {"a b": 1}]})
@example("$[2]", [1, 2])
@example("$.a", [1])
@example('$["a"]', "a")
def test_a_path_finds_what_the_library_finds(path: str, value: object) -> None:
    try:
        query = jsonpath.JSONPathEnvironment(strict=True).compile(path)
    except jsonpath.JSONPathError:
        with pytest.raises(ValueError, match=r"."):
            json_path(path)
    else:
        wanted = [tuple(match.parts) for match in query.finditer(value)]
        assert json_path(path)(value) == wanted


def test_what_names_one_place_is_found_without_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """But only where it is installed: an option that needs it is not to be named."""
    monkeypatch.delitem(sys.modules, "jsonpath")
    assert json_path("$.a[0]")({"a": ["found"]}) == [("a", 0)]
    assert "jsonpath" not in sys.modules
    monkeypatch.setitem(sys.modules, "jsonpath", None)
    with pytest.raises(ImportError):
        json_path("$.a[0]")


@pytest.mark.parametrize("path", ["user.email", "$.a | $.b", "$[?@.a =~ /x/]"])
def test_secrets_allow_what_the_library_adds(path: str) -> None:
    json_path(path, lenient=True)
    with pytest.raises(ValueError, match=r"."):
        json_path(path)


def test_a_regular_expression_in_a_path_may_be_none() -> None:
    with pytest.raises(ValueError, match="unterminated"):
        json_path("$[?@.a =~ /(/]", lenient=True)
