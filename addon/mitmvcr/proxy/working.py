"""The program that each worker of ``mitmvcr serve`` is, where there are several:
mitmdump with the addon, of whose sessions it has a part."""

import json
import logging
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from mitmproxy import ctx

from mitmvcr.core.errors import VcrError
from mitmvcr.options import WORKERS
from mitmvcr.proxy import options
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.hangup import save_at_hangup
from mitmvcr.proxy.host import chain, masters, shared_port
from mitmvcr.proxy.host.exit import ExitGuard, end_process
from mitmvcr.proxy.sessions.shared import Shared, Worker
from mitmvcr.proxy.team import Sockets, Team
from mitmvcr.spelling import ON_COMMAND_LINE, InLog

#: Says where mitmproxy listens: once is enough.
_listeners = logging.getLogger("mitmproxy.proxy.mode_servers")


class Given(NamedTuple):
    """What the parent gives a worker: the numbers of open sockets, of which the last
    one ends with the parent."""

    number: int
    mine: int
    ways: tuple[int, ...]
    parent: int


def main(given: Given, arguments: Sequence[str] | None = None) -> None:
    """Run until the parent ends, or a signal comes."""
    worker = Worker(given.number, len(given.ways))
    logging.getLogger("mitmvcr").addFilter(InLog(ON_COMMAND_LINE))
    mine, *ways = (socket.socket(fileno=each) for each in (given.mine, *given.ways))
    team = Team(worker, Sockets(mine, tuple(ways)))
    ready = Ready(socket.socket(fileno=given.parent))
    sessions = Shared(worker, ready.tell, ExitGuard())
    sessions.lost.update(json.load(sys.stdin))
    vcr = VcrAddon(has_lane=True, sessions=sessions)
    sessions.spelling = ON_COMMAND_LINE
    vcr.control.team = team
    team.has_names = lambda: sessions.root is not None
    if worker.number:
        _listeners.setLevel(logging.WARNING)
    enter = partial(_enter, vcr, (team, ready))
    save_at_hangup()
    masters.serve("dump", arguments or [], prepare=options.declare, enter=enter)


async def _enter(vcr: VcrAddon, more: tuple[Team, "Ready"], master: Any) -> None:
    team, _ = more
    chain.enter(master.addons, vcr)
    master.addons.add(*more)
    if not shared_port.is_regular():
        mode = ", ".join(ctx.options.mode)
        text = f"{WORKERS.word}: only a regular proxy has several, and mode is {mode}"
        end_process(VcrError(text))
    try:
        shared_port.share(team.meet)
    except VcrError as error:
        end_process(error)
    vcr.configure(set(ctx.options.keys()))


class Ready:
    """Tells the parent that clients are served, and which sessions are in play; ends
    mitmproxy when the parent has ended, however it did."""

    name = "vcr.ready"

    def __init__(self, parent: socket.socket) -> None:
        self._parent = parent

    def running(self) -> None:
        _listeners.setLevel(logging.NOTSET)
        ends = masters.ending()

        def wait() -> None:
            with suppress(OSError):
                while self._parent.recv(64):
                    pass
            ends()

        threading.Thread(target=wait, daemon=True).start()
        self.tell("ready", "")

    def tell(self, what: str, name: str) -> None:
        with suppress(OSError):  # the parent has ended, which the thread sees
            self._parent.sendall(json.dumps([what, name]).encode() + b"\n")
