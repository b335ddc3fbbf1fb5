"""JSON changed as text."""

import pytest

from mitmvcr.core.jsonpaths import json_path
from mitmvcr.tools import bodies
from mitmvcr.tools.bodies import restyled, without


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        (
            "$.b",
            '{"a": 1.0, "b": {"c": 2}, "d": "\\u00e9"}',
            '{"a": 1.0, "d": "\\u00e9"}',
        ),
        ("$.a", '{"a": 1,"b": 2}', '{"b": 2}'),
        ("$.a", '{"a": 1}', "{}"),
        ("$.a", ' { "a" : 1 , "b" : 2 } ', ' { "b" : 2 } '),
        ("$[1:]", "[1, 2, 3]", "[1]"),
        (
            "$.l[0].x",
            '{"l": [{"x": 1, "y": 2}, {"x": 3}]}',
            '{"l": [{ "y": 2}, {"x": 3}]}',
        ),
        ("$..x", '{"l": [{"x": 1}, {"x": 3}], "k": 7}', '{"l": [{}, {}], "k": 7}'),
        ("$.none", '{"a": 1}', '{"a": 1}'),
        ("$", '{"a": 1}', '{"a": 1}'),
        ("$.a.b", '{"a": "{}"}', '{"a": "{}"}'),
        ("$.a", '{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "b": 2\n}\n'),
    ],
)
def test_what_is_chosen_goes_and_all_else_stays_as_it_is_spelled(path, text, left):
    assert without(text, [json_path(path)]) == left


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="Expecting"):
        without("{", [json_path("$.a")])


def test_what_is_nested_too_deep_is_refused(monkeypatch):
    def decode(text):
        raise RecursionError

    monkeypatch.setattr(bodies._DECODER, "decode", decode, raising=False)
    with pytest.raises(ValueError, match="nested too deep"):
        without("[]", [])


@pytest.mark.parametrize(
    ("like", "written"),
    [
        ('{"a":1,"b":[]}', '{"x":[1,2],"y":"a, b"}'),
        ('{"a": 1, "b": []}\n', '{"x": [1, 2], "y": "a, b"}\n'),
        ('{\n  "a": 1\n}', '{\n  "x": [\n    1,\n    2\n  ],\n  "y": "a, b"\n}'),
        ('{"a":1, "b" :2}', '{ "x": [1,2], "y": "a, b" }'),
    ],
)
def test_json_goes_back_into_the_style_it_had(like, written):
    assert restyled('{ "x": [1,2], "y": "a, b" }\n', like) == written
