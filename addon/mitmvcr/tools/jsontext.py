"""JSON changed as text, so that all else stays as it is spelled."""

import json
import re
from collections.abc import Callable, Sequence

from mitmvcr.core.jsonpaths import Finder, Steps
from mitmvcr.core.jsontext import blank, laid_out, members, value_at

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_DECODER = json.JSONDecoder()


def _joined(comma: str, colon: str) -> Callable[[str], str]:
    marks = {",": comma, ":": colon}
    return lambda text: "".join(marks.get(each, each) for each in _TOKEN.findall(text))


#: How programs write JSON: without blanks, as Python does, in one column.
_STYLES = (_joined(",", ":"), _joined(", ", ": "), laid_out)


def restyled(text: str, like: str) -> str:
    """Return JSON in the style of other JSON, if that has one that is known, and with
    what stands around it."""
    own = like.strip(" \t\r\n")
    start = like[: len(like) - len(like.lstrip(" \t\r\n"))]
    end = like[len(start) + len(own) :]
    text = text.strip(" \t\r\n")
    written = next((style(text) for style in _STYLES if style(own) == own), text)
    return start + written + end


def without(text: str, finders: Sequence[Finder]) -> str:
    """Return JSON without the places that JSONPaths choose; the root itself stays.

    Raises ValueError for what is no JSON, or is nested too deep.
    """
    try:
        value = _DECODER.decode(text)
        chosen = {steps for find in finders for steps in find(value) if steps}
        if not chosen:
            return text
        start = blank(text, 0)
        return text[:start] + _kept(text, start, (), chosen)
    except RecursionError:
        raise ValueError("is nested too deep") from None


def _kept(text: str, at: int, steps: Steps, chosen: set[Steps]) -> str:
    """Return the value that begins here and all behind it."""
    written, end = _value(text, at, steps, chosen)
    return written + text[end:]


def _value(text: str, at: int, steps: Steps, chosen: set[Steps]) -> tuple[str, int]:
    """Return a value without what was chosen, and where it ends."""
    _, end = value_at(text, at)
    if text[at] not in "{[" or not any(each[: len(steps)] == steps for each in chosen):
        return text[at:end], end
    kept: list[str] = []
    last = at + 1
    for step, lead, start, stop in members(text, at):
        last = stop
        if (*steps, step) not in chosen:
            written, _ = _value(text, start, (*steps, step), chosen)
            kept.append(text[lead:start] + written)
    return text[at] + ",".join(kept) + text[last:end], end
