"""The command line as a process, and cassettes for it. Used as ``cli.helpers``."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import warm
from leaving_out import leave_out
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from patience import PATIENCE, read_line

MITMVCR = (sys.executable, "-m", "mitmvcr")
#: The clients under test may live apart: mitmproxy bounds what they need.
CLIENT_PYTHON = os.environ.get("MITMVCR_CLIENT_PYTHON") or sys.executable
_DROPPED = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ci"),
    *("github_actions", "no_color", "force_color"),
)


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment without what changes what a run does."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in _DROPPED and not name.startswith("MITMVCR_")
    }
    return kept | {"MITMVCR_HOME": str(home)} | more


@dataclass(frozen=True)
class Cli:
    """``mitmvcr`` in a folder, with a certificate authority that is already there."""

    home: Path
    cwd: Path

    def environment(self, **more: str) -> dict[str, str]:
        return clean_environment(self.home, **more)

    def __call__(
        self, *words: str | Path, env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        environment = self.environment(**(env or {}))
        return warm.run(
            [*MITMVCR, *map(str, words)],
            given=stdin,
            seconds=PATIENCE,
            **{"env": environment, "cwd": self.cwd},
        )

    def start(self, *words: str | Path, **kwargs: object) -> subprocess.Popen[str]:
        """Not waited for: the caller ends it."""
        pipe = subprocess.PIPE
        usual = {"stdout": pipe, "stderr": pipe, "text": True}
        options = usual | {"env": self.environment()} | kwargs
        return warm.popen([*MITMVCR, *map(str, words)], cwd=self.cwd, **options)

    def python(self, code: str) -> tuple[str, str, str]:
        """A child that runs this code."""
        return (sys.executable, "-c", code)


def run_under(
    prefix: Sequence[str], cli: Cli, *words: str | Path
) -> subprocess.CompletedProcess[str]:
    """``mitmvcr`` as what another program becomes, or starts."""
    return subprocess.run(
        [*prefix, *MITMVCR, *map(str, words)],
        cwd=cli.cwd,
        env=cli.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


#: A command that says what environment it was given, and stays until its input ends.
STAYS = (
    sys.executable,
    "-c",
    "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True);"
    "sys.stdin.read()",
)


@contextmanager
def within_a_run(
    cli: Cli, code: int, *words: str | Path, fresh: bool = True
) -> Iterator[dict[str, str]]:
    """The environment of a command that ``mitmvcr run`` has started and that goes on.

    ``code``: what the run must exit with at the end. Clients are run in it as that
    command would run them: one run serves many.
    """
    with cli.start(
        *("run", *words, *STAYS),
        **{"stdin": subprocess.PIPE, "stderr": None, "text": False, "fresh": fresh},
    ) as process:
        try:
            yield json.loads(read_line(process, "the command ran"))
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(PATIENCE) == code
        finally:
            process.kill()


#: What of a run's environment makes it the way to origins of another.
_WAY_OUT = ("HTTP_PROXY", "HTTPS_PROXY", "SSL_CERT_FILE")


@contextmanager
def origin_of(cli: Cli, cassette: Path) -> Iterator[dict[str, str]]:
    """What another run is given, so that a run of this cassette is its origin: it need
    not be that run's command, which would be a cold start."""
    words = ("--cassette", cassette, "--no-fail-on-miss", "--allow-idle")
    with within_a_run(cli, 0, *words, fresh=False) as environment:
        yield {name: environment[name] for name in _WAY_OUT}


def answer(url: str, body: bytes, method: str = "GET", code: int = 200) -> Interaction:
    """What an origin that there is not would have answered."""
    headers = {"Content-Type": ["text/plain"]}
    return Interaction(
        0,
        Request(method=method, url=url, proto="HTTP/1.1", proto_major=1, proto_minor=1),
        Response(
            proto="HTTP/1.1",
            proto_major=1,
            proto_minor=1,
            status=f"{code} OK",
            code=code,
            body=body,
            content_length=len(body),
            headers=headers,
        ),
    )


def write_cassette(path: Path, *interactions: Interaction) -> Path:
    path.write_bytes(writer.dumps(Cassette(interactions)))
    return path


def need(tool: str, present: object) -> None:
    """Skip a test whose tool is missing; in CI that is a failure."""
    if not present:
        leave_out(f"{tool} is not installed")


def lines(text: str) -> Sequence[str]:
    """The lines of ours, without Java's and mitmproxy's."""
    return [line for line in text.splitlines() if line.startswith("mitmvcr: ")]


def seen_on(terminal: int) -> str:
    """What comes to the reading end of a pseudo-terminal until the other is closed."""
    seen = b""
    try:
        while piece := os.read(terminal, 4096):
            seen += piece
    except OSError:  # Linux says so when the other end is closed
        pass
    finally:
        os.close(terminal)
    return seen.decode()


def on_a_terminal(cli: Cli, *words: str | Path, **more: str) -> str:
    """What a command shows on a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [*MITMVCR, *map(str, words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=cli.environment(PAGER="cat", TERM="xterm", COLUMNS="60", **more),
        cwd=cli.cwd,
    )
    os.close(theirs)
    try:
        return seen_on(ours)
    finally:
        child.wait()
