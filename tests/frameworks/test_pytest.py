"""The pytest plugin, in real runs of pytest with pytest-xdist."""

import os
import re
from pathlib import Path

import pytest

from frameworks.conftest import World, example

#: The environment of suites, with the plugin in it: scripts/frameworks makes it.
PYTHON = os.environ.get("MITMVCR_SUITE_PYTHON", "")


def run(world: World, *words: str, **more: str):
    return world.run(PYTHON, "-m", "pytest", "-p", "no:cacheprovider", *words, **more)


@pytest.fixture(scope="module", autouse=True)
def suite(world: World) -> None:
    assert PYTHON, "run scripts/frameworks pytest"
    (world.folder / "test_shop.py").write_text(example("python"))


def test_record(world, shop):
    ran = run(world, "-n", "4")
    print(ran.stdout, ran.stderr, world.recorded())
    assert ran.returncode == 0
    shop.stop()
    ran = run(world, "-n", "4", "--record-mode=none")
    print(ran.stdout, ran.stderr, world.recorded())
    assert ran.returncode == 0
    assert 0
