"""Real recordings out of packages' own source distributions: each converts, and what
comes of it loads. Prints how many, and every file that does not."""

import gzip
import subprocess
import sys
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from mitmvcr import convert
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette
from mitmvcr.format import reader, writer

#: Source distributions of PyPI, and packages of npm, that bring their recordings.
PYPI = (
    *("datadog-api-client==2.62.0", "github3.py==4.0.1", "haralyzer==2.4.0"),
    *("har2tree==1.43.0", "opentelemetry-instrumentation-openai-v2==2.4b0"),
    *("opentelemetry-instrumentation-botocore==0.66b2", "pygbif==0.7.0"),
    *("habanero==2.9.2", "asyncpraw==8.0.3"),
)
NPM = ("har-validator@5.1.5", "har-to-k6@0.14.16", "pagexray@4.4.4")
ENDINGS = (".json", ".yaml", ".yml", ".har", ".gz", ".frozen", ".zhar")
LARGEST = 50 << 20
#: What has to be there, by format.
WANTED = {"vcrpy": 1000, "others": 100}


def fetch(cache: Path) -> None:
    """Download what is not there, with the registries' own clients."""
    cache.mkdir(parents=True, exist_ok=True)
    for package in PYPI:
        pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps")
        _fetch(cache, package, *pip, "--no-binary", ":all:", "-d", ".", package)
    for package in NPM:
        _fetch(cache, package, "npm", "pack", "--silent", package)


def _fetch(cache: Path, package: str, *command: str) -> None:
    mark = cache / f".{package.replace('/', '-')}"
    if mark.exists():
        return
    print(f"fetching {package} ...", file=sys.stderr)
    done = subprocess.run(command, cwd=cache, capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode().strip().splitlines()[-1:]
        print(f"{package} cannot be had: {''.join(last)}", file=sys.stderr)
    else:
        mark.touch()


def files(cache: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted([*cache.rglob("*.tar.gz"), *cache.rglob("*.tgz")]):
        with tarfile.open(path) as archive:
            for member in archive:
                is_one = member.isfile() and member.name.lower().endswith(ENDINGS)
                if is_one and member.size < LARGEST:
                    held = archive.extractfile(member)
                    assert held is not None
                    yield f"{path.name}: {member.name}", held.read()


def try_one(name: str, data: bytes, form: convert.Format, counts: Counter[str]) -> None:
    """Convert a file and load what comes of it. Raise CassetteError."""
    origin = "http://api.test"
    found = convert.read(convert.Source(data, name, origin=origin), form)
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
    for name, data in files(cache):
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        form = convert.format_of(data, "")
        if form is None or form.name in ("go-vcr", convert.MITMPROXY):
            continue
        try:
            try_one(name, data, form, counts[form.name])
        except Exception as error:  # noqa: BLE001 - each is a line, and the end a failure
            failed += 1
            print(f"FAILED {name}: {type(error).__name__}: {error}"[:500])
    for kind, of_it in sorted(counts.items()):
        print(f"{kind}: {', '.join(f'{n} {what}' for what, n in of_it.items())}")
    others = sum(c["files"] for kind, c in counts.items() if kind != "vcrpy")
    print(f"{failed} failed, {time.process_time() - began:.0f} s of CPU")
    is_enough = (
        counts["vcrpy"]["files"] >= WANTED["vcrpy"] and others >= WANTED["others"]
    )
    return 0 if is_enough and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
