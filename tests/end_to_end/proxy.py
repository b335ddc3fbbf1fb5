"""A real mitmdump process, from its command line to its exit code."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import warm
from patience import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
ADDON = ROOT / "addon" / "vcr.py"
DOUBLES = Path(__file__).resolve().parent / "doubles"
#: The mitmdump of the interpreter that runs the tests, whatever PATH says.
MITMDUMP = [
    sys.executable,
    "-c",
    "from mitmproxy.tools.main import mitmdump; mitmdump()",
]
_LISTENING = re.compile(r"listening at \S*?:(\d+)\.\s*$", re.MULTILINE)
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what would send traffic elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in _PROXY_VARIABLES and not name.startswith("MITMVCR_")
    }
    return kept | more


class ProxyError(AssertionError):
    """mitmdump did not do what the test needs; the message holds its log."""


class Proxy:
    """mitmdump, running from construction until ``stop`` or ``kill``.

    ``within`` is a command prefix, such as ``ip netns exec NAME``; ``program``: what
    ends in mitmdump. ``fresh``, ``tracer``: see ``warm.popen``.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        log: Path,
        *,
        within: Sequence[str] = (),
        environment: Mapping[str, str] = {},
        cwd: Path | None = None,
        program: Sequence[str] = MITMDUMP,
        fresh: bool = False,
        tracer: Sequence[str] = (),
    ) -> None:
        self._log = log
        self.port = 0
        # Unbuffered, so that the log file always holds what was said.
        environment = clean_environment(PYTHONUNBUFFERED="1", **environment)
        with log.open("wb") as out:
            self._process = warm.popen(
                [*program, *arguments],
                within=within,
                tracer=tracer,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=cwd,
                fresh=fresh,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything it has printed so far."""
        return self._log.read_text("utf-8", "replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait_until_listening(self) -> "Proxy":
        """It chooses a free port itself and prints it: there is no race for one."""

        def listening() -> re.Match[str] | None:
            ended = not self.running  # before the log is read for the last time
            found = _LISTENING.search(self.log)
            if ended and not found:
                raise ProxyError(f"mitmdump ended at once:\n{self.log}")
            return found

        found = wait_until("mitmdump to listen", listening, shown=lambda: self.log)
        assert found is not None
        self.port = int(found[1])
        return self

    @property
    def ports(self) -> set[int]:
        """All that it listens on, and has."""
        return {int(port) for port in re.findall(r"listening at \S*?:(\d+)", self.log)}

    def wait_for_log(self, text: str) -> None:
        """Return when it has printed this text."""

        def said() -> bool:
            ended = not self.running
            found = text in self.log
            if ended and not found:
                raise ProxyError(f"it ended without {text!r}:\n{self.log}")
            return found

        wait_until(f"{text!r} in its log", said, shown=lambda: self.log)

    def wait(self) -> int:
        """The exit code of a process that is to end by itself."""
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProxyError(f"mitmdump is left running:\n{self.log}") from None

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end, as a user does, and give its exit code."""
        if self.running:
            self._process.send_signal(by)
        return self.wait()

    def kill(self) -> None:
        if self.running:
            self._process.kill()
        self._process.wait()


def start_mitmdump(
    confdir: Path,
    trusted: Path,
    log: Path,
    *arguments: object,
    within: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    fresh: bool = False,
    tracer: Sequence[str] = (),
    **options: object,
) -> Proxy:
    """Start it on a free port of this machine, trusting an origin's CA."""
    base = {
        "confdir": confdir,
        "listen_host": "127.0.0.1",
        "listen_port": 0,
        "ssl_verify_upstream_trusted_ca": trusted,
    }
    return Proxy(
        [*map(str, arguments), *settings(base | options)],
        log,
        within=within,
        environment=environment or {},
        cwd=cwd,
        fresh=fresh,
        tracer=tracer,
    )


def settings(options: Mapping[str, object]) -> list[str]:
    """``--set name=value`` for each of ``specs``."""
    return [word for spec in specs(options) for word in ("--set", spec)]


def specs(options: Mapping[str, object]) -> list[str]:
    """``name=value`` for each; a list sets a sequence, one value at a time."""
    return [
        f"{name}={str(one).lower() if one in (True, False) else one}"
        for name, value in options.items()
        for one in (value if isinstance(value, list) else [value])
    ]
