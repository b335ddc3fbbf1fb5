"""``mitmvcr run``: a proxy, a child that is sent to it, and what came of it."""

import asyncio
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli import child, status
from mitmvcr.cli.aftermath import Wishes, conclude, tell_idle, tell_left
from mitmvcr.cli.child import CommandError, Relay
from mitmvcr.cli.environment import LOOPBACK, Facts, child_environment, parse_bypass
from mitmvcr.cli.home import home
from mitmvcr.cli.kit import Kit, write_kit, write_roots
from mitmvcr.cli.reports import parse_reports
from mitmvcr.cli.tell import say
from mitmvcr.cli.upstream import inherited_proxy
from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.core.secrets.rules import DEFAULT, Rules
from mitmvcr.settings import Settings, parse_settings


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options as typed."""

    cassette: str | None = None
    mode: str | None = None
    allow_repeats: str | None = None
    latency: str = "0"
    passthrough: tuple[str, ...] = ()
    layout: str = "v4"
    record_chunks: bool = False
    record_errors: bool = False
    partial: str = "keep"
    websocket: bool = False
    fsync: str = "close"
    write_empty: bool = False
    keep_volatile: bool = False
    spool: str = "1m"
    save_failed: str = "yes"
    view: str = "go"
    match: str = ""
    ignore_headers: tuple[str, ...] = ()
    ignore_query: tuple[str, ...] = ()
    ignore_json: tuple[str, ...] = ()
    ignore_form: tuple[str, ...] = ()
    base_url_map: tuple[str, ...] = ()
    hooks: str = ""
    redaction: Rules = DEFAULT
    include_localhost: bool = False
    no_proxy: str = ""
    report: tuple[str, ...] = ()
    fail_on_miss: bool = True
    fail_on_unused: bool = False
    drop_unused: bool = False


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
        settings=parse_settings(
            cassette=options.cassette or _default_cassette(command[0]),
            mode=options.mode or _default_mode(inherited),
            allow_repeats=options.allow_repeats or "no",
            latency=options.latency,
            passthrough=options.passthrough,
            layout=options.layout,
            record_chunks="yes" if options.record_chunks else "no",
            record_errors="yes" if options.record_errors else "no",
            partial=options.partial,
            websocket="yes" if options.websocket else "no",
            fsync=options.fsync,
            write_empty="yes" if options.write_empty else "no",
            keep_volatile="yes" if options.keep_volatile else "no",
            spool=options.spool,
            save_failed=options.save_failed,
            view=options.view,
            match=options.match,
            ignore_headers=options.ignore_headers,
            ignore_query=options.ignore_query,
            ignore_json=options.ignore_json,
            ignore_form=options.ignore_form,
            base_url_map=options.base_url_map,
            hooks=options.hooks,
            redaction=options.redaction,
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
    if proxy.summary().was_idle:
        tell_idle(environment.get("NO_PROXY", ""))
    if proxy.session.left_in is not None:
        tell_left(proxy.session)
    return conclude(proxy.session, code, failure, plan.wishes, plan.inherited)


def _facts(plan: Plan, port: int, kit: Kit) -> Facts:
    chosen = plan.settings.cassette
    cassette = chosen if isinstance(chosen, str) else os.path.abspath(chosen or "")
    return Facts(port=port, cassette=cassette, kit=kit, bypass=plan.bypass)
