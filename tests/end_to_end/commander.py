"""Command lines for a mitmdump, which ``doubles/commander.py`` runs as a console."""

import itertools
import json
from pathlib import Path

from end_to_end.proxy import DOUBLES, Proxy
from patience import wait_until


class Commander:
    """Give ``arguments`` and ``environment`` to mitmdump, and call it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count()
        self.arguments = ["-s", str(DOUBLES / "commander.py")]
        self.environment = {"COMMANDS": str(folder)}

    def __call__(self, proxy: Proxy, line: str) -> dict[str, object]:
        """``{"result": ...}`` or ``{"error": ...}``."""
        name = self._folder / f"{next(self._numbers):05}"
        name.with_suffix(".tmp").write_text(line)
        name.with_suffix(".tmp").rename(name.with_suffix(".command"))
        answer = name.with_suffix(".answer")

        def answered() -> bool:
            assert proxy.running, proxy.log
            return answer.exists()

        wait_until(f"an answer to {line}", answered, shown=lambda: proxy.log)
        found = json.loads(answer.read_text())
        answer.unlink()
        return found
