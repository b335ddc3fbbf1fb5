"""What became of requests, in a table."""

from typing import Any

from mitmvcr.miss.report import Entry, miss_facts
from mitmvcr.show.rows import printable

Facts = dict[str, Any]


def entry_facts(
    number: int, entry: Entry, span: tuple[float, float] | None = None
) -> Facts:
    """Return an entry of a session's log as values for JSON, without its miss; ``span``
    is when it began and ended, in seconds since the epoch."""
    facts: Facts = {
        "n": number,
        "outcome": str(entry.outcome),
        "method": printable(entry.method),
        "url": printable(entry.url),
        "interaction": entry.interaction,
        "status": entry.status,
        "size": entry.size,
        "duration_ms": None if entry.duration is None else entry.duration / 1e6,
        "protocol": entry.protocol,
        "media": entry.media,
        "note": entry.note,
    }
    if span is not None:
        began, ended = span
        facts |= {
            "began": round(began, 4),
            "lasted_ms": round((ended - began) * 1e3, 2),
        }
    return facts


def missed_facts(entry: Entry) -> Facts:
    """Return why an entry missed; nothing where it did not."""
    return {} if entry.miss is None else {"miss": miss_facts(entry.miss)}
