"""Fixtures for whole runs. Whatever a test starts here is ended after it."""

import itertools
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from end_to_end.namespace import Namespace
    from end_to_end.pair import Pair
    from end_to_end.proxy import Proxy
    from origin import Origin
    from origin.certs import CertFiles

# A shell in the background, or nohup, has its children ignore them; tests send them.
for _name in ("SIGINT", "SIGHUP", "SIGQUIT"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> "CertFiles":
    """The origin's CA and leaf."""
    from origin.certs import make

    return make(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="session")
def confdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mitmproxy confdir whose CA is made already: an RSA key per start is slow."""
    from mitmproxy.certs import CertStore

    folder = tmp_path_factory.mktemp("confdir")
    CertStore.from_store(folder, "mitmproxy", 2048)
    return folder


@pytest.fixture(scope="session")
def proxy_ca(confdir: Path) -> Path:
    return confdir / "mitmproxy-ca-cert.pem"


@pytest.fixture(scope="session")
def _origin(
    certs: "CertFiles", tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Origin"]:
    from origin import Origin

    with Origin(certs, tmp_path_factory.mktemp("origin")) as origin:
        yield origin


@pytest.fixture
def origin(_origin: "Origin") -> "Origin":
    """An origin that runs, with nothing counted yet. Not to be stopped by a test."""
    _origin.reset()
    return _origin


@pytest.fixture
def own_origin(certs: "CertFiles", tmp_path: Path) -> Iterator["Origin"]:
    """An origin that the test may stop."""
    from origin import Origin

    folder = tmp_path / "origin"
    folder.mkdir()
    with Origin(certs, folder) as origin:
        yield origin


@pytest.fixture
def mitmdump_bare(
    tmp_path: Path, confdir: Path, certs: "CertFiles"
) -> Iterator[Callable[..., "Proxy"]]:
    """Start mitmdump: ``mitmdump_bare("-s", script, option=value)``.

    ``within`` is a command prefix; a test waits until it listens, or ends.
    """
    from end_to_end.proxy import Proxy, settings

    started: list[Proxy] = []
    numbers = itertools.count()

    def start(
        *arguments: object,
        within: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
        cwd: Path | None = None,
        **options: object,
    ) -> Proxy:
        base = {
            "confdir": confdir,
            "listen_host": "127.0.0.1",
            "listen_port": 0,
            "ssl_verify_upstream_trusted_ca": certs.ca,
        }
        proxy = Proxy(
            [*map(str, arguments), *settings(base | options)],
            tmp_path / f"mitmdump-{next(numbers)}.log",
            within=within,
            environment=environment or {},
            cwd=cwd,
        )
        started.append(proxy)
        return proxy

    yield start
    for proxy in started:
        proxy.kill()
        # pytest shows it beside the failure.
        sys.stdout.write(f"--- mitmdump {proxy.pid}\n{proxy.log}")


@pytest.fixture
def mitmdump(mitmdump_bare: Callable[..., "Proxy"]) -> Callable[..., "Proxy"]:
    """As ``mitmdump_bare``, with the addon: ``mitmdump(cassette, "record_once")``."""
    from end_to_end.proxy import ADDON

    def start(
        cassette: Path | str | None = None,
        mode: str | None = None,
        /,
        *arguments: object,
        **options: object,
    ) -> "Proxy":
        given = {"vcr_cassette": cassette, "vcr_mode": mode}
        chosen = {name: value for name, value in given.items() if value is not None}
        return mitmdump_bare("-s", ADDON, *arguments, **chosen, **options)

    return start


@pytest.fixture(scope="module")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Namespace"]:
    """A network of its own."""
    from end_to_end.namespace import Namespace, NoNamespaceError
    from leaving_out import leave_out

    try:
        made = Namespace(tmp_path_factory.mktemp("namespace"))
    except NoNamespaceError as error:
        leave_out(f"network namespaces cannot be made here: {error}")
    with made:
        yield made


@pytest.fixture
def pair(
    mitmdump: Callable[..., "Proxy"],
    own_origin: "Origin",
    proxy_ca: Path,
    tmp_path: Path,
) -> "Pair":
    """What one end records, the other end must replay."""
    from end_to_end.pair import Pair

    return Pair(mitmdump, own_origin, proxy_ca, tmp_path / "cassettes" / "pair.yaml")
