"""A page of the documentation whose tables are printed from the code."""

import re
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]


def update(
    page: str,
    name: str,
    tables: str,
    source: str,
    *,
    check: bool | None = None,
    command: str = "scripts/docs",
) -> int:
    """Write the tables into a page, between ``<!-- NAME ... -->`` and ``<!-- /NAME
    -->``, and return the exit status. ``check``, by default what the command line says:
    only compare, and name the command that writes. ``source`` says what they are made
    of.
    """
    path = TOP / page
    text = path.read_text("utf-8")
    marks = re.compile(rf"(<!-- {name}\b[^\n]*\n).*(<!-- /{name} -->)", re.DOTALL)
    written, count = marks.subn(lambda mark: f"{mark[1]}{tables}{mark[2]}", text)
    if count != 1:
        print(f"{page} has no line <!-- {name} -->", file=sys.stderr)
        return 1
    if text == written:
        return 0
    if sys.argv[1:] == ["--check"] if check is None else check:
        print(f"{page} differs from {source}: run {command}", file=sys.stderr)
        return 1
    path.write_text(written, "utf-8")
    return 0
