"""A report to look at: the page with what came of a run inside."""

from collections.abc import Iterator, Sequence
from typing import Any

from mitmvcr.cli.report.account import Part, RunReport
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.show import Limits, Row, described
from mitmvcr.show.compared import Compared, differ_facts
from mitmvcr.show.html import report
from mitmvcr.show.rows import entry_facts, missed_facts

Facts = dict[str, Any]

#: A body longer than this is cut, so that the file opens.
LIMITS = Limits(64 << 10, 500)


def to_page(account: RunReport) -> bytes:
    """Return the report as one HTML file."""
    rows: list[Facts] = []
    whole: list[Facts] = []
    for number, part in enumerate(account.parts):
        begins = len(whole)
        whole += _whole(part, begins)
        for row in _rows(part):
            row["key"] = f"{number}-{len(rows)}"
            if account.named:
                row["session"] = part.summary.cassette
            if row["interaction"] is not None:
                row["place"] = begins + row["interaction"]
            rows.append(row)
    text = report(f"mitmvcr: {account.summary.cassette}", _facts(account), rows, whole)
    return text.encode("utf-8", "backslashreplace")


def _facts(account: RunReport) -> list[str]:
    ended = f"the command exited with {account.exit_status}"
    failed = [account.failure] if account.failure else []
    found = [each.text for each in account.findings]
    saved = [account.saved] if account.saved else []
    old = [str(each) for each in account.ages if str(each) not in " ".join(found)]
    return [account.summary.line(), ended, *failed, *found, *saved, *old]


def _rows(part: Part) -> Iterator[Facts]:
    log = part.session.log if part.session else None
    for number, entry in enumerate(part.entries):
        span = log.span(number) if log and number < len(log) else None
        yield entry_facts(number, entry, span) | missed_facts(entry)


def _whole(part: Part, begins: int) -> list[Facts]:
    """Return the interactions of a session, which is closed; none where its cassette
    cannot be read."""
    session = part.session
    if session is None or not session.store.exists():
        return []
    try:
        held = session.store.load().interactions
        return [*without_secrets(held, session.redactor, begins)]
    except CassetteError:
        return []


def to_difference(
    names: tuple[str, str],
    sides: tuple[Sequence[Interaction], Sequence[Interaction]],
    compared: Sequence[Compared],
    said: str,
) -> bytes:
    """Return two cassettes, from which secrets are out, beside each other as one HTML
    file; ``said`` is their difference in few words."""
    rows: list[Facts] = []
    whole: list[Facts] = []
    for each in compared:
        places = []
        for at, side in zip(each.pair.positions, sides, strict=True):
            # Of equal ones the second is enough.
            if at is not None and (each.outcome != "same" or side is sides[1]):
                places.append(len(whole))
                facts = described(at, side[at], LIMITS)
                whole.append(facts | {"place": len(whole), "url": each.url})
        rows.append(
            _difference_row(each, whole[-1], f"{len(rows)}") | {"places": places}
        )
    text = report(f"A {names[0]}, B {names[1]}", [said], rows, whole, names)
    return text.encode("utf-8", "backslashreplace")


def _difference_row(each: Compared, last: Facts, key: str) -> Facts:
    """Return a row of the table; what it shares with a cassette's is that of the last
    side that there is."""
    facts = {name: last[name] for name in Row._fields}
    numbers = dict.fromkeys(at for at in each.pair.positions if at is not None)
    facts |= {
        "key": key,
        "interaction": " → ".join(map(str, numbers)),
        "outcome": each.outcome,
        "states": each.status.replace("->", "→"),
        "place": last["place"],
    }
    if each.changes.found:
        facts["changes"] = {
            "matches": each.pair.matches,
            **differ_facts(each.changes),
            "texts": [{"place": p, **text} for p, text in each.changes.texts],
        }
    return facts


def without_secrets(
    held: Sequence[Interaction], redactor: Redactor, begins: int = 0
) -> Iterator[Facts]:
    """Yield interactions as they may be shown; ``place`` is where each is found."""
    for at, each in enumerate(held):
        facts = described(at, redactor.interaction(each), LIMITS)
        yield facts | {"place": begins + at}
