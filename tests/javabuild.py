"""Java programs of the tests, compiled once per version of their source, in ``.cache``.

To run a source file compiles it each time, which takes more than all else of a run.
"""

import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

from filelock import FileLock

from leaving_out import leave_out

CACHE = Path(__file__).parents[1] / ".cache" / "java"


@cache
def command(name: str, source: str) -> tuple[str, ...]:
    """What runs the class ``name``, whose source it is."""
    java, javac = shutil.which("java"), shutil.which("javac")
    if java is None or javac is None:
        leave_out("Java is not installed (default-jdk-headless)")
    made = f"{Path(javac).resolve()}\n{source}"  # another JDK's class may not run
    path = CACHE / hashlib.sha256(made.encode()).hexdigest()[:16]
    if not path.exists():
        _build(javac, path, name, source)
    # What lives for one request is not worth a second compiler.
    return (java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{path}", name)


def _build(javac: str, path: Path, name: str, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # another process of the tests may do it
        if path.exists():
            return
        unfinished = path.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        file = unfinished / f"{name}.java"
        file.write_text(source)
        subprocess.run([javac, file], check=True)
        unfinished.rename(path)
