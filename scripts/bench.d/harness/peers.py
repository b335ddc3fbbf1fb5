"""Others that replay, each in its own way, the same recordings: what starts them."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from material import samples

from harness import needed
from harness.commanded import Asked, Commanded, Runner
from harness.processes import MATERIAL, ROOT, Proxy, free_port, run

_OFFLINE = ("--set", "server_replay_extra=500", "--set", "connection_strategy=lazy")


class Serving(Proxy):
    """``mitmvcr serve``, which prints no flows."""

    def _start(self, folder: Path, args: Sequence[object]) -> "subprocess.Popen[bytes]":
        words = [sys.executable, "-m", "mitmvcr", "serve", "--port", self.port]
        home = {"MITMVCR_HOME": str(folder / "confdir")}
        environment = {**os.environ, **home, "PYTHONPATH": str(ROOT / "addon")}
        return self._run([*words, "--set", "flow_detail=0", *args], environment)


class _Other(Proxy):
    """A program of others, which has one core; ``args`` is its command. It answers
    once it has read its recordings."""

    patience = 180.0

    def _start(self, folder: Path, args: Sequence[object]) -> "subprocess.Popen[bytes]":
        words = [str(each).replace("PORT", str(self.port)) for each in args]
        # A proxy in this environment is none of its business.
        return self._run(words, {**os.environ, "GOMAXPROCS": "1"}, cwd=folder)


@dataclass(frozen=True)
class Recordings:
    """The same traffic in a folder, in the format of each. ``once``: each interaction
    is asked for once, and no more."""

    folder: Path
    urls: Sequence[str]
    once: bool

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.asked.write_text("\n".join(self.urls))
        samples.write_cassette(self.cassette, self.urls)

    @property
    def asked(self) -> Path:
        return self.folder / "urls"

    @property
    def cassette(self) -> Path:
        return self.folder / "cassette.yaml"

    @property
    def is_https(self) -> bool:
        return self.urls[0].startswith("https:")

    def flows(self) -> Path:
        path = self.folder / "flows"
        samples.write_flows(path, self.urls)
        return path

    def converted(self, to: str, path: Path) -> Path:
        path.parent.mkdir(exist_ok=True)
        convert = ["cassette", "convert", "--to", to, self.cassette, "-o", path]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "addon")}
        run(sys.executable, "-m", "mitmvcr", *convert, env=environment)
        return path


def _ours(of: Recordings) -> Runner:
    repeats = () if of.once else ("--allow-repeats",)
    words = ("--cassette", of.cassette, "--mode", "replay_only", *repeats)
    return Asked(Serving(of.folder, "mitmvcr", *words), of.asked)


def server_replay(of: Recordings) -> Proxy:
    """Return mitmproxy with its own replay, which reaches no origin."""
    reuse = f"server_replay_reuse={'false' if of.once else 'true'}"
    words = ("--server-replay", of.flows(), "--set", reuse, *_OFFLINE)
    return Proxy(of.folder, "server-replay", *words)


def _hoverfly(of: Recordings) -> Runner:
    simulation = of.converted("hoverfly", of.folder / "hoverfly.json")
    words = [
        needed.hoverfly(),
        "-pp",
        "PORT",
        "-ap",
        free_port(),
        "-import",
        simulation,
    ]
    quiet = ["-log-level", "error", "-logs-output", "console", "-no-import-check"]
    return Asked(_Other(of.folder, "hoverfly", *words, *quiet), of.asked)


def _wiremock(of: Recordings) -> Runner:
    of.converted("wiremock", of.folder / "mappings" / "all.json")
    ports = ["--port", "PORT"]
    if of.is_https:
        ports = ["--port", str(free_port()), "--https-port", "PORT"]
    words = [*needed.wiremock(), *ports, "--bind-address", "127.0.0.1"]
    patient = ["--jetty-idle-timeout", "600000"]  # others have their turn
    quiet = ["--root-dir", of.folder, "--no-request-journal", *patient]
    kind = _Secure if of.is_https else _Other
    return Asked(kind(of.folder, "wiremock", *words, *quiet), of.asked, "-direct")


class _Secure(_Other):
    """One whose port speaks TLS from the first byte."""

    def answers(self) -> bool:
        return self.listens()


def _go_vcr(of: Recordings) -> Runner:
    name = of.cassette.with_suffix("")
    repeats = () if of.once else ("-repeats",)
    words = [needed.built("replay"), "-cassette", name, "-urls", of.asked, *repeats]
    return Commanded(words, of.folder / "go-vcr.log", core=-1)


def _vcrpy(of: Recordings) -> Runner:
    cassette = of.converted("vcrpy", of.folder / "vcrpy.yaml")
    python, task = needed.with_python("vcrpy", "vcrpy"), MATERIAL / "vcrpy_replay.py"
    words = [python, "-I", task, cassette, of.asked, int(not of.once)]
    return Commanded(words, of.folder / "vcrpy.log", core=-1)


#: By name; the first is ours.
PEERS: Mapping[str, Callable[[Recordings], Runner]] = {
    "mitmvcr": _ours,
    "Hoverfly": _hoverfly,
    "go-vcr, in process": _go_vcr,
    "WireMock, as a server": _wiremock,
    "mitmproxy --server-replay": lambda of: Asked(server_replay(of), of.asked),
    "vcrpy, in process": _vcrpy,
}
