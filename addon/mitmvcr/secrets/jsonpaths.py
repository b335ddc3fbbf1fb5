"""Where the values that a JSONPath chooses stand in the text of the JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from mitmvcr.core.jsonpaths import Finder, Steps, json_path
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import kind_of
from mitmvcr.secrets.spans import Span
from mitmvcr.secrets.values import BYTES

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


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
        value = _DECODER.decode(text)
        if chosen := [steps for path in paths for steps in _chosen(path, value)]:
            yield from list(_Walk(text).walk(_tree(chosen)))
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


class _Walk:
    """Goes through the text along the paths and steps over the rest."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._is_ascii = text.isascii()

    def walk(self, tree: dict[Any, Any]) -> Iterator[Span]:
        yield from self._value(self._space(0), tree, "value")

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        assert found is not None
        return found.end()

    def _value(self, at: int, tree: dict[Any, Any], name: str) -> Iterator[Span]:
        mark = self._text[at]
        if mark == "{":
            yield from self._object(at, tree)
        elif mark == "[":
            yield from self._array(at, tree, name)
        else:
            value, end = _DECODER.raw_decode(self._text, at)
            if isinstance(value, str) and is_real(value.encode(*BYTES)):
                yield self._span(at + 1, end - 1, name, value.encode(*BYTES))
            elif isinstance(value, int | float) and not isinstance(value, bool):
                yield self._span(at, end, name)

    def _span(self, start: int, end: int, name: str, value: bytes = b"") -> Span:
        if not self._is_ascii:
            size = len(self._text[start:end].encode())
            start = len(self._text[:start].encode())
            end = start + size
        # A number stays one, for a client that expects it.
        new = b"" if value else b"0"
        return Span(start, end, kind_of(name), value, bool(value), new)

    def _object(self, at: int, tree: dict[Any, Any]) -> Iterator[Span]:
        at = self._space(at + 1)
        while self._text[at : at + 1] == '"':
            key, at = _DECODER.raw_decode(self._text, at)
            at = self._space(self._space(at) + 1)
            yield from self._inner(at, tree, key, key)
            at = self._after(at)

    def _array(self, at: int, tree: dict[Any, Any], name: str) -> Iterator[Span]:
        at = self._space(at + 1)
        number = 0
        while self._text[at] != "]":
            yield from self._inner(at, tree, number, name)
            at = self._after(at)
            number += 1
            if self._text[at - 1] == "]":
                return

    def _inner(
        self, at: int, tree: dict[Any, Any], part: Any, name: str
    ) -> Iterator[Span]:
        branch = tree if None in tree else tree.get(part)
        if branch is not None:
            yield from self._value(at, branch, name)

    def _after(self, at: int) -> int:
        """Step past a value and its comma."""
        _, end = _DECODER.raw_decode(self._text, at)
        end = self._space(end)
        return self._space(end + 1) if self._text[end] == "," else end + 1
