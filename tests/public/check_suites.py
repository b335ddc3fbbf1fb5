"""Suites of public packages, as their registries have them, behind ``mitmvcr run``:
green while they are recorded against an origin of this machine, and green from the
cassette with the origin gone."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from patience import PATIENCE, read_line

HERE = Path(__file__).parent
TESTS = HERE.parent
PYTHON = os.environ["MITMVCR_SUITES_PYTHON"]
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_COUNTS = re.compile(r"recorded (\d+), replayed (\d+), missed (\d+), unused (\d+)")


def clean(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k.lower() not in _PROXIES}
    return kept | more


def done(words: Sequence[object], cwd: Path, env: dict[str, str]) -> str:
    ran = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, f"{words}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout + ran.stderr


def behind(
    folder: Path, options: Sequence[object], suite: Sequence[object], **env: str
) -> tuple[str, list[int]]:
    """Return what the suite said, and what the summary counts."""
    command = (sys.executable, "-m", "mitmvcr", "run", "-c", folder / "suite.yaml")
    said = done((*command, *options, "--", *suite), folder, clean(**env))
    found = _COUNTS.search(said)
    assert found is not None, said
    return said, [int(each) for each in found.groups()]


@contextmanager
def httpbin() -> Iterator[str]:
    """The URL of a proxy that knows httpbin.org, which is on this machine."""
    with subprocess.Popen(
        [PYTHON, HERE / "httpbin_origin.py"],
        env=clean(PYTHONPATH=str(TESTS)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield f"http://127.0.0.1:{read_line(process, 'httpbin listened').strip()}"
        finally:
            process.kill()


def sdist(name: str, folder: Path) -> Path:
    """Fetch a source distribution, and unpack it."""
    words = ("pip", "download", "-q", "--no-deps", "--no-binary", ":all:")
    more = ("--no-build-isolation", "-d", folder, name)
    done((PYTHON, "-m", *words, *more), folder, clean())
    (file,) = folder.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data")
    (source,) = (each for each in folder.iterdir() if each.is_dir())
    return source


def test_requests_futures(tmp_path: Path) -> None:
    """Python; its origin is httpbin at another port each time, which it starts itself:
    in a replay nobody asks it."""
    source = sdist("requests-futures==1.1.0", tmp_path)
    pytest = (PYTHON, "-m", "pytest", "-q", "--no-cov", "-p", "no:cacheprovider")
    suite = (*pytest, "--rootdir", source, source / "tests")
    options = ("--include-localhost", "--match", "method,path,query,body")
    env = {"PYTHONPATH": os.pathsep.join((str(source), os.environ["PYTHONPATH"]))}
    said, (recorded, *_) = behind(
        tmp_path, (*options, "-m", "record_only"), suite, **env
    )
    assert "30 passed" in said
    assert recorded > 30
    said, counts = behind(tmp_path, (*options, "-m", "replay_only"), suite, **env)
    assert "30 passed" in said
    assert counts == [0, recorded, 0, 0]


GREQUESTS = "github.com/levigross/grequests@v0.0.0-20231203190023-9c307ef1f48d"
#: Those that ask httpbin.org alone; others ask hosts with odd certificates. The one
#: that is left out wants an answer of an older httpbin.
_OF_HTTPBIN = "^Test(Basic|GetNoOptions$|GetCustom|Patch|Head|Options|Delete|Put|Post)"
_OLDER = "^TestBasicPutUploadRequest$"


def test_grequests(tmp_path: Path) -> None:
    """Go, which would send nothing on loopback to a proxy: it asks httpbin.org."""
    found = json.loads(
        done(("go", "mod", "download", "-json", GREQUESTS), tmp_path, clean())
    )
    source = tmp_path / "source"
    shutil.copytree(found["Dir"], source, copy_function=shutil.copyfile)
    source.chmod(0o755)
    suite = tmp_path / "suite.test"
    done(("go", "test", "-c", "-o", suite, "."), source, clean(GOFLAGS="-mod=mod"))
    words = ("sh", "-c", 'cd source && exec ../suite.test "$@"', "suite")
    chosen = ("-test.run", _OF_HTTPBIN, "-test.skip", _OLDER, "-test.v")
    with httpbin() as url:
        only = ("-m", "record_only")
        said, (recorded, *_) = behind(tmp_path, only, (*words, *chosen), HTTP_PROXY=url)
    passed = said.count("--- PASS")
    assert passed > 40
    assert "--- FAIL" not in said
    said, counts = behind(tmp_path, ("-m", "replay_only"), (*words, *chosen))
    assert said.count("--- PASS") == passed
    assert counts == [0, recorded, 0, 0]
