"""The gate of a namespace, for as long as a proxy runs: connections that are made
within are carried on out here."""

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from mitmvcr.cli.isolate.diverted import Diverter, Names
from mitmvcr.cli.isolate.forward import Forwarder, ignore
from mitmvcr.cli.isolate.leaving import Leaving
from mitmvcr.cli.isolate.namespace import Namespace
from mitmvcr.cli.isolate.ports import Ports
from mitmvcr.cli.isolate.route import Allowed, Route
from mitmvcr.cli.report.console import say
from mitmvcr.options import ISOLATE_ALLOW


@asynccontextmanager
async def open_gate(namespace: Namespace, proxy_port: int) -> AsyncIterator[Route]:
    """Carry what comes in the namespace to the proxy, which listens on loopback here,
    and what is allowed to where it belongs; turn down the rest."""
    names = Names()
    known = _known([each for _, each in namespace.allowed])
    leaving = Leaving(namespace, known, names if namespace.diverted else None)
    async with AsyncExitStack() as stack:
        for listening in namespace.proxy:
            await _carry(stack, listening, "127.0.0.1", proxy_port, ignore)
        for listening, each in namespace.allowed:
            failed = _say(f"{ISOLATE_ALLOW.word} {each}")
            await _carry(stack, listening, each.host, each.port, failed)
        for listening in namespace.diverted:
            await _keep(stack, Diverter(names, proxy_port, ignore), listening)
        ports = Ports(namespace.maker)
        stack.push_async_callback(ports.close_all)
        await ports.open(proxy_port)  # for who names it by the one that it has out here
        leaving.open()
        stack.callback(leaving.close)
        yield Route(namespace.port, namespace.enter, leaving.attempts, ports)


async def _carry(
    stack: AsyncExitStack,
    listening: socket.socket,
    host: str,
    port: int,
    failed: Callable[[str], None],
) -> None:
    await _keep(stack, Forwarder(host, port, failed), listening)


async def _keep(
    stack: AsyncExitStack, forwarder: Forwarder, listening: socket.socket
) -> None:
    await forwarder.open(listening)
    stack.push_async_callback(forwarder.close)


def _say(what: str) -> Callable[[str], None]:
    """Return a function that says each reason once."""
    known: set[str] = set()

    def failed(reason: str) -> None:
        if reason not in known:
            known.add(reason)
            say(f"{what}: cannot connect: {reason}")

    return failed


def _known(allowed: Sequence[Allowed]) -> dict[str, Sequence[str]]:
    """Return the names that have addresses in the namespace."""
    loopback = ("127.0.0.1", "::1")
    names = {each.host.rstrip(".").lower(): each.addresses for each in allowed}
    own = socket.gethostname().rstrip(".").lower()
    return {"localhost": loopback, own: loopback, **names}
