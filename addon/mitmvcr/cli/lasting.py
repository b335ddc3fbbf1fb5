"""The commands of a proxy that goes on, and the one that looks at what it would see."""

from typing import Any

import click

from mitmvcr.cli.options import AS_JSON, GroupedCommand, takes, typed


@click.command(cls=GroupedCommand)
@takes("start")
def start(**options: Any) -> int:
    """Start a proxy and leave it running, for programs that nothing can wrap.

    An IDE, a browser, docker compose. 'env' and 'exec' find it; 'stop' ends it.
    """
    from mitmvcr.cli.commands.start import start as start_proxy

    return start_proxy(typed(options))


@click.command()
def stop() -> int:
    """End the proxy that 'start' has started: it saves, and its report is printed.

    The exit code is as that of 'run': 100 where a request had no match.
    """
    from mitmvcr.cli.commands.start import stop as stop_proxy

    return stop_proxy()


@click.command(hidden=True)
def background() -> int:
    """Serve as the proxy that 'start' starts."""
    from mitmvcr.cli.commands.background import go_on

    return go_on()


@click.command(context_settings={"allow_interspersed_args": False})
@AS_JSON
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def doctor(command: tuple[str, ...], *, as_json: bool) -> int:
    """Say which programs of this machine a run captures, and what stands between.

    Each client that is found makes one request through a proxy: to a host that nobody
    has, so that nothing leaves. With COMMAND, which is not run, only those of its
    runtime are tried, and what strips its variables is named: sudo, tox, docker. The
    exit code is 0, or 100 where something would not be captured or trusted.
    """
    from mitmvcr.cli.commands.doctor import examine

    return examine(command, json=as_json)


COMMANDS = (start, stop, background, doctor)
