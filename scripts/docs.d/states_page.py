"""Print the states of a flow in CONTRIBUTING.md from their table; with --check only
compare."""

import sys

from printed import update

from mitmvcr.proxy.flow.states import MOVES, Event, State


def state_table() -> str:
    """Return which hook leads from which state to which, in Markdown."""
    states = [state for state in State if state is not State.ENDED]
    rows = [f"| hook | {' | '.join(states)} |", "|---" * (len(states) + 1) + "|"]
    for event in Event:
        cells = [MOVES[state].get(event, "") for state in states]
        rows.append(f"| {event} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(update("CONTRIBUTING.md", "states", state_table(), "the table of states"))
