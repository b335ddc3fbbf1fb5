"""Somebody else lays hands on a recording under way, at any moment: what a client got
is in the cassette or in a rescued file, and the exit status tells which."""

import http.client
import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.proxy import Proxy
from origin import Origin

Start = Callable[..., Proxy]


def replace(part: Path) -> None:
    other = part.with_name("other")
    other.write_bytes(b"somebody else's")
    other.replace(part)


def cut_off(part: Path) -> None:
    os.truncate(part, 0)


def copy_over(part: Path) -> None:
    part.write_bytes(b"somebody else's")


def exchange_folder(part: Path) -> None:
    part.parent.rename(part.parent.with_name("elsewhere"))
    part.parent.mkdir()


def remove_lock(part: Path) -> None:
    part.with_name(f"{part.name}.lock").unlink()


ATTACKS = (replace, cut_off, copy_over, Path.unlink, exchange_folder, remove_lock)


def ask(port: int, origin: str, name: str, got: dict[str, bytes], count: int) -> None:
    """What came back whole is acknowledged."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        for number in range(count):
            url = f"{origin}/big?n={(number % 3) * 400_000}&ask={name}-{number}"
            connection.request("GET", url)
            with connection.getresponse() as answer:
                got[url] = answer.read()


@pytest.mark.parametrize("seed", range(12))
def test_what_a_client_got_is_kept(
    mitmdump: Start, origin: Origin, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    attack = ATTACKS[seed % len(ATTACKS)]
    cassette = tmp_path / "cassettes" / "chat.yaml"
    cassettes.write(cassette, cassettes.interaction("http://h.test/old"))
    mode = chance.choice(("record_only", "new_episodes"))
    proxy = mitmdump(cassette, mode).wait_until_listening()
    got: dict[str, bytes] = {}
    place = (proxy.port, origin.http_url)
    clients = [
        threading.Thread(target=ask, args=(*place, name, got, 12)) for name in "ab"
    ]
    for client in clients:
        client.start()
    while not got:
        time.sleep(0.001)
    time.sleep(chance.random() * 0.2)
    attack(cassette.with_name("chat.yaml.part"))
    for client in clients:
        client.join()
    assert proxy.stop() == 1, proxy.log
    assert len(got) == 24
    (rescued,) = cassette.parent.glob("chat.yaml.rescued-*")
    assert f"the recording is in {rescued}: run 'mitmvcr cassette recover" in proxy.log
    kept = {
        item["request"]["url"]: item["response"] for item in cassettes.read(rescued)
    }
    for url, body in got.items():
        held = kept[url]["body"]
        assert (held if isinstance(held, bytes) else held.encode()) == body, url
    elsewhere = cassette.parent.with_name("elsewhere") / "chat.yaml"
    (old,) = cassettes.read(cassette if cassette.exists() else elsewhere)
    assert old["request"]["url"] == "http://h.test/old"
