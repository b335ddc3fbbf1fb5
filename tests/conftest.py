"""Fixtures for whole runs. Whatever a test starts here is ended after it."""

import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

import leftovers
import warm
from examples import examples
from patience import wait_until

if TYPE_CHECKING:
    from end_to_end.kept import Kept, Lent
    from end_to_end.namespace import Namespace
    from end_to_end.pair import Pair
    from end_to_end.proxy import Proxy
    from end_to_end.watch import Spy
    from origin import Origin
    from origin.certs import CertFiles

# A shell in the background, or nohup, has its children ignore them; tests send them.
for _name in ("SIGINT", "SIGHUP", "SIGQUIT"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)

# How long an example takes says nothing on a busy machine. CI runs the same examples
# each time; whoever develops gets new ones, and can run a failure again from its blob.
settings.register_profile(
    "mitmvcr",
    max_examples=examples(100),
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mitmvcr")


#: The longest, which go first, lest one of them runs alone at the end.
LONG = (
    "end_to_end/test_secrets.py::test_no_planted_secret",
    "end_to_end/test_remote.py::test_what_a_killed_recorder_left",
    "end_to_end/test_offline.py::test_every_kind_of_proxy",
    "end_to_end/test_crashes.py::test_what_a_client_got",
    "end_to_end/test_streaming_clients.py::test_a_client_sees",
    "golden/test_oracle_write.py::test_any_interactions",
    "store/test_store_machine.py::",
    "store/test_kills.py::",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(each in item.nodeid for each in LONG))


@pytest.fixture(scope="session", autouse=True)
def _no_leftovers() -> Iterator[None]:
    """The first fixture of all, so that it comes to an end last."""
    leftovers.mark()
    yield
    warm.close()
    leftovers.end_all()
    try:
        wait_until("their end", lambda: not leftovers.left_behind(), seconds=20)
    except AssertionError:
        left = "\n".join(leftovers.left_behind())
        raise AssertionError(f"the tests have left processes behind:\n{left}") from None


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> "CertFiles":
    """The origin's CA and leaf."""
    from origin.certs import make

    return make(tmp_path_factory.mktemp("certs"))


@pytest.fixture(scope="session")
def confdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mitmproxy confdir whose CA is made already: an RSA key per start is slow."""
    import authority

    return authority.copy_to(tmp_path_factory.mktemp("confdir"))


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
    from end_to_end.proxy import Proxy, start_mitmdump

    started: list[Proxy] = []
    numbers = itertools.count()

    def start(*arguments: object, **more: object) -> Proxy:
        log = tmp_path / f"mitmdump-{next(numbers)}.log"
        proxy = start_mitmdump(confdir, certs.ca, log, *arguments, **more)
        started.append(proxy)
        return proxy

    yield start
    for proxy in started:
        proxy.kill()
        # pytest shows it beside the failure.
        sys.stdout.write(f"--- mitmdump {proxy.pid}\n{proxy.log}")
        assert "a fault of mitmvcr" not in proxy.log


@pytest.fixture
def mitmdump_own(mitmdump_bare: Callable[..., "Proxy"]) -> Callable[..., "Proxy"]:
    """As ``mitmdump_bare``, with the addon: ``mitmdump(cassette, "record_once")``."""
    from end_to_end.proxy import ADDON

    def start(
        cassette: Path | str | None = None,
        mode: str | None = None,
        /,
        *arguments: object,
        spy: "Spy | None" = None,
        **options: object,
    ) -> "Proxy":
        options = _chosen(cassette, mode) | options
        if spy is not None:
            arguments += tuple(spy.arguments)
            options["environment"] = spy.environment
        return mitmdump_bare("-s", ADDON, *arguments, **options)

    return start


@pytest.fixture
def mitmdump(mitmdump_own: Callable[..., "Proxy"]) -> Callable[..., "Proxy"]:
    """A process of the test's own, but for the modules that say otherwise."""
    return mitmdump_own


@pytest.fixture(scope="session")
def _kept(
    confdir: Path, certs: "CertFiles", tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Kept"]:
    """One for all tests of this process of pytest."""
    from end_to_end.kept import Kept
    from end_to_end.proxy import ADDON, start_mitmdump

    def start(*arguments: object, log: Path, **more: object) -> "Proxy":
        words = ("-s", ADDON, *arguments)
        return start_mitmdump(confdir, certs.ca, log, *words, fresh=True, **more)

    kept = Kept(start, tmp_path_factory.mktemp("kept"))
    yield kept
    kept.close()


@pytest.fixture
def mitmdump_kept(
    _kept: "Kept", mitmdump_own: Callable[..., "Proxy"]
) -> Iterator[Callable[..., "Proxy | Lent"]]:
    """As ``mitmdump_own``, for a test that is not about the process: see ``kept.py``.
    What a running mitmdump cannot become is started as one of its own.

    A module whose tests all have it so names this fixture ``mitmdump``.
    """
    from end_to_end.kept import Lent, can_be_kept

    lent: list[Lent] = []

    def start(
        cassette: Path | str | None = None,
        mode: str | None = None,
        /,
        *arguments: object,
        spy: "Spy | None" = None,
        **options: object,
    ) -> "Proxy | Lent":
        if arguments or _kept.is_lent or not can_be_kept(options):
            return mitmdump_own(cassette, mode, *arguments, spy=spy, **options)
        lent.append(_kept.lend(_chosen(cassette, mode) | options, spy))
        return lent[-1]

    yield start
    for proxy in lent:
        proxy.kill()


def _chosen(cassette: Path | str | None, mode: str | None) -> dict[str, object]:
    given = {"vcr_cassette": cassette, "vcr_mode": mode}
    return {name: value for name, value in given.items() if value is not None}


@pytest.fixture(scope="session")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Namespace"]:
    """A network of its own. All tests of this process of pytest share it, and the warm
    processes in it, of which the first takes a second; a module that changes it has
    one of its own."""
    from end_to_end.namespace import made

    with made(tmp_path_factory.mktemp("namespace")) as found:
        yield found


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
