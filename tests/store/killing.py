"""Kills writers: ``python killing.py FOLDER random FIRST COUNT | each-operation |
linked``, the last with a cassette that has another name too.

A child of this process records to ``FOLDER/N/chat.yaml`` and acknowledges what is done
through a pipe; it is killed at a random moment, or at one operation after the other.
What it had acknowledged is printed, one JSON document for each kill. To fork from a
process of one thread costs 5 ms, a hundredth of a start.
"""

import itertools
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.store.store import FileStore

sys.path.insert(0, str(Path(__file__).parent))

from faults import Faults, die

#: Read before the forks, so that no child has to import them.
_READ_EARLY = (reader, writer)
_WRITE = os.write


def line(number: int | str) -> bytes:
    """So long, since what is slow in a large body are its many lines."""
    return f"{number} größe {'.' * 70}\n".encode()


def made(number: int, size: int = 20) -> Interaction:
    body = line(number) * (size // 80 + 1)
    return Interaction(
        0,
        Request(method="GET", url=f"https://h/{number}"),
        Response(code=200, status="200 OK", body=body),
    )


def record(path: Path, chance: random.Random, ack: int, sessions: int) -> None:
    """Sessions one after the other, each behind what is there or in its place."""

    def say(word: str, number: int = 0) -> None:
        os.write(ack, f"{word} {number}\n".encode())

    numbers = itertools.count()
    for _ in range(sessions):
        store = FileStore(path, fsync_each=chance.random() < 0.2)
        keeps = store.exists() and chance.random() < 0.7
        say("begin", int(keeps))
        store.begin(store.load().interactions if keeps else ())
        for _ in range(chance.randrange(1, 6)):
            number = next(numbers)
            store.append(made(number, chance.choice((10, 1_000, 200_000))))
            say("appended", number)
        say("publish")
        store.publish()
        say("published")


def kill_at_random(folder: Path, seed: int) -> list[list[str]]:
    """Some acknowledgements are waited for, so that a busy machine gets as far."""
    chance = random.Random(seed)
    count, pause = chance.randrange(30), chance.random() ** 2 * 0.01

    def endless(path: Path, ack: int) -> None:
        record(path, chance, ack, sessions=999)

    return _kill(folder / str(seed), endless, (count, pause))


def kill_at(folder: Path, number: int, after: bool, linked: bool) -> list[list[str]]:
    """The operation with this number is the last; that of a child that ends is not
    there any more."""

    def until(path: Path, ack: int) -> None:
        if linked:
            path.write_bytes(writer.dumps(Cassette([made(999, 3000)])))
            os.link(path, path.with_name("other"))
        with Faults(number, die(after)):
            _write_plainly(path, ack)

    return _kill(folder / f"{number}-{after}", until, None)


def _write_plainly(path: Path, ack: int) -> None:
    """Acknowledgements are no operations of the store's, and are not counted."""
    write = _WRITE
    numbers = itertools.count()
    for keeps in (False, True, False):
        write(ack, f"begin {int(keeps)}\n".encode())
        store = FileStore(path, fsync_each=True)
        store.begin(store.load().interactions if keeps else ())
        for number in itertools.islice(numbers, 2):
            store.append(made(number))
            write(ack, f"appended {number}\n".encode())
        write(ack, b"publish 0\n")
        store.publish()
        write(ack, b"published 0\n")


def _kill(
    folder: Path, work: Callable[[Path, int], None], when: tuple[int, float] | None
) -> list[list[str]]:
    """``when``: after so many acknowledgements, and then so many seconds."""
    folder.mkdir()
    heard, ack = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(folder / "chat.yaml", ack)
        finally:
            os._exit(7)
    os.close(ack)
    with open(heard, "rb", buffering=0) as lines:
        told = b""
        if when is not None:
            while told.count(b"\n") < when[0]:
                more = lines.read(4096)
                if not more:
                    raise RuntimeError("the writer ended by itself")
                told += more
            time.sleep(when[1])
            os.kill(child, signal.SIGKILL)
        told += lines.read()
    _, status = os.waitpid(child, 0)
    found = [line.split() for line in told.decode().splitlines()]
    return found if os.WIFSIGNALED(status) else [*found, ["ended", "0"]]


def say(told: list[object]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    folder, how, *rest = Path(sys.argv[1]), *sys.argv[2:]
    if how == "random":
        first, count = map(int, rest)
        for seed in range(first, first + count):
            told = kill_at_random(folder, seed)
            say([str(seed), told])
        return
    for number in itertools.count():
        both = [
            (after, kill_at(folder, number, after, how == "linked"))
            for after in (False, True)
        ]
        for after, told in both:
            say([f"{number}-{after}", told])
        if all(told[-1][0] == "ended" for _, told in both):
            return


main()
