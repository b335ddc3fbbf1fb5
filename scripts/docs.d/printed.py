"""A page of the documentation whose tables are printed from the code."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def update(name: str, tables: str, source: str, path: Path | None = None) -> int:
    """Write the tables into ``path``, by default docs/NAME.md, and return the exit
    status; with --check only compare. They stand between ``<!-- NAME ... -->`` and
    ``<!-- /NAME -->``; ``source`` says what they are made of.
    """
    path = path or DOCS / f"{name}.md"
    text = path.read_text("utf-8")
    marks = re.compile(rf"(<!-- {name}\b[^\n]*\n).*(<!-- /{name} -->)", re.DOTALL)
    page, count = marks.subn(lambda mark: f"{mark[1]}{tables}{mark[2]}", text)
    if count != 1:
        print(f"{path.name} has no line <!-- {name} -->", file=sys.stderr)
        return 1
    if text == page:
        return 0
    if sys.argv[1:] == ["--check"]:
        print(f"{path.name} differs from {source}: run scripts/docs", file=sys.stderr)
        return 1
    path.write_text(page, "utf-8")
    return 0
