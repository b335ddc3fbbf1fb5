"""A Node program of the tests with what it needs, once per version, in ``.cache``."""

import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

from filelock import FileLock

from leaving_out import leave_out

CACHE = Path(__file__).parents[1] / ".cache" / "node"


@cache
def folder(source: Path) -> Path:
    """A copy of that folder, with its packages installed."""
    files = [path for path in sorted(source.iterdir()) if path.is_file()]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    path = CACHE / digest.hexdigest()[:16]
    if not path.exists():
        _install(files, path)
    return path


def _install(files: list[Path], path: Path) -> None:
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            leave_out(f"{tool} is not installed")
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # another process of the tests may do it
        if not path.exists():
            _install_new(files, path)


def _install_new(files: list[Path], path: Path) -> None:
    unfinished = path.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for file in files:
        shutil.copy(file, unfinished)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=unfinished, check=True, stdout=subprocess.DEVNULL)
    unfinished.rename(path)
