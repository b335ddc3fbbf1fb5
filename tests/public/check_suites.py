"""Suites of public packages, as their registries have them, behind ``mitmvcr run``:
green while they are recorded against an origin of this machine, and green from the
cassette, in a network that has nothing but loopback."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from patience import read_line
from public.sources import PYTHON, clean, done, prepared
from public.suites import SUITES, Suite
from public.table import Row, write_row

HERE = Path(__file__).parent
_COUNTS = re.compile(r"recorded (\d+), replayed (\d+), missed (\d+), unused (\d+)")


@contextmanager
def origin(folder: Path) -> Iterator[tuple[str, Path]]:
    """The URL of a proxy that knows the public hosts, and who vouches for them."""
    authority = folder / "authority.pem"
    with subprocess.Popen(
        [PYTHON, HERE / "origin.py", authority],
        env=clean(PYTHONPATH=str(HERE.parent)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            port = read_line(process, "the origin listened").decode().strip()
            yield f"http://127.0.0.1:{port}", authority
        finally:
            process.kill()


def behind(
    suite: Suite, folder: Path, options: Sequence[object], **env: str
) -> tuple[int, list[int]]:
    """Return how many tests passed, and what the summary counts."""
    place = prepared(suite.fill, suite.package, suite.version)
    ours = (sys.executable, "-m", "mitmvcr", "run", "-c", folder / "suite.yaml")
    words = suite.runner.command(place, [*suite.left_out])
    source = place / "source"
    paths = (str(source / "src"), str(source), os.environ["PYTHONPATH"])
    said = done(
        (*ours, *suite.options, *options, "--", *words),
        source,
        clean(PYTHONPATH=os.pathsep.join(paths), **env),
    )
    found = _COUNTS.search(said)
    assert found is not None, said
    return suite.runner.count(said), [int(each) for each in found.groups()]


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_green_twice(suite: Suite, tmp_path: Path) -> None:
    with origin(tmp_path) as (url, authority):
        out = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": "localhost,127.0.0.1"}
        options = ("-m", "record_only", "--upstream-ca", authority)
        passed, (recorded, *_) = behind(suite, tmp_path, options, **out)
    assert passed == suite.tests
    offline = ("-m", "replay_only", "--isolate")
    assert behind(suite, tmp_path, offline) == (passed, [0, recorded, 0, 0])
    write_row(Row(suite, passed, recorded))
