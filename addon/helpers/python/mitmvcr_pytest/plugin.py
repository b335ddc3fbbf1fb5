"""The hooks and fixtures of pytest."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import pytest

from mitmvcr_pytest import settings
from mitmvcr_pytest.control import VcrError
from mitmvcr_pytest.network import blocked
from mitmvcr_pytest.seat import Seat, Vcr

_SEAT = pytest.StashKey["Seat | VcrError"]()
_VCR = pytest.StashKey[Vcr]()
_SHARED = pytest.StashKey["dict[str, Vcr]"]()
#: With these nothing is run.
_ONLY_SHOW = ("help", "version", "collectonly", "markers", "showfixtures")
_MARKERS = (
    "vcr(name, mode=..., scope=..., **options): record and replay the test's HTTP"
    " traffic in a cassette of its own, or of its class or module",
    "default_cassette(name): the name of the test's cassette",
    "block_network(allowed_hosts=[...]): let the test reach only this machine",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mitmvcr")
    try:
        group.addoption(
            "--record-mode",
            choices=(*settings.MODES, *settings.OWN_MODES),
            help="How cassettes are used: VCR.py's name of a mode, or mitmvcr's.",
        )
    except ValueError:
        both = "mitmvcr-pytest and pytest-recording have the same options and fixtures"
        remedy = "uninstall one, or use -p no:recording"
        raise pytest.UsageError(f"{both}: {remedy}") from None
    group.addoption(
        "--block-network",
        action="store_true",
        help="Let tests reach only this machine, except where a cassette is recorded.",
    )
    group.addoption(
        "--allowed-hosts", help="Regexes of hosts that are not blocked, with commas."
    )
    group.addoption(
        "--disable-recording",
        action="store_true",
        help="Do without mitmvcr: nothing is sent to a proxy.",
    )
    help = "The folder of all cassettes, where mitmvcr is not running already."
    parser.addini("vcr_cassettes", help, default="cassettes")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Send clients to the proxy before any module of the suite is imported."""
    _take_seat(early_config, early_config.known_args_namespace)


def pytest_configure(config: pytest.Config) -> None:
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    if _SEAT not in config.stash:  # the plugin was loaded late
        _take_seat(config, config.option)


def _take_seat(config: pytest.Config, options: Any) -> None:
    shown = any(getattr(options, name, False) for name in _ONLY_SHOW)
    if shown or options.disable_recording:
        return
    folder = os.path.join(config.rootpath, config.getini("vcr_cassettes"))
    mode = settings.chosen_mode(options.record_mode, os.environ)
    mode = mode or ("none" if options.block_network else None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    try:
        mode = mode and settings.mode_of(mode)
        config.stash[_SEAT] = Seat(folder, mode, worker)
    except VcrError as error:
        config.stash[_SEAT] = error


def _seat(config: pytest.Config) -> Seat | None:
    """Return the seat, None without one."""
    seat = config.stash.get(_SEAT, None)
    return seat if isinstance(seat, Seat) else None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    seat = _seat(session.config)
    if seat is None:
        return
    del session.config.stash[_SEAT]
    try:
        wrong = seat.leave()
    except VcrError as error:
        wrong = f"mitmvcr: {error}"
    if lines := "\n".join(filter(None, (wrong, seat.at_end))):
        sys.stderr.write(f"\n{lines}\n")
    if wrong and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave also where no session of pytest was begun."""
    if seat := _seat(config):
        seat.leave()


# Fixtures, with pytest-recording's names


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    """Return the options of each session: mitmvcr's, or equivalent ones of VCR.py."""
    return {}


@pytest.fixture(scope="session")
def record_mode(pytestconfig: pytest.Config) -> str | None:
    """Return the mode that the command line names."""
    mode: str | None = pytestconfig.getoption("--record-mode")
    return mode


@pytest.fixture(scope="session")
def disable_recording(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--disable-recording"))


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    """Return the folder of the module's cassettes."""
    seat = _seat(request.config)
    folder = seat.folder if seat else os.path.join(request.config.rootpath, "cassettes")
    return settings.folder_of_module(folder, str(request.path))


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    marker = request.node.get_closest_marker("default_cassette")
    if marker is None:
        return settings.file_name(request.node, "function")
    return str(marker.args[0])


@pytest.fixture
def allowed_hosts(
    request: pytest.FixtureRequest, vcr_config: Mapping[str, Any]
) -> list[str]:
    """Return regexes of the hosts that are not blocked."""
    marker = request.node.get_closest_marker("block_network")
    named = marker.kwargs.get("allowed_hosts") if marker else None
    option = request.config.getoption("--allowed-hosts")
    found: Any = named or option or settings.hosts_of(vcr_config) or []
    return found.split(",") if isinstance(found, str) else list(found)


@pytest.fixture(autouse=True)
def vcr(
    request: pytest.FixtureRequest,
    disable_recording: bool,
    vcr_config: Mapping[str, Any],
    vcr_cassette_dir: str,
    default_cassette_name: str,
    allowed_hosts: Sequence[str],
) -> Iterator[Vcr | None]:
    """Yield the session of a test that is marked with ``vcr`` or has this argument."""
    marks = [*request.node.iter_markers("vcr")][::-1]
    if disable_recording or not (marks or _asks_for_it(request)):
        yield None
        return
    option = request.config.getoption("--record-mode")
    mode = settings.chosen_mode(option, os.environ)
    try:
        wish = settings.wish_of(vcr_config, marks, mode, os.environ)
        wish.pop("allowed_hosts", None)
        if allowed_hosts and _wants_block(request):
            own = settings.listed(wish.get("passthrough"))
            wish["passthrough"] = [*own, *settings.filters(allowed_hosts)]
        yield from _played(
            request, wish, marks, vcr_cassette_dir, default_cassette_name
        )
    except VcrError as error:
        raise pytest.fail.Exception(f"mitmvcr: {error}", pytrace=False) from None


def _asks_for_it(request: pytest.FixtureRequest) -> bool:
    function = getattr(request, "function", None)
    return function is not None and "vcr" in inspect.signature(function).parameters


def _played(
    request: pytest.FixtureRequest,
    wish: dict[str, Any],
    marks: Sequence[pytest.Mark],
    folder: str,
    default: str,
) -> Iterator[Vcr]:
    seat = request.config.stash[_SEAT]
    if isinstance(seat, VcrError):
        raise seat
    item = request.node
    scope = wish.pop("scope", "function")
    name = _cassette(item, marks, scope, folder, default)
    if not settings.is_chosen(item, marks, scope, default):
        wish["test"] = settings.test_of(item, scope)
        former = os.path.join(folder, settings.former_name(item, scope)).rstrip(os.sep)
        if former != name:
            wish["formerly"] = settings.cassette_name(seat.folder, former)
    vcr = _open(seat, item, scope, settings.cassette_name(seat.folder, name), wish)
    item.stash[_VCR] = vcr
    with seat.pointed_to(vcr):
        yield vcr
    del item.stash[_VCR]
    if wrong := vcr.end() if scope == "function" else vcr.new_misses():
        pytest.fail(wrong, pytrace=False)


def _cassette(
    item: pytest.Item,
    marks: Sequence[pytest.Mark],
    scope: str,
    folder: str,
    default: str,
) -> str:
    """Return the path of a test's cassette."""
    if scope not in settings.SCOPES:
        raise VcrError(f"scope={scope!r}: use one of {', '.join(settings.SCOPES)}")
    if name := settings.name_given(marks):
        return os.path.join(folder, name)
    if scope == "function":
        return os.path.join(folder, default)
    return os.path.join(folder, settings.file_name(item, scope)).rstrip(os.sep)


def _open(
    seat: Seat, item: pytest.Item, scope: str, name: str, wish: Mapping[str, Any]
) -> Vcr:
    """Open a test's session, or find that of its class or module."""
    if scope == "function":
        return seat.open(name, wish)
    owner = item.getparent(pytest.Class if scope == "class" else pytest.Module)
    assert owner is not None
    shared = owner.stash.setdefault(_SHARED, {})
    if name not in shared:
        shared[name] = _opened(seat, name, wish)
        owner.addfinalizer(lambda: _end(shared.pop(name)))
    return shared[name]


def _opened(seat: Seat, name: str, wish: Mapping[str, Any]) -> Vcr:
    try:
        return seat.open(name, wish)
    except VcrError as error:
        remedy = "a cassette of a class or a module needs one worker: --dist loadscope"
        text = f"{error}; {remedy}" if "recorded by" in str(error) else str(error)
        raise VcrError(text) from error


def _end(vcr: Vcr) -> None:
    if wrong := vcr.end():
        pytest.fail(wrong, pytrace=False)


@pytest.fixture(autouse=True)
def block_network(
    request: pytest.FixtureRequest, vcr: Vcr | None, allowed_hosts: Sequence[str]
) -> Iterator[None]:
    """Block the network where a marker or the command line wants that, except where a
    cassette is recorded."""
    records = vcr is not None and vcr.mode != "replay_only"
    if records or not _wants_block(request):
        yield
        return
    seat = None if vcr else _seat(request.config)
    hosts = settings.filters(allowed_hosts)
    with seat.allowing(hosts) if seat else nullcontext(), blocked(allowed_hosts):
        yield


def _wants_block(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("block_network")
    return marker is not None or bool(request.config.getoption("--block-network"))


# Runs


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that passed though requests had no match, and say so beside one that
    failed."""
    vcr = item.stash.get(_VCR, None)
    if vcr is not None:
        vcr.fails = True
    try:
        result = yield
    except BaseException:
        if text := _missed(item):
            item.add_report_section("call", "mitmvcr", text)
        raise
    if text := _missed(item):
        pytest.fail(text, pytrace=False)
    if vcr is not None:
        vcr.fails = False
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whose test has failed, which one that was expected to has not."""
    report = yield
    vcr = item.stash.get(_VCR, None)
    if vcr is not None:
        vcr.failed |= report.failed
        vcr.fails = False
    return report


def _missed(item: pytest.Item) -> str:
    vcr = item.stash.get(_VCR, None)
    try:
        return vcr.new_misses() if vcr else ""
    except VcrError as error:
        return f"mitmvcr: {error}"


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Iterator[None]:
    """Let what a fixture of a wider scope asks for be the suite's, also where it is set
    up amidst a test."""
    seat = _seat(request.config)
    is_wider = fixturedef.scope != "function"
    with seat.at_rest() if seat and is_wider else nullcontext():
        return (yield)
