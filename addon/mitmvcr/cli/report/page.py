"""A report to look at: the page with what came of a run inside."""

from collections.abc import Iterator, Sequence
from typing import Any

from mitmvcr.cli.report.account import Part, RunReport
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.show import Limits, described
from mitmvcr.show.entries import entry_facts, missed_facts
from mitmvcr.show.html import report

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
    return [account.summary.line(), ended, *failed, *(f.text for f in account.findings)]


def _rows(part: Part) -> Iterator[Facts]:
    spans = part.session.log.spans if part.session else []
    for number, entry in enumerate(part.entries):
        span = spans[number] if number < len(spans) else None
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


def without_secrets(
    held: Sequence[Interaction], redactor: Redactor, begins: int = 0
) -> Iterator[Facts]:
    """Yield interactions as they may be shown; ``place`` is where each is found."""
    for at, each in enumerate(held):
        facts = described(at, redactor.interaction(each), LIMITS)
        yield facts | {"place": begins + at}
