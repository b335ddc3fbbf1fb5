"""Work in small steps: whoever does it can do something else between two of them."""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
#: Work that gives a T at its end. A step takes a millisecond or so.
Steps = Generator[None, None, T]


def finished(steps: Steps[T]) -> T:
    """Do it all at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found
