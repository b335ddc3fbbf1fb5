"""The table of the suites in docs/clients.md; a row is written when its suite has
passed, and MITMVCR_SUITES_WRITE is set."""

import os
import shlex
from dataclasses import dataclass

from filelock import FileLock

from public.sources import CACHE, ROOT
from public.suites import SUITES, Suite

PAGE = ROOT / "docs" / "clients.md"
BEGIN, END = "<!-- suites -->\n", "<!-- /suites -->"
_COLUMNS = ("package", "language", "asks", "options", "tests", "requests", "left out")
_HEAD = f"| {' | '.join(_COLUMNS)} |\n{'|---' * len(_COLUMNS)}|\n"


@dataclass(frozen=True, slots=True)
class Row:
    """A suite that was green twice: its tests, and the requests that each run made."""

    suite: Suite
    passed: int
    recorded: int

    def __str__(self) -> str:
        suite = self.suite
        hosts = ", ".join(suite.asks) or "a server of its own"
        options = f"`{shlex.join(suite.options)}`" if suite.options else ""
        cells = (f"{suite.package} {suite.version}", suite.language, hosts, options)
        cells += (str(self.passed), str(self.recorded), _left_out(suite))
        line = " | ".join(cell.replace("|", r"\|") for cell in cells)
        return f"| {line} |\n"


def _left_out(suite: Suite) -> str:
    """Return the tests that do not run, those with one reason together."""
    by_reason: dict[str, list[str]] = {}
    for test, reason in suite.left_out.items():
        by_reason.setdefault(reason, []).append(f"`{test}`")
    return "; ".join(f"{', '.join(t)}: {why}" for why, t in by_reason.items())


def write_row(row: Row) -> None:
    if not os.environ.get("MITMVCR_SUITES_WRITE"):
        return
    with FileLock(CACHE / "table.lock"):
        text = PAGE.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        old, _, after = rest.partition(END)
        rows = {line.split(" ")[1]: f"{line}\n" for line in old.splitlines()[2:]}
        rows[row.suite.package] = str(row)
        known = [rows[s.package] for s in SUITES if s.package in rows]
        made = _HEAD + "".join(known)
        PAGE.write_text(f"{before}{BEGIN}{made}{END}{after}", "utf-8")
