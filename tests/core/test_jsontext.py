"""JSON that any reader takes, and nothing else."""

import pytest

from mitmvcr.core.jsontext import parse_json, read_value, write_value

WRONG = {
    "{": "Expecting property name",
    "NaN": "it has no NaN",
    "[-Infinity]": "it has no -Infinity",
    '"\\ud800"': "half a character",
    '{"\\udc00": 1}': "half a character",
    "[" * 100_000: "nested too deep",
    "1" * 5000: "Exceeds the limit",
}


@pytest.mark.parametrize(("text", "why"), WRONG.items(), ids=WRONG.values())
def test_what_is_no_json_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        parse_json(text)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match="UTF-8"):
        parse_json(b'"\xff"')


def test_what_is_json_is_its_value() -> None:
    assert parse_json(b' {"a": [1, 1.5, null, "\xc3\xbc"]} ') == {
        "a": [1, 1.5, None, "ü"]
    }


@pytest.mark.parametrize("value", ["", "json", "1", 1, None, [], {"a": [True]}])
def test_a_value_is_read_as_it_was_written(value: object) -> None:
    assert read_value(write_value(value)) == value


@pytest.mark.parametrize("items", [("a", "b"), ("json", "1", "2"), ("json", "{")])
def test_items_that_are_no_value_are_refused(items: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="JSON"):
        read_value(items)
