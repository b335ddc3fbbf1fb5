"""A replay stays shut whatever becomes of its script, and whatever other scripts do."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.castle import HIT, MISS, PLAIN, WITHOUT_GUARD, Castle, Script
from end_to_end.proxy import ADDON, DOUBLES, Proxy

TAKEN_OUT = "mitmvcr was taken out of a mitmproxy that replays: everything is refused"
BACK = "Loading script"


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(ADDON, tmp_path / "script")


def remove(script: Script) -> None:
    script.path.unlink()


def rename(script: Script) -> None:
    script.path.rename(script.path.with_name("moved.py"))


DAMAGES: dict[str, Callable[[Script], None]] = {
    "a syntax error": lambda script: script.write("def broken(:\n"),
    "an exception": lambda script: script.write("raise RuntimeError('on purpose')\n"),
    "a module that is gone": lambda script: script.write("import mitmvcr.no_such\n"),
    "a name that is gone": lambda script: script.write(
        "from mitmvcr.proxy.addon import no_such\n"
    ),
    "emptied": lambda script: script.write(""),
    "another script": lambda script: script.write("def request(flow): pass\n"),
    "removed": remove,
    "renamed": rename,
}
#: mitmproxy forgets a script whose file is gone.
FORGOTTEN = ("removed", "renamed")


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_script_leaves_a_replay_shut(
    castle: Castle, script: Script, how: str
) -> None:
    proxy = castle.start(*script.arguments)
    assert castle.statuses(HIT, MISS, PLAIN) == [200, 424, 424]
    DAMAGES[how](script)
    proxy.wait_for_log(TAKEN_OUT)
    got = castle.fetch(MISS)
    assert (got.status, got.headers["x-vcr-error"]) == (500, got.json["detail"])
    assert TAKEN_OUT in got.json["detail"]
    assert castle.statuses(HIT, PLAIN) == [500, 500]
    assert b"tunnel" not in castle.tunnel(7)
    loads = proxy.log.count(BACK)
    script.restore()
    if how in FORGOTTEN:
        assert castle.statuses(HIT, MISS) == [500, 500]
    else:
        castle.wait_until(lambda: proxy.log.count(BACK) > loads)
        assert castle.statuses(HIT, MISS, PLAIN) == [200, 424, 424]
    castle.assert_nothing_got_out()
    assert proxy.log.count(TAKEN_OUT) == 1
    assert proxy.stop() == 0, proxy.log


def test_without_the_guard_a_damaged_script_opens_the_replay(
    castle: Castle, script: Script
) -> None:
    """So each of the tests above could fail."""
    castle.start(*script.arguments, *WITHOUT_GUARD)
    assert castle.statuses(MISS) == [424]
    script.write("def broken(:\n")
    castle.proxy.wait_for_log(TAKEN_OUT)
    assert castle.statuses(MISS) == [200]
    assert castle.origin.hits().requests == ("GET /counter",)
    assert castle.tried() != []
    castle.tunnel(7)
    castle.wait_until(lambda: castle.canary.got != [])


def test_a_script_that_is_touched_goes_on_where_it_was(
    castle: Castle, script: Script
) -> None:
    """Also what was used up stays so."""
    proxy = castle.start(*script.arguments)
    assert castle.statuses(HIT) == [200]
    loads = proxy.log.count(BACK)
    script.restore()
    castle.wait_until(lambda: proxy.log.count(BACK) > loads)
    assert castle.statuses(HIT, MISS) == [424, 424]
    castle.assert_nothing_got_out()
    assert TAKEN_OUT not in proxy.log
    assert proxy.stop() == 0
    assert "replayed 1, missed 2, unused 0" in proxy.log


def test_a_reload_with_a_cassette_that_broke_meanwhile_stays_shut(
    castle: Castle, script: Script
) -> None:
    proxy = castle.start(*script.arguments)
    script.write("def broken(:\n")
    proxy.wait_for_log(TAKEN_OUT)
    kept = castle.cassette.read_text()
    castle.cassette.write_text("no cassette\n")
    script.restore()
    proxy.wait_for_log("c.yaml: ")
    assert castle.statuses(HIT, MISS) == [500, 500]
    castle.cassette.write_text(kept)
    loads = proxy.log.count(BACK)
    script.restore()
    castle.wait_until(lambda: proxy.log.count(BACK) > loads)
    assert castle.statuses(HIT, MISS) == [200, 424]
    castle.assert_nothing_got_out()


def test_a_recording_whose_script_is_removed_is_saved_and_says_so(
    castle: Castle, script: Script
) -> None:
    castle.cassette.unlink()
    proxy = castle.start(*script.arguments, vcr_mode="record_only")
    assert castle.statuses(MISS) == [200]
    script.path.unlink()
    proxy.wait_for_log("nothing is recorded any longer")
    (item,) = cassettes.read(castle.cassette)
    assert item["request"]["url"] == MISS
    assert castle.statuses(MISS) == [200]
    assert proxy.stop() == 0
    assert proxy.log.count("nothing is recorded any longer") == 1
    assert len(cassettes.read(castle.cassette)) == 1


#: Hooks that a request, a tunnel or a connection passes.
HOOKS = [
    *("client_connected", "next_layer", "http_connect", "http_connected"),
    *("tls_clienthello", "tls_start_client", "tls_established_client"),
    *("requestheaders", "request", "responseheaders", "response", "error"),
    *("server_connect", "server_connect_error", "tcp_start", "tcp_end", "update"),
]


class Breaker:
    """A script whose hook raises what the test has chosen last."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "breaking"
        self.choose("none", "RuntimeError")
        self.environment = {"BREAKING": str(self._file)}
        self.arguments = ["-s", DOUBLES / "breaking.py"]

    def choose(self, hook: str, error: str) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{hook} {error}")
        os.replace(fresh, self._file)


@pytest.fixture
def breaker(tmp_path: Path) -> Breaker:
    return Breaker(tmp_path)


def let_it_start(castle: Castle) -> None:
    """An error that is logged while mitmproxy starts ends it (addons/errorcheck.py),
    and it listens a moment before it has started."""
    for _ in range(3):
        assert castle.fetch(MISS).status == 424


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_script_that_raises_opens_nothing(
    castle: Castle, breaker: Breaker, order: str
) -> None:
    ours = ["-s", ADDON]
    arguments = (
        [*breaker.arguments, *ours]
        if order == "before"
        else [*ours, *breaker.arguments]
    )
    castle.start(*arguments, environment=breaker.environment, vcr_allow_repeats="all")
    let_it_start(castle)
    for hook in HOOKS:
        breaker.choose(hook, "RuntimeError")
        assert castle.statuses(HIT, MISS, PLAIN) == [200, 424, 424], hook
        assert b"tunnel" not in castle.tunnel(7)
    castle.assert_nothing_got_out()
    assert castle.proxy.stop() == 0


def try_all_ways(castle: Castle) -> list[int]:
    """The statuses of two requests, or 0; at once, since each may wait in vain."""
    with ThreadPoolExecutor(3) as pool:
        tunnel = pool.submit(castle.try_to_tunnel, 7)
        statuses = [*pool.map(castle.try_to_fetch, (MISS, PLAIN))]
        tunnel.result()
    return statuses


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("error", ["AddonHalt", "OptionsError"])
def test_a_script_that_ends_a_hook_for_all_opens_nothing(
    castle: Castle, breaker: Breaker, order: str, error: str
) -> None:
    """mitmproxy itself may then be unable to go on, and a client waits in vain."""
    ours = ["-s", ADDON]
    arguments = (
        [*breaker.arguments, *ours]
        if order == "before"
        else [*ours, *breaker.arguments]
    )
    castle.start(*arguments, environment=breaker.environment)
    let_it_start(castle)
    for hook in HOOKS:
        breaker.choose(hook, error)
        assert not {200, 404} & {*try_all_ways(castle)}, hook
    breaker.choose("request", "AddonHalt")
    got = castle.fetch(HIT)
    assert got.status == 500
    assert "another addon ended the hook" in got.json["detail"]
    breaker.choose("none", error)
    assert castle.statuses(HIT, MISS) == [200, 424]
    castle.assert_nothing_got_out()
    assert castle.proxy.stop() != 0


def test_a_connection_that_passthrough_opened_takes_nothing_else(
    castle: Castle, breaker: Breaker
) -> None:
    """Where the addon is not asked, an open connection would take any request."""
    castle.start(
        *breaker.arguments,
        *("-s", ADDON),
        environment=breaker.environment,
        vcr_passthrough="~u /headers",
    )
    with castle.keep_alive() as ask:
        assert ask("http://api.test/headers") == 200
        breaker.choose("request", "AddonHalt")
        assert ask(PLAIN) == 500
        breaker.choose("none", "AddonHalt")
        assert ask(PLAIN) == 424
        assert ask("http://api.test/headers") == 200
    assert castle.origin.hits().requests == ("GET /headers",) * 2


def test_without_the_guard_it_takes_another(castle: Castle, breaker: Breaker) -> None:
    castle.start(
        *breaker.arguments,
        *("-s", ADDON),
        *WITHOUT_GUARD,
        environment=breaker.environment,
        vcr_passthrough="~u /headers",
    )
    with castle.keep_alive() as ask:
        assert ask("http://api.test/headers") == 200
        breaker.choose("request", "AddonHalt")
        assert ask(PLAIN) == 200


def test_nothing_leaves_while_another_script_takes_its_time_to_end(
    castle: Castle, tmp_path: Path
) -> None:
    """The addon has ended by then, and connections are still served."""
    go = tmp_path / "go"
    castle.start(
        *("-s", ADDON, "-s", DOUBLES / "lingering.py"),
        environment={"LINGERING": str(go)},
    )
    assert castle.statuses(HIT) == [200]  # it has begun
    ending = threading.Thread(target=castle.proxy.stop)
    ending.start()
    castle.proxy.wait_for_log("the last of all stays")
    assert castle.statuses(HIT, MISS, PLAIN) == [500, 500, 500]
    castle.assert_nothing_got_out()
    go.touch()
    ending.join()


OTHER_CHAINS = ["no handle_lifecycle", "other arguments", "no transports"]


@pytest.mark.parametrize("change", OTHER_CHAINS)
def test_a_mitmproxy_that_changed_must_not_replay(
    mitmdump_bare: Callable[..., Proxy], tmp_path: Path, change: str
) -> None:
    """Better none than one that might let something out; it may record."""
    cassette = cassettes.write(tmp_path / "c.yaml", cassettes.interaction(HIT))

    def start(path: Path, mode: str) -> Proxy:
        return mitmdump_bare(
            *("-s", DOUBLES / "other_chain.py", "-s", ADDON),
            environment={"OTHER_CHAIN": change},
            vcr_cassette=path,
            vcr_mode=mode,
        )

    proxy = start(cassette, "replay_only")
    assert proxy.wait() == 1
    (line,) = [line for line in proxy.log.splitlines() if "mitmvcr: error" in line]
    assert "is off with mitmproxy" in line
    assert "is refused" in line
    recorder = start(tmp_path / "new.yaml", "record_once").wait_until_listening()
    assert recorder.stop() == 0
