"""Look-ups for which much has to be read first."""

from collections.abc import Callable, Hashable, Iterator


class UnreadError(Exception):
    """So much has to be read before an answer is found that it had better be done in
    ``steps``; after them the same look-up gives its answer. Nothing was used up."""

    def __init__(self, steps: Iterator[None]) -> None:
        self.steps = steps
        super().__init__("much has to be read first")


class Joint:
    """Long work by its key. Whoever needs what others have begun does steps of the
    same: a hundred requests at once do it once."""

    def __init__(self) -> None:
        self._begun: dict[Hashable, Iterator[None]] = {}

    def steps(
        self, key: Hashable, make: Callable[[], Iterator[None]]
    ) -> Iterator[None]:
        """Yield until it is done, by whomever. Raise what it raises."""
        if key not in self._begun:
            self._begun[key] = make()
        begun = self._begun[key]
        try:
            for _ in begun:  # not "yield from": who gives up does not end it
                yield
        finally:
            if self._begun.get(key) is begun:
                del self._begun[key]
