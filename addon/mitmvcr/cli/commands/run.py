"""``mitmvcr run``: a proxy, a child that is sent to it, and what came of it."""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mitmvcr.cli.child import process as child
from mitmvcr.cli.child.environment import (
    LOOPBACK,
    ProxyFacts,
    child_environment,
    inherited_proxy,
)
from mitmvcr.cli.child.process import CommandError, Relay
from mitmvcr.cli.child.trust import TrustFiles, write_roots, write_trust_files
from mitmvcr.cli.isolate.route import Allowed, Route, resolve
from mitmvcr.cli.report import status
from mitmvcr.cli.report.conclusion import RunPolicy, conclude, tell_left
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.files import parse_reports
from mitmvcr.cli.report.findings import Finding, of_attempts, of_run
from mitmvcr.config import in_force
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.options import (
    CASSETTE,
    ISOLATE,
    ISOLATE_ALLOW,
    MODE,
    NO_PROXY,
    OF_SESSION,
    Settings,
    of_command,
)
from mitmvcr.parsing import Place
from mitmvcr.store.files import home
from mitmvcr.values import Given, Layer, Values

#: Where a default comes from that a CI server gets.
CI = "CI is set"

if TYPE_CHECKING:
    from mitmvcr.cli.isolate.namespace import Namespace
    from mitmvcr.proxy.launch import Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What ``run`` alone has in the table of options, parsed."""

    include_localhost: bool = False
    no_proxy: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    fail_on_miss: bool = True
    fail_on_unused: bool = False
    drop_unused: bool = False
    allow_idle: bool = False
    isolate: bool = False
    isolate_allow: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run needs to know, checked."""

    command: Sequence[str]
    settings: Settings
    bypass: Sequence[str]
    upstream: str | None
    inherited: Mapping[str, str]
    home: Path
    policy: RunPolicy
    isolate: bool = False
    allowed: Sequence[Allowed] = ()
    namespace: "Namespace | None" = None


def run_command(command: Sequence[str], typed: Layer) -> int:
    """Run it and return the exit code; ``typed`` is what the command line says."""
    try:
        child.find(command[0])
        values = in_force(typed, os.environ, in_ci(os.environ))
        with values.spelled():
            plan = make_plan(command, values, os.environ)
            with _isolated(plan) as ready:
                return asyncio.run(_run(ready))
    except CommandError as error:
        say(f"error: {error}")
        return error.status


def make_plan(
    command: Sequence[str], values: Values, inherited: Mapping[str, str]
) -> Plan:
    """Check what was given and make a plan of it. Say on stderr what was chosen by
    default. Raise OptionError."""
    options = RunOptions(**values.read(of_command("run")))
    loopback = () if options.include_localhost else LOOPBACK
    return Plan(
        command=command,
        settings=_settings(command[0], values),
        bypass=(*loopback, *options.no_proxy),
        upstream=inherited_proxy(inherited),
        inherited=inherited,
        home=home(inherited),
        policy=RunPolicy(
            reports=parse_reports(options.report),
            fail_on_miss=options.fail_on_miss,
            fail_on_unused=options.fail_on_unused,
            drop_unused=options.drop_unused,
            allow_idle=options.allow_idle,
        ),
        isolate=options.isolate,
        allowed=_allowed(options),
    )


def _allowed(options: RunOptions) -> Sequence[Allowed]:
    """Return what the isolated command may reach; say which hosts past the proxy are
    out of reach. Raise OptionError."""
    places, option = options.isolate_allow, ISOLATE_ALLOW.word
    if places and not options.isolate:
        raise OptionError(option, places[0].text, f"it needs {ISOLATE.word}")
    if not options.isolate:
        return ()
    allowed = [resolve(place) for place in places]
    reached = {each.host for each in allowed}
    lost = [each for each in options.no_proxy if each not in reached]
    if lost:
        hosts = ", ".join(lost)
        say(
            f"{ISOLATE.word}: {NO_PROXY.word} {hosts} cannot be reached without"
            f" {option}"
        )
    return allowed


@contextmanager
def _isolated(plan: Plan) -> Iterator[Plan]:
    """Yield the plan, with the namespace if one is wanted; it is made before there are
    threads."""
    if not plan.isolate:
        yield plan
        return
    from mitmvcr.cli.isolate.namespace import make_namespace

    namespace = make_namespace(plan.allowed)
    try:
        if namespace.blind:
            say(
                f"{ISOLATE.word}: what tries to leave is blocked, but cannot be listed"
                f" by address here ({namespace.blind})"
            )
        yield replace(plan, namespace=namespace)
    finally:
        namespace.close()


def _settings(program: str, values: Values) -> Settings:
    settings = values.settings(OF_SESSION)
    if values[MODE].source == CI:
        say(f"CI is set and no {MODE.word} is given: {settings.mode}")
    if settings.dir is not None and settings.control is None:
        return settings._replace(control=0)
    if settings.cassette is not None or settings.dir is not None:
        return settings
    return settings._replace(cassette=CASSETTE.read(_default_cassette(program)))


def _default_cassette(program: str) -> str:
    """Name the cassette after the command: ``./bin/my test`` is
    ``cassettes/my_test.yaml``."""
    name = re.sub(r"[^\w.-]", "_", os.path.basename(program)).lstrip(".") or "command"
    cassette = os.path.join("cassettes", f"{name}.yaml")
    say(f"no {CASSETTE.word} is given: using {cassette}")
    return cassette


def in_ci(inherited: Mapping[str, str]) -> Layer:
    """Return the mode that is the default in CI, where nothing is ever recorded by
    accident."""
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
    """Run the child, then end the proxy, which saves; then print the summary. Return
    the exit code."""
    from mitmvcr.proxy.ca import ensure_ca
    from mitmvcr.proxy.launch import running_proxy

    ensure_ca(plan.home)
    # What the child would have trusted the proxy trusts in its place.
    roots = write_roots(folder, plan.inherited)
    proxying = running_proxy(
        plan.settings,
        confdir=plan.home,
        upstream=plan.upstream,
        trusted_ca=roots,
        complete_logs=bool(plan.policy.reports),
    )
    code: int | None = None
    failure = ""
    try:
        # The gate closes last: what is under way is still brought to its end.
        async with AsyncExitStack() as gate, proxying as proxy:
            route = await gate.enter_async_context(_route(plan, proxy.port))
            trust = write_trust_files(folder, roots, proxy.ca_file, plan.inherited)
            facts = _facts(plan, route.port, trust, proxy.control_url)
            environment = child_environment(plan.inherited, facts)
            code = await relay.run(plan.command, environment, route.enter)
            if code and not plan.settings.save_failed:
                proxy.set_aside()
    except VcrError as error:
        if code is None:
            raise
        failure = str(error)
        say(f"error: {error}")
    findings = _findings(plan, proxy, route)
    for session in proxy.sessions:
        if session.left_in is not None:
            tell_left(session)
    return conclude(proxy, code, failure, plan.policy, plan.inherited, findings)


def _route(plan: Plan, port: int) -> AbstractAsyncContextManager[Route]:
    if plan.namespace is None:
        return nullcontext(Route(port))
    from mitmvcr.cli.isolate.gate import open_gate

    return open_gate(plan.namespace, port)


def _findings(plan: Plan, proxy: "Proxy", route: Route) -> list[Finding]:
    bypass = ",".join(plan.bypass)
    policy = plan.policy
    idle = of_run(proxy, bypass, allow_idle=policy.allow_idle, isolated=plan.isolate)
    return [*of_attempts(route.attempts, proxy, fail=policy.fail_on_miss), *idle]


def _facts(plan: Plan, port: int, trust: TrustFiles, control: str | None) -> ProxyFacts:
    settings = plan.settings
    return ProxyFacts(
        port=port,
        cassette=_absolute(settings.cassette),
        trust=trust,
        bypass=plan.bypass,
        folder=_absolute(settings.dir),
        control=control or "",
    )


def _absolute(place: Path | str | None) -> str:
    """Return a path for wherever the child is, and a URL as it is."""
    return os.path.abspath(place) if isinstance(place, Path) else place or ""
