"""The program that ``mitmvcr serve`` becomes: mitmproxy's own, with the addon in it.

No script of the recorder's can be loaded anew, or taken out, when an upgrade replaces
or removes its file; users' own scripts are given as ever.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from mitmproxy import ctx

from mitmvcr.core.errors import VcrError
from mitmvcr.core.wording import number_of
from mitmvcr.network_options import Upstream
from mitmvcr.options import INCLUDE_LOCALHOST
from mitmvcr.proxy import options
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.ca import where_to_go
from mitmvcr.proxy.door import Control
from mitmvcr.proxy.flow.player import DEFAULT, Player
from mitmvcr.proxy.hangup import save_at_hangup
from mitmvcr.proxy.host import chain, listeners, masters, shared_port
from mitmvcr.proxy.host.exit import ExitGuard, end_process
from mitmvcr.proxy.host.options import update_options
from mitmvcr.proxy.ports import ca_file
from mitmvcr.proxy.running import pass_over_cancelled
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.proxy.way_out import WayOut
from mitmvcr.session import Session
from mitmvcr.spelling import OF_API, ON_COMMAND_LINE, InLog

WayOutOf = Callable[[Mapping[str, str], int], Upstream | None]

_STDIN, _STDOUT, _STDERR = 0, 1, 2
#: What helpers open for what no test asks.
_OF_ALL = {"suite", DEFAULT}


class Attached:
    """Prints one line of JSON on stdout once clients and the control API are served,
    and ends mitmproxy when stdin does. Nothing else goes to stdout from construction
    on: the log goes to stderr, since nobody may read on.

    Call it before mitmproxy takes stdout.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._out = os.dup(_STDOUT)
        os.dup2(_STDERR, _STDOUT)
        # Ctrl-C is for the program, which ends its sessions first. Who leads a session
        # leads a group already, and may found no other.
        if hasattr(os, "setpgrp") and os.getpgrp() != os.getpid():
            os.setpgrp()

    def running(self) -> None:
        ends = masters.ending()
        threading.Thread(target=_wait_for_end, args=[ends], daemon=True).start()
        self._say({"control_url": self._control.url})

    def _say(self, facts: dict[str, str | None]) -> None:
        try:
            os.write(self._out, json.dumps(facts).encode() + b"\n")
        except BrokenPipeError:
            pass  # the program has left already, and stdin has ended too
        finally:
            os.close(self._out)


class Opened:
    """Knows the sessions that were opened, while nothing was asked in any. Of those
    that are not ``in_play`` any more it keeps the names alone."""

    def __init__(self) -> None:
        self.in_play: Callable[[], Collection[Player]] = tuple
        self._idle: list[Player] = []
        self._ended: set[str] = set()
        self._was_asked = False

    def __call__(self, player: Player) -> None:
        """Take one that begins; those before it are let go once one was asked."""
        if self._was_asked:
            return
        live = set(self.in_play())
        ended = [each for each in self._idle if each not in live]
        self._was_asked = _asked([*ended, *self._idle[-1:]])
        if self._was_asked:
            self._idle.clear()
            self._ended.clear()
        else:
            self._ended.update(map(_name, ended))
            self._idle = [*(each for each in self._idle if each in live), player]

    def line(self) -> str:
        """Return what to say where tests opened cassettes and asked nothing in them,
        as where they ask a server of this machine; else an empty text."""
        count = len(self._ended.union(map(_name, self._idle)) - _OF_ALL)
        if not count or _asked(self._idle):
            return ""
        return (
            f"tests opened {number_of(count, 'cassette')}, and nothing went through the"
            " proxy: what tests ask servers of this machine goes past it in some"
            f" languages, unless {INCLUDE_LOCALHOST.variable}=yes sends it through;"
            " other clients have to be given the proxy"
        )


def _name(player: Player) -> str:
    return Path(player.session.store.name).stem


def _asked(players: Sequence[Player]) -> bool:
    return any(_was_reached(each.session) for each in players)


def _was_reached(session: Session) -> bool:
    """Return whether a client came, even if it refused our certificate."""
    return bool(session.log.broken_tls) or not session.summary().was_idle


def _wait_for_end(ends: Callable[[], None]) -> None:
    try:
        while os.read(_STDIN, 4096):
            pass
    finally:  # a stdin that is closed or cannot be read has ended too
        ends()


def main(
    ui: str,
    arguments: Sequence[str] | None = None,
    *,
    attached: bool = False,
    way_out: WayOutOf | None = None,
) -> None:
    """Run mitmproxy with this interface; returns when it ends. The arguments are
    mitmproxy's, of the process where none are given. ``attached``: to the program that
    has started it, by its stdin and stdout; else stderr says where to go once the
    cassette is open. ``way_out`` reads the proxy to go on through from the environment;
    it is not asked where mitmproxy is given a mode of its own."""
    given = sys.argv[1:] if arguments is None else arguments
    spelling = OF_API if attached else ON_COMMAND_LINE
    logging.getLogger("mitmvcr").addFilter(InLog(spelling))
    guard, opened = ExitGuard(), Opened()
    vcr = VcrAddon(guard, has_lane=True, sessions=Sessions(guard, opened))
    vcr.sessions.spelling, opened.in_play = spelling, vcr.sessions.open
    more = [Attached(vcr.control)] if attached else []
    enter = partial(_enter, vcr, more, way_out)
    save_at_hangup()
    masters.serve(ui, given, prepare=options.declare, enter=enter, spell=spelling.text)
    if attached and (line := opened.line()):
        print(f"mitmvcr: {line}", file=sys.stderr, flush=True)  # noqa: T201


async def _go_on(master: Any, way_out: WayOutOf) -> None:
    """Go on through the proxy that the environment names, if any."""
    try:
        upstream = way_out(os.environ, master.options.listen_port or 0)
    except VcrError as error:
        end_process(error)
    if upstream is not None:
        goes_on = WayOut(upstream)
        update_options(master.options, await goes_on.open())
        master.addons.add(goes_on)


class _SignalledError(BaseException):
    """A signal came. It passes whatever meets the errors of a user's hooks."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


@contextmanager
def _signals_end_it() -> Iterator[None]:
    """Let a signal end the process at once, with 128+N: while a cassette is loaded the
    loop does not run mitmproxy's own handlers."""

    def end(number: int, _: object) -> None:
        raise _SignalledError(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, end) for each in numbers}
    try:
        yield
    except _SignalledError as error:
        raise SystemExit(128 + error.number) from None
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


async def _enter(
    vcr: VcrAddon,
    attached: Sequence[Attached],
    way_out: WayOutOf | None,
    master: Any,
) -> None:
    asyncio.get_running_loop().set_exception_handler(pass_over_cancelled)
    chain.enter(master.addons, vcr)
    master.addons.add(*attached)
    if not shared_port.is_regular():
        vcr.sessions.spelling = vcr.sessions.spelling._replace(reads_proxies=False)
    elif way_out is not None:
        await _go_on(master, way_out)
    with _signals_end_it():
        vcr.configure(set(ctx.options.keys()))
    if not attached:  # before the console takes the screen
        for line in where_to_go(listeners.main_url(), ca_file()):
            print(f"mitmvcr: {line}", file=sys.stderr, flush=True)  # noqa: T201
