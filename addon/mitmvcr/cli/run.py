"""``mitmvcr run``: a proxy, a child that is sent to it, and what came of it."""

import asyncio
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli import child, status
from mitmvcr.cli.child import CommandError, Relay
from mitmvcr.cli.environment import LOOPBACK, Facts, child_environment, parse_bypass
from mitmvcr.cli.home import home
from mitmvcr.cli.kit import Kit, write_kit, write_roots
from mitmvcr.cli.tell import say
from mitmvcr.cli.upstream import inherited_proxy
from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.settings import Settings, parse_settings


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options as typed."""

    cassette: str | None = None
    mode: str | None = None
    allow_repeats: bool = False
    latency: str = "0"
    passthrough: tuple[str, ...] = ()
    layout: str = "v4"
    record_chunks: bool = False
    record_errors: bool = False
    partial: str = "keep"
    websocket: bool = False
    include_localhost: bool = False
    no_proxy: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run needs to know, checked."""

    command: Sequence[str]
    settings: Settings
    bypass: Sequence[str]
    upstream: str | None
    inherited: Mapping[str, str]
    home: Path


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
            allow_repeats="all" if options.allow_repeats else "no",
            latency=options.latency,
            passthrough=options.passthrough,
            layout=options.layout,
            record_chunks="yes" if options.record_chunks else "no",
            record_errors="yes" if options.record_errors else "no",
            partial=options.partial,
            websocket="yes" if options.websocket else "no",
        ),
        bypass=(*loopback, *parse_bypass(options.no_proxy)),
        upstream=inherited_proxy(inherited),
        inherited=inherited,
        home=home(inherited),
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
    failed = False
    try:
        async with proxying as proxy:
            kit = write_kit(folder, roots, proxy.ca_file, plan.inherited)
            environment = child_environment(
                plan.inherited, _facts(plan, proxy.port, kit)
            )
            code = await relay.run(plan.command, environment)
    except VcrError as error:
        if code is None:
            raise
        failed = True
        say(f"error: {error}")
    summary = proxy.summary()
    if summary.was_idle:
        say(
            "nothing went through the proxy: the command made no request, or its client"
            " reads no proxy variables, or it talked to localhost"
            " (--include-localhost)"
        )
    say(summary.line())
    return status.of_run(code, missed=summary.missed, failed=failed)


def _facts(plan: Plan, port: int, kit: Kit) -> Facts:
    cassette = os.path.abspath(plan.settings.cassette or "")
    return Facts(port=port, cassette=cassette, kit=kit, bypass=plan.bypass)
