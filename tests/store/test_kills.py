"""Writers that are killed: whatever they had acknowledged is there afterwards."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from examples import examples
from mitmvcr.store.files import whole_beside
from mitmvcr.store.store import FileStore
from patience import PATIENCE

SCRIPT = Path(__file__).with_name("killing.py")
#: 8 times 40 kills at random, each of them seeded by its number.
CHUNKS, KILLS = 8, examples(40)


@dataclass
class Told:
    """What a writer had acknowledged, and what it was about."""

    published: list[str] = field(default_factory=list)
    appended: list[str] = field(default_factory=list)
    keeps: bool = False
    publishing: bool = False
    ended: bool = False

    def take(self, word: str, number: str) -> None:
        if word == "begin":
            self.keeps, self.appended, self.publishing = number == "1", [], False
        elif word == "appended":
            self.appended.append(number)
        elif word == "publish":
            self.publishing = True
        elif word == "published":
            self.published, self.appended = self.whole(), []
            self.publishing = False
        else:
            self.ended = True

    def whole(self) -> list[str]:
        return [*(self.published if self.keeps else []), *self.appended]


def kills(folder: Path, *words: object) -> Iterator[tuple[Path, Told]]:
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=5 * PATIENCE,  # many syncs of a disk that others use too
    )
    for line in ran.stdout.splitlines():
        name, acknowledged = json.loads(line)
        told = Told()
        for word, number in acknowledged:
            told.take(word, number)
        yield folder / name / "chat.yaml", told


def numbers(path: Path) -> list[str]:
    """Read as any program would, and each body is whole."""
    return [*_numbers(path.read_text("utf-8"))] if path.exists() else []


@lru_cache(maxsize=4)
def _numbers(text: str) -> tuple[str, ...]:
    """A file is looked at up to three times, and has mostly not changed."""
    document = yaml.load(text, yaml.CSafeLoader)
    assert document["version"] == 2
    found = []
    for at, item in enumerate(document["interactions"] or ()):
        number = item["request"]["url"].rpartition("/")[2]
        body = item["response"]["body"]
        assert item["id"] == at
        line = f"{number} größe {'.' * 70}\n"
        assert body == line * (len(body) // len(line))
        found.append(number)
    return (*found,)


def check(path: Path, told: Told) -> None:
    """The target is the old one or the new one, and what it lacks is recovered: all
    that was acknowledged, and at most the one that was on its way."""
    target = numbers(path)
    if told.publishing:
        assert target in (told.published, told.whole())
    else:
        assert target == told.published
    if (path.parent / "chat.yaml.part").exists():
        FileStore(path).recover(instead=not told.keeps)
    found = numbers(path)
    if not told.appended and not told.keeps:  # nothing had come to take its place
        assert found in (told.published, [*found[-1:]])
    else:
        assert found[: len(told.whole())] == told.whole()
        assert len(found) <= len(told.whole()) + 1
    left = {each.name for each in path.parent.iterdir()}
    assert left <= {"chat.yaml", "chat.yaml.part.lock", ".chat.yaml.mitmvcr"}
    # And one can go on.
    store = FileStore(path)
    store.begin(store.load().interactions if store.exists() else ())
    store.publish()
    assert not (path.parent / ".chat.yaml.mitmvcr").exists()
    assert numbers(path) == found


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_acknowledged_is_lost_by_kills_at_random(
    tmp_path: Path, chunk: int
) -> None:
    found = list(kills(tmp_path, "random", chunk * KILLS, KILLS))
    assert len(found) == KILLS
    for path, told in found:
        check(path, told)
    assert any(told.published for _, told in found)
    assert any(told.appended for _, told in found)


def test_nothing_acknowledged_is_lost_by_a_kill_at_any_operation(
    tmp_path: Path,
) -> None:
    """Before it, and after it, up to the end of three sessions."""
    found = list(kills(tmp_path, "each-operation"))
    for path, told in found:
        check(path, told)
    assert len(found) > 100
    assert found[-1][1].ended


def test_a_cassette_with_another_name_is_whole_again_after_a_kill_at_any_operation(
    tmp_path: Path,
) -> None:
    """It is written in place, so that readers may have seen a part."""
    unfinished = 0
    found = list(kills(tmp_path, "linked"))
    for path, told in found:
        unfinished += whole_beside(path).exists()
        if whole_beside(path).exists() or path.with_name("chat.yaml.part").exists():
            FileStore(path).recover(instead=not told.keeps)
        held = numbers(path)
        if told.appended or told.keeps:
            assert set(told.whole()) <= set(held)
        assert path.samefile(path.with_name("other"))
        left = {each.name for each in path.parent.iterdir()}
        unlocked = {"chat.yaml.part.lock", ".chat.yaml.mitmvcr"}
        assert left <= {"chat.yaml", "other"} | unlocked
    assert unfinished > 10
    assert len(found) > 100
    assert found[-1][1].ended
