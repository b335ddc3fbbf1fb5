"""A Node program of the tests with what it needs, once per version, in ``.cache``."""

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

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
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.mkdir(parents=True)
    for file in files:
        shutil.copy(file, unfinished)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=unfinished, check=True, stdout=subprocess.DEVNULL)
    try:
        unfinished.rename(path)
    except OSError:  # another process of the tests was quicker
        shutil.rmtree(unfinished)
