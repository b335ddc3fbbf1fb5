"""A mitmdump that takes command lines, by ``doubles/commander.py``."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

from end_to_end.proxy import DOUBLES, Proxy
from patience import wait_until

COMMANDER = ("-s", DOUBLES / "commander.py")


class Console:
    """``start`` is given what starts a mitmdump with these arguments and this
    environment; ``folder`` is where commands and answers go."""

    def __init__(self, start: Callable[..., Proxy], folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        folder.mkdir(exist_ok=True)
        self.proxy = start(*COMMANDER, environment={"COMMANDS": str(folder)})
        self.proxy.wait_until_listening()

    def __call__(self, line: str) -> dict[str, object]:
        """``{"result": ...}`` or ``{"error": ...}``."""
        name = self._folder / f"{next(self._numbers):05}"
        name.with_suffix(".tmp").write_text(line)
        name.with_suffix(".tmp").rename(name.with_suffix(".command"))
        answer = name.with_suffix(".answer")

        def answered() -> bool:
            assert self.proxy.running, self.proxy.log
            return answer.exists()

        wait_until(f"an answer to {line}", answered, shown=lambda: self.proxy.log)
        found = json.loads(answer.read_text())
        answer.unlink()
        return found
