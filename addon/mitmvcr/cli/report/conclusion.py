"""When the command has ended: what is printed, what is written, and the exit code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import Part, RunReport
from mitmvcr.cli.report.console import print_misses, print_remedy, say
from mitmvcr.cli.report.files import Target, write_reports
from mitmvcr.cli.report.findings import Finding
from mitmvcr.cli.report.github import annotate, annotate_findings
from mitmvcr.cli.report.last import keep_misses
from mitmvcr.core.errors import VcrError
from mitmvcr.core.wording import number_of, shown
from mitmvcr.miss.report import Outcome
from mitmvcr.options import REPORT
from mitmvcr.session import Session
from mitmvcr.session.unused import drop_unused, entries, why_keep_unused

if TYPE_CHECKING:
    from mitmvcr.proxy.launch import Proxy

_NAMED = 10


@dataclass(frozen=True, slots=True)
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
    summary = proxy.summary()
    _print_failures(proxy, policy, environment, findings)
    keep_misses(proxy.sessions, environment)
    unused_fails = policy.fail_on_unused and child == 0 and summary.unused > 0
    try:
        if policy.reports:
            _write(proxy, child, failure, policy, findings)
        if policy.drop_unused and child == 0:
            are_dropped = [_drop_unused(session) for session in proxy.sessions]
            unused_fails = unused_fails and not all(are_dropped)
        if unused_fails:
            _print_unused(proxy.sessions, named=proxy.settings.dir is not None)
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
) -> None:
    """Print findings and misses, for people and for GitHub."""
    for each in findings:
        say(each.text)
    annotate_findings(findings, environment)
    level = "error" if policy.fail_on_miss else "warning"
    missed = [session for session in proxy.sessions if session.log.misses]
    for session in missed[:_NAMED]:
        cassette, misses = session.store.name, session.log.misses
        print_misses(misses, cassette if proxy.settings.dir else "")
        annotate(misses, cassette, environment, level=level)
    if len(missed) > _NAMED:
        others = len(missed) - _NAMED
        say(f"and misses in {others} other cassettes; {REPORT.word} has them all")
    print_remedy(miss for each in missed for miss in each.log.misses)


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
    count = drop_unused(session)
    say(f"{session.store.name}: {count} unused interactions dropped")
    return True


def _print_unused(sessions: Sequence[Session], *, named: bool) -> None:
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
        say(f"and {len(unused) - _NAMED} others; {REPORT.word} has them all")


def tell_left(session: Session) -> None:
    """Say where the recording is that a failed command left unsaved."""
    name, place = session.store.name, session.left_in
    say(
        f"the command failed, so {name} stays as it was; the recording is in {place}:"
        f" run 'mitmvcr cassette recover {name}', or delete the file"
    )
