"""An interaction as we write it, with its lines where those of another file begin."""

import re

from mitmvcr.core.errors import CassetteError
from mitmvcr.format.faults import Fault
from mitmvcr.format.items import ItemParser
from mitmvcr.format.lazy import read_item
from mitmvcr.format.lines import Columns

#: Where go-vcr itself begins its lines, and so what the writer writes.
OURS = Columns(dash=4, field=8, name=12, value=16, list_value=12)
#: The end of a line that a literal block belongs to.
_BLOCK = re.compile(rb"[:-] [|>][0-9+-]{0,2}\Z")


def fitted(item: bytes, columns: Columns) -> bytes | None:
    """Return an item of the writer's with its lines in these columns; None where it
    would be read as another."""
    moved = _moved(item, columns)
    if moved is None:
        return None
    try:
        is_same = read_item(moved, ItemParser(columns)) == read_item(
            item, ItemParser(OURS)
        )
    except (CassetteError, Fault):
        return None
    return moved if is_same else None


def _moved(item: bytes, to: Columns) -> bytes | None:
    """Move each line by its level, and a block with the line that it belongs to."""
    levels = {4: to.dash, 6: to.dash + 2, 8: to.field, 12: to.name, 16: to.value}
    lines, shift, block = list[bytes](), 0, -1
    for line in item.split(b"\n"):
        column = len(line) - len(line.lstrip(b" "))
        is_blank = column == len(line)
        if not is_blank and (block < 0 or column <= block):
            if column not in levels:
                return None
            is_listed = column == OURS.list_value and line.startswith(b"- ", column)
            shift = (to.list_value if is_listed else levels[column]) - column
            block = column if _BLOCK.search(line) else -1
        lines.append(line and (b" " * shift + line)[max(0, min(-shift, column)) :])
    return b"\n".join(lines)
