"""What can be wrong in a cassette file, before it is known whose file it is."""

from mitmvcr.core.errors import CassetteDamagedError


class Decline(Exception):
    """The text is not in go-yaml's own style: leave it to PyYAML, which may well read
    it."""


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

    def moved(self, lines: int, interaction: int) -> "Fault":
        """Return the same fault with its place in the file, for one found in the text
        of one item."""
        line = lines + (self.line or 1)
        return Fault(self.problem, line, self.field, interaction)

    def error(self, name: str) -> CassetteDamagedError:
        return CassetteDamagedError(
            name,
            self.problem,
            line=self.line,
            interaction=self.interaction,
            field=self.field,
        )


class TabFault(Fault):
    """libyaml refuses the block that begins on the line ``head``, from 0."""

    def __init__(self, problem: str, line: int | None, head: int) -> None:
        super().__init__(problem, line)
        self.head = head
