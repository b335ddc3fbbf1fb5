"""A cassette is replaced whole or left untouched, and a recording is never lost."""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from unittest.mock import Mock

import fsspec
import pytest

from examples import STEP
from memory_store import MemoryStore
from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteError,
    CassetteNotFoundError,
    CassetteWriteError,
)
from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.store import Store
from mitmvcr.store import files as store_files
from mitmvcr.store import store as store_module
from mitmvcr.store.store import FileStore


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path / "home"))


def made(number: int, id: int = 0) -> Interaction:
    return Interaction(
        id,
        Request(
            method="POST",
            url=f"https://h/{number}",
            proto="HTTP/1.1",
            proto_major=1,
            proto_minor=1,
            body=b"---\nversion: 2\n- id: 0\n        duration: 1s\n",
            headers={"Accept": ["*/*"]},
        ),
        Response(
            code=200,
            status="200 OK",
            proto="HTTP/1.1",
            proto_major=1,
            proto_minor=1,
            body=f"größe {number}\n".encode() + bytes([number % 256, 255]),
            headers={"Content-Type": ["text/plain"]},
            duration=1_500_000_000,
        ),
    )


def cassette_of(*numbers: int) -> Cassette:
    return Cassette([made(number, id) for id, number in enumerate(numbers)])


def same(loaded: Cassette, *numbers: int) -> bool:
    """Whether all of it is as made, with ids counted from 0."""
    ids = [each.id for each in loaded.interactions]
    wanted = writer.dumps(cassette_of(*numbers))
    return ids == list(range(len(numbers))) and writer.dumps(loaded) == wanted


def urls(interactions: Sequence[Interaction]) -> list[str]:
    return [each.request.url.removeprefix("https://h/") for each in interactions]


# What every store does


class Recoverable(Store, Protocol):
    def recover(self, *, instead: bool = False) -> int: ...


Make = Callable[..., Recoverable]


@pytest.fixture(params=["file", "memory", "remote"])
def make(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Make:
    """A store that holds a cassette, or none."""

    def file_store(cassette: Cassette | None, **options: bool) -> Recoverable:
        path = tmp_path / "chat.yaml"
        if cassette is not None:
            path.write_bytes(writer.dumps(cassette))
        return FileStore(path, **options)

    def remote_store(cassette: Cassette | None, **options: bool) -> Recoverable:
        monkeypatch.setenv("MITMVCR_HOME", str(tmp_path / "home"))
        url = f"memory://{tmp_path}/chat.yaml"
        if cassette is not None:
            fsspec.filesystem("memory").pipe(url, writer.dumps(cassette))
        return FileStore(url, **options)

    stores: dict[str, Make] = {
        "file": file_store,
        "memory": MemoryStore,
        "remote": remote_store,
    }
    return stores[request.param]


def test_a_store_says_whether_it_holds_a_cassette(make: Make) -> None:
    assert not make(None).exists()
    assert make(cassette_of()).exists()


def test_a_cassette_is_loaded_as_it_was_kept(make: Make) -> None:
    loaded = make(cassette_of(1, 2)).load()
    assert same(loaded, 1, 2)


def test_loading_what_is_not_there_is_an_error_with_the_name(make: Make) -> None:
    store = make(None)
    with pytest.raises(CassetteNotFoundError) as caught:
        store.load()
    assert caught.value.path == store.name


def test_a_recording_is_there_after_it_was_published(make: Make) -> None:
    store = make(None)
    store.begin(())
    store.append(made(1))
    store.append(made(2))
    assert not store.exists()
    store.publish()
    assert same(store.load(), 1, 2)


def test_a_store_says_where_its_file_lies(tmp_path: Path) -> None:
    assert FileStore(tmp_path / "a.yaml").path == tmp_path / "a.yaml"


def test_a_recording_that_keeps_nothing_replaces_the_cassette(make: Make) -> None:
    store = make(cassette_of(1, 2, 3))
    store.begin(())
    store.append(made(9))
    assert urls(store.load().interactions) == ["1", "2", "3"]
    store.publish()
    assert same(store.load(), 9)


def test_new_episodes_come_after_what_was_there_with_ids_going_on(make: Make) -> None:
    store = make(cassette_of(1, 2))
    store.begin(store.load().interactions)
    store.append(made(8, id=77))
    store.append(made(9))
    store.publish()
    assert same(store.load(), 1, 2, 8, 9)


@pytest.mark.parametrize("numbers", [[], [1, 2]])
def test_publishing_nothing_keeps_the_cassette(make: Make, numbers: list[int]) -> None:
    store = make(cassette_of(*numbers))
    store.begin(store.load().interactions)
    store.publish()
    assert same(store.load(), *numbers)


def test_publishing_nothing_makes_no_cassette(make: Make) -> None:
    store = make(None)
    store.begin(())
    store.publish()
    assert not store.exists()


def test_record_only_that_records_nothing_leaves_the_old_cassette(make: Make) -> None:
    store = make(cassette_of(1, 2))
    store.begin(())
    store.publish()
    assert urls(store.load().interactions) == ["1", "2"]


def test_publishing_without_a_recording_does_nothing(make: Make) -> None:
    store = make(cassette_of(1))
    store.publish()
    assert urls(store.load().interactions) == ["1"]


def test_a_store_records_again_after_it_published(make: Make) -> None:
    store = make(None)
    for number in (1, 2):
        store.begin(store.load().interactions if store.exists() else ())
        store.append(made(number))
        store.publish()
    assert same(store.load(), 1, 2)


def test_a_recording_under_way_is_not_begun_again_and_goes_on(make: Make) -> None:
    store = make(None)
    store.begin(())
    store.append(made(1))
    with pytest.raises(CassetteWriteError, match="is being recorded already"):
        store.begin(())
    store.append(made(2))
    store.publish()
    assert urls(store.load().interactions) == ["1", "2"]


def shouted(each: Interaction) -> Interaction:
    if b"1" not in each.response.body:
        return each
    return replace(each, response=replace(each.response, body=b"GONE"))


@pytest.mark.parametrize("kept", [(), (7,)])
def test_what_was_recorded_is_amended_before_it_is_published(
    make: Make, kept: tuple[int, ...]
) -> None:
    store = make(cassette_of(*kept) if kept else None)
    store.begin(store.load().interactions if kept else ())
    for number in (1, 2):
        store.append(made(number))
    store.amend(shouted, [b"1"])
    store.append(made(3))
    store.publish()
    store.amend(shouted, [b"1"])  # it is over
    found = store.load().interactions
    assert urls(found) == [*map(str, kept), "1", "2", "3"]
    assert [each.response.body == b"GONE" for each in found[-3:]] == [
        True,
        False,
        False,
    ]
    assert [each.id for each in found] == list(range(len(found)))


@pytest.mark.parametrize("kept", [(), (7, 8)])
def test_what_was_recorded_is_put_in_other_places(
    make: Make, kept: tuple[int, ...]
) -> None:
    store = make(cassette_of(*kept) if kept else None)
    store.begin(store.load().interactions if kept else ())
    for number in (1, 2, 3):
        store.append(made(number))
    met: list[str] = []

    def turned(request_at: Callable[[int], Request]) -> dict[int, int]:
        met.extend(request_at(number).url for number in (0, 2))
        return {0: 2, 2: 0}

    store.rearrange(turned)
    store.rearrange(lambda _: {})
    store.append(made(4))
    store.publish()
    store.rearrange(turned)  # it is over
    found = store.load().interactions
    assert met == [made(1).request.url, made(3).request.url]
    assert urls(found) == [*map(str, kept), "3", "2", "1", "4"]
    assert [each.id for each in found] == list(range(len(found)))


@pytest.mark.parametrize("kept", [(), (7, 8)])
def test_what_is_recorded_can_be_looked_at_meanwhile(
    make: Make, kept: tuple[int, ...]
) -> None:
    store = make(cassette_of(*kept) if kept else None)
    assert len(store.recorded()) == 0
    store.begin(store.load().interactions if kept else ())
    for number in (1, 2):
        store.append(made(number))
    assert urls(store.recorded()) == ["1", "2"]
    store.publish()
    assert len(store.recorded()) == 0


@pytest.mark.parametrize("held", [None, cassette_of(1, 2)])
def test_an_empty_recording_writes_an_empty_cassette_if_wanted(
    make: Make, held: Cassette | None
) -> None:
    store = make(held, write_empty=True)
    store.begin(())
    store.publish()
    assert list(store.load().interactions) == []


def test_no_new_episodes_are_no_empty_recording(make: Make) -> None:
    store = make(cassette_of(1, 2), write_empty=True)
    store.begin(store.load().interactions)
    store.publish()
    assert same(store.load(), 1, 2)


def test_what_is_left_aside_does_not_change_the_cassette(make: Make) -> None:
    store = make(cassette_of(1, 2))
    store.begin(())
    store.append(made(3))
    assert store.leave() is not None
    assert same(store.load(), 1, 2)
    assert "holds 1" in (store.left_over() or "")
    with pytest.raises(CassetteWriteError, match="recover"):
        store.begin(())


def test_a_digest_is_of_the_bytes_that_are_there(make: Make) -> None:
    assert make(None).digest() is None
    expected = hashlib.sha256(writer.dumps(cassette_of(1, 2))).hexdigest()
    assert make(cassette_of(1, 2)).digest() == expected


def test_a_digest_of_what_cannot_be_read_is_an_error(path: Path, old: bytes) -> None:
    store = FileStore(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(CassetteError, match="is not a file"):
        store.digest()
    (path.parent / "file").write_bytes(old)
    with pytest.raises(CassetteError, match="cannot be read: file name too long"):
        FileStore(path.parent / ("x" * 300)).digest()


def test_a_cassette_is_stale_once_it_is_another_than_was_loaded(path: Path) -> None:
    path.write_bytes(writer.dumps(cassette_of(1, 2)))
    store = FileStore(path)
    assert not store.is_stale()
    store.load()
    assert not store.is_stale()
    path.write_bytes(writer.dumps(cassette_of(1)))
    assert store.is_stale()
    store.load()
    assert not store.is_stale()
    path.unlink()
    assert store.is_stale()


def test_what_cannot_be_looked_at_is_not_called_stale(
    path: Path, old: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(old)
    store = FileStore(path)
    store.load()
    monkeypatch.setattr("mitmvcr.store.place.os.stat", Mock(side_effect=OSError))
    assert not store.is_stale()


@pytest.mark.parametrize("instead", [False, True])
def test_what_was_left_aside_is_recovered(make: Make, instead: bool) -> None:
    store = make(cassette_of(1, 2))
    store.begin(())
    store.append(made(3, id=9))
    store.leave()
    assert store.recover(instead=instead) == 1
    assert same(store.load(), *([] if instead else [1, 2]), 3)
    assert store.left_over() is None
    with pytest.raises(CassetteError, match="nothing to recover"):
        store.recover()


def test_nothing_recorded_leaves_nothing_aside(make: Make) -> None:
    store = make(None)
    assert store.leave() is None
    store.begin(())
    assert store.leave() is None
    assert store.left_over() is None
    store.begin(())


def at(
    time: int, *, body: bytes = b"same", path: str = "", **headers: str
) -> Interaction:
    """Recorded then: the duration and the Date tell."""
    found = made(1)
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    dated = {**found.response.headers, "Date": [f"at {time}"], **named}
    response = replace(found.response, duration=time, headers=dated, body=body)
    request = replace(found.request, url=f"https://h/{path}")
    return replace(found, request=request, response=response)


def anew(make: Make, old: list[Interaction], new: list[Interaction]) -> list[int]:
    """The durations, after what was recorded once is recorded anew."""
    store = make(Cassette(old), keep_volatile=True)
    store.begin(())
    for each in new:
        store.append(each)
    store.publish()
    kept = store.load().interactions
    assert [each.id for each in kept] == list(range(len(new)))
    for each in kept:
        assert list(each.response.headers["Date"]) == [f"at {each.response.duration}"]
    return [each.response.duration for each in kept]


def test_what_differs_only_in_time_stays_as_it_was(make: Make) -> None:
    assert anew(make, [at(1), at(2, body=b"old")], [at(3), at(4, body=b"new")]) == [
        1,
        4,
    ]
    assert anew(make, [at(1, cf_ray="a")], [at(2, cf_ray="b")]) == [1]
    assert anew(make, [at(1, etag="a")], [at(2, etag="b")]) == [2]


def test_equal_ones_are_kept_in_order_and_each_once(make: Make) -> None:
    old = [at(1), at(2, path="x"), at(3)]
    assert anew(make, old, [at(7, path="x"), at(8), at(9), at(10)]) == [2, 1, 3, 10]


def test_without_being_asked_nothing_old_is_kept(make: Make) -> None:
    store = make(Cassette([at(1)]))
    store.begin(())
    store.append(at(2))
    store.publish()
    assert store.load().interactions[0].response.duration == 2


def test_the_first_recording_and_new_episodes_have_nothing_to_keep(make: Make) -> None:
    store = make(None, keep_volatile=True)
    for time in (1, 2):
        store.begin(store.load().interactions if store.exists() else ())
        store.append(at(time))
        store.publish()
    assert [each.response.duration for each in store.load().interactions] == [1, 2]


@pytest.mark.parametrize("volatile", [False, True])
@pytest.mark.parametrize("kept", [(), (1, 2)])
def test_what_is_saved_on_the_way_is_in_place_and_the_recording_goes_on(
    make: Make, kept: tuple[int, ...], volatile: bool
) -> None:
    store = make(cassette_of(*kept) if kept else None, keep_volatile=volatile)
    store.save()  # nothing is recorded
    store.begin(store.load().interactions if kept else ())
    store.save()
    assert store.exists() is bool(kept)
    for number in (3, 4):
        store.append(made(number))
        store.save()
        assert same(store.load(), *kept, *range(3, number + 1))
    store.append(made(5))
    assert same(store.load(), *kept, 3, 4)
    store.publish()
    assert same(store.load(), *kept, 3, 4, 5)
    assert store.left_over() is None


# What a file store does besides


def test_traffic_that_is_the_same_does_not_touch_the_file(path: Path) -> None:
    path.write_bytes(writer.dumps(Cassette([at(1), at(2, path="x")])))
    before = path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns
    store = FileStore(path, keep_volatile=True)
    store.begin()
    store.append(at(3))
    store.append(at(4, path="x"))
    store.publish()
    assert (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) == before
    assert files(path.parent) == ["chat.yaml"]


@pytest.mark.parametrize(("each", "count"), [(True, 3), (False, 0)])
def test_each_interaction_is_forced_to_the_disk_if_wanted(
    path: Path, monkeypatch: pytest.MonkeyPatch, each: bool, count: int
) -> None:
    fsync, forced = os.fsync, []

    def counting(file: int) -> None:
        forced.append(os.fstat(file).st_size)
        fsync(file)

    monkeypatch.setattr(os, "fsync", counting)
    store = FileStore(path, fsync_each=each)
    store.begin()
    store.append(made(1))
    store.append(made(2))
    assert len(forced) == count
    assert forced == sorted(set(forced))
    store.publish()
    assert forced[-2] == path.stat().st_size  # and its folder after it


def test_what_cannot_be_forced_to_the_disk_is_taken_back(
    path: Path, part: Path, fail: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(path, fsync_each=True)
    store.begin()
    store.append(made(1))
    with monkeypatch.context():
        fail("fsync", errno.EIO)
        store.append(made(2))
        monkeypatch.undo()
    assert urls(reader.load(part).interactions) == ["1"]
    store.append(made(3))
    assert urls(reader.load(part).interactions) == ["1", "2", "3"]
    store.publish()
    assert same(reader.load(path), 1, 2, 3)


@pytest.mark.parametrize("keep", [False, True])
def test_a_folder_that_vanished_is_made_again_for_what_was_recorded(
    tmp_path: Path, keep: bool
) -> None:
    path = tmp_path / "cassettes" / "chat.yaml"
    recording(path, 1).publish()
    store = recording(path, 2, keep=keep)
    shutil.rmtree(path.parent)
    store.append(made(3))
    with pytest.raises(CassetteWriteError, match="was removed by somebody else, or it"):
        store.publish()
    assert files(path.parent) == ["chat.yaml.rescued-1"]
    rescued = reader.load(path.with_name("chat.yaml.rescued-1")).interactions
    assert urls(rescued) == ["2", "3"]


@pytest.mark.parametrize("place", ["home/rescued", "tmp"])
def test_what_has_no_place_left_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    if place == "tmp":
        (tmp_path / "home").write_text("a file in its place")
    path = tmp_path / "cassettes" / "chat.yaml"
    store = recording(path, 1, 2)
    shutil.rmtree(path.parent)
    path.parent.write_text("a file in its place")
    with pytest.raises(CassetteWriteError) as caught:
        store.publish()
    kept = tmp_path / place / "chat.yaml.rescued-1"
    assert str(caught.value) == (
        f"{path}: cannot be written: {path}.part was removed by somebody else, or its"
        f" folder; the recording is in {kept}:"
        f" run 'mitmvcr cassette recover {path} --from {kept}'"
    )
    assert same(reader.load(kept), 1, 2)


def test_what_is_left_aside_and_cannot_be_synced_is_told(
    path: Path, part: Path, fail: Callable[..., None]
) -> None:
    store = recording(path, 1)
    fail("fsync", errno.EIO)
    with pytest.raises(CassetteWriteError, match=f"the recording is in {part}: run"):
        store.leave()
    assert urls(reader.load(part).interactions) == ["1"]


def test_what_has_no_place_at_all_is_told_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cassettes" / "chat.yaml"
    store = recording(path, 1)
    shutil.rmtree(path.parent)
    path.parent.write_text("a file in its place")
    (tmp_path / "home").write_text("a file in its place")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "home"))
    with pytest.raises(CassetteWriteError, match="the recording is lost: file exists"):
        store.publish()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.yaml"


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "chat.yaml.part"


@pytest.fixture
def old(path: Path) -> bytes:
    """A cassette is there already: its bytes."""
    path.write_bytes(writer.dumps(cassette_of(1, 2)))
    return path.read_bytes()


def recording(path: Path, *numbers: int, keep: bool = False) -> FileStore:
    store = FileStore(path)
    store.begin(store.load().interactions if keep else ())
    for number in numbers:
        store.append(made(number))
    return store


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_the_file_is_what_go_vcr_would_write(path: Path) -> None:
    recording(path, 1, 2).publish()
    assert path.read_bytes() == writer.dumps(cassette_of(1, 2))


@pytest.mark.parametrize("keep", [False, True])
def test_the_journal_is_a_sound_cassette_after_every_append(
    path: Path, part: Path, old: bytes, keep: bool
) -> None:
    store = recording(path, keep=keep)
    for count in range(4):
        assert urls(reader.load(part).interactions) == [str(n) for n in range(count)]
        assert path.read_bytes() == old
        store.append(made(count))


def test_nothing_but_the_cassette_is_left_in_the_folder(path: Path, old: bytes) -> None:
    recording(path, 3).publish()
    recording(path, 4, keep=True).publish()
    recording(path).publish()
    assert files(path.parent) == ["chat.yaml"]
    assert urls(reader.load(path).interactions) == ["3", "4"]


def test_publishing_nothing_touches_neither_file_nor_folder(
    path: Path, old: bytes
) -> None:
    before = path.stat()
    recording(path, keep=True).publish()
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )
    recording(path.with_name("new.yaml")).publish()
    assert files(path.parent) == ["chat.yaml"]


@pytest.mark.parametrize("layout", ["v3", "v4"])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(os.urandom(105 * 10_000), id="binary, whole rows"),
        pytest.param(os.urandom(2_100_100) + b"\xff", id="binary, parts"),
        pytest.param(b"x" * 1_049_999 + "ü\n".encode(), id="text over two parts"),
        pytest.param(b"x" * 1_050_000 + b"\xc3", id="text that ends too early"),
    ],
)
def test_a_large_body_is_written_in_parts_as_in_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, layout: Layout
) -> None:
    monkeypatch.setattr(store_module, "_LARGE", 1000)
    hidden = b'        body: ""\n        headers: {}\n'
    one = made(1)
    item = replace(
        one,
        request=replace(one.request, body=hidden),
        response=replace(one.response, body=body, headers={"X": [hidden.decode()]}),
    )
    store = FileStore(path, layout)
    store.begin()
    store.append(item)
    store.append(item)
    store.publish()
    wanted = writer.dumps(Cassette([item, item]), layout)
    assert path.read_bytes() == wanted


def test_a_large_body_that_does_not_fit_is_taken_back_whole(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_LARGE", 1000)
    store = recording(path, 1)
    before = part.read_bytes()
    item = made(2)
    large = replace(item, response=replace(item.response, body=os.urandom(3_000_000)))
    with monkeypatch.context() as patch:
        fill_after(patch, 2_000_000)
        store.append(large)
    assert part.read_bytes() == before
    store.append(made(3))
    store.publish()
    assert urls(reader.load(path).interactions) == ["1", "2", "3"]
    assert reader.load(path).interactions[1].response.body == large.response.body


def test_folders_are_made_as_needed(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "chat.yaml"
    recording(path, 1).publish()
    assert urls(reader.load(path).interactions) == ["1"]


@pytest.mark.parametrize("held", [(), (1, 2)])
def test_what_another_put_in_place_since_it_was_read_is_not_lost(
    path: Path, held: tuple[int, ...]
) -> None:
    if held:
        recording(path, *held).publish()
    late = FileStore(path)
    kept = late.load().interactions if late.exists() else ()
    recording(path, 3, keep=bool(held)).publish()
    with pytest.raises(CassetteWriteError, match="was changed by another process"):
        late.begin(kept)
    assert files(path.parent) == ["chat.yaml"]
    recording(path, 4, keep=True).publish()
    assert same(reader.load(path), *held, 3, 4)


def test_the_whole_state_of_a_store_is_shown(path: Path, old: bytes) -> None:
    store = recording(path, 3, keep=True)
    assert repr(store) == f"<FileStore {path} recording, 1 written>"
    store.publish()
    assert repr(store) == f"<FileStore {path} closed>"


# Modes and links


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o440])
def test_the_mode_of_the_file_is_kept(
    path: Path, part: Path, old: bytes, mode: int, keep: bool
) -> None:
    path.chmod(mode)
    store = recording(path, 3, keep=keep)
    assert stat.S_IMODE(part.stat().st_mode) & ~0o600 & ~mode == 0
    store.publish()
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_that_the_umask_leaves(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        recording(path, 3).publish()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("keep", [False, True])
def test_a_symbolic_link_is_followed(tmp_path: Path, path: Path, keep: bool) -> None:
    real = tmp_path / "real" / "store.yaml"
    real.parent.mkdir()
    real.write_bytes(writer.dumps(cassette_of(1)))
    path.symlink_to(real)
    recording(path, 2, keep=keep).publish()
    assert path.is_symlink()
    assert urls(reader.load(real).interactions) == (["1", "2"] if keep else ["2"])
    assert files(real.parent) == ["store.yaml"]


def test_a_link_to_nothing_makes_the_file_it_names(tmp_path: Path, path: Path) -> None:
    path.symlink_to(tmp_path / "later" / "store.yaml")
    assert not FileStore(path).exists()
    recording(path, 1).publish()
    assert path.is_symlink()
    assert urls(reader.load(path).interactions) == ["1"]


# What cannot be read


def test_a_damaged_file_is_told_with_its_name(path: Path) -> None:
    path.write_text("no cassette")
    assert FileStore(path).exists()
    with pytest.raises(CassetteDamagedError, match=r"chat\.yaml: "):
        FileStore(path).load()


def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    folder, pipe = tmp_path / "folder.yaml", tmp_path / "pipe.yaml"
    folder.mkdir()
    os.mkfifo(pipe)
    for path in (folder, pipe):
        with pytest.raises(CassetteError, match=r"is not a file: name another one$"):
            FileStore(path).exists()


def test_a_name_that_the_system_refuses_is_told(tmp_path: Path) -> None:
    store = FileStore(tmp_path / ("x" * 300 + ".yaml"))
    for each in (store.exists, store.load):
        with pytest.raises(CassetteError, match=r"cannot be read: file name too long$"):
            each()
    with pytest.raises(CassetteWriteError, match="file name too long; choose another"):
        store.begin()


# What cannot be written


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for path in (
        tmp_path / "file" / "chat.yaml",
        tmp_path / "file" / "a" / "chat.yaml",
    ):
        assert not FileStore(path).exists()
        with pytest.raises(CassetteWriteError) as caught:
            FileStore(path).begin()
        assert str(caught.value) == (
            f"{path}: cannot be written: {path.parent} is not a folder;"
            " choose another file"
        )
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_folder_that_cannot_be_made_is_told() -> None:
    with pytest.raises(
        CassetteWriteError, match=r"^/proc/x/chat\.yaml: cannot be writt"
    ):
        FileStore(Path("/proc/x/chat.yaml")).begin()


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make a function of the system fail: ``fail("fsync", errno.EIO)``."""

    def make_fail(name: str, number: int) -> None:
        def failing(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, name, failing)

    return make_fail


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.EACCES, "permission denied; make its folder writable, or choose anoth"),
        (errno.EROFS, "read-only file system; make its folder writable, or choose an"),
        (errno.ENOSPC, "no space left on device; free some space"),
        (errno.EIO, "input/output error; choose another file"),
        (errno.EMFILE, "too many open files; let the process open more files (ulimit "),
    ],
)
def test_a_journal_that_cannot_be_opened_is_told_with_the_remedy(
    path: Path, fail: Callable[..., None], number: int, remedy: str
) -> None:
    fail("open", number)
    with pytest.raises(CassetteWriteError) as caught:
        FileStore(path).begin()
    assert str(caught.value).startswith(f"{path}: cannot be written: {remedy}")


def test_a_recording_that_cannot_begin_leaves_no_journal(
    path: Path, fail: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail("write", errno.ENOSPC)
    store = FileStore(path)
    with pytest.raises(CassetteWriteError, match="no space left on device"):
        store.begin()
    assert files(path.parent) == []
    monkeypatch.undo()
    store.begin()
    store.append(made(1))
    store.publish()
    assert urls(reader.load(path).interactions) == ["1"]


def fill_after(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """A disk that has only so many bytes left."""
    write, left = os.write, [room]

    def until_full(file: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(file, data[: left[0]])
        left[0] -= done
        return done

    monkeypatch.setattr(os, "write", until_full)


@pytest.mark.parametrize("truncates", [True, False])
@pytest.mark.parametrize("keep", [False, True])
def test_what_a_full_disk_cut_off_is_taken_back(
    path: Path,
    part: Path,
    old: bytes,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[..., None],
    keep: bool,
    truncates: bool,
) -> None:
    store = recording(path, 3, keep=keep)
    with monkeypatch.context() as patch:
        fill_after(patch, 100)
        if not truncates:
            fail("ftruncate", errno.EIO)
        store.append(made(4))
    monkeypatch.undo()
    if truncates:
        assert urls(reader.load(part).interactions) == ["3"]
    store.append(made(5))
    store.publish()
    assert urls(reader.load(path).interactions) == ["1", "2"] * keep + ["3", "4", "5"]


def test_what_a_full_disk_cut_off_last_is_published_once(
    path: Path, monkeypatch: pytest.MonkeyPatch, fail: Callable[..., None]
) -> None:
    store = recording(path, 3)
    fill_after(monkeypatch, 100)
    fail("ftruncate", errno.EIO)
    store.append(made(4))
    monkeypatch.undo()
    store.publish()
    assert path.read_bytes() == writer.dumps(cassette_of(3, 4))


def test_a_system_that_writes_little_by_little_is_served(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:7]))
    recording(path, 1, 2).publish()
    assert path.read_bytes() == writer.dumps(cassette_of(1, 2))


@pytest.mark.parametrize(
    ("name", "number", "reason", "keep"),
    [
        ("fsync", errno.EIO, "input/output error", False),
        ("fsync", errno.EIO, "input/output error", True),
        ("replace", errno.EACCES, "permission denied", False),
        ("replace", errno.EACCES, "permission denied", True),
        ("ftruncate", errno.EIO, "input/output error", False),
        ("open", errno.ENOSPC, "no space left on device", True),
    ],
)
def test_nothing_is_lost_when_the_cassette_cannot_be_replaced(
    path: Path,
    part: Path,
    old: bytes,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[..., None],
    name: str,
    number: int,
    reason: str,
    keep: bool,
) -> None:
    store = recording(path, 3, 4, keep=keep)
    fail(name, number)
    with pytest.raises(CassetteWriteError) as caught:
        store.publish()
    monkeypatch.undo()
    assert str(caught.value) == (
        f"{path}: cannot be written: {reason}; the recording is in {part}:"
        f" run 'mitmvcr cassette recover {path}'"
    )
    assert path.read_bytes() == old
    assert files(path.parent) == ["chat.yaml", "chat.yaml.part"]
    assert FileStore(path).recover() == 2
    assert urls(reader.load(path).interactions) == ["1", "2", "3", "4"]
    assert files(path.parent) == ["chat.yaml"]


def plain(number: int) -> Interaction:
    text = replace(made(number).response, body=b"the answer is 'tis")
    return replace(made(number), response=text)


@pytest.mark.parametrize(
    ("texts", "is_read"),
    [
        ([b"absent"], False),
        ([b"the"], True),
        ([b"'tis"], True),
        ([b"no", b"a b"], True),
    ],
)
def test_only_what_may_hold_a_text_is_gone_through(
    path: Path, texts: list[bytes], is_read: bool
) -> None:
    store, gone_through = FileStore(path), []
    store.begin()
    store.append(plain(1))

    def note(each: Interaction) -> Interaction:
        gone_through.append(each)
        return each

    journal = path.with_name("chat.yaml.part")
    before = journal.stat().st_ino
    store.amend(note, texts)
    assert bool(gone_through) is is_read
    assert journal.stat().st_ino == before  # nothing was changed
    store.publish()


def test_a_recording_that_cannot_be_amended_is_kept_beside(
    path: Path, part: Path, fail: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = recording(path, 1, 2)
    fail("replace", errno.EIO)
    with pytest.raises(CassetteWriteError, match=f"the recording is in {part}"):
        store.amend(shouted, [b"1"])
    monkeypatch.undo()
    assert FileStore(path).recover() == 2


def test_a_recording_that_cannot_be_read_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = recording(path, 1)
    monkeypatch.setattr(store._journal, "read", Mock(side_effect=OSError(5, "no")))
    with pytest.raises(CassetteError):
        store.recorded()


def test_a_folder_that_cannot_be_synced_is_no_failure(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def files_only(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        fsync(file)

    monkeypatch.setattr(os, "fsync", files_only)
    recording(path, 1).publish()
    assert urls(reader.load(path).interactions) == ["1"]


def test_damage_found_while_the_cassette_is_written_anew_loses_nothing(
    path: Path, part: Path, old: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> Iterator[bytes]:
        yield b"---\n"
        raise CassetteDamagedError(str(path), "broken", interaction=1)

    store = recording(path, 3, keep=True)
    monkeypatch.setattr(writer, "parts", damaged)
    with pytest.raises(
        CassetteWriteError, match=r"interaction 1: broken; the recording is in .*\.part"
    ):
        store.publish()
    assert path.read_bytes() == old
    assert urls(reader.load(part).interactions) == ["3"]


# Recovery


def left_over(path: Path, data: bytes) -> FileStore:
    path.with_name(path.name + ".part").write_bytes(data)
    return FileStore(path)


def test_a_left_over_journal_goes_behind_what_the_cassette_holds(
    path: Path, old: bytes
) -> None:
    path.chmod(0o600)
    store = left_over(path, writer.dumps(cassette_of(3, 4)))
    assert store.recover() == 2
    assert same(reader.load(path), 1, 2, 3, 4)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files(path.parent) == ["chat.yaml"]


def test_a_journal_is_recovered_where_there_is_no_cassette_yet(path: Path) -> None:
    assert left_over(path, writer.dumps(cassette_of(3))).recover() == 1
    assert path.read_bytes() == writer.dumps(cassette_of(3))


def test_a_journal_cut_at_any_byte_gives_what_was_whole(path: Path) -> None:
    items = [writer.dumper()(made(n), n) for n in range(3)]
    ends = [len(writer.preamble())]
    for item in items:
        ends.append(ends[-1] + len(item))
    data = writer.preamble() + b"".join(items)
    for cut in range(0, len(data) + 1, STEP):
        whole = sum(end <= cut for end in ends[1:])
        assert left_over(path, data[:cut]).recover() == whole, cut
        assert path.exists() is (whole > 0)
        if whole:
            assert urls(reader.load(path).interactions) == ["0", "1", "2"][:whole]
            path.unlink()
        assert files(path.parent) == []


def test_a_cut_off_journal_goes_behind_what_the_cassette_holds(
    path: Path, old: bytes
) -> None:
    data = writer.dumps(cassette_of(3, 4))
    assert left_over(path, data[:-3]).recover() == 1
    assert urls(reader.load(path).interactions) == ["1", "2", "3"]


def test_recovering_nothing_is_an_error(path: Path) -> None:
    with pytest.raises(CassetteError) as caught:
        FileStore(path).recover()
    assert str(caught.value) == (
        f"{path}.part: nothing to recover: no such file or directory"
    )


def test_what_cannot_be_read_is_not_called_nothing(
    path: Path, fail: Callable[..., None]
) -> None:
    left_over(path, writer.dumps(cassette_of(1)))
    fail("open", errno.EIO)
    with pytest.raises(CassetteError) as caught:
        FileStore(path).recover()
    assert str(caught.value) == f"{path}.part: cannot be read: input/output error"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"something else", id="something else"),
        pytest.param(b"---\nversion: 1\n", id="another version"),
        pytest.param(
            writer.dumps(cassette_of(3, 4)).replace(b"code: 200", b"code: x", 1),
            id="damaged within",
        ),
    ],
)
def test_what_is_no_sound_journal_is_left_as_it_is(
    path: Path, part: Path, old: bytes, data: bytes
) -> None:
    store = left_over(path, data)
    with pytest.raises(CassetteError, match=r"chat.yaml.part: "):
        store.recover()
    assert part.read_bytes() == data
    assert path.read_bytes() == old


def test_nothing_is_recovered_into_a_damaged_cassette(path: Path, part: Path) -> None:
    path.write_text("no cassette")
    store = left_over(path, writer.dumps(cassette_of(3)))
    with pytest.raises(CassetteDamagedError, match=r"chat\.yaml: "):
        store.recover()
    assert path.read_text() == "no cassette"
    assert urls(reader.load(part).interactions) == ["3"]


def test_a_recovery_that_cannot_be_written_can_be_done_again(
    path: Path,
    old: bytes,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[..., None],
) -> None:
    store = left_over(path, writer.dumps(cassette_of(3)))
    fail("replace", errno.EROFS)
    with pytest.raises(CassetteWriteError, match="read-only file system; make its fol"):
        store.recover()
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert files(path.parent) == ["chat.yaml", "chat.yaml.part"]
    assert store.recover() == 1


def test_a_recording_under_way_is_not_recovered(path: Path) -> None:
    store = recording(path, 1)
    with pytest.raises(
        CassetteWriteError, match=r"is being recorded already by .*: end that"
    ):
        FileStore(path).recover()
    store.publish()
    assert urls(reader.load(path).interactions) == ["1"]


def test_a_recording_of_nothing_leaves_no_folder_that_it_made(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for end in (FileStore.publish, FileStore.leave):
        for place in ("mine", "mine/a/b", "c/d"):
            store = FileStore(tmp_path / place / "chat.yaml")
            store.begin()
            assert (tmp_path / place).is_dir()
            end(store)
        assert [*tmp_path.iterdir()] == [tmp_path / "mine"]
        assert [*(tmp_path / "mine").iterdir()] == []


def test_a_folder_in_which_something_is_stays(tmp_path: Path) -> None:
    first, second = (FileStore(tmp_path / "a" / f"{each}.yaml") for each in (1, 2))
    first.begin()
    second.begin()
    first.publish()
    second.append(made(0))
    second.publish()
    assert [*(tmp_path / "a").iterdir()] == [tmp_path / "a" / "2.yaml"]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_folder_that_another_recorder_takes_away_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    left = [times]

    def make_folders(folder: Path) -> list[Path]:
        found = store_files.make_folders(folder)
        left[0] -= 1
        if left[0] >= 0:
            folder.rmdir()
        return found

    monkeypatch.setattr(store_module, "make_folders", make_folders)
    store = FileStore(tmp_path / "a" / "chat.yaml")
    if times == 3:
        with pytest.raises(CassetteWriteError, match="no such file or directory"):
            store.begin()
        return
    store.begin()
    store.append(made(0))
    store.publish()
    assert len(store.load().interactions) == 1


def test_what_cannot_begin_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    store = FileStore(tmp_path / "b" / "chat.yaml")
    assert not store.exists()
    other = FileStore(tmp_path / "b" / "chat.yaml")
    other.begin()
    with pytest.raises(CassetteWriteError, match="is being recorded already"):
        store.begin()
    other.publish()
    assert not (tmp_path / "b").exists()
