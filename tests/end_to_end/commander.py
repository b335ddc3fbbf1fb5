"""Command lines for a mitmdump, which ``doubles/commander.py`` runs as a console."""

import json
import time
from pathlib import Path

from end_to_end.proxy import DOUBLES, END, Proxy


class Commander:
    """Give ``arguments`` and ``environment`` to mitmdump, and call it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._count = 0
        self.arguments = ["-s", str(DOUBLES / "commander.py")]
        self.environment = {"COMMANDS": str(folder)}

    def __call__(self, proxy: Proxy, line: str) -> dict[str, object]:
        """``{"result": ...}`` or ``{"error": ...}``."""
        self._count += 1
        name = self._folder / f"{self._count:03}"
        name.with_suffix(".tmp").write_text(line)
        name.with_suffix(".tmp").rename(name.with_suffix(".command"))
        answer = name.with_suffix(".answer")
        deadline = time.monotonic() + END
        while not answer.exists():
            assert time.monotonic() < deadline, proxy.log
            time.sleep(0.02)
        return json.loads(answer.read_text())
