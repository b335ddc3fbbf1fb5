"""Where the values that a JSONPath chooses stand in the text of the JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from mitmvcr.core.jsonpaths import Finder, Steps, json_path
from mitmvcr.core.jsontext import blank, members, value_at
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import kind_of
from mitmvcr.secrets.scan import BYTES
from mitmvcr.secrets.spans import Span


@lru_cache(maxsize=64)
def _finder(path: str) -> Finder:
    return json_path(path, lenient=True)


def _chosen(path: str, value: Any) -> list[Steps]:
    try:
        return _finder(path)(value)
    except ValueError:
        return [()]  # nested too deep to be searched: all of it is hidden


def spans(body: bytes, paths: Sequence[str]) -> Iterator[Span]:
    """Yield strings and numbers, also those within an object or a list that is chosen;
    a number has no value. What is not JSON has none. What is nested so deep that nobody
    reads it is one."""
    if not paths or body.lstrip()[:1] not in (b"{", b"["):
        return
    try:
        text = body.decode()
        value = json.loads(text)
        if chosen := [steps for path in paths for steps in _chosen(path, value)]:
            found = _values(text, blank(text, 0), _tree(chosen))
            yield from list(_in_bytes(text, found))
    except RecursionError:
        yield Span(0, len(body), "json", body, False, b'"[REDACTED:json]"')
    except ValueError:
        return


def _tree(chosen: list[Steps]) -> dict[Any, Any]:
    """Return the paths as nested keys; None at an end means all below."""
    tree: dict[Any, Any] = {}
    for parts in chosen:
        branch = tree
        for part in parts:
            branch = branch.setdefault(part, {})
        branch[None] = True
    return tree


def _values(
    text: str, at: int, tree: dict[Any, Any], name: str = "value"
) -> Iterator[Span]:
    """Yield the strings and numbers to which the paths of a tree lead from here."""
    if text[at] in "{[":
        for step, _, start, _ in members(text, at):
            branch = tree if None in tree else tree.get(step)
            if branch is not None:
                inner = step if isinstance(step, str) else name
                yield from _values(text, start, branch, inner)
        return
    value, end = value_at(text, at)
    if isinstance(value, str) and is_real(value.encode(*BYTES)):
        yield Span(at + 1, end - 1, kind_of(name), value.encode(*BYTES))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # A number stays one, for a client that expects it.
        yield Span(at, end, kind_of(name), is_sure=False, new=b"0")


def _in_bytes(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans of a text, in order, as those of its bytes."""
    at = size = 0
    for span in spans:
        start = size + len(text[at : span.start].encode())
        at, size = span.end, start + len(text[span.start : span.end].encode())
        yield span._replace(start=start, end=size)
