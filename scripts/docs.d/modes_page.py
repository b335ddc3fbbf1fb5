"""Print the table in docs/modes.md from the modes' rules; with --check only compare."""

import sys

from printed import update

from mitmvcr.core.modes import RULES, Mode, Rule


def mode_table() -> str:
    """The mode table in Markdown."""
    head = "| mode | cassette on disk | starts with | a match | no match | writes |"
    rows = [head, "|---|---|---|---|---|---|"]
    for mode in Mode:
        pair = [_cells(RULES[mode, exists]) for exists in (False, True)]
        disk = ["any"] if pair[0] == pair[1] else ["absent", "present"]
        for word, cells in zip(disk, pair, strict=False):
            rows.append("| " + " | ".join([f"`{mode}`", word, *cells]) + " |")
    return "\n".join(rows) + "\n"


def _cells(rule: Rule) -> list[str]:
    if rule.needs_cassette:
        return ["error: cassette not found", "", "", ""]
    start = "the cassette" if rule.loads else "empty" if rule.records else "nothing"
    match = "replay" if rule.looks_up else "not looked up"
    miss = "forward" if rule.forwards else "refuse (424)"
    writes = "yes" if rule.records else "never"
    if rule.replaces:
        writes = "replaces it"
    if rule.records:
        miss += " and record"
    return [start, match, miss, writes]


if __name__ == "__main__":
    sys.exit(update("docs/modes.md", "modes", mode_table(), "the rules"))
