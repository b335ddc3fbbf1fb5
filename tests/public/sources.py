"""Source distributions as their registries have them, each fetched by the registry's
own client and made ready to run, once, in ``.cache/suites``."""

import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "suites"
PYTHON = os.environ["MITMVCR_SUITES_PYTHON"]
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
#: The longest that one command may take: a build, or a whole suite on a busy machine.
LONGEST = 900

Fill = Callable[[Path, str, str], None]


def clean(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k.lower() not in _PROXIES}
    return kept | more


def done(words: Sequence[object], cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a command to its end and return what it said; it must not fail."""
    ran = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env=clean() if env is None else env,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert ran.returncode == 0, f"{words}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout + ran.stderr


def prepared(fill: Fill, package: str, version: str) -> Path:
    """Return the folder that ``fill`` makes, which has the sources in ``source``."""
    folder = CACHE / f"{package.replace('/', '+').replace(':', '+')}-{version}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(folder.name + ".lock")):
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            fill(folder, package, version)
            (folder / "ready").touch()
    return folder


def sdist(folder: Path, package: str, version: str) -> None:
    words = ("pip", "download", "-q", "--no-deps", "--no-binary", ":all:")
    more = ("--no-build-isolation", "-d", folder, f"{package}=={version}")
    done((PYTHON, "-m", *words, *more), folder)
    _unpack(folder, "*.tar.gz")


def crate(folder: Path, package: str, version: str) -> None:
    """A crate with its unit tests built."""
    wanted = '[package]\nname = "x"\nversion = "0.0.0"\n[lib]\npath = "x"\n'
    wanted += f'[dependencies]\n{package} = "={version}"\n'
    (folder / "Cargo.toml").write_text(wanted)
    (folder / "x").touch()
    words = ("cargo", "metadata", "-q", "--format-version", "1")
    known = json.loads(done(words, folder).splitlines()[0])["packages"]
    (place,) = (each["manifest_path"] for each in known if each["name"] == package)
    _copy(Path(place).parent, folder / "source")
    done(("cargo", "test", "-q", "--lib", "--no-run", "--locked"), folder / "source")
    built = (folder / "source" / "target/debug/deps").glob(f"{package}-*")
    (suite,) = (each for each in built if not each.suffix)
    (folder / "suite").symlink_to(suite)


def go_module(folder: Path, package: str, version: str) -> None:
    """A Go module with its test binary built."""
    words = ("go", "mod", "download", "-json", f"{package}@{version}")
    _copy(Path(json.loads(done(words, folder))["Dir"]), folder / "source")
    words = ("go", "test", "-mod=mod", "-c", "-o", folder / "suite", ".")
    done(words, folder / "source")


def npm(*needed: str) -> Fill:
    """A package, with what its suite needs in the folder above it."""

    def fill(folder: Path, package: str, version: str) -> None:
        done(("npm", "pack", "-s", f"{package}@{version}"), folder)
        _unpack(folder, "*.tgz")
        words = ("npm", "install", "-s", "--ignore-scripts", "--no-audit", "--no-fund")
        wanted = json.loads((folder / "source" / "package.json").read_text())
        runtime = (f"{k}@{v}" for k, v in wanted.get("dependencies", {}).items())
        (folder / "package.json").write_text('{"private": true}')
        done((*words, *runtime, *needed), folder)

    return fill


def maven(folder: Path, package: str, version: str) -> None:
    """A release of Apache's with its tests compiled, and what Maven needs to run them
    without a network."""
    wanted = f"{package}:{version}:zip:source-release"
    words = ("mvn", "-B", "-q", "dependency:copy", f"-Dartifact={wanted}")
    done((*words, f"-DoutputDirectory={folder}"), folder)
    _unpack(folder, "*.zip")
    words = ("mvn", "-B", "-q", "-Drat.skip", "-Danimal.sniffer.skip")
    none = ("-Dtest=None", "-DfailIfNoTests=false")
    done((*words, "test-compile", "surefire:test", *none), folder / "source")


def _unpack(folder: Path, pattern: str) -> None:
    """Unpack the one archive there, whose one folder becomes ``source``."""
    (file,) = folder.glob(pattern)
    there = folder / "unpacked"
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as zipped:
            zipped.extractall(there)
    else:
        with tarfile.open(file) as archive:
            archive.extractall(there, filter="data")
    (source,) = there.iterdir()
    source.rename(folder / "source")


def _copy(there: Path, here: Path) -> None:
    """Copy what a client keeps where nobody may write."""
    shutil.copytree(there, here, copy_function=shutil.copyfile)
    for each in (here, *here.rglob("*/")):
        each.chmod(0o755)
