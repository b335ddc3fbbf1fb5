"""A foreign file as a tree of values, whose every place can be named in a message."""

import json
import re
from collections.abc import Iterator
from typing import Any

from mitmvcr.core.wording import shown


class UnreadableError(Exception):
    """Something in a foreign file is not as its format has it; ``field`` says where."""

    def __init__(self, problem: str, field: str = "") -> None:
        super().__init__(problem)
        self.problem, self.field = problem, field


class Plain(str):
    """A text that stood unquoted in YAML, where it may have meant a number."""

    __slots__ = ()


class Tree:
    """A value and its place, as ``request.headers.Accept``. What is absent is a tree of
    None."""

    __slots__ = ("place", "value")

    def __init__(self, value: Any, place: str = "") -> None:
        self.value, self.place = value, place

    def __bool__(self) -> bool:
        return bool(self.value)

    @property
    def is_none(self) -> bool:
        return self.value is None

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list | tuple)

    @property
    def is_text(self) -> bool:
        return isinstance(self.value, str | bytes)

    def fails(self, wanted: str) -> UnreadableError:
        """Return the error for what is something else."""
        found = shown(as_text(self.value)) if not self.is_none else "nothing"
        return UnreadableError(f"{found}, where {wanted} is wanted", self.place)

    def __getitem__(self, name: str) -> "Tree":
        """Return a member of a mapping."""
        if self.is_none:
            return Tree(None, self._inside(name))
        if not isinstance(self.value, dict):
            raise self.fails("a mapping")
        return Tree(self.value.get(name), self._inside(name))

    def first(self, *names: str) -> "Tree":
        """Return the first of these members that is there."""
        found = [tree for name in names if not (tree := self[name]).is_none]
        return found[0] if found else self[names[0]]

    def _inside(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def names(self) -> list[str]:
        return [name for name, _ in self.pairs()]

    def pairs(self) -> list[tuple[str, "Tree"]]:
        """Return the members of a mapping; none of what is absent."""
        if self.is_none:
            return []
        if not isinstance(self.value, dict):
            raise self.fails("a mapping")
        named = ((as_text(name), value) for name, value in self.value.items())
        return [(name, Tree(value, self._inside(name))) for name, value in named]

    def fields(self) -> list[tuple[str, str]]:
        """Return the members of a mapping of texts, or of lists of them, one by one."""
        return [(n, each.text()) for n, value in self.pairs() for each in value.each()]

    def items(self) -> list["Tree"]:
        """Return the items of a list; none of what is absent."""
        if self.is_none:
            return []
        if not isinstance(self.value, list | tuple):
            raise self.fails("a list")
        found = enumerate(self.value)
        return [Tree(value, f"{self.place}[{n}]") for n, value in found]

    def listed(self) -> list["Tree"]:
        """Return the items of a list that has to be there: what has none is some other
        file."""
        if self.is_none:
            raise self.fails("a list")
        return self.items()

    def each(self) -> list["Tree"]:
        """Return the items of a list, or what stands in place of one."""
        return self.items() if self.is_list or self.is_none else [self]

    def text(self, otherwise: str = "") -> str:
        """Return a single value as text; a surrogate escape stands for a byte."""
        if self.is_none:
            return otherwise
        if isinstance(self.value, dict | list | tuple):
            raise self.fails("a text")
        return as_text(self.value)

    def data(self) -> bytes:
        """Return a text as bytes; of JSON in its place, that JSON."""
        if isinstance(self.value, dict | list | tuple):
            return compact(self.value)
        return raw_of(self.text())

    def json(self) -> bytes:
        """Return a value as JSON, a text in quotes."""
        return compact(self.value)

    def number(self, otherwise: int = 0) -> int:
        """Return a whole number, which may be written as a text or with a fraction."""
        if self.is_none or self.value == "":
            return otherwise
        try:
            return int(float(self.text()))
        except (ValueError, OverflowError):
            raise self.fails("a number") from None

    def real(self) -> float:
        """Return a number, 0 where there is none."""
        try:
            return float(self.text("0"))
        except ValueError:
            raise self.fails("a number") from None

    def flag(self) -> bool:
        """Return whether a value says yes."""
        return self.value is True or as_text(self.value).lower() in ("true", "yes")


def as_text(value: Any) -> str:
    """Return a value as a text on its own."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return json.dumps(value, default=as_text, ensure_ascii=False)


#: Half of a pair, as JSON can spell it: it is no character, and no byte either.
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def raw_of(text: str) -> bytes:
    """Return a text as bytes; halves of a pair become question marks."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _HALVES.sub("?", text).encode("utf-8", "surrogateescape")


def compact(value: Any) -> bytes:
    """Return JSON without blanks, as most clients and servers send it; halves of a pair
    stay as JSON spells them."""
    written = json.dumps(
        _typed(value), ensure_ascii=False, separators=(",", ":"), default=as_text
    )
    return raw_of(_HALVES.sub(lambda half: f"\\u{ord(half[0]):x}", written))


_WORDS = {"true": True, "false": False}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def _typed(value: Any) -> Any:
    """Return a tree whose unquoted texts are what JSON has for them."""
    if isinstance(value, dict):
        return {name: _typed(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_typed(each) for each in value]
    if not isinstance(value, Plain):
        return value
    if _NUMBER.fullmatch(value):
        return json.loads(value)
    return _WORDS.get(value.lower(), value)


def from_json(data: bytes) -> Tree:
    """Read a file of JSON. Raise UnreadableError."""
    try:
        return Tree(json.loads(data.decode("utf-8-sig", "surrogateescape")))
    except ValueError as error:
        raise UnreadableError(f"is not complete JSON: {error}") from None
    except RecursionError:
        raise UnreadableError("is nested too deeply") from None


def unknown(tree: Tree, known: frozenset[str]) -> Iterator[str]:
    """Yield the places of members that have a value and no place in a cassette."""
    for name, value in tree.pairs():
        if name not in known and value:
            yield value.place
