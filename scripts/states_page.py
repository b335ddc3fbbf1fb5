"""Print the states of a flow in CONTRIBUTING.md from their table; with --check only
compare."""

import sys
from pathlib import Path

from printed import update

from mitmvcr.proxy.states import MOVES, Event, State

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
BEGIN, END = "<!-- states -->\n", "<!-- /states -->"


def page(text: str) -> str:
    """Return the page with its table as it should be."""
    head, _, rest = text.partition(BEGIN)
    foot = rest.partition(END)[2]
    return "".join([head, BEGIN, state_table(), END, foot])


def state_table() -> str:
    """Return which hook leads from which state to which, in Markdown."""
    states = [state for state in State if state is not State.ENDED]
    rows = [f"| hook | {' | '.join(states)} |", "|---" * (len(states) + 1) + "|"]
    for event in Event:
        cells = [MOVES[state].get(event, "") for state in states]
        rows.append(f"| {event} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(update(PAGE, page, "the table of states"))
