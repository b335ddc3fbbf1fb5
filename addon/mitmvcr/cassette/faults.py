"""What can be wrong in a cassette file, before it is known whose file it is."""


class Fault(Exception):
    """A problem at a place; ``line`` counts from 1, ``interaction`` from 0."""

    def __init__(
        self,
        problem: str,
        line: int | None = None,
        field: str | None = None,
        interaction: int | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem, self.line = problem, line
        self.field, self.interaction = field, interaction
