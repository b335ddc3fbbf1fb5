"""What cannot be written while it is recorded waits in memory, and is saved as soon as
there is room, or kept elsewhere, or named."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format import reader
from mitmvcr.store import store as store_module
from mitmvcr.store import waiting
from mitmvcr.store.store import FileStore

Full = Callable[..., AbstractContextManager[None]]


def made(number: int, size: int = 200) -> Interaction:
    request = Request(method="GET", url=f"https://h/{number}")
    return Interaction(0, request, Response(code=200, body=b"x" * size))


def numbers(path: Path) -> list[int]:
    found = reader.load(path).interactions
    return [int(each.request.url.rpartition("/")[2]) for each in found]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "chat.yaml"


@pytest.fixture
def part(path: Path) -> Path:
    return path.with_name("chat.yaml.part")


@pytest.fixture
def full(path: Path) -> Full:
    """Within the block the disk of the cassette has no room, or for so much; with
    ``everywhere`` no disk has."""
    write = os.write

    @contextmanager
    def fill(most: int = 0, *, everywhere: bool = False) -> Iterator[None]:
        def until_full(file: int, data: bytes) -> int:
            place = os.readlink(f"/proc/self/fd/{file}")
            is_full = everywhere or place.startswith(str(path.parent))
            if is_full and len(data) > most:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(file, data)

        os.write = until_full
        try:
            yield
        finally:
            os.write = write

    return fill


def recording(path: Path, *wanted: int) -> FileStore:
    store = FileStore(path)
    store.begin()
    for number in wanted:
        store.append(made(number))
    return store


def test_what_found_no_room_is_written_before_the_next(
    path: Path, part: Path, full: Full, caplog: pytest.LogCaptureFixture
) -> None:
    store = recording(path, 1)
    with full():
        store.append(made(2))
        store.append(made(3))
        assert numbers(part) == [1]
        assert [int(each.request.url[-1]) for each in store.recorded()] == [1, 2, 3]
    store.append(made(4))
    assert numbers(part) == [1, 2, 3, 4]
    store.publish()
    assert numbers(path) == [1, 2, 3, 4]
    assert [record.getMessage() for record in caplog.records] == [
        f"mitmvcr: {path}: cannot be written: no space left on device; free some space."
        " Until then what is recorded waits in memory",
        f"mitmvcr: {path}: what waited in memory is written (2)",
    ]


@pytest.mark.parametrize("end", ["publish", "leave", "save", "amend"])
def test_what_still_waits_is_written_at_the_end(
    path: Path, part: Path, full: Full, end: str
) -> None:
    store = recording(path, 1)
    with full():
        store.append(made(2))
    if end == "amend":
        store.amend(lambda each: replace(each, id=each.id), (b"",))
        assert numbers(part) == [1, 2]
        store.publish()
    else:
        getattr(store, end)()
    assert numbers(part if end == "leave" else path) == [1, 2]
    store.leave()


def test_what_is_large_waits_too(
    path: Path, full: Full, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_LARGE", 1000)
    store = recording(path, 1)
    with full():
        store.append(made(2, 5000))
    store.publish()
    assert len(reader.load(path).interactions[1].response.body) == 5000


def test_where_there_is_no_room_at_the_end_all_is_kept_elsewhere(
    path: Path, part: Path, home: Path, full: Full
) -> None:
    store = recording(path, 1)
    kept = home / "rescued" / "chat.yaml.rescued-1"
    with full():
        store.append(made(2))
        with pytest.raises(CassetteWriteError) as caught:
            store.publish()
    assert str(caught.value) == (
        f"{path}: cannot be written: no space left on device; the recording is in"
        f" {kept}: run 'mitmvcr cassette recover {path} --from {kept}'"
    )
    assert numbers(kept) == [1, 2]
    assert not part.exists()
    assert FileStore(path).recover(source=kept) == 2
    assert numbers(path) == [1, 2]


def test_where_no_place_has_room_what_is_lost_is_named(
    path: Path, part: Path, full: Full, caplog: pytest.LogCaptureFixture
) -> None:
    store = recording(path, 1)
    with full(1000, everywhere=True):
        store.append(made(2, 5000))
        store.append(made(3))
        with pytest.raises(CassetteWriteError) as caught:
            store.publish()
    assert str(caught.value) == (
        f"{path}: cannot be written: no space left on device; the recording is in"
        f" {part}, without 1 interaction of it:"
        f" run 'mitmvcr cassette recover {path}'"
    )
    told = "mitmvcr: GET https://h/2 is not recorded: no space left on device"
    assert told in [record.getMessage() for record in caplog.records]
    assert numbers(part) == [1, 3]


def test_where_a_late_secret_cannot_be_noted_in_the_end_it_is_said(
    path: Path, part: Path, full: Full
) -> None:
    store = recording(path, 1)
    with full(everywhere=True):
        store.note([(b"x1y2z3w4v5", b"<A>")])
        store.append(made(2))
        with pytest.raises(CassetteWriteError) as caught:
            store.publish()
    assert str(caught.value) == (
        f"{path}: cannot be written: no space left on device; the recording is in"
        f" {part}, without 1 interaction of it; what showed late to be a secret stays"
        f" in it: no space left on device: run 'mitmvcr cassette recover {path}', and"
        " look for secrets in the cassette"
    )
    assert numbers(part) == [1]


def test_a_recording_goes_on_where_it_cannot_be_amended_yet(
    path: Path, part: Path, full: Full
) -> None:
    def change(each: Interaction) -> Interaction:
        return replace(each, response=replace(each.response, body=b"new"))

    store = recording(path, 1)
    with full():
        with pytest.raises(CassetteWriteError, match="no space left on device; free"):
            store.amend(change, [b"xx"], goes_on=True)
        store.append(made(2))
    store.append(made(3))
    assert numbers(part) == [1, 2, 3]
    store.amend(change, [b"xx"], goes_on=True)
    store.publish()
    assert [e.response.body for e in reader.load(path).interactions] == [b"new"] * 3


def test_where_the_recording_is_lost_what_waited_is_named_too(
    path: Path, part: Path, full: Full, caplog: pytest.LogCaptureFixture
) -> None:
    store = recording(path, 1)
    with full(everywhere=True):
        store.append(made(2))
        part.unlink()
        with pytest.raises(CassetteWriteError, match="the recording is lost: no space"):
            store.publish()
    assert "GET https://h/2 is not recorded: no space left on device" in caplog.text


def test_no_more_waits_than_memory_is_for(
    path: Path, full: Full, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST", 3000)
    store = recording(path, 1)
    with full():
        store.append(made(2))
        with pytest.raises(CassetteWriteError, match="no space left on device; free"):
            store.append(made(3, 5000))
        store.append(made(4))
    store.publish()
    assert numbers(path) == [1, 2, 4]


def test_a_journal_that_goes_while_something_waits_is_rescued_once(
    path: Path, part: Path, full: Full
) -> None:
    store = recording(path, 1)
    with full():
        store.append(made(2))
    part.unlink()
    store.append(made(3))
    with pytest.raises(CassetteWriteError, match="removed by somebody else, or its"):
        store.publish()
    assert numbers(path.with_name("chat.yaml.rescued-1")) == [1, 2, 3]


def test_a_late_secret_that_cannot_be_noted_is_noted_whole_later(
    path: Path, full: Full, caplog: pytest.LogCaptureFixture
) -> None:
    notes = path.with_name("chat.yaml.part.late")
    store = recording(path, 1)
    with full():
        store.note([(b"x1y2z3w4v5", b"<A>")])
    assert notes.read_bytes() == b""
    told = f"mitmvcr: {notes}: what showed late to be a secret is not noted yet: no sp"
    assert told in caplog.text
    store.note([(b"q1w2e3r4t5", b"<B>")])
    assert notes.read_bytes()[16:].count(b"\n") == 2  # behind the salt
    store.publish()
    assert not notes.exists()


def test_what_is_changed_at_the_end_is_changed_elsewhere_where_there_is_no_room(
    path: Path, part: Path, home: Path, full: Full
) -> None:
    """As a late secret is, or whose requests they were: what is recovered has it."""

    def change(new: bytes) -> Callable[[Interaction], Interaction]:
        return lambda each: replace(each, response=replace(each.response, body=new))

    store = recording(path, 1)
    kept = home / "rescued" / "chat.yaml.rescued-1"
    with full():
        store.append(made(2))
        store.amend(change(b"old"), (b"",))
        assert not part.exists()
        store.amend(change(b"new"), [b"old"])
        with pytest.raises(CassetteWriteError) as caught:
            store.publish()
    assert str(caught.value) == (
        f"{path}: cannot be written: {part} has no room for all of it; the recording is"
        f" in {kept}: run 'mitmvcr cassette recover {path} --from {kept}'"
    )
    assert not path.parent.exists()
    assert FileStore(path).recover(source=kept) == 2
    assert numbers(path) == [1, 2]
    assert [e.response.body for e in reader.load(path).interactions] == [b"new"] * 2


def test_where_no_place_has_room_for_the_change_the_recording_stays_as_it_was(
    path: Path, part: Path, full: Full
) -> None:
    store = recording(path, 1)
    told = "no space left on device; the recording is in"
    with full(everywhere=True), pytest.raises(CassetteWriteError, match=told):
        store.amend(lambda each: replace(each, id=each.id), (b"",))
    assert numbers(part) == [1]
