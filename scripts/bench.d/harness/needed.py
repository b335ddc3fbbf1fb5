"""Programs of others, and our own in Go: built or fetched once, and kept."""

import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from harness.processes import MATERIAL, ROOT, BenchError, run

CACHE = ROOT / ".cache"
_GO = MATERIAL / "go"
_PEERS = CACHE / "bench"
#: As scripts/converters has them, which judges by them.
_HOVERFLY, _HOVERFLY_JAVA = "v1.12.10", "io.specto:hoverfly-java:0.20.2"
_HOVERFLY_PACKAGE = "github.com/SpectoLabs/hoverfly/core/cmd/hoverfly"
_WIREMOCK = "org.wiremock:wiremock-standalone:3.9.1"


class MissingError(Exception):
    """Something cannot be had here; it says why in a line."""


def found(program: str) -> str:
    """Return where a program is. Raises MissingError."""
    where = shutil.which(program)
    if where is None:
        raise MissingError(f"{program} is not installed")
    return where


def built(package: str) -> Path:
    """Return a program of material/go, built. Raises MissingError without Go, and in
    CI BenchError."""
    try:
        go = found("go")
    except MissingError as error:
        if os.environ.get("CI"):
            raise BenchError(f"{error} (Go 1.24 or newer is needed)") from None
        raise
    sources = sorted([*_GO.glob("go.*"), *_GO.rglob("*.go")])
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in sources))
    name = "bench" if package == "." else package
    program = CACHE / "go" / f"{name}-{digest.hexdigest()[:16]}"
    if not program.exists():
        run(go, "build", "-o", program, f"./{package}", cwd=_GO)
    return program


def with_python(name: str, *packages: str) -> Path:
    """Return a Python that has these packages, in an environment of its own."""
    venv = CACHE / f"bench-{name}-{sys.version_info[0]}.{sys.version_info[1]}"
    python, done = venv / "bin" / "python", venv / "installed"
    if not done.exists():
        print(f"bench: installing {' '.join(packages)} ...", file=sys.stderr)
        run(sys.executable, "-m", "venv", venv)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run(*pip, *packages)
        done.touch()
    return python


def hoverfly() -> Path:
    """Return Hoverfly: the program that the variable HOVERFLY names; else built from
    its source; else the one that its library for Java brings. Raises MissingError."""
    if named := os.environ.get("HOVERFLY"):
        return Path(named)
    kept = _PEERS / "hoverfly"
    if kept.exists():
        return kept
    reasons = []
    for make in _from_source, _from_java:
        try:
            return make(kept)
        except (BenchError, MissingError) as error:
            reasons.append(_in_a_line(error))
    raise MissingError(f"Hoverfly: {'; '.join(reasons)}")


def _from_source(kept: Path) -> Path:
    package = f"{_HOVERFLY_PACKAGE}@{_HOVERFLY}"
    where = {**os.environ, "GOBIN": str(kept.parent)}
    kept.parent.mkdir(parents=True, exist_ok=True)
    run(found("go"), "install", package, env=where)
    return kept


def _from_java(kept: Path) -> Path:
    machine = "arm64" if os.uname().machine == "aarch64" else "amd64"
    with zipfile.ZipFile(_jar(_HOVERFLY_JAVA)) as jar:
        kept.write_bytes(jar.read(f"binaries/hoverfly_linux_{machine}"))
    kept.chmod(0o755)
    return kept


def wiremock() -> Sequence[str]:
    """Return the command that WireMock is. Raises MissingError."""
    try:
        return found("java"), "-jar", str(_jar(_WIREMOCK))
    except BenchError as error:
        raise MissingError(f"WireMock: {_in_a_line(error)}") from None


def _jar(artifact: str) -> Path:
    """Return an artifact of Maven Central, GROUP:NAME:VERSION."""
    _, name, version = artifact.split(":")
    path = _PEERS / f"{name}-{version}.jar"
    if not path.exists():
        copy = [f"-Dartifact={artifact}", f"-DoutputDirectory={_PEERS}"]
        run(found("mvn"), "-q", "dependency:copy", *copy)
    return path


def _in_a_line(error: Exception) -> str:
    """Return the last thing that a program said, or what is missing."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
