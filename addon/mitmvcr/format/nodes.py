"""YAML events from libyaml, made into plain nodes one value at a time.

A cassette is untrusted input: aliases are refused, depth and size are limited before
anything is built, and every failure of the parser becomes a ``Fault``.
"""

import codecs
from dataclasses import dataclass
from typing import Any

import yaml

from mitmvcr.format.faults import Fault, TabFault

_TAB = "found a tab character where an indentation space is expected"

_NEIGHBOURS = "is the line indented as its neighbours"
#: By what libyaml says, what an editor has mostly done.
_REMEDIES = {
    "mapping values are not allowed": f"{_NEIGHBOURS}, and what holds `: ` in quotes?",
    "expected '-' indicator": f"{_NEIGHBOURS}?",
    "did not find expected key": f"{_NEIGHBOURS}, and each ' within '...' doubled?",
    "alphabetic or numeric": "put a value that begins with * or & in quotes",
    "cannot start any token": "put it in quotes",
    "could not find expected ':'": "was a line put in, or a quote lost?",
}

#: A header value stands at depth 7; unknown keys may go somewhat deeper.
MAX_DEPTH = 32
#: Values in one interaction. Recorded ones have a few hundred.
MAX_NODES = 250_000

# Without libyaml PyYAML still parses, only slowly.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YAML_TAG = "tag:yaml.org,2002:"
_TOO_DEEP = "nested deeper than a cassette ever is"


@dataclass(frozen=True, slots=True)
class Scalar:
    """``tag`` is the explicit one in short form (``!!binary``), or empty."""

    line: int
    text: str
    tag: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ListNode:
    line: int
    items: list["Node"]


@dataclass(frozen=True, slots=True)
class MapNode:
    line: int
    pairs: list[tuple["Node", "Node"]]


Node = Scalar | ListNode | MapNode


class Events:
    """The events of one document; ``event`` is the next one, not yet taken."""

    def __init__(self, data: bytes) -> None:
        self._shield = Shield(data)
        try:
            self._parser = _Parser(self._shield.data)
        except yaml.YAMLError as error:  # without libyaml it looks ahead here
            raise self._fault(error) from None
        self.event: Any = None
        self.take()

    @property
    def line(self) -> int:
        return int(self.event.start_mark.line) + 1

    def at(self, kind: type[yaml.Event]) -> bool:
        return isinstance(self.event, kind)

    def take(self) -> Any:
        """Step past the event that is next, and return it."""
        taken = self.event
        try:
            self.event = self._parser.get_event()
        except (yaml.YAMLError, ValueError) as error:
            raise self._fault(error) from None
        if isinstance(self.event, yaml.AliasEvent):
            problem = "YAML aliases (*name) are not read: write the value out"
            raise Fault(problem, self.line)
        return taken

    def node(self) -> Node:
        """Take one value, whole."""
        left = [MAX_NODES]
        return self._node(left)

    def skip(self) -> None:
        """Take one value and keep nothing of it."""
        depth = 0
        while True:
            event = self.take()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                self._check_depth(depth)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth == 0:
                return

    def _node(self, left: list[int], depth: int = 0) -> Node:
        self._check_depth(depth)
        left[0] -= 1
        if left[0] < 0:
            raise Fault(f"more than {MAX_NODES:,} values in one interaction", self.line)
        line = self.line
        event = self.take()
        if isinstance(event, yaml.ScalarEvent):
            text = self._shield.restore(event.value)
            return Scalar(line, text, _short(event.tag), bool(event.style))
        if event.tag == f"{_YAML_TAG}null":
            raise Fault("a list or mapping is tagged !!null", line)
        if isinstance(event, yaml.SequenceStartEvent):
            return ListNode(line, self._items(left, depth + 1))
        return MapNode(line, self._pairs(left, depth + 1))

    def _items(self, left: list[int], depth: int) -> list[Node]:
        items = []
        while not self.at(yaml.SequenceEndEvent):
            items.append(self._node(left, depth))
        self.take()
        return items

    def _pairs(self, left: list[int], depth: int) -> list[tuple[Node, Node]]:
        pairs = []
        while not self.at(yaml.MappingEndEvent):
            key = self._node(left, depth)
            pairs.append((key, self._node(left, depth)))
        self.take()
        return pairs

    def _fault(self, error: Exception) -> Fault:
        """Return what the parser complained about, as one line with its place."""
        if isinstance(error, yaml.MarkedYAMLError):
            mark = error.problem_mark or error.context_mark
            if error.problem == "found unexpected end of stream":
                mark = error.context_mark or mark  # where the open quote is
            line = mark.line + 1 if mark else None
            if "maximum nesting depth" in (error.problem or ""):  # PyYAML 6.0.4 on
                return Fault(_TOO_DEEP, line)
            parts = (error.problem, error.context)
            problem = ", ".join(part for part in parts if part)
            text = f"not YAML: {problem}{_remedy(error.problem or '')}"
            if error.problem == _TAB and error.context_mark:
                return TabFault(text, line, error.context_mark.line)
            return Fault(text, line)
        before = getattr(error, "position", 0)
        line = self._shield.data.count(b"\n", 0, before) + 1
        if "UTF-8" in (reason := getattr(error, "reason", "")):
            return Fault(f"not UTF-8 ({reason}): save the file as UTF-8", line)
        return Fault(f"not YAML: {str(error).splitlines()[0]}", line)

    def _check_depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Fault(_TOO_DEEP, self.line)


def _remedy(problem: str) -> str:
    """Return what to look at, where what libyaml says is of use to its authors only."""
    return next((f": {_REMEDIES[each]}" for each in _REMEDIES if each in problem), "")


def _short(tag: str | None) -> str:
    tag = tag or ""
    return f"!!{tag.removeprefix(_YAML_TAG)}" if tag.startswith(_YAML_TAG) else tag


# libyaml refuses DEL, the C1 controls and U+FEFF; go-yaml v4 takes them as ordinary
# characters. They are carried past libyaml as private-use characters that the file does
# not use, and put back in every scalar.

_REFUSED = [0x7F, *(c for c in range(0x80, 0xA0) if c != 0x85), 0xFEFF]
# Each block is 4,096 characters whose UTF-8 starts with the same two bytes.
_BLOCKS = range(0x10F000, 0xF0000, -0x1000)


class Shield:
    """``data`` is for libyaml; ``restore`` gives a scalar as it stands in the file."""

    def __init__(self, data: bytes) -> None:
        self._back: dict[int, int] = {}
        self.data = _as_utf8(data)
        there = [char for char in _REFUSED if chr(char).encode() in self.data]
        base = _unused_block(self.data) if there else None
        # Without a block to use they stay, and libyaml says what it refuses.
        if base is not None:
            self._replace(there, base)

    def restore(self, text: str) -> str:
        return text.translate(self._back) if self._back else text

    def _replace(self, there: list[int], base: int) -> None:
        for stand_in, char in enumerate(there, base):
            self._back[stand_in] = char
            self.data = self.data.replace(chr(char).encode(), chr(stand_in).encode())


def _unused_block(data: bytes) -> int | None:
    free = (base for base in _BLOCKS if chr(base).encode()[:2] not in data)
    return next(free, None)


def _as_utf8(data: bytes) -> bytes:
    """Return data as UTF-8 without a byte order mark; the mark tells UTF-16, as in
    go-yaml."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError as error:
            raise Fault(f"not UTF-16: {error}", 1) from None
    return data.removeprefix(codecs.BOM_UTF8)
