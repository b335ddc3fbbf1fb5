"""Work in small steps: whoever does it can do something else between two of them."""

from collections.abc import Callable, Generator, Hashable, Iterator
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

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


class UnreadError(Exception):
    """So much has to be read before an answer is found that it had better be done in
    ``steps``; after them the same look-up gives its answer. Nothing was used up."""

    def __init__(self, steps: Iterator[None]) -> None:
        self.steps = steps
        super().__init__("much has to be read first")


class Joint(Generic[T]):
    """Long work by its key. Whoever needs what others have begun does steps of the
    same: a hundred requests at once do it once."""

    def __init__(self) -> None:
        #: Of what somebody still does: where all give up nothing is left.
        self._begun: WeakValueDictionary[Hashable, _Shared[T]] = WeakValueDictionary()

    def steps(self, key: Hashable, make: Callable[[], Steps[T]]) -> Steps[T]:
        """Yield until it is done, by whomever, and return its result. Raise what it
        raises."""
        begun = self._begun.get(key)
        if begun is None or begun.is_over:
            begun = self._begun[key] = _Shared(make())
        return (yield from begun.rest())


class _Shared(Generic[T]):
    """Steps that several do, each some of them; all get the result."""

    def __init__(self, steps: Steps[T]) -> None:
        self._steps = steps
        self._found: list[T] = []
        self._error: Exception | None = None

    @property
    def is_over(self) -> bool:
        return bool(self._found) or self._error is not None

    def rest(self) -> Steps[T]:
        while not self._found:
            if self._error is not None:
                raise self._error
            try:
                next(self._steps)
            except StopIteration as end:
                self._found.append(end.value)
            except Exception as error:
                self._error = error
                raise
            else:
                yield
        return self._found[0]
