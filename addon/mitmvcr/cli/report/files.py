"""Reports: what became of each request and each interaction, for programs."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli.report.account import Part, RunReport, seconds
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.miss.report import Entry, miss_facts
from mitmvcr.options import RECEIPT, REPORT
from mitmvcr.store.files import check_replaceable, put, remedy_for, why

_REMEDY = "name a file.json, a file.xml (JUnit), a file.html, or - for JSON on stdout"


@dataclass(frozen=True, slots=True)
class Target:
    """``path`` is None for stdout, which gets JSON; else its extension says what."""

    path: Path | None

    @property
    def kind(self) -> str:
        return ".json" if self.path is None else self.path.suffix.lower()


def parse_reports(texts: Sequence[str]) -> tuple[Target, ...]:
    """Return the reports to write; the extension gives the kind. Raise OptionError,
    also for a folder that cannot be written to: after a long run it would be too
    late."""
    return tuple(map(_parse, dict.fromkeys(texts)))


def _parse(text: str) -> Target:
    if text == "-":
        return Target(None)
    return Target(_parse_place(REPORT.vcr, text, tuple(_WRITERS), _REMEDY))


def parse_receipt(text: str) -> Path | None:
    """Return where the receipt goes, None for none. Raise OptionError."""
    if not text:
        return None
    return _parse_place(RECEIPT.vcr, text, (".json",), "name a file.json")


def _parse_place(option: str, text: str, suffixes: Sequence[str], remedy: str) -> Path:
    path = Path(os.path.expanduser(text))
    if path.suffix.lower() not in suffixes or os.path.isdir(path):
        raise OptionError(option, text, remedy)
    check_place(option, path)
    return path


def check_place(option: str, path: Path) -> None:
    """Make the folder of a file, and try to write there. Raise OptionError: after a
    long run it would be too late."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_replaceable(path)
    except OSError as error:
        remedy = f"cannot be written: {why(error)}: {remedy_for(error.errno)}"
        raise OptionError(option, path, remedy) from error


def write_reports(targets: Sequence[Target], account: RunReport) -> None:
    """Write each report whole or not at all; a failure keeps none of the others. Raise
    VcrError, of the first that failed."""
    failed: list[VcrError] = []
    for target in targets:
        try:
            _write(target, _WRITERS[target.kind](account))
        except VcrError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def _write(target: Target, data: bytes) -> None:
    if target.path is not None:
        put(target.path, data)
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except OSError as error:
        problem = f"stdout: cannot be written: {why(error)}"
        raise VcrError(problem, remedy=remedy_for(error.errno)) from error


def to_json(account: RunReport) -> bytes:
    report: dict[str, object] = {
        "version": 1,
        **account.summary.facts,
        "exit_status": account.exit_status,
        "failure": account.failure or None,
        "findings": [
            {"kind": each.kind, "fails": each.fails, "text": each.text}
            for each in account.findings
        ],
        "oldest": [each.facts for each in account.ages],
    }
    if account.named:
        report["requests_without_session"] = account.unnamed
        report["failed_sessions"] = account.failed_sessions
        report["sessions"] = [_part(part) for part in account.parts]
    else:
        report["spend"] = _spend(account.parts[0]) if account.parts else {}
        report["entries"] = [_entry(entry) for entry in account.entries]
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _to_junit(account: RunReport) -> bytes:
    from mitmvcr.cli.report.junit import to_junit  # with XML

    return to_junit(account)


def _to_page(account: RunReport) -> bytes:
    from mitmvcr.cli.report.page import to_page  # with redaction

    return to_page(account)


#: What writes a report, by the extension of its file.
_WRITERS: dict[str, Callable[[RunReport], bytes]] = {
    ".json": to_json,
    ".xml": _to_junit,
    ".html": _to_page,
}


def _part(part: Part) -> dict[str, object]:
    return {
        **part.summary.facts,
        "spend": _spend(part),
        "entries": [_entry(entry) for entry in part.entries],
    }


def _spend(part: Part) -> dict[str, object]:
    """Return calls and tokens, of what answers say that they used."""
    return {name: {**each._asdict()} for name, each in part.spend.items() if each.calls}


def _entry(entry: Entry) -> dict[str, object]:
    facts: dict[str, object] = {
        "outcome": str(entry.outcome),
        "interaction": entry.interaction,
        "method": entry.method,
        "url": entry.url,
        "status": entry.status,
        "seconds": seconds(entry),
    }
    if entry.note:
        facts["note"] = entry.note
    return facts if entry.miss is None else facts | {"miss": miss_facts(entry.miss)}
