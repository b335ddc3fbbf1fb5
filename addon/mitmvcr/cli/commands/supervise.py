"""One run of a command behind a proxy of its own."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    contextmanager,
    nullcontext,
)
from dataclasses import replace
from pathlib import Path

from mitmvcr.cli.child.environment import ProxyFacts, child_environment
from mitmvcr.cli.child.process import Relay
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
from mitmvcr.cli.report.conclusion import conclude, tell_left
from mitmvcr.cli.report.console import as_typed, in_words, say
from mitmvcr.cli.report.findings import Finding, of_attempts, of_session
from mitmvcr.core.errors import VcrError
from mitmvcr.options import ISOLATE
from mitmvcr.session import Session


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


async def _run(plan: Plan) -> Ran:
    with Relay() as relay:
        try:
            with tempfile.TemporaryDirectory(prefix="mitmvcr-") as folder:
                return await _supervise(plan, relay, Path(folder))
        except asyncio.CancelledError:
            if relay.early is None:
                raise
            raise status.Interrupted(relay.early) from None


async def _supervise(plan: Plan, relay: Relay, folder: Path) -> Ran:
    """Run the child, then end the proxy, which saves; then print the summary."""
    from mitmvcr.proxy.ca import ensure_ca
    from mitmvcr.proxy.launch import running_proxy

    ensure_ca(plan.home)
    # What the child would have trusted the proxy trusts in its place.
    roots = write_roots(folder, plan.inherited)
    proxying = running_proxy(
        plan.settings,
        confdir=plan.home,
        upstream=plan.upstream,
        trusted_ca=write_origins(folder, roots, plan.inherited),
        sets=plan.sets,
        spell=in_words,
    )
    code: int | None = None
    failure = ""
    try:
        # The gate closes last: what is under way is still brought to its end.
        async with AsyncExitStack() as gate, proxying as proxy:
            route = await gate.enter_async_context(_route(plan, proxy.port))
            proxy.session.log.complete = bool(plan.policy.reports)
            proxy.session.spell = as_typed
            trust = write_trust_files(folder, roots, proxy.ca_file, plan.inherited)
            environment = child_environment(
                plan.inherited, _facts(plan, route.port, trust)
            )
            code = await relay.run(plan.command, environment, route.enter, plan.stdout)
            if code and not plan.settings.save_failed:
                proxy.session.set_aside()
    except VcrError as error:
        if code is None:
            raise
        failure = str(error)
        say(f"error: {error}")
    return _told(plan, relay, proxy.session, route, code, failure)


def _told(
    plan: Plan, relay: Relay, session: Session, route: Route, code: int, failure: str
) -> Ran:
    findings = _findings(plan, session, route)
    if session.left_in is not None:
        tell_left(session)
    policy, inherited = plan.policy, plan.inherited
    return Ran(
        session=session,
        exit_status=code,
        status=conclude(session, code, failure, policy, inherited, findings),
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
    from mitmvcr.cli.isolate.gate import open_gate

    return open_gate(plan.namespace, port)


def _findings(plan: Plan, session: Session, route: Route) -> list[Finding]:
    bypass = ",".join(plan.bypass)
    policy = plan.policy
    idle = of_session(
        session, bypass, allow_idle=policy.allow_idle, isolated=plan.isolate
    )
    return [*of_attempts(route.attempts, session, fail=policy.fail_on_miss), *idle]


def _facts(plan: Plan, port: int, trust: TrustFiles) -> ProxyFacts:
    chosen = plan.named or plan.settings.cassette
    cassette = chosen if isinstance(chosen, str) else os.path.abspath(chosen or "")
    return ProxyFacts(port=port, cassette=cassette, trust=trust, bypass=plan.bypass)
