"""The picture of rooms in CONTRIBUTING.md is what the imports say, and nothing goes
round in a circle."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

Graph = dict[str, set[str]]

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "addon" / "mitmvcr"
PICTURE = (ROOT / "CONTRIBUTING.md").read_text()
#: Modules beside the rooms that belong to one.
BESIDE = dict.fromkeys(
    (
        *("options", "values", "config", "parsing", "cassette_options"),
        *("matching_options", "redaction_options"),
        *("network_options", "rerecording", "spelling", "config_writing"),
    ),
    "options",
)
#: Rooms within rooms.
WITHIN = {
    "proxy.host": "host",
    "proxy.flow": "flow",
    "proxy.sessions": "sessions",
    "core.bodies": "bodies",
    "core.matching": "matching",
    "core.choosing": "choosing",
    "core.deck": "deck",
}
#: Those of them that others enter by the front door, ``__init__``; and what stands
#: behind a seam, imported only when it is needed.
FRONT_DOORS = [each for each in WITHIN if each.startswith("core.")]
SEAMS = {"mitmvcr.core.deck.blanks"}


def names() -> Iterator[tuple[str, Path]]:
    for path in PACKAGE.rglob("*.py"):
        if "shims" not in path.parts:
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            yield name, path


MODULES = dict(names())


def imported(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """Ours, wherever the import stands; ``for_types``: also what only types need."""
    tree = ast.parse(path.read_text())
    if not for_types:
        tree.body = [each for each in tree.body if not isinstance(each, ast.If)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "mitmvcr"
        ):
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                yield inner if inner in MODULES else str(node.module)


@cache
def imports() -> Graph:
    return {name: set(imported(path)) for name, path in MODULES.items()}


def room(module: str) -> str:
    parts = module.split(".")[1:]
    if not parts:
        return "front"
    if parts[0] == "__main__":
        return "cli"
    if (within := ".".join(parts[:2])) in WITHIN:
        return WITHIN[within]
    return BESIDE.get(parts[0], parts[0])


def arrows() -> Graph:
    found: Graph = {}
    for module, others in imports().items():
        here = room(module)
        found.setdefault(here, set()).update({room(each) for each in others} - {here})
    return found


def drawn() -> Graph:
    block = PICTURE.split("imports\n", 1)[1].split("```", 1)[0]
    lines = (line.partition("->") for line in block.splitlines() if "->" in line)
    return {left.strip(): set(right.split()) for left, _, right in lines}


def test_the_picture_is_what_the_imports_say() -> None:
    found = arrows()
    assert {here: others for here, others in found.items() if others} == drawn()


def test_each_room_has_its_rule() -> None:
    for here in arrows():
        if here != "front":
            assert f"| `{here}" in PICTURE, here


@pytest.mark.parametrize("within", FRONT_DOORS)
def test_a_room_in_core_is_entered_by_its_front_door(within: str) -> None:
    door = f"mitmvcr.{within}"
    by_the_window = {
        (module, each)
        for module, others in imports().items()
        if room(module) != WITHIN[within]
        for each in others - SEAMS
        if each.startswith(f"{door}.")
    }
    assert by_the_window == set()
    assert any(door in others for others in imports().values())


def reachable(start: str, graph: Graph) -> set[str]:
    found: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += graph.get(each, ())
    return found


@pytest.mark.parametrize("graph_of", [imports, arrows], ids=["modules", "rooms"])
def test_nothing_imports_in_a_circle(graph_of: Callable[[], Graph]) -> None:
    graph = graph_of()
    assert [each for each in graph if each in reachable(each, graph)] == []


#: Of data they may have more lines.
DATA = {"mitmvcr.core.callers", "mitmvcr.options", "mitmvcr.secrets.lists"}


def test_no_module_is_long() -> None:
    helpers = {each.stem: each for each in (ROOT / "addon/helpers").rglob("*.py")}
    modules = {**MODULES, **helpers}
    lines = {name: len(path.read_text().splitlines()) for name, path in modules.items()}
    assert {name: n for name, n in lines.items() if n > 350 and name not in DATA} == {}


def folder(module: str) -> str:
    inner = MODULES[module].name != "__init__.py"
    return module.rpartition(".")[0] if inner else module


@pytest.mark.parametrize("within", sorted({folder(each) for each in MODULES}))
def test_a_room_has_few_floors(within: str) -> None:
    """What a module imports of its own room lies a floor below it."""
    inside = {each for each in MODULES if folder(each) == within}
    below = {
        each: (set(imported(MODULES[each], for_types=False)) & inside) - {each}
        for each in inside
    }

    @cache
    def floors(module: str) -> int:
        return 1 + max(map(floors, below[module]), default=0)

    assert max(map(floors, inside)) <= 6
