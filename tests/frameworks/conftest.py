"""A world for suites of other languages: a network with loopback alone, in which an
origin is there while cassettes are recorded, and gone while they are replayed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from patience import PATIENCE

if TYPE_CHECKING:
    from end_to_end.namespace import Namespace
    from origin.certs import CertFiles

ROOT = Path(__file__).resolve().parents[2]
HELPERS = ROOT / "addon" / "helpers"
PAGE = ROOT / "docs" / "frameworks.md"
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
    """``folder`` is the suite's, ``origin`` is what it talks to, as https://api.test."""

    def __init__(
        self, namespace: "Namespace", folder: Path, certs: "CertFiles"
    ) -> None:
        self.namespace, self.folder, self._certs = namespace, folder, certs
        self.cassettes = folder / "cassettes"
        self._bin = folder.parent / "bin"
        self._home = folder.parent / "home"
        self._write_program()

    def _write_program(self) -> None:
        self._bin.mkdir()
        program = self._bin / "mitmvcr"
        text = _MITMVCR.format(
            python=sys.executable, path=os.environ.get("PYTHONPATH", "")
        )
        program.write_text(text)
        program.chmod(0o755)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not _DROPPED.fullmatch(k)}
        path = f"{self._bin}{os.pathsep}{kept['PATH']}"
        own = {"PATH": path, "MITMVCR_HOME": str(self._home)}
        return {**kept, **own, "MITMVCR_UPSTREAM_CA": str(self._certs.ca), **more}

    def run(
        self, *words: str | Path, folder: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the suite in the network."""
        return subprocess.run(
            [*self.namespace.within, *map(str, words)],
            cwd=folder or self.folder,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def recorded(self) -> list[str]:
        """Return the names of all cassettes."""
        found = self.cassettes.rglob("*.yaml")
        return sorted(f"{each.relative_to(self.cassettes)}" for each in found)

    def left(self) -> list[str]:
        """Return the proxies of this world that still run."""
        pids = (path for path in Path("/proc").iterdir() if path.name.isdigit())
        return [words for pid in pids if str(self._home) in (words := _words(pid))]


def _words(pid: Path) -> str:
    try:
        return pid.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture(scope="module")
def world(
    namespace: "Namespace",
    certs: "CertFiles",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """One for a module: its tests are steps, from what is recorded to what is missed."""
    folder = tmp_path_factory.mktemp("world") / "suite"
    folder.mkdir()
    yield World(namespace, folder, certs)


@pytest.fixture(scope="module")
def shop(world: World, certs: "CertFiles", tmp_path_factory: pytest.TempPathFactory):
    """The origin, until ``stop``: what a suite talks to while it is recorded."""
    from origin import Origin

    folder = tmp_path_factory.mktemp("shop")
    ports = {"https_port": 443, "http_port": 80}
    with Origin(certs, folder, within=world.namespace.within, **ports) as origin:
        yield origin


def need(program: str) -> str:
    """Return where a program is; without it the test fails."""
    found = shutil.which(program)
    assert found is not None, f"{program} is not installed: scripts/frameworks says how"
    return found
