"""The table in docs/clients.md, of what the clients did."""

import datetime
from collections.abc import Sequence

from recipe import ROOT
from trial import Outcome

PAGE = ROOT / "docs" / "clients.md"
BEGIN, END = "<!-- clients -->\n", "<!-- /clients -->"


def write_table(outcomes: Sequence[Outcome], day: datetime.date) -> None:
    """Put the results in place of those that stand there."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}{table(outcomes, day)}{END}{after}", "utf-8")


def table(outcomes: Sequence[Outcome], day: datetime.date) -> str:
    columns = ("client", "version", "needs, of what a run sets")
    columns += ("captured", "trusted", "replayed")
    head = [
        f"Tried on {day:%d %B %Y}.\n".replace(" 0", " "),
        f"| {' | '.join(columns)} |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *sorted(map(_row, outcomes), key=str.lower), ""])


def _row(one: Outcome) -> str:
    recipe = one.recipe
    needs = recipe.limit + ("; or `--isolate --transparent`" if one.diverted else "")
    needs = needs or ", ".join(f"`{name}`" for name in recipe.sets)
    marks = [one.captured, one.trusted, one.replayed]
    cells = [recipe.title, one.version, needs, *("yes" if m else "no" for m in marks)]
    return f"| {' | '.join(cells)} |"
