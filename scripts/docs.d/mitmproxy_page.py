"""Print the table in docs/mitmproxy.md from the table of capabilities; with --check
only compare. It needs mitmproxy, which the checks of that table look at."""

import sys

from printed import update

from mitmvcr.proxy.host.capabilities import TABLE, Capability


def table() -> str:
    """The table in Markdown."""
    head = ["| name | read in | without it |", "|---|---|---|"]
    return "\n".join([*head, *map(_row, TABLE), ""])


def _row(each: Capability) -> str:
    name = f"**{each.name}**" if each.guards else each.name
    return f"| {name} | {', '.join(each.read_in)} | {each.lost} |"


if __name__ == "__main__":
    sys.exit(update("docs/mitmproxy.md", "mitmproxy", table(), "the capabilities"))
