"""A file that is read in order is read ahead, and says the same in any order."""

import random

import pytest

from mitmvcr.cli.tools import finding
from mitmvcr.cli.tools.finding import Ahead
from mitmvcr.format.source import Held

DATA = random.Random(1).randbytes(5000)


class Counted(Held):
    reads = 0

    def read(self, start: int, end: int) -> bytes:
        self.reads += 1
        return super().read(start, end)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_SIZE", 256)


def test_what_is_read_in_order_is_read_at_once():
    source = Counted(DATA)
    found = Ahead(source)
    parts = [found.read(at, at + 10) for at in range(0, 1000, 10)]
    assert b"".join(parts) == DATA[:1000]
    assert source.reads == 4
    assert len(found) == 5000


def test_any_order_gives_the_same():
    chance, found = random.Random(2), Ahead(Counted(DATA))
    for _ in range(500):
        start = chance.randrange(4900)
        end = start + chance.randrange(1, 400)
        text = DATA[start + 3 : start + 5]
        assert found.read(start, end) == DATA[start:end]
        assert found.around(start, end) == (DATA[start:end], start)
        assert found.find(text, start, end) == DATA.find(text, start, end)
        assert found.find(b"none of it", start, start + 5) == -1


def test_windows_are_those_of_the_source():
    (window,) = Ahead(Held(DATA)).windows(0, 5000, 4)
    assert window.data == DATA
