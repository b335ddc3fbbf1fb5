"""What our code imports is declared, or it can do without."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Set
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "addon"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

#: Imported, and not declared: an ImportError of theirs is expected where they are used.
#: Module -> what is used instead, or what is lost.
OPTIONAL = {
    "compression.zstd": "Python's own, from 3.14",
    "zstandard": "mitmproxy's older releases bring it instead of backports.zstd",
}
#: Of an extra, not of every installation.
EXTRAS = {"fsspec": "remote"}
#: Where ``mitmdump -s addon/vcr.py`` runs from a checkout, mitmproxy and what it needs
#: are there, and PyYAML. All else is imported where it is used, and an ImportError of
#: it is expected there.
PROMISED = {"mitmproxy", "PyYAML"}
BROUGHT_BY_MITMPROXY = {
    *("certifi", "cryptography", "tornado", "wsproto"),
    *("h2", "hyperframe"),
}
#: Only the command line needs it, which a checkout's addon does not import.
OF_THE_COMMAND_LINE = {"click"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", text) for text in requirements)
    return {normal(match[0]) for match in found if match}


DECLARED = declared(PROJECT["dependencies"])


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Each import with its module; of a namespace package, the part that is meant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module in ("backports", "compression"):
                for alias in node.names:
                    yield node, f"{node.module}.{alias.name}"
            else:
                yield node, node.module


def is_foreign(module: str) -> bool:
    if module == "compression.zstd":
        return True
    return module.partition(".")[0] not in {*sys.stdlib_module_names, "mitmvcr"}


#: Distributions of their own, for suites that have nothing of mitmproxy.
HELPERS = ADDON / "helpers"
FILES = sorted(p for p in ADDON.rglob("*.py") if HELPERS not in p.parents)


@cache
def foreign() -> Mapping[str, Set[Path]]:
    """Return what is imported that is not ours, with the files that do it."""
    found: dict[str, set[Path]] = {}
    for path in FILES:
        for _, module in imported(ast.parse(path.read_text())):
            if is_foreign(module):
                is_part = module in OPTIONAL or module.startswith("backports.")
                name = module if is_part else module.partition(".")[0]
                found.setdefault(name, set()).add(path)
    return found


brought = cache(packages_distributions)


def distributions(module: str) -> set[str]:
    if module.startswith("backports."):
        return {module.replace(".", "-")}
    return {normal(name) for name in brought().get(module, [module])}


def test_the_walk_finds_what_is_imported() -> None:
    assert len(FILES) > 100
    assert {
        "mitmproxy",
        "yaml",
        "brotli",
        "backports.zstd",
        "wsproto",
    } <= foreign().keys()


def is_declared(module: str) -> bool:
    known = DECLARED
    if extra := EXTRAS.get(module):
        known = declared(PROJECT["optional-dependencies"][extra])
    return module in OPTIONAL or bool(distributions(module) & known)


def test_what_is_imported_is_declared() -> None:
    assert [module for module in foreign() if not is_declared(module)] == []


def test_the_pytest_plugin_needs_pytest_alone() -> None:
    files = sorted((HELPERS / "python" / "mitmvcr_pytest").glob("*.py"))
    assert len(files) > 4
    found = {
        module.partition(".")[0]
        for path in files
        for _, module in imported(ast.parse(path.read_text()))
        if module not in sys.stdlib_module_names and is_foreign(module)
    }
    # certifi's roots are taken where a client has brought it.
    assert found == {"pytest", "mitmvcr_pytest", "certifi"}


def test_nothing_is_imported_by_a_name_that_the_walk_cannot_see() -> None:
    by_name = [path for path in FILES if "import_module" in path.read_text()]
    # mitmproxy's own modules, and those of the room of what is private in it
    names = ["late_imports.py", "look.py"]
    assert sorted(path.name for path in by_name) == names


def test_the_room_of_the_codings_stands_below_all_others() -> None:
    """core and mitm both use it, so it may use neither."""
    ours = {
        module
        for path in (ADDON / "mitmvcr" / "codings").glob("*.py")
        for _, module in imported(ast.parse(path.read_text()))
        if module.partition(".")[0] == "mitmvcr"
    }
    assert {".".join(module.split(".")[:2]) for module in ours} == {"mitmvcr.codings"}


def test_no_exception_is_left_over() -> None:
    assert {*OPTIONAL, *EXTRAS} <= foreign().keys()


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_what_is_declared_is_imported(name: str) -> None:
    assert any(name in distributions(module) for module in foreign()), name


def is_guarded(path: Path, module: str) -> bool:
    """Is each import of it within a function? Then a start does without."""
    tree = ast.parse(path.read_text())
    at_start = [node for node in tree.body if isinstance(node, ast.stmt)]
    return not any(
        found == module or found.startswith(f"{module}.")
        for node in at_start
        if isinstance(node, ast.Import | ast.ImportFrom)
        for _, found in imported(node)
    )


def test_a_checkout_starts_with_mitmproxy_and_pyyaml() -> None:
    """The command line apart. end_to_end/test_codings.py tries it."""
    promised = {normal(name) for name in PROMISED | BROUGHT_BY_MITMPROXY}
    for module, paths in foreign().items():
        if distributions(module) & promised:
            continue
        files = [path for path in paths if "cli" not in path.parts]
        assert [path for path in files if not is_guarded(path, module)] == []
        assert module not in OF_THE_COMMAND_LINE or files == []
