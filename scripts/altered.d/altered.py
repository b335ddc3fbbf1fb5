"""Try the rules that are learned on altered requests. scripts/altered says more."""

import sys

from printed import update

from learn.altering import program, tried

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
    whole = f"\n| | |\n|---|---|\n{table}\n"
    if "--write" in sys.argv and update(
        "docs/learning.md", "altered", whole, "scripts/altered"
    ):
        return 1
    return 1 if refused or answered else 0


if __name__ == "__main__":
    sys.exit(main())
