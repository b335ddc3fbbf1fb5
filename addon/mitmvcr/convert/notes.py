"""What a conversion could not keep, field by field."""

from collections.abc import Iterable
from typing import NamedTuple


class Note(NamedTuple):
    """``interaction`` counts from 0 in the file that is read, None where it is about
    all of it. ``is_loss``: the interaction itself was left out."""

    interaction: int | None
    field: str
    problem: str
    is_loss: bool = False


class Line(NamedTuple):
    """The same note of several interactions: one line."""

    interactions: tuple[int, ...]
    field: str
    problem: str
    is_loss: bool

    def __str__(self) -> str:
        where = _numbers(self.interactions)
        return ": ".join(part for part in (where, self.field, self.problem) if part)

    def facts(self) -> dict[str, object]:
        """Return it as values for JSON."""
        return {
            "interactions": list(self.interactions),
            "field": self.field,
            "problem": self.problem,
            "left_out": self.is_loss,
        }


def lines(notes: Iterable[Note]) -> list[Line]:
    """Put together what is the same of several interactions, in the order met."""
    groups: dict[tuple[str, str, bool], dict[int, None]] = {}
    for note in notes:
        numbers = groups.setdefault((note.field, note.problem, note.is_loss), {})
        if note.interaction is not None:
            numbers[note.interaction] = None
    return [
        Line(tuple(numbers), field, problem, is_loss)
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
