"""Print the table of rules in docs/refresh.md from the code; with --check only
compare."""

import sys

from printed import update

from mitmvcr.cli.refresh.reports import CODES
from mitmvcr.drift import RULES


def text() -> str:
    lines = ["| tier | exit code | rule | it means |", "|---|---|---|---|"]
    rows = sorted(RULES.items(), key=lambda each: -each[1][0])
    lines += [
        f"| {tier} | {CODES[tier]} | `{rule}` | {said} |" for rule, (tier, said) in rows
    ]
    return "\n".join(["", *lines, ""])


if __name__ == "__main__":
    sys.exit(update("docs/refresh.md", "rules", text(), "the table"))
