"""``docs/tested.md`` has the rows that ``scripts/versions`` prints."""

import importlib.util
import re
from types import ModuleType

import pytest

from end_to_end.proxy import ROOT

PAGE = ROOT / "docs" / "tested.md"


@pytest.fixture(scope="module")
def versions() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "versions", ROOT / "scripts" / "versions.d" / "versions.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line[:2] == "| "]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_package_client_and_tool_has_its_row(versions: ModuleType) -> None:
    """One that is new, or gone: run scripts/versions --write."""
    pinned = [name for name, _ in versions.pinned()]
    ours = ["Python", *versions.packages()]
    theirs = ["Python", *versions.clients()]
    assert [row[0] for row in rows()] == [*ours, *theirs, "", *pinned, *versions.TOOLS]


def test_what_the_tests_pin_themselves_is_told_as_pinned(versions: ModuleType) -> None:
    found = {row[0]: row[1] for row in rows()}
    assert found == found | dict(versions.pinned())


def test_every_version_is_one_and_every_supported_python_is_there() -> None:
    first = rows()[0]
    assert [version.rpartition(".")[0] for version in first[1:]] == [
        "3.13",
        "3.12",
        "3.11",
    ]
    for row in rows():
        assert all(re.fullmatch(r"v?\d+(\.\w+)+|-|version", cell) for cell in row[1:])
