"""The Go program in ``go/``, run in one of its ways."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

from end_to_end.proxy import clean_environment
from gobuild import binary
from patience import PATIENCE

SOURCE = Path(__file__).parent / "go"

#: What the program saw of a response: go's field names, ``Body`` as bytes.
Seen = dict[str, Any]


def run(way: str, *, http1: bool = False, **options: object) -> list[Seen]:
    """``run("plain", proxy=URL, ca=FILE)``: see the program's own flags."""
    flags = [f"-{name}={value}" for name, value in options.items()]
    flags += ["-http1"] if http1 else []
    done = subprocess.run(
        [program(), *flags, way],
        capture_output=True,
        timeout=PATIENCE,
        env=clean_environment(),
    )
    if done.returncode:
        raise AssertionError(f"{way}: {done.stderr.decode(errors='replace')}")
    return [_seen(each) for each in json.loads(done.stdout)]


def _seen(wire: dict[str, Any]) -> Seen:
    return wire | {"Body": base64.b64decode(wire["Body"] or "")}


def program() -> Path:
    """The built program."""
    return binary(SOURCE)
