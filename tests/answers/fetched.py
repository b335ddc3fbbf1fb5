"""Public packages that hold answers of real APIs, fetched by their registries' own
clients into .cache/answers: pinned, and each compared with its SHA-256."""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "answers"
#: No fetch takes longer, on a line of a megabyte a second.
_PATIENCE = 50


class Package(NamedTuple):
    """A file of a registry; ``paths`` are beginnings of the names in it that count."""

    registry: str
    name: str
    version: str
    file: str
    sha256: str
    paths: tuple[str, ...]


PACKAGES = (
    Package(
        "npm",
        "@octokit/webhooks-examples",
        "7.6.1",
        "octokit-webhooks-examples-7.6.1.tgz",
        "89e6cb1c6345d32e3dd775617fa54effbdc26c859e514898d7728e95e9738280",
        ("package/api.github.com/index.json",),
    ),
    Package(
        "npm",
        "@octokit/fixtures",
        "23.1.2",
        "octokit-fixtures-23.1.2.tgz",
        "5a9b0221d7c18f593dc57b5f292e946e8cadfac2b0d4578b38d7e9bd63836c64",
        ("package/scenarios/api.github.com/",),
    ),
    Package(
        "npm",
        "@octokit/openapi",
        "23.0.2",
        "octokit-openapi-23.0.2.tgz",
        "71a18407dd5e8464f4e0525daf03deabbe65abd9287d6adc7b5d98f516cd0d0c",
        ("package/generated/api.github.com.json",),
    ),
    Package(
        "npm",
        "@okta/openapi",
        "2.15.0",
        "okta-openapi-2.15.0.tgz",
        "91b3190900ecffdd460511113b83e73c886c3f5e119bda9fcb777983b25758ef",
        ("package/dist/spec.json",),
    ),
    Package(
        "npm",
        "@figma/rest-api-spec",
        "0.43.0",
        "figma-rest-api-spec-0.43.0.tgz",
        "208361544008cc68250678a717665d10e32194deddb1fac0c276ef6ab16582f6",
        ("package/openapi/", "package/README.md"),
    ),
    Package(
        "npm",
        "@readme/oas-examples",
        "8.2.2",
        "readme-oas-examples-8.2.2.tgz",
        "df951ee87b5b069c86148bf5bbf3923d6cfd27fb95a45aacb95f06b31f604241",
        ("package/3.0/", "package/3.1/", "package/2.0/"),
    ),
    Package(
        "pypi",
        "botocore",
        "1.44.8",
        "botocore-1.44.8-py3-none-any.whl",
        "76342a76c338701db80dcb8afe1c9bd079283d6fffbb9d881442abb02a215043",
        ("botocore/data/",),
    ),
)


def fetch(package: Package) -> Path:
    """Return the file of a package. Exits with one line if it cannot be had."""
    file = CACHE / package.file
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(
                _command(package), cwd=CACHE, check=True, timeout=_PATIENCE,
                capture_output=True, text=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or error
            sys.exit(f"answers: {package.name} could not be fetched: {said}")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != package.sha256:
        file.unlink()
        sys.exit(f"answers: {package.file} has the SHA-256 {found}: it was changed")
    return file


def _command(package: Package) -> list[str]:
    if package.registry == "npm":
        return ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    pinned = f"{package.name}=={package.version}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    return [*pip, "--only-binary=:all:", "--disable-pip-version-check", pinned]


def files(package: Package) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents in a package that count."""
    path = fetch(package)
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if name.startswith(package.paths):
                    yield name, archive.read(name)
        return
    with tarfile.open(path) as tar:
        for member in sorted(tar.getmembers(), key=lambda each: each.name):
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and member.name.startswith(package.paths):
                yield member.name, content.read()
