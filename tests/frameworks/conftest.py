"""What the tests of all frameworks share; ``world.py`` has the most of it."""

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from frameworks.world import World

if TYPE_CHECKING:
    from end_to_end.namespace import Namespace
    from origin.certs import CertFiles


@pytest.fixture(scope="module")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Namespace"]:
    """One for a module: its origin comes and goes."""
    from end_to_end.namespace import made

    with made(tmp_path_factory.mktemp("namespace")) as found:
        yield found


@pytest.fixture(scope="module")
def world(
    namespace: "Namespace",
    certs: "CertFiles",
    tmp_path_factory: pytest.TempPathFactory,
) -> World:
    """One for a module, whose first fixture writes the suite."""
    return World(namespace, tmp_path_factory.mktemp("world"), certs)


@pytest.fixture(scope="session")
def need() -> Callable[[str], str]:
    """Return where a program is; without it the test fails."""

    def found(program: str) -> str:
        path = shutil.which(program)
        assert path is not None, f"{program} is not installed; see scripts/frameworks"
        return path

    return found
