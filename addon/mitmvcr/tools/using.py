"""What tests asked for, by the reports of their runs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mitmvcr.core.model import Interaction
from mitmvcr.core.urls import url_parts

#: What became of an interaction that a test asked for.
_USED = ("recorded", "replayed")


class ReportError(ValueError):
    """A file is no report; the text says why."""


class Use(NamedTuple):
    """What one run, or one session of it, did with a cassette: ``name`` is its test's.
    ``used`` has the positions with the method and the URL; ``doubt`` is why it does not
    show what is wanted, else empty."""

    name: str
    cassette: str
    used: Mapping[int, tuple[str, str]]
    doubt: str


def read_report(data: bytes, stem: str) -> list[Use]:
    """Read a report of ``mitmvcr run``. A session is named by its cassette,
    a run with one cassette by the report's own name, ``stem``. Raise ReportError."""
    try:
        report = json.loads(data)
    except (ValueError, RecursionError):
        raise ReportError("is no JSON") from None
    if not isinstance(report, dict) or report.get("version") != 1:
        raise ReportError("is not a report of a run")
    parts = report.get("sessions")
    try:
        if parts is None:
            return [_use(report, stem, _doubt(report, report))]
        return [_use(part, "", _doubt(report, part)) for part in parts]
    except (KeyError, TypeError, AttributeError):
        raise ReportError("is not a report of a run") from None


def _use(part: Any, name: str, doubt: str) -> Use:
    used = {
        each["interaction"]: (each["method"], each["url"])
        for each in part["entries"]
        if each["outcome"] in _USED and each["interaction"] is not None
    }
    return Use(name or part["cassette"], part["cassette"], used, doubt)


def _doubt(report: Any, part: Any) -> str:
    """Return what speaks against what a run shows: after one that went wrong nobody
    knows what is wanted."""
    if report["failure"]:
        return "mitmvcr itself failed"
    if part["counts"]["missed"]:
        return "requests had no match"
    return (
        f"the command ended with {status}" if (status := report["exit_status"]) else ""
    )


def does_fit(use: Use, held: Sequence[Interaction]) -> bool:
    """Return whether a cassette is still the one that a report is about, by the method
    and the path of what was used."""
    return all(
        0 <= at < len(held) and _is_alike(held[at], *asked)
        for at, asked in use.used.items()
    )


def _is_alike(held: Interaction, method: str, url: str) -> bool:
    own = url_parts(held.request.url), url_parts(url)
    paths = [parts.path if parts else url for parts in own]
    return (held.request.method or "GET") == method and paths[0] == paths[1]


def used_positions(uses: Sequence[Use]) -> set[int]:
    return {at for use in uses for at in use.used}


def doubts(uses: Sequence[Use]) -> Iterator[str]:
    """Yield why no report may decide what goes, each once."""
    yield from dict.fromkeys(f"{use.name}: {use.doubt}" for use in uses if use.doubt)
