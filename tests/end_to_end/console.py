"""A mitmdump that takes command lines, by ``doubles/commander.py``."""

from collections.abc import Callable
from pathlib import Path

from end_to_end.commander import Commander
from end_to_end.proxy import Proxy


class Console:
    """``start`` is given what starts a mitmdump with these arguments and this
    environment; ``folder`` is where commands and answers go."""

    def __init__(self, start: Callable[..., Proxy], folder: Path) -> None:
        self._commander = Commander(folder)
        self.proxy = start(
            *self._commander.arguments, environment=self._commander.environment
        )
        self.proxy.wait_until_listening()

    def __call__(self, line: str) -> dict[str, object]:
        """``{"result": ...}`` or ``{"error": ...}``."""
        return self._commander(self.proxy, line)
