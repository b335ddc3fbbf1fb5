"""The Go program in ``go/``, built once per version of its source, into ``.cache``.

Without Go the tests that run it are skipped, and under CI they fail.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from end_to_end.proxy import clean_environment

SOURCE = Path(__file__).parent / "go"
CACHE = Path(__file__).parents[2] / ".cache" / "clients"

#: What the program saw of a response: go's field names, ``Body`` as bytes.
Seen = dict[str, Any]


def run(way: str, *, http1: bool = False, **options: object) -> list[Seen]:
    """``run("plain", proxy=URL, ca=FILE)``: see the program's own flags."""
    flags = [f"-{name}={value}" for name, value in options.items()]
    flags += ["-http1"] if http1 else []
    done = subprocess.run(
        [binary(), *flags, way],
        capture_output=True,
        timeout=300,
        env=clean_environment(),
    )
    if done.returncode:
        raise AssertionError(f"{way}: {done.stderr.decode(errors='replace')}")
    return [_seen(each) for each in json.loads(done.stdout)]


def _seen(wire: dict[str, Any]) -> Seen:
    return wire | {"Body": base64.b64decode(wire["Body"] or "")}


@cache
def binary() -> Path:
    """The built program."""
    sources = sorted(SOURCE.glob("*.go")) + sorted(SOURCE.glob("go.*"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    path = CACHE / digest.hexdigest()[:16]
    if not path.exists():
        _build(path)
    return path


def _build(path: Path) -> None:
    go = shutil.which("go")
    if go is None:
        message = "Go missing: its program cannot run (install Go 1.24 or newer)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    subprocess.run([go, "build", "-o", unfinished, "."], cwd=SOURCE, check=True)
    unfinished.rename(path)
