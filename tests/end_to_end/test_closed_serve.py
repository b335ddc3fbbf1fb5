"""``mitmvcr serve`` does not depend on files that an upgrade replaces or removes."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.castle import HIT, MISS, PLAIN, Castle
from end_to_end.proxy import ADDON, Proxy
from mitmvcr.proxy.ca import ensure_ca

PACKAGE = ADDON.parent / "mitmvcr"
#: The network is a test's own.
PORT = 8899


class Installed:
    """A copy of the package, from which serve runs, and which may be damaged."""

    def __init__(self, castle: Castle, folder: Path) -> None:
        self._castle = castle
        self.package = folder / "site" / "mitmvcr"
        self._home = folder / "home"
        # With its bytecode, as it is installed.
        shutil.copytree(PACKAGE, self.package)
        castle.ca = ensure_ca(self._home)
        self._log = folder / "serve.log"

    def serve(self, *arguments: object) -> Proxy:
        words = ("--cassette", self._castle.cassette, "--mode", "replay_only")
        proxy = Proxy(
            [*map(str, (*words, "--port", PORT, *arguments))],
            self._log,
            **self._castle.watched,
            fresh=True,
            environment={
                "MITMVCR_HOME": str(self._home),
                "PYTHONPATH": str(self.package.parent),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            program=[sys.executable, "-m", "mitmvcr", "serve"],
        )
        self._castle.proxy = proxy
        return proxy.wait_until_listening()


@pytest.fixture
def installed(castle: Castle, tmp_path: Path) -> Iterator[Installed]:
    made = Installed(castle, tmp_path)
    yield made
    castle.proxy.kill()
    sys.stdout.write(castle.proxy.log)


def delete(package: Path) -> None:
    shutil.rmtree(package)


def break_each(package: Path) -> None:
    for file in package.rglob("*.py"):
        file.write_text("def broken(:\n")


def empty_each(package: Path) -> None:
    for file in package.rglob("*.py"):
        file.write_text("")


@pytest.mark.parametrize("damage", [delete, break_each, empty_each])
def test_a_package_that_changes_under_serve_leaves_it_shut(
    castle: Castle, installed: Installed, damage: Callable[[Path], None]
) -> None:
    """What was not imported yet cannot be any more: the request is refused."""
    stream = cassettes.interaction(
        "https://api.test/sse",
        "data: 1\n\ndata: 2\n\n",
        headers={"Content-Type": ["text/event-stream"]},
    )
    cassettes.write(castle.cassette, cassettes.interaction(HIT), stream)
    installed.serve()
    damage(installed.package)
    assert castle.statuses(HIT)[0] in (200, 500)
    assert castle.statuses("https://api.test/sse")[0] in (200, 500)
    assert set(castle.statuses(MISS, PLAIN)) <= {424, 500}
    called = castle.ask_h2("/counter", ("content-type", "application/grpc"))
    assert called.status in (200, 500)
    assert called.body == b""
    castle.tunnel(7)
    castle.assert_nothing_got_out()


def test_serve_takes_scripts_and_options_of_a_users_own(
    castle: Castle, installed: Installed, tmp_path: Path
) -> None:
    script = tmp_path / "own.py"
    script.write_text(
        "from mitmproxy import http\n"
        "def request(flow):\n"
        "    if flow.request.path == '/counter':\n"
        "        flow.response = http.Response.make(201, b'own')\n"
    )
    proxy = installed.serve("--", "-s", script, "--set", "connection_strategy=eager")
    assert castle.statuses(HIT, MISS, HIT) == [200, 201, 424]
    script.write_text("def broken(:\n")
    proxy.wait_for_log("error in script")
    assert castle.statuses(MISS) == [424]
    castle.assert_nothing_got_out()
    assert proxy.stop() == 0


def test_the_lane_lets_nothing_out(castle: Castle, installed: Installed) -> None:
    lane = ("--lane", "auto", "--set", "flow_detail=0")
    proxy = installed.serve(*lane, "--set", "termlog_verbosity=debug")
    assert castle.statuses(HIT) == [200]
    assert "the lane leaves" not in proxy.log  # it has answered itself
    assert castle.statuses(MISS, PLAIN) == [424, 424]
    assert castle.ask_h2("/counter").status == 424
    castle.tunnel(7)
    proxy.wait_for_log("the lane leaves")
    castle.assert_nothing_got_out()
