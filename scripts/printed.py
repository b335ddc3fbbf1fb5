"""A page of the documentation whose tables are printed from the code."""

import sys
from collections.abc import Callable
from pathlib import Path


def update(path: Path, page: Callable[[str], str], source: str) -> int:
    """Write the page as it should be, and return the exit status; with --check only
    compare. ``page`` makes it of what stands there, ``source`` says what it is made of.
    """
    text = path.read_text("utf-8")
    if text == page(text):
        return 0
    if sys.argv[1:] == ["--check"]:
        print(f"{path.name} differs from {source}: run scripts/docs", file=sys.stderr)
        return 1
    path.write_text(page(text), "utf-8")
    return 0
