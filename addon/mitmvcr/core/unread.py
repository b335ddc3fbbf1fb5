"""Look-ups for which much has to be read first."""

from collections.abc import Iterator


class UnreadError(Exception):
    """So much has to be read before an answer is found that it had better be done in
    ``steps``; after them the same look-up gives its answer. Nothing was used up."""

    def __init__(self, steps: Iterator[None]) -> None:
        self.steps = steps
        super().__init__("much has to be read first")
