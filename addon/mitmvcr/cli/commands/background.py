"""The proxy that ``mitmvcr start`` has started: it says that it listens, goes on until
a signal, saves, and says what came of it."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mitmvcr.cli.child.own_folder import own_folder
from mitmvcr.cli.child.trust import write_origins, write_roots
from mitmvcr.cli.child.way_out import way_out
from mitmvcr.cli.commands.plan import CI, has_way, in_ci, may_reach_out
from mitmvcr.cli.commands.serve import check_apart, check_port
from mitmvcr.cli.commands.started import Place, State
from mitmvcr.cli.report.conclusion import RunPolicy, conclude
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.files import parse_reports
from mitmvcr.cli.report.findings import Finding, of_run
from mitmvcr.config import in_force
from mitmvcr.core.errors import VcrError
from mitmvcr.core.urls import own_address
from mitmvcr.core.wording import authority
from mitmvcr.options import (
    BY_NAME,
    CASSETTE,
    DIR,
    MODE,
    OF_SESSION,
    of_command,
)
from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.session import Session
from mitmvcr.spelling import ON_COMMAND_LINE
from mitmvcr.values import Given, Layer, Values

if TYPE_CHECKING:
    from mitmvcr.network_options import Upstream
    from mitmvcr.proxy.launch import Proxy

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_IDLE = (
    "nothing went through the proxy: 'mitmvcr exec -- CMD' and eval \"$(mitmvcr env)\""
    " send programs to it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions(RunPolicy):
    """What ``start`` alone has in the table of options, parsed."""

    host: str
    port: int
    report: tuple[str, ...] = ()
    set: tuple[str, ...] = ()


def go_on() -> int:
    """Serve until a signal; what the command line said is on stdin. Return the
    exit code. Raise VcrError where it cannot start."""
    words = json.loads(sys.stdin.read())
    typed = {
        name: Given(_listed(text), BY_NAME[name].word, "command line")
        for name, text in words.items()
    }
    background = chosen(typed)
    with background.values.spelled():
        return background.go_on()


def chosen(typed: Layer) -> "_Background":
    """Return the proxy that the options in force make. Raise VcrError."""
    return _Background(in_force(typed, os.environ, in_ci(os.environ)))


def _listed(text: str | list[str]) -> str | tuple[str, ...]:
    return text if isinstance(text, str) else tuple(text)


class _Background:
    def __init__(self, values: Values) -> None:
        self.values = values
        options = StartOptions(**values.read(of_command("start")))
        settings = values.settings(OF_SESSION)
        if settings.cassette is None and settings.dir is None:
            raise VcrError(
                f"name a cassette: {CASSETTE.word} FILE, or {DIR.word} DIR for many"
            )
        self._options, self._settings = options, settings
        self._place = Place.of(os.environ)
        self._policy = replace(options, reports=parse_reports(options.report))

    def go_on(self) -> int:
        """Hold the lock from before it listens until its end is written."""
        if self.values[MODE].source == CI:
            say(f"CI is set and no {MODE.word} is given: {self._settings.mode}")
        lock = self._place.lock
        lock.take()
        try:
            return asyncio.run(self._proxy())
        finally:
            lock.release()

    async def _proxy(self) -> int:
        from mitmvcr.proxy.launch import running_proxy

        options, home = self._options, self._place.folder
        settings = self._settings
        check_port(options.host, options.port)
        check_apart(settings.control, options.port)
        ensure_ca(home)
        failure, proxy = "", None
        with own_folder() as folder:
            roots = write_roots(folder, os.environ)
            proxying = running_proxy(
                settings,
                confdir=home,
                listen_host=options.host,
                listen_port=options.port,
                upstream=self._way_out(),
                trusted_ca=write_origins(folder, roots, os.environ),
                opened=self._prepare,
                sets=options.set,
                spelling=ON_COMMAND_LINE,
            )
            try:
                async with proxying as proxy:
                    state = self._say_ready(proxy)
                    await _signal()
            except VcrError as error:
                if proxy is None:
                    raise
                failure = str(error)
                say(f"error: {error}")
        status = self._conclude(proxy, failure)
        self._place.write(replace(state, status=status))
        return status

    def _way_out(self) -> "Upstream | None":
        options = self._options
        if not may_reach_out(self._settings) or has_way(options.set):
            return None
        return way_out(os.environ, options.port)

    def _prepare(self, session: Session) -> None:
        session.log.complete = bool(self._policy.reports)

    def _say_ready(self, proxy: "Proxy") -> State:
        """Write what runs, and let the command that started it end."""
        sys.stderr.flush()
        settings = self._settings
        cassette = settings.cassette
        played = f"cassette {cassette}" if cassette else f"folder {settings.dir}"
        url = f"http://{authority(own_address(self._options.host), proxy.port)}"
        state = State(
            pid=os.getpid(),
            host=self._options.host,
            port=proxy.port,
            what=f"{url}, {played}, mode {settings.mode}",
            cassette=os.path.abspath(cassette) if isinstance(cassette, Path) else "",
            told=self._place.log.stat().st_size,
        )
        self._place.write(state)
        os.write(1, b"\n")
        file = os.open(self._place.output, os.O_WRONLY | os.O_APPEND)
        os.dup2(file, 1)
        os.close(file)
        return state

    def _conclude(self, proxy: "Proxy", failure: str) -> int:
        findings = [
            replace(each, text=_IDLE) if each.kind == "idle" else each
            for each in self._findings(proxy)
        ]
        return conclude(proxy, 0, failure, self._policy, os.environ, findings)

    def _findings(self, proxy: "Proxy") -> list[Finding]:
        idle = self._policy.allow_idle
        return [*of_run(proxy, "", allow_idle=idle, isolated=False, transparent=False)]


async def _signal() -> None:
    """Wait for a signal to end."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
