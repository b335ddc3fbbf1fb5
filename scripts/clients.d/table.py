"""The table in docs/clients.md, of what the clients did."""

import datetime
from collections.abc import Sequence

from recipe import ROOT
from trial import Outcome

PAGE = ROOT / "docs" / "clients.md"
BEGIN, END = "<!-- clients -->\n", "<!-- /clients -->"


def write_table(outcomes: Sequence[Outcome], day: datetime.date) -> None:
    """Put the results in place of those that stand there; the others stay if they are
    of this day."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    mine = {one.recipe.title for one in outcomes}
    rows = [row for row in old.splitlines()[4:] if row.split(" | ")[0][2:] not in mine]
    if rows and not old.startswith(_said(day)):
        raise SystemExit("the table is of another day: write all of it, with no names")
    made = table(outcomes, day, rows)
    PAGE.write_text(f"{before}{BEGIN}{made}{END}{after}", "utf-8")


def _said(day: datetime.date) -> str:
    return f"Tried on {day:%d %B %Y}.\n".replace(" 0", " ")


def table(
    outcomes: Sequence[Outcome], day: datetime.date, others: Sequence[str] = ()
) -> str:
    columns = ("client", "version", "needs, of what a run sets")
    columns += ("captured", "trusted", "replayed")
    head = [
        _said(day),
        f"| {' | '.join(columns)} |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join(
        [*head, *sorted([*others, *map(_row, outcomes)], key=str.lower), ""]
    )


def _row(one: Outcome) -> str:
    recipe = one.recipe
    needs = recipe.limit + ("; or `--isolate --transparent`" if one.diverted else "")
    needs = needs or ", ".join(f"`{name}`" for name in recipe.sets)
    marks = [one.captured, one.trusted, one.replayed]
    cells = [recipe.title, one.version, needs, *("yes" if m else "no" for m in marks)]
    return f"| {' | '.join(cells)} |"
