"""A program of the tests that serves on a port and says which."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(
    *command: str | Path, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """The port is the first line that it prints. Its standard input stays open."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()
