"""What the user of a run may not look into is told, and is no fault of ours."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.helpers import Cli, need, run_under, write_cassette
from leaving_out import leave_out

if sys.platform == "win32":
    leave_out("a folder of Windows's has no mode that locks it")

READABLE = "permission denied; make it and its folder readable, or choose another one"


def run(cli: Cli, *words: str) -> subprocess.CompletedProcess[str]:
    return bound(cli, "run", *words)


def bound(cli: Cli, *words: str) -> subprocess.CompletedProcess[str]:
    """``mitmvcr`` by a user whom the modes of files bind, as they do not root."""
    prefix: list[str] = []
    if os.geteuid() == 0:
        need("setpriv", shutil.which("setpriv"))
        prefix = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    return run_under(prefix, cli, *words)


@pytest.fixture
def locked(cli: Cli) -> Iterator[Path]:
    folder = cli.cwd / "locked"
    folder.mkdir()
    write_cassette(folder / "a.yaml")
    (folder / "hooks.py").touch()
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--cassette locked/a.yaml", f"locked/a.yaml: cannot be read: {READABLE}"),
        (
            "--cassette locked/a.yaml --mode replay_only",
            f"locked/a.yaml: cannot be read: {READABLE}",
        ),
        (
            "--cassette locked/a.yaml --mode record_only",
            f"locked/a.yaml: cannot be read: {READABLE}",
        ),
        (
            "--cassette locked/a.yaml --time freeze",
            f"locked/a.yaml: cannot be read: {READABLE}",
        ),
        (
            "--cassette b.yaml --hooks locked/hooks.py",
            "--hooks=locked/hooks.py: cannot be read: Permission denied",
        ),
    ],
)
def test_a_locked_folder_is_named(
    cli: Cli, locked: Path, options: str, told: str
) -> None:
    done = run(cli, *options.split(), "--", "true")
    assert (done.returncode, done.stderr) == (125, f"mitmvcr: error: {told}\n")


@pytest.mark.parametrize("mode", [0, 0o400])
@pytest.mark.parametrize(
    "command",
    ["scan .", "check .", "ls .", "stats .", "sort .", "scrub .", "convert . -o new/"],
)
def test_what_is_in_a_locked_folder_is_not_passed_over(
    cli: Cli, locked: Path, command: str, mode: int
) -> None:
    """A scan that left it out without a word had found no secret. Where its names can
    be read, its files are those that cannot."""
    write_cassette(cli.cwd / "b.yaml")
    locked.chmod(mode)
    done = bound(cli, "cassette", *command.split())
    place = "locked/a.yaml: " if mode else "locked: "
    said = (done.stdout + done.stderr).lower()
    told = rf"{place}cannot be (read|written): permission denied"
    assert re.search(told, said.replace("error: ", ""))
    assert done.returncode == 1


def test_mappings_and_reports_in_a_locked_folder_are_not_passed_over(cli: Cli) -> None:
    write_cassette(cli.cwd / "b.yaml")
    for folder in ("wm/mappings", "reports"):
        (cli.cwd / folder / "locked").mkdir(parents=True)
        (cli.cwd / folder / "locked").chmod(0)
    told = "locked: cannot be read: permission denied"
    for command in ("convert wm -o new.yaml", "prune b.yaml --report reports"):
        done = bound(cli, "cassette", *command.split())
        assert told in done.stderr.lower()
        assert done.returncode != 0


@pytest.mark.parametrize("folder", ["locked", "locked/below"])
def test_a_locked_folder_of_cassettes_is_named(
    cli: Cli, locked: Path, folder: str
) -> None:
    asks = (sys.executable, "-c", _ASKS)
    done = run(cli, "--cassettes", folder, "--mode", "replay_only", "--", *asks)
    told = f"{folder}/default.yaml: cannot be read: {READABLE}"
    assert f"mitmvcr: error: 1 request had no session: {told}\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 125


_ASKS = """
import urllib.error, urllib.request
try:
    urllib.request.urlopen("http://api.example.test/")
except urllib.error.HTTPError:
    pass
"""
