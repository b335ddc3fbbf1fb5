"""What a mitmdump process tried to reach, told by ``doubles/spy.py``."""

from pathlib import Path

from end_to_end.proxy import DOUBLES

SPY = DOUBLES / "spy.py"


class Spy:
    """Give ``arguments`` and ``environment`` to mitmdump, then ask ``attempts``."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "spy.log"
        self.arguments = ["-s", str(SPY)]
        self.environment = {"SPY_LOG": str(self._log)}

    def attempts(self) -> list[str]:
        """Each look-up and connection, from the start of mitmdump on."""
        lines = self._log.read_text().splitlines()
        assert "watching" in lines, "the spy was not loaded"
        return [line for line in lines if line != "watching"]
