"""Print the table of moved times in docs/time.md from the code; with --check only
compare."""

import sys
from collections.abc import Mapping

from printed import update

from mitmvcr.clock import table

KINDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("header", table.HEADERS),
    ("header `Set-Cookie`", {"Expires": table.COOKIE_SOURCE}),
    ("JSON or XML", table.MEMBERS),
    ("URL", table.PARAMETERS),
    ("claim of a JWT", table.CLAIMS),
)


def text() -> str:
    lines = ["| stands in | name | source |", "|---|---|---|"]
    for kind, rows in KINDS:
        lines += [f"| {kind} | `{name}` | {source} |" for name, source in rows.items()]
    return "\n".join(["", *lines, ""])


if __name__ == "__main__":
    sys.exit(update("docs/time.md", "moved", text(), "the table"))
