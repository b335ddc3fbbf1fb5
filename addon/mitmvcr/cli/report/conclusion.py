"""When the command has ended: what is printed, what is written, and the exit code.

GitHub's runner reads its annotations from a step's stderr as well as from its stdout
(actions/runner, ScriptHandler.cs), so that stdout stays the child's.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import Part, RunReport, keep_misses
from mitmvcr.cli.report.console import (
    ALL_OF_THEM,
    one_line,
    print_misses,
    print_remedy,
    say,
    tell,
)
from mitmvcr.cli.report.files import Target, write_reports
from mitmvcr.cli.report.findings import Finding
from mitmvcr.core.errors import VcrError
from mitmvcr.core.wording import number_of, shown
from mitmvcr.miss.report import Miss, Outcome
from mitmvcr.session import Session
from mitmvcr.session.unused import (
    count_together,
    drop_unused,
    entries,
    why_keep_unused,
)

if TYPE_CHECKING:
    from mitmvcr.proxy.launch import Proxy


#: GitHub shows no more of one step.
_MOST = 10


def annotate(
    misses: Mapping[Miss, int],
    cassette: str,
    environment: Mapping[str, str],
    *,
    level: str,
) -> None:
    """Write an annotation for each miss, in GitHub Actions only. ``level`` is ``error``
    or ``warning``."""
    if environment.get("GITHUB_ACTIONS") != "true" or not misses:
        return
    properties = "title=" + _property("No recorded interaction matches")
    if place := _in_workspace(cassette, environment):
        properties = f"file={_property(place)},{properties}"
    for miss, times in list(misses.items())[:_MOST]:
        text = _data(one_line(miss, times))
        tell(f"::{level} {properties}::{text}")
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        _append(Path(path), _summary(misses, cassette))


def annotate_findings(
    findings: Iterable[Finding], environment: Mapping[str, str]
) -> None:
    """Write an error for each finding that fails the run, a warning for the others."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return
    for each in findings:
        level = "error" if each.fails else "warning"
        tell(f"::{level} title=mitmvcr::{_data(each.text)}")


def _data(text: str) -> str:
    """Escape a text as actions/toolkit does (packages/core, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _in_workspace(cassette: str, environment: Mapping[str, str]) -> str:
    """Return the path in the repository: GitHub shows an annotation for no other."""
    workspace = environment.get("GITHUB_WORKSPACE")
    if not workspace:
        return ""
    path = os.path.relpath(os.path.abspath(cassette), workspace)
    outside = path.startswith(os.pardir) or os.path.isabs(path)
    return "" if outside else path.replace(os.sep, "/")


def _summary(misses: Mapping[Miss, int], cassette: str) -> str:
    """Return Markdown; what was asked stands in code, where it cannot be markup."""
    lines = [f"### mitmvcr: requests without a match in {_code(cassette)}", ""]
    lines += [f"- {_code(one_line(miss, times))}" for miss, times in misses.items()]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        say(f"GITHUB_STEP_SUMMARY={path} cannot be written: {error.strerror}")


_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPolicy:
    """What the user wants to follow a run."""

    reports: tuple[Target, ...] = ()
    fail_on_miss: bool = True
    fail_on_unused: bool = False
    drop_unused: bool = False
    allow_idle: bool = False
    max_age: float | None = None
    fail_on_age: bool = False


def conclude(
    proxy: "Proxy",
    child: int,
    failure: str,
    policy: RunPolicy,
    environment: Mapping[str, str],
    findings: Sequence[Finding] = (),
) -> int:
    """Tell what came of the sessions, which are closed, and return the exit code.

    ``child`` is the command's exit code; ``failure`` what went wrong here so far.
    """
    count_together(proxy.sessions)
    summary = proxy.summary()
    kept = keep_misses(proxy.sessions, environment)
    _print_failures(proxy, policy, environment, findings, kept)
    unused_fails = policy.fail_on_unused and child == 0 and summary.unused > 0
    try:
        if policy.reports:
            _write(proxy, child, failure, policy, findings)
        if policy.drop_unused and child == 0:
            are_dropped = [_drop_unused(session) for session in proxy.sessions]
            unused_fails = unused_fails and not all(are_dropped)
        if unused_fails:
            rest = _where_all_are(policy.reports)
            _print_unused(proxy.sessions, rest, named=proxy.settings.dir is not None)
    except VcrError as error:
        say(f"error: {error}")
        failure = failure or str(error)
    has_folder = proxy.settings.dir is not None
    say(summary.line("folder" if has_folder else "cassette"))
    if proxy.unnamed:
        say(f"default: {number_of(proxy.unnamed, 'request')} named no session")
    return status.of_run(
        child,
        missed=summary.missed if policy.fail_on_miss else 0,
        unused=summary.unused if unused_fails else 0,
        failed=bool(failure),
        faults=sum(each.fails for each in findings),
    )


def _print_failures(
    proxy: "Proxy",
    policy: RunPolicy,
    environment: Mapping[str, str],
    findings: Sequence[Finding],
    kept: Path | None,
) -> None:
    """Print findings and misses, for people and for GitHub; ``kept`` has all misses, if
    anything has."""
    for each in findings:
        say(each.text)
    annotate_findings(findings, environment)
    level = "error" if policy.fail_on_miss else "warning"
    missed = [session for session in proxy.sessions if session.log.misses]
    rest = _where_all_are(policy.reports, kept)
    for session in missed[:_NAMED]:
        cassette, misses = session.store.name, session.log.misses
        print_misses(misses, cassette if proxy.settings.dir else "", rest)
        annotate(misses, cassette, environment, level=level)
    if len(missed) > _NAMED:
        others = number_of(len(missed) - _NAMED, "other cassette")
        say(f"and misses in {others}; {rest}")
    print_remedy(miss for each in missed for miss in each.log.misses)


def _where_all_are(reports: Sequence[Target], kept: Path | None = None) -> str:
    """Return what says where all can be read that are not shown."""
    if place := next((each.path for each in reports if each.path), kept):
        return f"{place} has them all"
    return ALL_OF_THEM


def _write(
    proxy: "Proxy",
    child: int,
    failure: str,
    policy: RunPolicy,
    findings: Sequence[Finding],
) -> None:
    account = RunReport(
        summary=proxy.summary(),
        failure=failure,
        exit_status=child,
        fail_on_unused=policy.fail_on_unused,
        findings=findings,
        parts=[Part(each.summary(), entries(each), each) for each in proxy.sessions],
        named=proxy.settings.dir is not None,
        unnamed=proxy.unnamed,
        failed_sessions=proxy.failed_sessions,
    )
    write_reports(policy.reports, account)
    if saved := account.saved:
        say(saved)


def _drop_unused(session: Session) -> bool:
    """Drop the unused interactions if that was asked for, and return whether none are
    left. Only a run that went well shows which are unused."""
    if not session.deck.unused_count:
        return True
    if why := why_keep_unused(session):
        name = session.store.name
        say(f"the unused interactions stay in {name}: {why}")
        return False
    count = number_of(drop_unused(session), "unused interaction")
    say(f"{session.store.name}: {count} dropped")
    return True


def _print_unused(sessions: Sequence[Session], rest: str, *, named: bool) -> None:
    unused = [
        (f" in {session.store.name}" if named else "", entry)
        for session in sessions
        for entry in entries(session)
        if entry.outcome is Outcome.UNUSED
    ]
    for where, entry in unused[:_NAMED]:
        request = f"{shown(entry.method)} {shown(entry.url, 300)}"
        say(f"unused{where}: interaction {entry.interaction}: {request}")
    if len(unused) > _NAMED:
        say(f"and {number_of(len(unused) - _NAMED, 'other')}; {rest}")
