"""A Go program of the tests, built once per version of its source, into ``.cache``.

Without Go the tests that run it are skipped, and under CI they fail.
"""

import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

from filelock import FileLock

from leaving_out import leave_out

CACHE = Path(__file__).parents[1] / ".cache" / "go"


@cache
def binary(source: Path, modules: str = "go.mod") -> Path:
    """The built program of that folder, with the versions of that file of it."""
    files = sorted(source.glob("*.go")) + sorted(source.glob("go.*"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    digest.update(modules.encode())
    path = CACHE / digest.hexdigest()[:16]
    if not path.exists():
        _build(source, path, modules)
    return path


def _build(source: Path, path: Path, modules: str) -> None:
    go = shutil.which("go")
    if go is None:
        leave_out(f"Go missing: cannot build {source} (install Go 1.24 or newer)")
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(
        path.with_suffix(".lock")
    ):  # another process of the tests may build it
        if not path.exists():
            unfinished = path.with_suffix(".new")
            words = (go, "build", f"-modfile={modules}", "-o", unfinished, ".")
            subprocess.run(words, cwd=source, check=True)
            unfinished.rename(path)
