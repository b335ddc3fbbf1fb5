"""A value that a test made up, as it stands in a cassette: in a list, like the values
of a header. A text is its one item; any other JSON value comes as JSON, behind the item
``json``."""

import json
from collections.abc import Sequence
from dataclasses import replace

from mitmvcr.core.jsontext import Value, parse_json
from mitmvcr.core.model import Headers, Interaction

_JSON = "json"


def write_value(value: Value) -> tuple[str, ...]:
    """Return the items of a value."""
    if isinstance(value, str):
        return (value,)
    return _JSON, json.dumps(value, ensure_ascii=False)


def is_json(items: Sequence[str]) -> bool:
    """Return whether the value is none of the texts."""
    return len(items) > 1


def read_value(items: Sequence[str]) -> Value:
    """Return the value of at least one item. Raise ValueError."""
    if not is_json(items):
        return items[0]
    kind, *texts = items
    if kind != _JSON or len(texts) != 1:
        raise ValueError("not one text, or json and the value as JSON")
    try:
        found: Value = parse_json(texts[0])
    except ValueError as error:
        raise ValueError(f"no JSON: {error}") from None
    return found


def holding(each: Interaction, variables: Headers) -> Interaction:
    """Return an interaction with these variables too; what was recorded first
    counts."""
    if not variables:
        return each
    merged = {**each.request.variables, **variables}
    return replace(each, request=replace(each.request, variables=merged))
