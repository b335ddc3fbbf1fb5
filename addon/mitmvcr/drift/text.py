"""JSON as it is written: its value, and where each scalar of it stands."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

#: Names and positions from the top.
Path = tuple[str | int, ...]

_TOKEN = re.compile(r'\s*+([\[\]{},:]|"(?:[^"\\]++|\\.)*+"|[^\s\[\]{},:"]+)', re.DOTALL)


class Scalar(NamedTuple):
    """A text, number, true, false or null, and where it stands."""

    path: Path
    start: int
    end: int


def spelled(path: Path) -> str:
    """Return a path as JSONPath, as ``$.items[0].name``."""
    steps = (
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if step.isidentifier()
        else f"[{json.dumps(step)}]"
        for step in path
    )
    return "$" + "".join(steps)


def scalars(text: str) -> Iterator[Scalar]:
    """Yield the scalars of a text that is known to be JSON, in order."""
    path: list[str | int] = []
    is_name, at = [False], 0
    while found := _TOKEN.match(text, at):
        mark, start, at = found[1], found.start(1), found.end()
        if mark in "{[":
            path.append("" if mark == "{" else 0)
            is_name.append(mark == "{")
        elif mark in "}]":
            path.pop()
            is_name.pop()
        elif mark == ",":
            last = path[-1]
            is_name[-1] = isinstance(last, str)
            path[-1] = last if isinstance(last, str) else last + 1
        elif mark != ":":
            if is_name[-1]:
                path[-1], is_name[-1] = json.loads(mark, strict=False), False
            else:
                yield Scalar(tuple(path), start, at)
