"""One certificate authority for all runs of this folder: it takes time to make."""

from pathlib import Path

import pytest

import authority
from cli.helpers import Cli
from mitmvcr.proxy.ca import ensure_ca


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = authority.copy_to(tmp_path_factory.mktemp("home"))
    ensure_ca(folder)
    return folder


@pytest.fixture
def cli(home: Path, tmp_path: Path) -> Cli:
    return Cli(home, tmp_path)
