"""JSON by its standard: json.loads accepts more, which nobody else could read.

A value that a test made up is kept in a cassette as a list, like the values of a
header: a text is its only item, any other value is JSON after the item ``json``.
"""

import json
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, NoReturn

from mitmvcr.core.model import Headers, Interaction

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
#: Deeper levels are not indented further: nobody could read that.
_DEEPEST = 40


def laid_out(text: str) -> str:
    """Return JSON with a line for each member, indented by two spaces a level.

    Numbers and strings keep their spelling, such as ``1.0`` and ``\\u00e9``. ``text``
    has to be valid JSON.
    """
    lines = [""]
    depth = 0
    tokens = TOKEN.findall(text)
    for at, token in enumerate(tokens):
        if token in "]}":
            depth -= 1
            if tokens[at - 1] not in "[{":
                lines.append(_margin(depth))
        lines[-1] += ": " if token == ":" else token
        if token in "[{":
            depth += 1
        if token == "," or (token in "[{" and tokens[at + 1] not in "]}"):
            lines.append(_margin(depth))
    return "\n".join(lines)


def _margin(depth: int) -> str:
    return "  " * min(depth, _DEEPEST)


#: What JSON has.
Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def parse_json(text: str | bytes) -> Any:
    """Return the value. Raise ValueError, with one line."""
    try:
        found = json.loads(text, parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        raise ValueError("it is not in UTF-8, or holds half a character") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"it has no {constant}")


class Member(NamedTuple):
    """``text[lead:start]`` is what goes before a value, ``text[start:end]`` itself."""

    step: int | str
    lead: int
    start: int
    end: int


def blank(text: str, at: int) -> int:
    """Return where the white space that begins here ends."""
    found = _BLANK.match(text, at)
    assert found is not None
    return found.end()


def value_at(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins here, and where it ends."""
    return _DECODER.raw_decode(text, at)


def members(text: str, at: int) -> Iterator[Member]:
    """Yield the members of the object or list that begins here, in valid JSON."""
    place, number = at + 1, 0
    while text[start := blank(text, place)] not in "}]":
        step: int | str = number
        if text[at] == "{":
            step, behind = value_at(text, start)
            start = blank(text, blank(text, behind) + 1)
        end = value_at(text, start)[1]
        yield Member(step, place, start, end)
        comma, number = blank(text, end), number + 1
        place = comma + 1 if text[comma] == "," else comma


_JSON = "json"


def write_value(value: Value) -> tuple[str, ...]:
    """Return the items of a value."""
    if isinstance(value, str):
        return (value,)
    return _JSON, json.dumps(value, ensure_ascii=False)


def is_json(items: Sequence[str]) -> bool:
    """Return whether the value is JSON, and not a text."""
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
    """Return an interaction with these variables added; its own take precedence."""
    if not variables:
        return each
    merged = {**each.request.variables, **variables}
    return replace(each, request=replace(each.request, variables=merged))


def handed_on(
    count: int, kept: Container[int], own: Callable[[int], Headers]
) -> dict[int, Headers]:
    """Return what those that stay of ``count`` interactions hold for others that go, by
    position: the next one does, and behind the last one that, where none has a value of
    this name. The first value of a name is the one that counts."""
    found: dict[int, Headers] = {}
    waiting: Headers = {}
    staying = [at for at in range(count) if at in kept]
    for at in range(count):
        if at not in kept:
            waiting = {**own(at), **waiting}
        elif waiting:
            found[at], waiting = waiting, {}
    if waiting and staying:
        held = {name for at in staying for name in (*own(at), *found.get(at, ()))}
        late = {name: waiting[name] for name in waiting if name not in held}
        found[staying[-1]] = {**found.get(staying[-1], {}), **late}
    return found
