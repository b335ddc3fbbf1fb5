"""A recorder that is killed, shut out, or out of space: what a client got is there."""

import http.client
import os
import random
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import cycle
from pathlib import Path

import pytest

import authority
from end_to_end import cassettes
from end_to_end.proxy import Proxy
from end_to_end.wire import fetch
from examples import examples
from leaving_out import leave_out
from mitmvcr.store.store import FileStore
from origin import Origin
from patience import PATIENCE, wait_until

Start = Callable[..., Proxy]


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "chat.yaml"


PATHS = ("/json?", "/chunked?", "/sse?n=2&pause=0&", "/big?n=70000&", "/encoded/gzip?")


def ask_until_killed(port: int, origin: str, name: str, got: dict[str, bytes]) -> None:
    """What came back whole is acknowledged."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        for number, path in enumerate(cycle(PATHS)):
            url = f"{origin}{path}ask={name}-{number}"
            connection.request("GET", url)
            with connection.getresponse() as answer:
                got[url] = answer.read()


@pytest.mark.parametrize("chunk", range(6))
def test_what_a_client_got_before_a_kill_is_there(
    mitmdump: Start, origin: Origin, tmp_path: Path, chunk: int
) -> None:
    """24 kills, each at a moment of its own, by its seed; every other one of a recorder
    that adds new episodes."""
    for seed in range(chunk, examples(24), 6):
        cassette = tmp_path / f"{seed}.yaml"
        if seed % 2:
            cassettes.write(cassette, cassettes.interaction("http://h.test/old"))
        before = cassette.read_bytes() if cassette.exists() else b""
        proxy = mitmdump(cassette, "new_episodes").wait_until_listening()
        got = kill_under_way(proxy, origin, random.Random(seed))
        assert (cassette.read_bytes() if before else b"") == before
        check_recovered(cassette, got)


def kill_under_way(
    proxy: Proxy, origin: Origin, chance: random.Random
) -> dict[str, bytes]:
    """What came back until then."""
    got: dict[str, bytes] = {}
    place = (proxy.port, origin.http_url)
    clients = [
        threading.Thread(target=ask_until_killed, args=(*place, name, got))
        for name in "ab"
    ]
    for client in clients:
        client.start()
    try:
        wait_until("a first answer", lambda: got, shown=lambda: proxy.log)
        time.sleep(chance.random() * 0.3)
    finally:
        proxy.kill()
        for client in clients:
            client.join()
    return got


def check_recovered(cassette: Path, got: dict[str, bytes]) -> None:
    FileStore(cassette).recover()
    found = {
        item["request"]["url"]: item["response"] for item in cassettes.read(cassette)
    }
    for url, body in got.items():
        kept = found[url]["body"]
        kept = kept if isinstance(kept, bytes) else kept.encode()
        assert kept == body, url


def test_a_second_recorder_is_told_who_has_the_cassette(
    mitmdump: Start, origin: Origin, proxy_ca: Path, cassette: Path
) -> None:
    first = mitmdump(cassette, "new_episodes").wait_until_listening()
    second = mitmdump(cassette, "new_episodes")
    assert second.wait() == 1
    (line,) = [x for x in second.log.splitlines() if "mitmvcr: error: " in x]
    assert f"is being recorded already by mitmvcr (process {first.pid} on " in line
    fetch(first.url, proxy_ca, f"{origin.http_url}/json")
    assert first.stop() == 0
    assert len(cassettes.read(cassette)) == 1
    assert list(cassette.parent.iterdir()) == [cassette]


def test_readers_go_on_while_it_is_recorded(
    mitmdump: Start, origin: Origin, proxy_ca: Path, cassette: Path
) -> None:
    old = cassettes.interaction("http://h.test/old", "kept")
    cassettes.write(cassette, old)
    recorder = mitmdump(cassette, "record_only").wait_until_listening()
    fetch(recorder.url, proxy_ca, f"{origin.http_url}/json")
    reader = mitmdump(cassette, "replay_only").wait_until_listening()
    assert fetch(reader.url, proxy_ca, "http://h.test/old").body == b"kept"
    assert "was not saved" not in reader.log
    assert recorder.stop() == reader.stop() == 0
    (item,) = cassettes.read(cassette)
    assert item["request"]["url"] == f"{origin.http_url}/json"


def test_the_next_start_says_what_a_killed_one_left(
    mitmdump: Start, origin: Origin, proxy_ca: Path, cassette: Path
) -> None:
    cassettes.write(cassette, cassettes.interaction("http://h.test/old"))
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    fetch(proxy.url, proxy_ca, f"{origin.http_url}/json")
    proxy.kill()
    told = "chat.yaml.part: holds 1 interaction of a recording that was not saved: run"
    reader = mitmdump(cassette, "replay_only").wait_until_listening()
    assert told in reader.log
    assert reader.stop() == 0
    again = mitmdump(cassette, "record_only")
    assert again.wait() == 1
    assert told in again.log


def test_what_does_not_end_in_time_is_named_and_what_does_is_recorded(
    mitmdump: Start, origin: Origin, proxy_ca: Path, cassette: Path
) -> None:
    proxy = mitmdump(cassette, "record_once").wait_until_listening()
    urls = [f"{origin.http_url}/slow?delay={seconds}" for seconds in (1.5, 60)]
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(fetch, proxy.url, proxy_ca, url) for url in urls]
        wait_until("two requests", lambda: len(origin.hits().requests) == 2)
        assert proxy.stop() == 0
        assert asked[0].result().status == 200
        with pytest.raises((OSError, http.client.HTTPException)):
            asked[1].result()
    assert f"{urls[1]} was cut off and is not recorded" in proxy.log
    assert "recorded 1, replayed 0, missed 0, unused 0; 1 not recorded" in proxy.log
    assert [item["request"]["url"] for item in cassettes.read(cassette)] == urls[:1]


def test_a_folder_that_vanishes_is_made_again_for_what_was_recorded(
    mitmdump: Start, origin: Origin, proxy_ca: Path, cassette: Path
) -> None:
    proxy = mitmdump(cassette, "record_once").wait_until_listening()
    for number in range(2):
        fetch(proxy.url, proxy_ca, f"{origin.http_url}/json?{number}")
        shutil.rmtree(cassette.parent, ignore_errors=True)
    assert proxy.stop() == 1
    (rescued,) = cassette.parent.iterdir()
    assert f"or its folder; the recording is in {rescued}: run" in proxy.log
    assert len(cassettes.read(rescued)) == 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        leave_out("only root can mount a small file system")
    options = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    ran = subprocess.run(["mount", *options], capture_output=True, text=True)
    if ran.returncode:
        leave_out(f"this machine mounts nothing: {ran.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("mode", ["record_once", "new_episodes"])
def test_a_full_disk_is_loud_and_the_traffic_goes_on(
    mitmdump: Start,
    origin: Origin,
    proxy_ca: Path,
    disk: Path,
    tmp_path: Path,
    mode: str,
) -> None:
    cassette = disk / "chat.yaml"
    old = [cassettes.interaction("http://h.test/old")] if mode == "new_episodes" else []
    if old:
        cassettes.write(cassette, *old)
    home = authority.copy_to(tmp_path / "home")
    there = {"MITMVCR_HOME": str(home), "TMPDIR": str(disk)}
    proxy = mitmdump(cassette, mode, environment=there).wait_until_listening()
    urls = [f"{origin.http_url}/big?n=30000&ask={number}" for number in range(20)]
    for url in [*urls, f"{origin.http_url}/json"]:
        assert fetch(proxy.url, proxy_ca, url).status == 200
    assert proxy.stop() == 1
    assert "is not recorded: " not in proxy.log
    assert "no space left on device; free some space" in proxy.log
    (told,) = re.findall("; the recording is in (.*): run 'mitmvcr cassette", proxy.log)
    assert Path(told).parent == home / "rescued"
    found = [item["request"]["url"] for item in cassettes.read(Path(told))]
    assert found == [*urls, f"{origin.http_url}/json"]
    assert len(cassettes.read(cassette) if cassette.exists() else ()) == len(old)


def test_what_came_while_the_disk_was_full_is_saved_when_there_is_room(
    mitmdump: Start, origin: Origin, proxy_ca: Path, disk: Path
) -> None:
    """Also by a session that hears of it only at its end."""
    for number, asks_again in enumerate((False, True)):
        cassette, ballast = disk / f"{number}.yaml", disk / "ballast"
        proxy = mitmdump(cassette, "record_once").wait_until_listening()
        urls = [f"{origin.http_url}/big?n=20000&ask={each}" for each in range(4)]
        fetch(proxy.url, proxy_ca, urls[0])
        with suppress(OSError):
            ballast.write_bytes(bytes(1 << 20))
        for url in urls[1:]:
            assert fetch(proxy.url, proxy_ca, url).status == 200
        assert "waits in memory" in proxy.log
        ballast.unlink()
        if asks_again:
            urls.append(f"{origin.http_url}/json")
            fetch(proxy.url, proxy_ca, urls[-1])
            assert "what waited in memory is written (3)" in proxy.log
        assert proxy.stop() == 0, proxy.log
        found = [item["request"]["url"] for item in cassettes.read(cassette)]
        assert found == urls
        cassette.unlink()
