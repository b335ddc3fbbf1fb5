"""``mitmvcr run``: a proxy, a child that is sent to it, and what came of it."""

import asyncio
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli import child, status
from mitmvcr.cli.aftermath import Wishes, conclude, tell_left
from mitmvcr.cli.child import CommandError, Relay
from mitmvcr.cli.environment import LOOPBACK, Facts, child_environment, parse_bypass
from mitmvcr.cli.findings import of_session
from mitmvcr.cli.home import home
from mitmvcr.cli.kit import Kit, write_kit, write_roots
from mitmvcr.cli.options import VcrOptions
from mitmvcr.cli.reports import parse_reports
from mitmvcr.cli.tell import say
from mitmvcr.cli.upstream import inherited_proxy
from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions(VcrOptions):
    """The options as typed."""

    include_localhost: bool = False
    no_proxy: str = ""
    report: tuple[str, ...] = ()
    fail_on_miss: bool = True
    fail_on_unused: bool = False
    drop_unused: bool = False
    allow_idle: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run needs to know, checked."""

    command: Sequence[str]
    settings: Settings
    bypass: Sequence[str]
    upstream: str | None
    inherited: Mapping[str, str]
    home: Path
    wishes: Wishes


def run_command(command: Sequence[str], options: RunOptions) -> int:
    """Run it and return the exit code."""
    try:
        child.find(command[0])
        return asyncio.run(_run(make_plan(command, options, os.environ)))
    except CommandError as error:
        say(f"error: {error}")
        return error.status


def make_plan(
    command: Sequence[str], options: RunOptions, inherited: Mapping[str, str]
) -> Plan:
    """Raises OptionError. Says on stderr what was not asked for in so many words."""
    loopback = () if options.include_localhost else LOOPBACK
    return Plan(
        command=command,
        settings=options.settings(
            options.cassette or _default_cassette(command[0]),
            options.mode or _default_mode(inherited),
        ),
        bypass=(*loopback, *parse_bypass(options.no_proxy)),
        upstream=inherited_proxy(inherited),
        inherited=inherited,
        home=home(inherited),
        wishes=Wishes(
            reports=parse_reports(options.report),
            fail_on_miss=options.fail_on_miss,
            fail_on_unused=options.fail_on_unused,
            drop_unused=options.drop_unused,
            allow_idle=options.allow_idle,
        ),
    )


def _default_cassette(program: str) -> str:
    """By the command's own name: ``./bin/my test`` is ``cassettes/my_test.yaml``."""
    name = re.sub(r"[^\w.-]", "_", os.path.basename(program)).lstrip(".") or "command"
    cassette = os.path.join("cassettes", f"{name}.yaml")
    say(f"no --cassette is given: using {cassette}")
    return cassette


def _default_mode(inherited: Mapping[str, str]) -> str:
    """In CI nothing is ever recorded by accident."""
    if inherited.get("CI", "").strip().lower() in ("", "0", "false"):
        return Mode.RECORD_ONCE
    say("CI is set and no --mode is given: replay_only")
    return Mode.REPLAY_ONLY


async def _run(plan: Plan) -> int:
    with Relay() as relay:
        try:
            with tempfile.TemporaryDirectory(prefix="mitmvcr-") as folder:
                return await _supervise(plan, relay, Path(folder))
        except asyncio.CancelledError:
            if relay.early is None:
                raise
            raise status.Interrupted(relay.early) from None


async def _supervise(plan: Plan, relay: Relay, folder: Path) -> int:
    """The proxy ends, and saves, after the child has ended; then comes the summary."""
    from mitmvcr.mitm.ca import ensure_ca
    from mitmvcr.mitm.launch import running_proxy

    ensure_ca(plan.home)
    # What the child would have trusted the proxy trusts in its place.
    roots = write_roots(folder, plan.inherited)
    proxying = running_proxy(
        plan.settings, confdir=plan.home, upstream=plan.upstream, trusted_ca=roots
    )
    code: int | None = None
    failure = ""
    try:
        async with proxying as proxy:
            proxy.session.log.complete = bool(plan.wishes.reports)
            kit = write_kit(folder, roots, proxy.ca_file, plan.inherited)
            environment = child_environment(
                plan.inherited, _facts(plan, proxy.port, kit)
            )
            code = await relay.run(plan.command, environment)
            if code and not plan.settings.save_failed:
                proxy.session.set_aside()
    except VcrError as error:
        if code is None:
            raise
        failure = str(error)
        say(f"error: {error}")
    bypass = environment.get("NO_PROXY", "")
    allow_idle = plan.wishes.allow_idle
    findings = [*of_session(proxy.session, bypass, allow_idle=allow_idle)]
    if proxy.session.left_in is not None:
        tell_left(proxy.session)
    return conclude(proxy.session, code, failure, plan.wishes, plan.inherited, findings)


def _facts(plan: Plan, port: int, kit: Kit) -> Facts:
    chosen = plan.settings.cassette
    cassette = chosen if isinstance(chosen, str) else os.path.abspath(chosen or "")
    return Facts(port=port, cassette=cassette, kit=kit, bypass=plan.bypass)
