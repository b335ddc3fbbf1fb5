"""A client, recorded against the tests' origin and replayed where there is none."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from recipe import ROOT, Recipe, squeezed

import warm
from cli.helpers import clean_environment
from end_to_end.namespace import Namespace
from mitmvcr.cli.child.environment import ProxyFacts, child_environment
from mitmvcr.cli.child.trust import TrustFiles
from origin import Origin
from origin.certs import CertFiles, make
from patience import PATIENCE, read_line

HOST = "api.test"
#: Ruby goes past a proxy to a name whose address is loopback.
ADDRESS = "192.0.2.1"

#: Given to the command for what it does with it, and no client's.
_FACTS = re.compile(r"MITMVCR_|PATH$|PWD$")


@dataclass(slots=True)
class Outcome:
    """What became of a client; ``problems`` is empty if all is as its recipe says."""

    recipe: Recipe
    captured: bool = False
    trusted: bool = False
    replayed: bool = False
    diverted: bool = False
    version: str = ""
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class World:
    """Where clients run: ``within`` is the prefix of a network, ``ws`` the address of
    its WebSocket origin, ``dialogues`` that of the servers of tests/dialogues, if they
    are here."""

    within: Sequence[str]
    folder: Path
    certs: CertFiles
    ws: str
    dialogues: str = ""

    def run(
        self, recipe: Recipe, command: Sequence[str], *options: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a client in a ``mitmvcr run`` of its own."""
        home = self.folder / recipe.name
        home.mkdir(exist_ok=True)
        # Of rustup's, cargo is beneath the real one.
        rustup = os.environ.get("RUSTUP_HOME", os.path.expanduser("~/.rustup"))
        places = {"HOME": str(home), "RUSTUP_HOME": rustup}
        environment = clean_environment(self.folder / "mitmvcr", **places)
        # Whoever sets this one is asked by Deno for --allow-sys, with and without us.
        environment.pop("NODE_EXTRA_CA_CERTS", None)
        base = [f"https://{HOST}", self.ws]
        base += [self.dialogues] if recipe.dialogues else []
        cassette = ["--cassette", str(self.cassette(recipe)), *recipe.options]
        ours = [sys.executable, "-m", "mitmvcr", "run", *cassette, *options]
        return _run(
            [*ours, *command, *base], env=environment, cwd=home, within=self.within
        )

    def cassette(self, recipe: Recipe) -> Path:
        return self.folder / recipe.name / "cassette.yaml"


def _run(command: Sequence[str], **place: object) -> subprocess.CompletedProcess[str]:
    """Run it to its end; one that hangs is ended, and has failed."""
    pipe = subprocess.PIPE
    streams = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe}
    with warm.popen(command, **streams, text=True, **place) as process:
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE)
            err += f"\nit had not ended after {PATIENCE} s\n"
    return subprocess.CompletedProcess(process.args, process.wait(), out, err)


@contextmanager
def with_origin(
    folder: Path, python: str, *, hidden: bool = False, dialogues: Path | None = None
) -> Iterator[World]:
    """A network in which ``api.test`` is the tests' origin; ``python`` has the
    websockets package. ``hidden``: only its name server says so, so that an isolated
    client does not know. ``dialogues``: the folder of those servers, with packages."""
    folder.mkdir(exist_ok=True)
    certs = make(folder)
    with Namespace(folder) as namespace:
        address = "127.0.0.1"
        if not hidden:
            address = ADDRESS
            hosts = f"127.0.0.1 localhost\n{ADDRESS} {HOST}\n"
            (_etc(namespace) / "hosts").write_text(hosts)
            add = ["ip", "-n", namespace.name, "addr", "add", ADDRESS, "dev", "lo"]
            subprocess.run(add, check=True)
        ports = {"https_port": 443, "http_port": 80}
        origin = Origin(certs, folder, within=namespace.within, host=address, **ports)
        servers = [[python, ROOT / "tests" / "end_to_end" / "ws_server.py"]]
        servers += [["node", dialogues / "server.mjs"]] if dialogues else []
        with ExitStack() as running:
            running.callback(origin.stop)
            place = [certs.leaf, address]
            commands = [[*namespace.within, *words, *place] for words in servers]
            ports = [running.enter_context(listening(words)) for words in commands]
            socket, *rest = [f"{HOST}:{port}" for port in ports]
            dialogue = f"https://{rest[0]}" if rest else ""
            yield World(namespace.within, folder, certs, f"wss://{socket}", dialogue)


@contextmanager
def listening(command: Sequence[str | Path]) -> Iterator[str]:
    """A server, by the first of the ports that it prints."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as server:
        try:
            numbers = re.findall(r"\d+", read_line(server, "it listened").decode())
            yield numbers[0]
        finally:
            server.kill()


@contextmanager
def without_origin(recorded: World) -> Iterator[World]:
    """A network in which there is only loopback."""
    with Namespace(recorded.folder) as namespace:
        (_etc(namespace) / "resolv.conf").write_text("nameserver 127.0.0.9\n")
        yield replace(recorded, within=namespace.within)


def _etc(namespace: Namespace) -> Path:
    """Return where the files lie that stand in for those of /etc."""
    return Path("/etc/netns") / namespace.name


def diverting(recipe: Recipe) -> Recipe:
    """Return what has to become of a client that needs no proxy to be known."""
    options = (*recipe.options, "--isolate", "--transparent")
    facts = {"limit": "", "captured": True, "trusted": True, "options": options}
    return replace(recipe, name=f"{recipe.name}-diverted", **facts)


def record(world: World, recipe: Recipe, command: Sequence[str]) -> Outcome:
    """Run a client as anybody would, with all that a run sets."""
    outcome = Outcome(recipe)
    shutil.rmtree(world.folder / recipe.name, ignore_errors=True)
    trust = ["--upstream-ca", str(world.certs.ca)]
    ran = world.run(recipe, command, "--mode", "record_only", *trust)
    recorded = _recorded(world.cassette(recipe))
    missing = [each for each in recipe.requests if each not in recorded]
    refused = "refused its certificate" in ran.stderr
    outcome.trusted = not missing
    outcome.captured = not missing or bool(recorded) or refused
    told = f"{ran.stdout}\n{ran.stderr}"
    if (outcome.captured, outcome.trusted) != (recipe.captured, recipe.trusted):
        facts = f"captured {outcome.captured}, trusted {outcome.trusted}"
        what = f"recorded {recorded}, missing {missing}"
        outcome.problems.append(f"{facts}; {what}\n{told}")
    elif not recipe.limit:
        _judge(outcome, ran, "recording")
    return outcome


def replay(world: World, outcome: Outcome, command: Sequence[str]) -> None:
    """Run it once more with no more than its recipe says it needs."""
    recipe = outcome.recipe
    without = [word for name in others(recipe.sets) for word in ("-u", name)]
    only = ["env", *without, *command]
    ran = world.run(recipe, only, "--mode", "replay_only")
    _judge(outcome, ran, "replay")
    outcome.replayed = not outcome.problems


def _judge(outcome: Outcome, ran: subprocess.CompletedProcess[str], when: str) -> None:
    told = f"{ran.stdout}\n{ran.stderr}"
    if ran.returncode:
        outcome.problems.append(f"{when}: exit code {ran.returncode}\n{told}")
    elif squeezed(ran.stdout) != outcome.recipe.output:
        outcome.problems.append(f"{when}: it printed otherwise\n{told}")


def _recorded(cassette: Path) -> list[str]:
    if not cassette.exists():
        return []
    text = cassette.read_text("utf-8")
    urls = re.findall(r"^ +url: (\S+)$", text, re.MULTILINE)
    methods = re.findall(r"^ +method: (\S+)$", text, re.MULTILINE)
    pairs = zip(methods, map(urlsplit, urls), strict=True)
    return [
        f"{method} {url.path or '/'}" + (f"?{url.query}" if url.query else "")
        for method, url in pairs
    ]


def others(kept: Sequence[str]) -> list[str]:
    """Return what a run sets beyond these names and beyond facts for the command."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name)
        trust = TrustFiles(*[file] * 8)
        ours = child_environment({}, ProxyFacts(1, "", trust))
    return [name for name in ours if name not in kept and not _FACTS.match(name)]
