"""When the command has ended: what is printed, what is written, and the exit code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import RunReport
from mitmvcr.cli.report.console import print_misses, say
from mitmvcr.cli.report.files import Target, write_reports
from mitmvcr.cli.report.findings import Finding
from mitmvcr.cli.report.github import annotate, annotate_findings
from mitmvcr.core.errors import VcrError
from mitmvcr.core.wording import shown
from mitmvcr.miss.report import Outcome
from mitmvcr.options import REPORT
from mitmvcr.session import Session
from mitmvcr.unused import drop_unused, entries, why_keep_unused

_NAMED = 10


@dataclass(frozen=True, slots=True)
class RunPolicy:
    """What the user wants to follow a run."""

    reports: tuple[Target, ...] = ()
    fail_on_miss: bool = True
    fail_on_unused: bool = False
    drop_unused: bool = False
    allow_idle: bool = False


def conclude(
    session: Session,
    child: int,
    failure: str,
    policy: RunPolicy,
    environment: Mapping[str, str],
    findings: Sequence[Finding] = (),
) -> int:
    """Tell what came of the session, which is closed, and return the exit code.

    ``child`` is the command's exit code; ``failure`` what went wrong here so far.
    """
    summary = session.summary()
    _print_failures(session, policy, environment, findings)
    unused_fails = policy.fail_on_unused and child == 0 and summary.unused > 0
    try:
        if policy.reports:
            _write(session, child, failure, policy, findings)
        if policy.drop_unused and child == 0 and _drop_unused(session):
            unused_fails = False
        if unused_fails:
            _print_unused(session)
    except VcrError as error:
        say(f"error: {error}")
        failure = failure or str(error)
    say(summary.line())
    return status.of_run(
        child,
        missed=summary.missed if policy.fail_on_miss else 0,
        unused=summary.unused if unused_fails else 0,
        failed=bool(failure),
        faults=sum(each.fails for each in findings),
    )


def _print_failures(
    session: Session,
    policy: RunPolicy,
    environment: Mapping[str, str],
    findings: Sequence[Finding],
) -> None:
    """Print findings and misses, for people and for GitHub."""
    for each in findings:
        say(each.text)
    annotate_findings(findings, environment)
    misses = session.log.misses
    print_misses(misses)
    level = "error" if policy.fail_on_miss else "warning"
    annotate(misses, session.summary().cassette, environment, level=level)


def _write(
    session: Session,
    child: int,
    failure: str,
    policy: RunPolicy,
    findings: Sequence[Finding],
) -> None:
    account = RunReport(
        summary=session.summary(),
        entries=entries(session),
        failure=failure,
        exit_status=child,
        fail_on_unused=policy.fail_on_unused,
        findings=findings,
    )
    write_reports(policy.reports, account)


def _drop_unused(session: Session) -> bool:
    """Drop the unused interactions if that was asked for, and return whether none are
    left. Only a run that went well shows which are unused."""
    if not session.deck.unused_count:
        return True
    if why := why_keep_unused(session):
        say(f"the unused interactions stay in the cassette: {why}")
        return False
    count = drop_unused(session)
    say(f"{session.store.name}: {count} unused interactions dropped")
    return True


def _print_unused(session: Session) -> None:
    unused = [e for e in entries(session) if e.outcome is Outcome.UNUSED]
    for entry in unused[:_NAMED]:
        request = f"{shown(entry.method)} {shown(entry.url, 300)}"
        say(f"unused: interaction {entry.interaction}: {request}")
    if len(unused) > _NAMED:
        say(f"and {len(unused) - _NAMED} others; {REPORT.word} has them all")


def tell_left(session: Session) -> None:
    """Say where the recording is that a failed command left unsaved."""
    name, place = session.store.name, session.left_in
    say(
        f"the command failed, so {name} stays as it was; the recording is in {place}:"
        f" run 'mitmvcr cassette recover {name}', or delete the file"
    )
