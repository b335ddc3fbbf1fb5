"""A file system that fails at any operation: all that was complete is readable, the
error is loud, and the store works again as soon as the file system does."""

import errno
import itertools
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from examples import STEP
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.store.store import FileStore
from store.faults import Fault, Faults, cut_short, error

FAULTS: dict[str, Fault] = {
    "EIO": error(errno.EIO),
    "ENOSPC": error(errno.ENOSPC),
    "ENOSPC after a part": cut_short(errno.ENOSPC),
    "EACCES": error(errno.EACCES),
}


def made(number: int) -> Interaction:
    request = Request(method="GET", url=f"https://h/{number}")
    return Interaction(0, request, Response(code=200, body=b"some body\n" * 20))


def urls(path: Path) -> list[int]:
    return [*_urls(path.read_bytes())] if path.exists() else []


@cache
def _urls(data: bytes) -> tuple[int, ...]:
    """There are a hundred different files, which are read ten thousand times."""
    found = reader.loads(data).interactions
    return tuple(int(each.request.url.rpartition("/")[2]) for each in found)


@dataclass
class Ran:
    """What came of a recording: its errors, and what was acknowledged and not named as
    lost in the end."""

    begun: bool = False
    errors: list[CassetteError] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)


def record(path: Path, *, keeps: bool, each: bool) -> Ran:
    """Errors other than the store's own are not caught: they fail the test."""
    ran = Ran()
    store = FileStore(path, fsync_each=each)
    try:
        store.begin(store.load().interactions if keeps else ())
    except CassetteError as problem:
        ran.errors.append(problem)
        return ran
    ran.begun = True
    for number in (7, 8, 9):
        try:
            store.append(made(number))
            ran.acknowledged.append(number)
        except CassetteError as problem:
            ran.errors.append(problem)
    try:
        with named_as_lost(ran):
            store.publish()
    except CassetteError as problem:
        ran.errors.append(problem)
    return ran


@contextmanager
def named_as_lost(ran: Ran) -> Iterator[None]:
    """What the log names is not acknowledged any more."""

    def heed(record: logging.LogRecord) -> bool:
        if found := re.search(
            r"GET https://h/(\d) is not recorded", record.getMessage()
        ):
            ran.acknowledged.remove(int(found[1]))
        return True

    logger = logging.getLogger("mitmvcr")
    logger.addFilter(heed)
    try:
        yield
    finally:
        logger.removeFilter(heed)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty one for each recording; what is rescued lands in it too."""
    folder = tmp_path / "cassettes"
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path / "home"))
    return folder


def fresh(folder: Path, held: tuple[int, ...] | None) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "chat.yaml"
    if held is not None:
        path.write_bytes(writer.dumps(Cassette([made(number) for number in held])))
    return path


def settled(path: Path, *, keeps: bool) -> list[int]:
    """The cassette once the journal, if there is one, was recovered."""
    if path.with_name("chat.yaml.part").exists():
        FileStore(path).recover(instead=not keeps)
    found = urls(path)
    for rescued in path.parent.glob("*.rescued-*"):
        found += urls(rescued)
    return found


Case = tuple[bool, tuple[int, ...] | None]
CASES: dict[str, Case] = {
    "first": (False, None),
    "replacing": (False, (1, 2)),
    "new episodes": (True, (1, 2)),
}


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("each", [False, True], ids=["close", "each"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("case", CASES)
def test_a_failure_of_any_operation_loses_nothing(
    folder: Path, case: str, fault: str, each: bool, lasting: bool
) -> None:
    keeps, held = CASES[case]
    old = list(held or ())
    for number in itertools.count(step=STEP):
        path = fresh(folder, held)
        before = path.read_bytes() if held else None
        with Faults(number, FAULTS[fault], lasting=lasting) as shim:
            ran = record(path, keeps=keeps, each=each)
        where = f"{number}: {shim.seen[number:][:1]} {ran}"
        # Readers see the old cassette or the new one, also before it is recovered.
        target = urls(path)
        assert target in (old, [*(old if keeps else []), *ran.acknowledged]), where
        if not ran.errors:
            assert target[-3:] == [7, 8, 9], where
            # A lock file that could not be deleted is no lock.
            failed = {"unlink", "fstat", "lstat"} & {*shim.seen[number:]}
            locks = {"chat.yaml.part.lock"} if failed else set()
            assert {each.name for each in folder.iterdir()} <= {path.name, *locks}
        if ran.begun:
            kept = old if keeps or not ran.acknowledged else []
            found = settled(path, keeps=keeps)
            if lasting:  # what was not acknowledged could not be taken back either
                found, kept = [each for each in found if each in ran.acknowledged], []
            assert found == [*kept, *ran.acknowledged], where
        else:
            assert (path.read_bytes() if path.exists() else None) == before, where
        assert not record(path, keeps=path.exists(), each=each).errors, where
        assert urls(path)[-3:] == [7, 8, 9], where
        if len(shim.seen) <= number:
            break
    assert number > 15


@pytest.mark.parametrize("case", CASES)
def test_a_folder_that_vanishes_at_any_operation_loses_nothing(
    folder: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeps, held = CASES[case]
    gone = folder.with_name("gone")
    monkeypatch.setattr(tempfile, "tempdir", str(folder.parent))
    rename = os.rename

    def vanish(call: Callable[..., Any], args: tuple[Any, ...], more: dict) -> Any:
        rename(folder, gone)
        return call(*args, **more)

    for number in itertools.count(step=STEP):
        path = fresh(folder, held)
        shutil.rmtree(gone, ignore_errors=True)
        with Faults(number, vanish) as shim:
            ran = record(path, keeps=keeps, each=False)
        if len(shim.seen) <= number:
            break
        if not ran.begun or not gone.exists():
            continue
        where = f"{number}: {shim.seen[number]} {ran}"
        places = [path, gone / path.name, gone / "chat.yaml.part"]
        places += path.parent.glob("*.rescued-*")
        # One that vanished as soon as it was made is empty.
        places = [place for place in places if place.exists() and place.stat().st_size]
        found = {number for place in places for number in urls(place)}
        assert found >= {7, 8, 9}, where
        assert ran.errors or urls(path)[-3:] == [7, 8, 9] or gone_last(gone), where
    assert number > 15


def gone_last(gone: Path) -> bool:
    """It was in place already, and went away with the folder."""
    return urls(gone / "chat.yaml")[-3:] == [7, 8, 9]


def operations(folder: Path, keeps: bool) -> Iterator[str]:
    path = fresh(folder, (1,))
    with Faults(-1, error(errno.EIO)) as shim:
        record(path, keeps=keeps, each=True)
    yield from shim.seen


def test_the_shim_sees_what_the_store_does(folder: Path) -> None:
    seen = [set(operations(folder, keeps)) for keeps in (False, True)]
    common = {"open", "close", "write", "ftruncate", "fsync", "stat", "chmod", "unlink"}
    for each in seen:
        assert common | {"replace"} <= each | {"ftruncate"}
    assert os.write.__name__ == "write"
