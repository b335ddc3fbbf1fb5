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
from mitmvcr.cli.environment import LOOPBACK, Facts, child_environment
from mitmvcr.cli.home import home
from mitmvcr.cli.kit import Kit, write_kit, write_roots
from mitmvcr.cli.reports import parse_reports
from mitmvcr.cli.tell import say
from mitmvcr.cli.upstream import inherited_proxy
from mitmvcr.config import in_force
from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.options import CASSETTE, MODE, OF_SESSION, Settings, of_command
from mitmvcr.values import Given, Layer, Values

#: Where a default comes from that a CI server gets.
CI = "CI is set"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What ``run`` alone has in the table of options, parsed."""

    include_localhost: bool = False
    no_proxy: tuple[str, ...] = ()
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


def run_command(command: Sequence[str], typed: Layer) -> int:
    """Run it and return the exit code; ``typed`` is what the command line says."""
    try:
        child.find(command[0])
        values = in_force(typed, os.environ, in_ci(os.environ))
        with values.spelled():
            return asyncio.run(_run(make_plan(command, values, os.environ)))
    except CommandError as error:
        say(f"error: {error}")
        return error.status


def make_plan(
    command: Sequence[str], values: Values, inherited: Mapping[str, str]
) -> Plan:
    """Raises OptionError. Says on stderr what was not asked for in so many words."""
    options = RunOptions(**values.read(of_command("run")))
    loopback = () if options.include_localhost else LOOPBACK
    return Plan(
        command=command,
        settings=_settings(command[0], values),
        bypass=(*loopback, *options.no_proxy),
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


def _settings(program: str, values: Values) -> Settings:
    settings = values.settings(OF_SESSION)
    if values[MODE].source == CI:
        say(f"CI is set and no {MODE.word} is given: {settings.mode}")
    if settings.cassette is not None:
        return settings
    return settings._replace(cassette=CASSETTE.read(_default_cassette(program)))


def _default_cassette(program: str) -> str:
    """By the command's own name: ``./bin/my test`` is ``cassettes/my_test.yaml``."""
    name = re.sub(r"[^\w.-]", "_", os.path.basename(program)).lstrip(".") or "command"
    cassette = os.path.join("cassettes", f"{name}.yaml")
    say(f"no {CASSETTE.word} is given: using {cassette}")
    return cassette


def in_ci(inherited: Mapping[str, str]) -> Layer:
    """The default mode in CI, where nothing is ever recorded by accident."""
    if inherited.get("CI", "").strip().lower() in ("", "0", "false"):
        return {}
    return {MODE.name: Given(Mode.REPLAY_ONLY, MODE.word, CI)}


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
