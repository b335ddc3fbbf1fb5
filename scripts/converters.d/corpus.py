"""Real recordings out of packages' own source distributions: each converts, and what
comes of it loads. Prints how many, and every file that does not."""

import gzip
import io
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from mitmvcr import convert
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette
from mitmvcr.format import reader, writer
from mitmvcr.proxy.flow import saved

#: Packages that bring their recordings, by the client that fetches them.
PYPI = (
    "datadog-api-client==2.62.0",
    "github3.py==4.0.1",
    "praw==7.7.1",
    "opentelemetry-instrumentation-openai-v2==2.4b0",
    "opentelemetry-instrumentation-botocore==0.66b2",
    "pygbif==0.7.0",
    "habanero==2.9.2",
    "betamax==0.9.0",
    "mitmproxy2swagger==0.15.0",
    "har2warc==1.0.4",
    "ghostwire-cli==0.2.0",
    "har2locust==0.9.4",
    "har-capture==0.15.1",
    "har2cli==0.1.0",
    "qa-dashboard==0.8.0",
    "trace-shrink==2.2.0",
    "chaostoolkit-wiremock==0.1.2",
)
MAVEN = (
    "org.wiremock:wiremock:3.13.2:jar:tests",
    "com.github.tomakehurst:wiremock:2.27.2:jar:tests",
)
NPM = (
    "json-caching-proxy@1.6.1",
    "@octokit/fixtures@23.1.2",
    "nock@0.59.1",
    "newman@3.10.0",
    "postman-collection@0.5.0",
)
GO = (
    "github.com/snowflakedb/gosnowflake@v1.19.1",
    "go.k6.io/k6@v0.45.0",
    "github.com/Azure/azure-sdk-for-go/sdk/data/aztables@v0.6.0",
    "github.com/Azure/azure-sdk-for-go/sdk/keyvault/azkeys@v0.4.0",
    "github.com/Azure/azure-sdk-for-go/sdk/keyvault/azsecrets@v0.5.0",
    "gocloud.dev@v0.40.0",
)
#: Packages of R, whose vcr follows Ruby's; no gem brings its cassettes to Debian.
DEBIAN = (
    "r-cran-bold",
    "r-cran-natserv",
    "r-cran-ritis",
    "r-cran-rredlist",
    "r-cran-taxize",
    "r-cran-wikitaxa",
    "r-cran-worrms",
)
ENDINGS = (".json", ".yaml", ".yml", ".har", ".gz", ".zhar", "flows", "flow", ".replay")
LARGEST = 50 << 20
#: How many there have to be, by format; a file that two versions of a package have
#: counts once. The packages that were found bring no more archives than that.
WANTED = {
    "vcrpy": 1000,
    "ruby-vcr": 1000,
    "wiremock": 100,
    "har": 25,
    "test-proxy": 100,
    "httpreplay": 500,
    "nock": 40,
    "postman": 20,
}


def fetch(cache: Path) -> None:
    """Download what is not there, with the registries' own clients."""
    cache.mkdir(parents=True, exist_ok=True)
    for package in PYPI:
        pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps")
        _fetch(cache, package, *pip, "--no-binary", ":all:", "-d", ".", package)
    for package in MAVEN:
        copy = ("mvn", "-q", "dependency:copy", "-DoutputDirectory=.")
        _fetch(cache, package, *copy, f"-Dartifact={package}")
    for package in NPM:
        _fetch(cache, package, "npm", "pack", "--silent", package)
    for package in GO:
        _fetch(cache, package, "go", "mod", "download", package)
    for package in DEBIAN:
        _fetch(cache, package, "apt-get", "-qq", "download", package)


def _fetch(cache: Path, package: str, *command: str) -> None:
    mark = cache / f".{package.replace('/', '-')}"
    if mark.exists():
        return
    print(f"fetching {package} ...", file=sys.stderr)
    own = {"GOMODCACHE": str(cache / "go"), "GOFLAGS": "-mod=mod -modcacherw"}
    done = subprocess.run(
        command, cwd=cache, capture_output=True, check=False, env={**os.environ, **own}
    )
    if done.returncode:
        last = done.stderr.decode().strip().splitlines()[-1:]
        print(f"{package} cannot be had: {''.join(last)}", file=sys.stderr)
    else:
        mark.touch()


def files(cache: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of all packages that may be recordings, by package and path."""
    for path in sorted([*cache.glob("*.tar.gz"), *cache.glob("*.tgz")]):
        yield from _in_tar(path.name, path.read_bytes())
    for path in sorted(cache.glob("*.deb")):
        unpack = ("dpkg-deb", "--fsys-tarfile", path)
        held = subprocess.run(unpack, capture_output=True, check=True)
        yield from _in_tar(path.name, held.stdout)
    for path in sorted([*cache.glob("*.jar"), *cache.glob("go/cache/**/*.zip")]):
        with zipfile.ZipFile(path) as archive:
            for name in filter(_may_be_one, archive.namelist()):
                yield f"{path.name}: {name}", archive.read(name)


def _in_tar(package: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            if member.isfile() and _may_be_one(member.name) and member.size < LARGEST:
                held = archive.extractfile(member)
                assert held is not None
                yield f"{package}: {member.name}", held.read()


def _may_be_one(name: str) -> bool:
    return name.lower().endswith(ENDINGS)


def try_one(name: str, data: bytes, form: convert.Format, counts: Counter[str]) -> None:
    """Convert a file and load what comes of it. Raise CassetteError."""
    origin = "http://api.test"
    source = convert.Source(data, name, lambda _: b"of a file", origin)
    found = convert.read(source, form, saved.read)
    counts["files"] += 1
    counts["interactions"] += len(found.interactions)
    for note in found.notes:
        if note.is_loss:
            counts["left out"] += 1
            print(f"{name}: {note.interaction}: {note.field}: {note.problem}"[:300])
    written = writer.dumps(Cassette(found.interactions))
    again = reader.loads(written, name, sendable=True).interactions
    if len(again) != len(found.interactions):
        raise CassetteError(name, "has other interactions when it is loaded")


def main() -> int:
    cache = Path(sys.argv[1]) / "corpus"
    fetch(cache)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    failed, began = 0, time.process_time()
    seen: set[bytes] = set()
    for name, data in files(cache):
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        digest = sha256(data).digest()
        if digest in seen:
            continue
        seen.add(digest)
        form = convert.format_of(data, "")
        if form is None or form.name == "go-vcr":
            continue
        try:
            try_one(name, data, form, counts[form.name])
        except Exception as error:  # noqa: BLE001 - each is a line, and the end a failure
            failed += 1
            print(f"FAILED {name}: {type(error).__name__}: {error}"[:500])
    for kind, of_it in sorted(counts.items()):
        print(f"{kind}: {', '.join(f'{n} {what}' for what, n in of_it.items())}")
    print(f"{failed} failed, {time.process_time() - began:.0f} s of CPU")
    few = [kind for kind, least in WANTED.items() if counts[kind]["files"] < least]
    if few:
        print(f"too few files of {', '.join(few)}")
    return 1 if few or failed else 0


if __name__ == "__main__":
    sys.exit(main())
