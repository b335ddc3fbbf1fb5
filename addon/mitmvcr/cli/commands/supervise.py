"""One run of a command behind a proxy of its own."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    contextmanager,
    nullcontext,
)
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mitmvcr.cli.child.environment import ProxyFacts, child_environment
from mitmvcr.cli.child.own_folder import own_folder
from mitmvcr.cli.child.process import Relay, left_behind
from mitmvcr.cli.child.trust import (
    TrustFiles,
    write_origins,
    write_roots,
    write_trust_files,
)
from mitmvcr.cli.commands.plan import Plan
from mitmvcr.cli.isolate.route import Route
from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import Ran, Reach
from mitmvcr.cli.report.conclusion import conclude
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.findings import (
    Finding,
    of_age,
    of_attempts,
    of_background,
    of_partial,
    of_run,
)
from mitmvcr.core.errors import VcrError
from mitmvcr.options import ISOLATE
from mitmvcr.session import Session
from mitmvcr.spelling import ON_COMMAND_LINE

if TYPE_CHECKING:
    from mitmvcr.proxy.launch import Proxy

#: By what a shell, or env, says that there is no such command.
_NOT_STARTED = (status.CANNOT_EXECUTE, status.NOT_FOUND)


def run_once(plan: Plan) -> Ran:
    """Run the command behind a proxy, and say what came of it. Raise VcrError where it
    did not start."""
    with _isolated(plan) as ready:
        return asyncio.run(_run(ready))


@contextmanager
def _isolated(plan: Plan) -> Iterator[Plan]:
    """Yield the plan, with the namespace if one is wanted; it is made before there are
    threads."""
    if not plan.isolate:
        yield plan
        return
    from mitmvcr.cli.isolate.namespace import make_namespace

    grows = plan.settings.control is not None
    namespace = make_namespace(plan.allowed, grows=grows, divert=plan.diverted)
    try:
        if namespace.blind:
            say(
                f"{ISOLATE.word}: what tries to leave is blocked, but cannot be listed"
                f" by address here ({namespace.blind})"
            )
        if namespace.distrusted:
            say(
                f"{ISOLATE.word}: the proxy's authority is not among the system's here"
                f" ({namespace.distrusted}): the command trusts it only where it reads"
                " a variable that names a file of authorities"
            )
        yield replace(plan, namespace=namespace)
    finally:
        namespace.close()


async def _run(plan: Plan) -> Ran:
    with Relay() as relay:
        try:
            with (
                own_folder() as folder,
                _certificates(plan),
            ):
                return await _supervise(plan, relay, folder)
        except asyncio.CancelledError:
            if relay.early is None:
                raise
            raise status.Interrupted(relay.early) from None


def _certificates(plan: Plan) -> AbstractContextManager[None]:
    """Make certificates that are good when the command's clock says it is."""
    if plan.frozen is None:
        return nullcontext()
    from mitmvcr.proxy.ca import backdated

    return backdated(plan.frozen.ago)


async def _supervise(plan: Plan, relay: Relay, folder: Path) -> Ran:
    """Run the child, then end the proxy, which saves; then print the summary."""
    from mitmvcr.proxy.ca import ensure_ca
    from mitmvcr.proxy.launch import running_proxy

    home = plan.home if plan.frozen is None else folder / "ca"
    ensure_ca(home)
    # What the child would have trusted the proxy trusts in its place.
    roots = write_roots(folder, plan.inherited)
    is_frozen = plan.settings.time == "freeze"  # which is done here
    proxying = running_proxy(
        plan.settings._replace(time="off") if is_frozen else plan.settings,
        confdir=home,
        upstream=plan.upstream,
        trusted_ca=write_origins(folder, roots, plan.inherited),
        opened=partial(_prepare, plan),
        sets=plan.sets,
        spelling=ON_COMMAND_LINE,
    )
    code: int | None = None
    failure = ""
    try:
        # The gate closes last: what is under way is still brought to its end.
        async with AsyncExitStack() as gate, proxying as proxy:
            route = await gate.enter_async_context(_route(plan, proxy.port))
            trust = write_trust_files(folder, roots, proxy.ca_file, plan.inherited)
            if plan.namespace is not None:
                plan.namespace.trust(proxy.ca_file.read_bytes())
            control = await _control(route, proxy)
            facts = _facts(plan, route.port, trust, control)
            environment = child_environment(plan.inherited, facts, plan.command)
            if plan.frozen is not None:
                environment |= plan.frozen.environment(plan.inherited)
            code = await relay.run(plan.command, environment, route.enter, plan.stdout)
            if code and not plan.settings.save_failed:
                proxy.set_aside()
    except VcrError as error:
        if code is None:
            raise
        failure = str(error)
        say(f"error: {error}")
    return _outcome(plan, relay, proxy, route, code, failure)


def _prepare(plan: Plan, session: Session) -> None:
    session.log.complete = bool(plan.policy.reports)


def _outcome(
    plan: Plan, relay: Relay, proxy: "Proxy", route: Route, code: int, failure: str
) -> Ran:
    # The command's own words, or who ended it, say why it asked for nothing.
    is_told = code in _NOT_STARTED or (code != 0 and relay.was_interrupted)
    findings = [
        each
        for each in _findings(plan, proxy, route)
        if not (is_told and each.kind == "idle")
    ]
    policy, inherited = plan.policy, plan.inherited
    return Ran(
        sessions=proxy.sessions,
        exit_status=code,
        status=conclude(proxy, code, failure, policy, inherited, findings),
        failure=failure,
        findings=findings,
        reach=Reach(
            isolated=plan.isolate,
            allowed=tuple(map(str, plan.allowed)),
            passthrough=plan.settings.passthrough,
            attempts=route.attempts,
        ),
        was_interrupted=relay.was_interrupted,
    )


def _route(plan: Plan, port: int) -> AbstractAsyncContextManager[Route]:
    if plan.namespace is None:
        return nullcontext(Route(port))
    from mitmvcr.cli.isolate.leaving import open_gate

    return open_gate(plan.namespace, port, loopback="127.0.0.1" not in plan.bypass)


async def _control(route: Route, proxy: "Proxy") -> str:
    """Return where the command finds the control API; it has the ports that are opened
    there."""
    if route.ports is None or proxy.control_url is None:
        return proxy.control_url or ""
    parts = urlsplit(proxy.control_url)
    assert parts.hostname is not None
    assert parts.port is not None
    await route.ports.open(parts.port, parts.hostname)
    proxy.mirror(route.ports)
    return f"http://127.0.0.1:{parts.port}"


def _findings(plan: Plan, proxy: "Proxy", route: Route) -> list[Finding]:
    bypass = ",".join(plan.bypass)
    policy = plan.policy
    idle = of_run(
        proxy,
        bypass,
        allow_idle=policy.allow_idle,
        isolated=plan.isolate,
        transparent=bool(plan.diverted),
    )
    left = left_behind(f"http://127.0.0.1:{route.port}")
    behind = [of_background(left)] if left else []
    left_out = of_attempts(
        route.attempts,
        proxy,
        fail=policy.fail_on_miss,
        transparent=bool(plan.diverted),
    )
    old = of_age(proxy.sessions, policy.max_age, fail=policy.fail_on_age)
    return [*left_out, *idle, *of_partial(proxy), *behind, *old]


def _facts(plan: Plan, port: int, trust: TrustFiles, control: str) -> ProxyFacts:
    return ProxyFacts(
        port=port,
        cassette=_absolute(plan.named or plan.settings.cassette),
        trust=trust,
        bypass=plan.bypass,
        folder=_absolute(plan.settings.dir),
        control=control,
        mode=plan.settings.mode if plan.is_mode_chosen else "",
    )


def _absolute(place: Path | str | None) -> str:
    """Return a path for wherever the child is, and a URL as it is."""
    return os.path.abspath(place) if isinstance(place, Path) else place or ""
