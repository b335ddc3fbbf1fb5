"""What a mitmdump process tried to reach, told by ``doubles/spy.py``."""

from pathlib import Path

from end_to_end.proxy import DOUBLES

SPY = DOUBLES / "spy.py"


class Spy:
    """Give it to ``mitmdump(..., spy=spy)``, or its ``arguments`` and ``environment``
    to what starts one; then ask ``attempts``."""

    def __init__(self, folder: Path) -> None:
        self._log, self._begin = folder / "spy.log", 0
        self.arguments = ["-s", str(SPY)]
        self.environment = {"SPY_LOG": str(self._log)}

    def go_on_as(self, other: "Spy") -> None:
        """Tell what that one sees from now on: it is in a mitmdump that runs."""
        self._log, self._begin = other._log, len(other._lines())

    def attempts(self) -> list[str]:
        """Each look-up and connection, from the start of mitmdump on."""
        return self._lines()[self._begin :]

    def _lines(self) -> list[str]:
        lines = self._log.read_text().splitlines()
        assert "watching" in lines, "the spy was not loaded"
        return [line for line in lines if line != "watching"]
