"""go-vcr itself, asked over a pipe: what it writes and what it reads.

The Go program in ``go/`` is built once per version of its source, into ``.cache``.
Without Go the tests that ask it are skipped, and under CI they fail.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from golden.wire import from_wire, to_wire
from mitmvcr.core.model import Cassette, Interaction

SOURCE = Path(__file__).parent / "go"
CACHE = Path(__file__).parents[2] / ".cache" / "golden"


def write(interactions: Sequence[Interaction], layout: str = "v4") -> bytes:
    """The file go-vcr saves; it counts the ids anew, from 0."""
    wire = json.dumps([to_wire(each) for each in interactions])
    return _ask("write", layout, wire.encode())


def read(data: bytes, layout: str = "v4") -> Cassette | str:
    """The cassette go-vcr loads, or its error."""
    answer = json.loads(_ask("read", layout, data))
    if "error" in answer:
        return str(answer["error"])
    return Cassette(tuple(from_wire(each) for each in answer["cassette"]))


def _ask(mode: str, layout: str, data: bytes) -> bytes:
    done = subprocess.run([binary(), mode, layout], input=data, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    return done.stdout


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
        message = "Go missing: go-vcr cannot be asked (install Go 1.24 or newer)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    subprocess.run([go, "build", "-o", unfinished, "."], cwd=SOURCE, check=True)
    unfinished.rename(path)
