"""Try the rules that are learned on altered requests. scripts/altered says more."""

import re
import sys
from pathlib import Path

from learn.altering import program, tried

PAGE = Path(__file__).parents[2] / "docs" / "learning.md"
PROGRAMS = 680


def main() -> int:
    found = [tried(program(number)) for number in range(PROGRAMS)]
    refused = [each for one in found for each in one.refused]
    answered = [each for one in found for each in one.answered]
    rows = (
        ("programs, each recorded twice and learned", f"{PROGRAMS}"),
        ("requests of a third run", f"{sum(each.unaltered for each in found):,}"),
        ("of them refused", f"{len(refused)}"),
        ("altered requests", f"{sum(each.altered for each in found):,}"),
        ("of them answered", f"{len(answered)}"),
    )
    table = "".join(f"| {name} | {value} |\n" for name, value in rows)
    print(table, end="")
    for each in (*refused[:10], *answered[:10]):
        print(each)
    if "--write" in sys.argv:
        text = PAGE.read_text()
        marks = re.compile(r"(<!-- altered\b[^\n]*\n).*(<!-- /altered -->)", re.DOTALL)
        whole = f"\n| | |\n|---|---|\n{table}\n"
        PAGE.write_text(marks.sub(lambda mark: mark[1] + whole + mark[2], text))
    return 1 if refused or answered else 0


if __name__ == "__main__":
    sys.exit(main())
