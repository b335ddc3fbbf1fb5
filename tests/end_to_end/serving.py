"""A program of the tests that serves on ports and says which."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from patience import read_line


@contextmanager
def serving(
    *command: str | Path, environment: Mapping[str, str] | None = None
) -> Iterator[Any]:
    """Yield what its first line says, as JSON: a port, or several. Its standard input
    stays open until the end, and it must not outlive that."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    try:
        yield json.loads(read_line(process, "it served"))
    finally:
        process.kill()
        process.communicate()
