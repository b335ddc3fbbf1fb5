"""``scripts/`` holds what people run, and what is named of it is there."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
NAMED = re.compile(r"(?<![\w/])scripts/[\w.-]*[\w](?:/[\w-]+(?:\.[\w-]+)*)*")


def test_each_file_is_run_and_the_others_stand_in_a_scripts_folder() -> None:
    for path in SCRIPTS.iterdir():
        if path.is_dir():
            assert path.suffix == ".d", path
        else:
            assert os.access(path, os.X_OK), path
            assert path.suffix == "", path


def naming() -> Iterator[Path]:
    for pattern in ("*.md", ".ci/*", "docs/*.md", "scripts/*"):
        yield from (path for path in ROOT.glob(pattern) if path.is_file())
    for folder in ("addon", "scripts", "tests"):
        yield from (ROOT / folder).rglob("*.py")


def test_every_script_that_is_named_is_there() -> None:
    named = {name for path in naming() for name in NAMED.findall(path.read_text())}
    assert "scripts/test" in named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
