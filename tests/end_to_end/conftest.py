"""A mitmproxy that nothing may leave; see castle.py."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from end_to_end.canary import Canary
    from end_to_end.castle import Castle
    from end_to_end.namespace import Namespace
    from end_to_end.proxy import Proxy
    from origin import Origin
    from origin.certs import CertFiles


@pytest.fixture(scope="session")
def origin_inside(
    namespace: "Namespace",
    certs: "CertFiles",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator["Origin"]:
    """An origin in the namespace: https://NAME.test is it, whatever NAME is."""
    from origin import Origin

    folder = tmp_path_factory.mktemp("inside")
    with Origin(
        certs, folder, within=namespace.within, https_port=443, http_port=80
    ) as origin:
        yield origin


@pytest.fixture(scope="session")
def canary(namespace: "Namespace") -> Iterator["Canary"]:
    from end_to_end.canary import Canary

    canary = Canary(namespace)
    yield canary
    canary.close()


@pytest.fixture
def castle(
    namespace: "Namespace",
    origin_inside: "Origin",
    canary: "Canary",
    mitmdump_bare: Callable[..., "Proxy"],
    proxy_ca: Path,
    tmp_path: Path,
) -> "Castle":
    from end_to_end.castle import Castle

    return Castle(namespace, origin_inside, canary, mitmdump_bare, proxy_ca, tmp_path)
