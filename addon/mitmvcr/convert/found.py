"""What comes of reading a foreign file: interactions, and what could not be kept."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mitmvcr.convert.exchange import Exchange
from mitmvcr.convert.tree import Tree, UnreadableError, raw_of, unknown
from mitmvcr.core.model import Headers, Interaction
from mitmvcr.core.wording import visible


class Note(NamedTuple):
    """``interaction`` counts from 0 in the file that is read, None where it is about
    all of it. ``is_loss``: the interaction itself was left out."""

    interaction: int | None
    field: str
    problem: str
    is_loss: bool = False


class Variable(NamedTuple):
    """What a file defines, and what stands in it wherever it is named; ``is_secret``:
    the file says so."""

    name: str
    value: str
    is_secret: bool = False


class Line(NamedTuple):
    """The same note of several interactions: one line."""

    interactions: tuple[int, ...]
    field: str
    problem: str
    is_loss: bool

    def __str__(self) -> str:
        where = _numbers(self.interactions)
        return ": ".join(part for part in (where, self.field, self.problem) if part)

    def shown(self, mask: Callable[[str], str]) -> "Line":
        """Return it as it may be shown: it may hold what the file has in some place."""
        return self._replace(problem=mask(self.problem))

    def facts(self) -> dict[str, object]:
        """Return it as values for JSON."""
        return {
            "interactions": list(self.interactions),
            "field": self.field,
            "problem": self.problem,
            "left_out": self.is_loss,
        }


def lines(notes: Iterable[Note]) -> list[Line]:
    """Put together what is the same of several interactions, in the order met, and in
    characters that can be printed: a file may have any in its names."""
    groups: dict[tuple[str, str, bool], dict[int, None]] = {}
    for note in notes:
        numbers = groups.setdefault((note.field, note.problem, note.is_loss), {})
        if note.interaction is not None:
            numbers[note.interaction] = None
    return [
        Line(tuple(numbers), visible(field), visible(problem), is_loss)
        for (field, problem, is_loss), numbers in groups.items()
    ]


#: More numbers would make a line that nobody reads.
_MOST = 3


def _numbers(numbers: tuple[int, ...]) -> str:
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"interaction {numbers[0]}"
    first = ", ".join(map(str, numbers[:_MOST]))
    dots = ", ..." if len(numbers) > _MOST else ""
    return f"{len(numbers)} interactions ({first}{dots})"


#: Reads a file that another one names, or returns None where there is none.
Beside = Callable[[str], bytes | None]

_LOST = "\ufffd".encode()
_LOCAL = "http://localhost"
_NO_PLACE = "a cassette has no place for it"


def _nothing(name: str) -> None:
    """Return that nothing lies beside."""


class Found:
    """Collects what a reader finds. ``beside`` reads the files that the one that is
    read names, by their names as they stand in it; ``origin`` is whose answers they are
    where the format names no host."""

    def __init__(self, beside: Beside = _nothing, origin: str = "") -> None:
        self.beside, self._origin = beside, origin.rstrip("/")
        self.interactions: list[Interaction] = []
        self.notes: list[Note] = []
        self.variables: list[Variable] = []
        self._number: int | None = None

    def say(self, field: str, problem: str) -> None:
        """Note something of the item that is being read, or of the whole file."""
        self.notes.append(Note(self._number, field, problem))

    def file(self, name: str) -> bytes:
        """Return a body that is in a file beside; an absent one is noted."""
        data = self.beside(name)
        if data is None:
            self.say("body", "is absent: it is in a file that is not there")
        return data or b""

    def origin(self, likely: str = "") -> str:
        """Return the origin of what names none; ``likely`` is what a recorder saw, if
        anything."""
        if not self._origin:
            place = likely or _LOCAL
            self.say("request.url", f"names no host, so it is {place}: --origin URL")
        return self._origin or likely or _LOCAL

    def no_place(self, *mappings: tuple[Tree, frozenset[str]]) -> None:
        """Note the members of mappings that are none of those known of each."""
        for tree, known in mappings:
            for place in unknown(tree, known):
                self.say(place, _NO_PLACE)

    def items_of(self, whole: Tree, name: str, known: frozenset[str]) -> list[Tree]:
        """Return the items of a file that is a list of them, or a mapping with such a
        list under a name, and note what else that has."""
        if whole.is_list:
            return whole.items()
        self.no_place((whole, known))
        return whole[name].listed()

    def collect(
        self,
        items: Iterable[Tree],
        convert: "Callable[[Tree, Found], Iterable[Exchange]]",
    ) -> None:
        """Convert each item, as a tree of its own, so that places count from it; one
        that cannot be is left out, and noted."""
        for number, item in enumerate(items):
            self._number, before = number, len(self.notes)
            try:
                made = [each.interaction() for each in convert(Tree(item.value), self)]
            except UnreadableError as error:
                problem = f"left out: {error.problem}"
                del self.notes[before:]  # all of it is left out
                self.notes.append(Note(number, error.field, problem, is_loss=True))
                continue
            for each in made:
                self._say_lost(each)
                self.add(each)
        self._number = None

    def _say_lost(self, each: Interaction) -> None:
        """Note what stands for bytes that a recorder could not read as text."""
        request, response = each.request, each.response
        parts = (
            ("request.url", unquote_to_bytes(raw_of(request.url)), -1),
            ("request.headers", _values(request.headers), -1),
            ("request.body", request.body, -1),
            ("response.headers", _values(response.headers), -1),
            ("response.body", response.body, response.content_length),
        )
        for field, data, length in parts:
            if _LOST in data and length != len(data):
                self.say(field, "has U+FFFD for bytes that its recorder could not read")

    def add(self, interaction: Interaction) -> None:
        self.interactions.append(replace(interaction, id=len(self.interactions)))


def _values(headers: Headers) -> bytes:
    return raw_of("".join(value for values in headers.values() for value in values))
