"""A world for suites in other languages: a network with loopback alone, in which an
origin is there while cassettes are recorded, and gone while they are replayed."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from patience import PATIENCE, wait_until

if TYPE_CHECKING:
    from end_to_end.namespace import Namespace
    from origin import Origin
    from origin.certs import CertFiles

ROOT = Path(__file__).resolve().parents[2]
HELPERS = ROOT / "addon" / "helpers"
SUITES = Path(__file__).resolve().parent / "suites"
PAGE = ROOT / "docs" / "frameworks.md"
#: A run that replays a suite's cassettes, and one whose command is isolated as well.
_REPLAY = ("mitmvcr", "run", "--cassettes", "cassettes", "-m", "replay_only")
RUN = (_REPLAY, (*_REPLAY, "--isolate"))
#: What another run's environment would change here.
_DROPPED = re.compile(
    r"(https?|all|no)_proxy|ci|github_actions|mitmvcr_.*|pytest_.*|pythonpath",
    re.IGNORECASE,
)
_MITMVCR = """\
#!/bin/sh
PYTHONPATH='{path}' exec '{python}' -m mitmvcr "$@"
"""


def example(language: str, number: int = 0) -> str:
    """Return a block of code of docs/frameworks.md: what is shown is what is run."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    return blocks[number]


class World:
    """``folder`` is the suite's; it talks to https://api.test, and other names that
    the origin has."""

    def __init__(
        self, namespace: "Namespace", folder: Path, certs: "CertFiles"
    ) -> None:
        self.namespace, self.folder, self._certs = namespace, folder / "suite", certs
        self.cassettes = self.folder / "cassettes"
        self.folder.mkdir()
        self._bin, self._home = folder / "bin", folder / "home"
        #: A token of the control API, while there is one.
        self._known: dict[str, str] = {}
        self._bin.mkdir()
        program = self._bin / "mitmvcr"
        path = os.environ.get("PYTHONPATH", "")
        program.write_text(_MITMVCR.format(python=sys.executable, path=path))
        program.chmod(0o755)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not _DROPPED.fullmatch(k)}
        path = f"{self._bin}{os.pathsep}{kept['PATH']}"
        own = {"PATH": path, "MITMVCR_HOME": str(self._home)}
        own |= self._known
        return {**kept, **own, "MITMVCR_UPSTREAM_CA": str(self._certs.ca), **more}

    def start(
        self, *words: str | Path, inside: bool = True, **more: str
    ) -> subprocess.Popen[str]:
        """Start a command of the suite; ``inside`` the network, unless it is one that
        needs packages of its language."""
        within = self.namespace.within if inside else ()
        return subprocess.Popen(
            [*within, *map(str, words)],
            cwd=self.folder,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(
        self, *words: str | Path, inside: bool = True, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it, and wait until no proxy of it is left."""
        process = self.start(*words, inside=inside, **more)
        try:
            out, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        self.wait_until_left()
        return subprocess.CompletedProcess(words, process.returncode, out)

    def failed(self, *words: str | Path) -> list[str]:
        """Replay tests of which some fail, and return the sessions of those: what
        --partial @REPORT records anew."""
        report = self.folder / "report.json"
        ran = self.run(*_REPLAY, "--report", report, "--", *words)
        assert ran.returncode not in (0, 100, 125), ran.stdout
        assert "missed 0" in ran.stdout, ran.stdout
        found: list[str] = json.loads(report.read_text())["failed_sessions"]
        return found

    def check_tried(self, cassette: str) -> None:
        """Check that each of three tries got an answer of its own, all noted in the
        file ``seen``, and that the last one's is kept."""
        noted = self.folder / "seen"
        (kept,) = [*self.cassettes.glob(f"{cassette}.yaml")]
        seen, text = (each.read_text() for each in (noted, kept))
        noted.unlink()
        kept.unlink()
        answers = re.findall(r'"count": (\d+)', seen)
        assert len({*answers}) == len(answers) == 3, seen
        assert re.findall(r'"count": (\d+)', text) == answers[2:], text

    @contextmanager
    def open_shop(self) -> "Iterator[Origin]":
        """Let the origin be there meanwhile; the control API wants a token then."""
        from origin import Origin

        folder = self._bin.parent / "origin"
        folder.mkdir(exist_ok=True)
        ports = {"https_port": 443, "http_port": 80}
        within = self.namespace.within
        with Origin(self._certs, folder, within=within, **ports) as origin:
            origin.reset()
            self._known = {"MITMVCR_CONTROL_TOKEN": "a-token-of-these-suites"}
            yield origin
            self._known = {}

    def recorded(self) -> list[str]:
        """Return the names of all cassettes."""
        found = self.cassettes.rglob("*.yaml")
        names = (each.relative_to(self.cassettes).with_suffix("") for each in found)
        return sorted(map(str, names))

    def proxies(self) -> list[str]:
        """Return the proxies of this world that run."""
        pids = (path for path in Path("/proc").iterdir() if path.name.isdigit())
        mine = f"confdir={self._home}"
        return [words for pid in pids if mine in (words := _words(pid))]

    def wait_until_left(self) -> None:
        """Wait until no proxy of this world runs: nothing is left behind."""
        wait_until("the proxy's end", lambda: not self.proxies(), shown=self._shown)

    def hold_to_the_run(self, cassette: str, *words: str | Path, **more: str) -> None:
        """Run a test, whose code names the mode that the variable CODE has, and hold it
        to the mode of the run, and to that of CI."""
        path = self.cassettes / f"{cassette}.yaml"
        # In CI none in code records, though it may be live.
        missing = "cassette not found, and mode replay_only"
        with self.open_shop() as shop:
            ran = self.run(*words, CODE="record_only", CI="true", **more)
            assert ran.returncode != 0, ran.stdout
            assert missing in ran.stdout
            live = self.run(*words, CODE="passthrough", CI="true", **more)
            assert live.returncode == 0, live.stdout
            assert not path.exists()
            assert len(shop.hits().requests) == 1, shop.hits()
            # The run records what would be replayed, also in CI.
            chosen = {"MITMVCR_MODE": "record_only", "CI": "true"}
            ran = self.run(*words, CODE="replay_only", **chosen, **more)
            assert ran.returncode == 0, ran.stdout
        recorded = path.read_text()
        # It replays what would be recorded.
        run = (*_REPLAY, "--", *words)
        ran = self.run(*run, CODE="record_only", MITMVCR_MODE="passthrough", **more)
        assert ran.returncode == 0, ran.stdout
        assert "recorded 0, replayed 1, missed 0" in ran.stdout
        assert path.read_text() == recorded
        path.unlink()
        # Where neither says anything, the code counts.
        assert missing in self.run(*words, CODE="replay_only", **more).stdout

    def hold_to_the_place(self, *words: str | Path) -> None:
        """Run a test whose mitmvcr is not where the variable says, as where it has
        ended; the remedy is named."""
        anew = "start mitmvcr anew, or unset MITMVCR_CONTROL_URL, and the tests start"
        use = "use http://127.0.0.1:PORT, as mitmvcr serve --control PORT says it"
        away, no_url = "http://127.0.0.1:1", "127.0.0.1:8081"
        for url, *told in (
            (away, f"mitmvcr: the control API at {away} does not answer (", anew),
            (no_url, f"mitmvcr: MITMVCR_CONTROL_URL={no_url}: {use}"),
        ):
            ran = self.run("env", f"MITMVCR_CONTROL_URL={url}", *words)
            assert ran.returncode not in (0, 127), ran.stdout
            assert all(each in ran.stdout for each in told), ran.stdout

    def hold_to_localhost(self, cassette: str, *words: str | Path) -> None:
        """Run a test that asks a server of this machine. It is recorded where the run
        says so, in each of the two ways; else one line says that nothing was."""
        path = self.cassettes / f"{cassette}.yaml"
        run = ("mitmvcr", "run", "--cassettes", "cassettes", "--include-localhost")
        led = ("env", "MITMVCR_INCLUDE_LOCALHOST=yes")
        ways = ((*led, *words), (*run, "--", *words))
        with self.open_shop():
            ran = self.run(*words)
            assert ran.returncode == 0, ran.stdout
            assert not path.exists()
            assert "tests opened 1 cassette, and nothing went" in ran.stdout, ran.stdout
            for way in ways:
                path.unlink(missing_ok=True)
                ran = self.run(*way)
                assert ran.returncode == 0, ran.stdout
                assert "http://localhost/json" in path.read_text()
                assert "nothing went through" not in ran.stdout
        for way in ways:
            ran = self.run(*way, CI="true")
            assert ran.returncode == 0, ran.stdout
        path.unlink()

    def killed(self, runner: subprocess.Popen[str], name: str) -> str:
        """Kill a runner whose test hangs after a request, wait until nothing is left
        behind, and return the cassette that was saved."""
        part = self.cassettes / f"{name}.yaml.part"
        wait_until("a recording", lambda: part.exists() and "/json" in part.read_text())
        runner.kill()
        runner.communicate()
        self.wait_until_left()
        return part.with_suffix("").read_text()

    def _shown(self) -> str:
        return "\n".join(self.proxies())


def _words(pid: Path) -> str:
    try:
        return pid.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
