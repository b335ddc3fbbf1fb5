"""One mitmdump for many tests: each has it with options of its own, one after another.

For tests that are about what is recorded and replayed, not about the process. Its
options are changed as a user changes them in a mitmproxy that runs, and put back when
the test stops it. It must end with status 0 when all are through.
"""

import json
import signal
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from end_to_end.console import Console
from end_to_end.proxy import Proxy, ProxyError, specs
from end_to_end.watch import Spy
from patience import PATIENCE, wait_until

#: What can be set while it runs, as ours can.
SETTABLE = {"flow_detail"}


def can_be_kept(options: Mapping[str, object]) -> bool:
    """Can all these options be set while mitmdump runs?"""
    return all(name.startswith("vcr_") or name in SETTABLE for name in options)


class Kept:
    """The process, from the first ``lend`` to ``close``; one test has it at a time."""

    def __init__(self, start: Callable[..., Proxy], folder: Path) -> None:
        self._start, self._folder = start, folder
        self._console: Console | None = None
        self._spy: Spy
        self._starts = 0
        self.is_lent = False

    def lend(self, options: Mapping[str, object], spy: Spy | None) -> "Lent":
        """Have it with these options, from ``wait_until_listening`` on."""
        assert not self.is_lent
        self.is_lent = True
        return Lent(self, options, spy)

    def running(self, spy: Spy | None) -> Console:
        """Start it, if it does not run."""
        if self._console is None or not self._console.proxy.running:
            self._starts += 1
            folder = self._folder / f"{self._starts}"
            folder.mkdir()
            self._spy = Spy(folder)
            self._console = Console(self._started, folder / "commands")
        if spy is not None:
            spy.go_on_as(self._spy)
        return self._console

    def _started(self, *arguments: object, environment: Mapping[str, str]) -> Proxy:
        return self._start(
            *self._spy.arguments,
            *arguments,
            environment={**self._spy.environment, **environment},
            log=self._folder / f"{self._starts}" / "mitmdump.log",
        )

    def close(self) -> None:
        """It must have been a good process to all."""
        if self._console is not None and self._console.proxy.running:
            proxy = self._console.proxy
            assert proxy.stop() == 0, proxy.log
            assert "Traceback" not in proxy.log, proxy.log
            assert "a fault of mitmvcr" not in proxy.log, proxy.log


class Lent:
    """As a ``Proxy`` of the test's own: its log begins here, and its end is the end of
    the session."""

    def __init__(
        self, kept: Kept, options: Mapping[str, object], spy: Spy | None
    ) -> None:
        self._kept, self._options, self._spy = kept, options, spy
        self._console: Console | None = None
        self._begin, self._end = 0, None
        self._code: int | None = None

    def wait_until_listening(self) -> "Lent":
        if self._console is None:
            console = self._kept.running(self._spy)
            self._begin = len(console.proxy.log)
            answer = console("sets " + json.dumps(specs(self._options)))
            self._console = console
            if "error" in answer:
                raise ProxyError(f"{answer['error']}\n{self.log}")
        return self

    @property
    def proxy(self) -> Proxy:
        assert self._console is not None, "it was never waited for"
        return self._console.proxy

    @property
    def url(self) -> str:
        return self.proxy.url

    @property
    def port(self) -> int:
        return self.proxy.port

    @property
    def pid(self) -> int:
        return self.proxy.pid

    @property
    def running(self) -> bool:
        return self._code is None and self.proxy.running

    @property
    def log(self) -> str:
        """What was printed since it was lent, until it was given back."""
        return self.proxy.log[self._begin : self._end]

    def wait_for_log(self, text: str) -> None:
        wait_until(f"{text!r} in the log", lambda: text in self.log, shown=self._shown)

    def _shown(self) -> str:
        return self.log

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Save, and give it back. Returns what the process ended with, which ends here
        only if something failed or goes on."""
        if self._code is None:
            self._code = self._give_back(by)
            self._end = len(self.proxy.log)
            self._kept.is_lent = False
        return self._code

    def _give_back(self, by: signal.Signals) -> int:
        if not self.proxy.running:
            return self.proxy.wait()
        assert self._console is not None
        # A client that has left is seen to have left a moment later, and a large answer
        # is written a moment after its client has it, a longer one on a busy machine.
        end = time.monotonic() + PATIENCE
        for tries in count():
            answer: dict[str, Any] = self._console("rest")
            if "error" in answer:
                raise ProxyError(f"{answer['error']}\n{self.log}")
            rest = answer["result"]
            is_late = tries > 50 and (rest["connections"] or time.monotonic() > end)
            if is_late or not (rest["connections"] or rest["recordings"]):
                break
        if rest["connections"] or rest["failed"] or by != signal.SIGINT:
            return self.proxy.stop(by)
        return 0

    def kill(self) -> None:
        """Give it back after a test; what fails at that has failed the test before."""
        if self._console is None:
            self._kept.is_lent = False
        else:
            self.stop()
