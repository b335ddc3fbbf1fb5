"""Somebody else lays hands on a recording under way: it is noticed, nothing of it is
lost, and what is not ours stays as it is."""

import errno
import fcntl
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from examples import examples
from mitmvcr.core.errors import CassetteDamagedError, CassetteWriteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.store import rescue
from mitmvcr.store.store import FileStore

FOREIGN = b"somebody else's, and precious\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "chat.yaml"


@pytest.fixture
def part(path: Path) -> Path:
    return path.with_name("chat.yaml.part")


@pytest.fixture
def rescued(path: Path) -> Path:
    return path.with_name("chat.yaml.rescued-1")


def made(number: int, size: int = 20) -> Interaction:
    request = Request(method="GET", url=f"https://h/{number}")
    return Interaction(0, request, Response(code=200, body=b"x" * size))


def recording(path: Path, *numbers: int, keep: bool = False) -> FileStore:
    store = FileStore(path)
    store.begin(store.load().interactions if keep else ())
    for number in numbers:
        store.append(made(number))
    return store


def numbers(path: Path) -> list[int]:
    found = reader.load(path).interactions
    return [int(each.request.url.rpartition("/")[2]) for each in found]


def published(store: FileStore) -> str:
    """What the error says."""
    with pytest.raises(CassetteWriteError) as caught:
        store.publish()
    return str(caught.value)


# What can be done to the journal: what it is then, and what is said of it


def rename_over(part: Path) -> None:
    other = part.with_name("other")
    other.write_bytes(FOREIGN)
    other.replace(part)


def rename_recording_over(part: Path) -> None:
    other = part.with_name("other")
    other.write_bytes(writer.dumps(Cassette([made(99)])))
    other.replace(part)


def cut_off(part: Path) -> None:
    os.truncate(part, 60)


def copy_over(part: Path) -> None:
    part.write_bytes(FOREIGN)


def copy_longer_over(part: Path) -> None:
    part.write_bytes(FOREIGN * 1000)


def grow(part: Path) -> None:
    with part.open("ab") as file:
        file.write(FOREIGN)


def overwrite(part: Path) -> None:
    with part.open("r+b") as file:
        file.seek(200)
        file.write(FOREIGN)


def cut_off_and_fill(part: Path) -> None:
    size = part.stat().st_size
    os.truncate(part, 0)
    os.truncate(part, size)


def link_to_other(part: Path) -> None:
    other = part.with_name("other")
    other.write_bytes(FOREIGN)
    part.unlink()
    part.symlink_to(other)


def make_folder(part: Path) -> None:
    part.unlink()
    part.mkdir()


def move_away(part: Path) -> None:
    part.rename(part.with_name("moved"))


def remake_folder(part: Path) -> None:
    shutil.rmtree(part.parent)
    part.parent.mkdir()


def rename_folder(part: Path) -> None:
    part.parent.rename(part.parent.with_name("elsewhere"))


def exchange_folder(part: Path) -> None:
    rename_folder(part)
    part.parent.mkdir()
    part.write_bytes(FOREIGN)


CHANGES: dict[Callable[[Path], None], str] = {
    rename_over: "was replaced by somebody else",
    rename_recording_over: "was replaced by somebody else",
    cut_off: "was cut off by somebody else",
    copy_over: "was cut off by somebody else",
    copy_longer_over: "was written to by somebody else",
    grow: "was written to by somebody else",
    link_to_other: "was replaced by somebody else",
    make_folder: "was replaced by somebody else",
    Path.unlink: "was removed by somebody else, or its folder",
    move_away: "was removed by somebody else, or its folder",
    remake_folder: "was removed by somebody else, or its folder",
    rename_folder: "was removed by somebody else, or its folder",
    exchange_folder: "was replaced by somebody else",
}
SILENT: dict[Callable[[Path], None], str] = {
    overwrite: "somebody has changed it",
    cut_off_and_fill: "somebody has changed it",
}
KEEPS = pytest.mark.parametrize("keep", [False, True], ids=["anew", "behind"])


def found(part: Path) -> object:
    """All that is not ours, as it stands."""
    if part.is_dir() or not os.path.lexists(part):
        return part.is_dir()
    return os.readlink(part) if part.is_symlink() else part.read_bytes()


@KEEPS
@pytest.mark.parametrize("later", [0, 2], ids=["at the end", "on the way"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_journal_that_somebody_changes_is_noticed_and_nothing_is_lost(
    path: Path,
    part: Path,
    rescued: Path,
    change: Callable[[Path], None],
    later: int,
    keep: bool,
) -> None:
    recording(path, 0).publish()
    store = recording(path, 1, 2, keep=keep)
    change(part)
    theirs = found(part)
    for number in range(later):
        store.append(made(3 + number))
    told = f"{part} {CHANGES[change]}; the recording is in {rescued}: run"
    assert told in published(store)
    assert numbers(rescued) == [1, 2, 3, 4][: 2 + later]
    assert stat.S_IMODE(rescued.stat().st_mode) == 0o600
    assert found(part) == theirs
    if path.exists():  # it went with the folder
        assert numbers(path) == [0]
    left = {each.name for each in path.parent.iterdir()}
    assert "chat.yaml.part.lock" not in left


@KEEPS
@pytest.mark.parametrize("change", SILENT, ids=lambda change: change.__name__)
def test_other_bytes_of_the_same_number_are_noticed_at_the_end(
    path: Path, part: Path, rescued: Path, change: Callable[[Path], None], keep: bool
) -> None:
    recording(path, 0).publish()
    store = recording(path, 1, 2, keep=keep)
    change(part)
    theirs = found(part)
    store.append(made(3))
    assert f"{SILENT[change]}; the recording is in {rescued}: run" in published(store)
    assert numbers(rescued) == [1, 2, 3]
    assert numbers(path) == [0]
    assert isinstance(theirs, bytes)
    assert part.read_bytes().startswith(theirs)


def test_what_was_rescued_is_recovered(path: Path, part: Path, rescued: Path) -> None:
    recording(path, 0).publish()
    store = recording(path, 1, 2, keep=True)
    rename_over(part)
    command = f"run 'mitmvcr cassette recover {path} --from {rescued}'"
    assert published(store).endswith(command)
    assert FileStore(path).recover(source=rescued) == 2
    assert numbers(path) == [0, 1, 2]
    assert not rescued.exists()
    assert part.read_bytes() == FOREIGN


def test_what_goes_on_elsewhere_may_be_changed_there_too(
    path: Path, part: Path, rescued: Path
) -> None:
    rescued.parent.mkdir()
    rescued.write_bytes(FOREIGN)
    store = recording(path, 1)
    cut_off(part)
    store.append(made(2))
    second = rescued.with_name("chat.yaml.rescued-2")
    assert numbers(second) == [1, 2]
    cut_off(second)
    third = rescued.with_name("chat.yaml.rescued-3")
    assert f"the recording is in {third}: run" in published(store)
    assert numbers(third) == [1, 2]
    assert rescued.read_bytes() == FOREIGN


def test_what_is_set_aside_is_told_too(path: Path, part: Path, rescued: Path) -> None:
    store = recording(path, 1)
    rename_over(part)
    with pytest.raises(CassetteWriteError, match="was replaced by somebody else; the"):
        store.leave()
    assert numbers(rescued) == [1]


def test_where_nothing_was_recorded_there_is_nothing_to_tell(
    path: Path, part: Path
) -> None:
    store = recording(path)
    rename_over(part)
    store.publish()
    assert part.read_bytes() == FOREIGN


def test_a_change_is_told_at_once(
    path: Path, part: Path, rescued: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = recording(path, 1)
    part.unlink()
    store.append(made(2))
    assert caplog.messages == [
        f"mitmvcr: {part} was removed by somebody else, or its folder;"
        f" the recording is in {rescued}"
    ]
    published(store)
    store.begin()
    store.append(made(3))
    store.publish()
    assert numbers(path) == [3]


def test_a_change_before_what_was_recorded_is_amended_is_told(
    path: Path, part: Path, rescued: Path
) -> None:
    store = recording(path, 1, 2)
    overwrite(part)

    def change(each: Interaction) -> Interaction:
        request = Request(method="PUT", url=each.request.url)
        return Interaction(each.id, request, each.response)

    store.amend(change, [b"https"])
    part.unlink()
    assert "was removed by somebody else" in published(store)
    assert [each.request.method for each in reader.load(rescued).interactions] == [
        "PUT",
        "PUT",
    ]


@pytest.mark.parametrize("change", [rename_over, cut_off, Path.unlink])
def test_a_change_at_the_last_moment_is_told(
    path: Path,
    part: Path,
    rescued: Path,
    change: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the last look at it and the moment when it is put in place."""
    store = recording(path, 1, 2)
    replace = os.replace

    def come_between(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        change(part)
        replace(source, target)

    monkeypatch.setattr(os, "replace", come_between)
    assert f"the recording is in {rescued}: run" in published(store)
    assert numbers(rescued) == [1, 2]


# The lock


def remove_lock(lock: Path) -> None:
    lock.unlink()


def replace_lock(lock: Path) -> None:
    lock.unlink()
    lock.write_bytes(FOREIGN)


@pytest.mark.parametrize("change", [remove_lock, replace_lock])
def test_a_lock_that_was_taken_away_is_noticed(
    path: Path, part: Path, rescued: Path, change: Callable[[Path], None]
) -> None:
    lock = Path(f"{part}.lock")
    store = recording(path, 1)
    change(lock)
    theirs = found(lock)
    assert (
        f"{part} has lost its lock, which somebody removed or replaced; the recording"
        f" is in {rescued}: run"
    ) in published(store)
    assert numbers(rescued) == [1]
    assert found(lock) == theirs
    assert not part.exists()


@pytest.mark.parametrize("count", [0, 1])
def test_a_second_recorder_is_shut_out_without_the_lock_too(
    path: Path, part: Path, count: int
) -> None:
    """It would take over a journal that holds nothing yet."""
    store = recording(path, *range(count))
    Path(f"{part}.lock").unlink()
    for attempt in (FileStore(path).begin, FileStore(path).recover):
        with pytest.raises(CassetteWriteError, match="is being recorded already by"):
            attempt()
    store.append(made(7))
    assert "has lost its lock" in published(store)
    assert numbers(path.with_name("chat.yaml.rescued-1"))[-1:] == [7]


def test_two_recorders_in_a_folder_that_was_exchanged_do_not_undo_each_other(
    path: Path, part: Path, rescued: Path
) -> None:
    first = recording(path, 1)
    remake_folder(part)
    second = recording(path, 2)
    first.append(made(3))
    second.publish()
    assert f"the recording is in {rescued}: run" in published(first)
    assert numbers(path) == [2]
    assert numbers(rescued) == [1, 3]


# The cassette itself


@KEEPS
def test_a_cassette_that_somebody_changed_meanwhile_is_not_overwritten(
    path: Path, part: Path, keep: bool
) -> None:
    recording(path, 0).publish()
    store = recording(path, 1, keep=keep)
    theirs = writer.dumps(Cassette([made(7)]))
    path.write_bytes(theirs)
    assert published(store) == (
        f"{path}: cannot be written: was changed by somebody else since the recording"
        f" began; the recording is in {part}: run 'mitmvcr cassette recover {path}'"
    )
    assert path.read_bytes() == theirs
    assert FileStore(path).recover() == 1
    assert numbers(path) == [7, 1]


@KEEPS
def test_a_cassette_that_somebody_deleted_is_made_again(path: Path, keep: bool) -> None:
    recording(path, 0).publish()
    store = recording(path, 1, keep=keep)
    path.unlink()
    store.publish()
    assert numbers(path) == [0] * keep + [1]


# The second copy


def test_a_recording_larger_than_memory_is_kept_whole(
    path: Path, part: Path, rescued: Path
) -> None:
    store = recording(path)
    for number in range(5):
        store.append(made(number, 700_000))
    cut_off(part)
    store.append(made(5, 9_000_000))
    published(store)
    assert numbers(rescued) == [0, 1, 2, 3, 4, 5]
    assert len(reader.load(rescued).interactions[5].response.body) == 9_000_000


def test_the_second_copy_makes_room_for_the_first(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk for one of both."""
    write, closed = os.write, []
    store = recording(path)
    store.append(made(1, 2_000_000))

    def full(file: int, data: bytes) -> int:
        if not closed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data)

    give_up = rescue.Spare.give_up

    def note(self: rescue.Spare) -> None:
        closed.append(self)
        give_up(self)

    monkeypatch.setattr(os, "write", full)
    monkeypatch.setattr(rescue.Spare, "give_up", note)
    store.append(made(2))
    assert len(closed) == 1
    store.publish()
    assert numbers(path) == [1, 2]


def test_what_was_changed_where_there_was_no_room_for_two_is_told_as_lost(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    store = recording(path, 1)
    store.append(made(2, 2_000_000))
    overwrite(part)
    told = published(store)
    assert "somebody has changed it, and there is no copy" in told
    assert "the recording is lost" in told


def test_a_second_copy_that_cannot_be_cut_is_given_up(tmp_path: Path) -> None:
    copy = rescue.Spare(tmp_path)
    copy.append(b"x" * 2_000_000)
    assert copy.is_on_disk
    assert copy._file is not None
    copy._file.close()
    copy._file = open(os.devnull, "rb")  # noqa: SIM115 - it closes it
    copy.cut(5)
    assert copy.size == 0
    copy.append(b"more")
    copy.cut(0)
    assert list(copy.parts()) == []


# Links and what else may stand there


@pytest.mark.parametrize("name", ["chat.yaml.part", "chat.yaml.part.lock"])
@pytest.mark.parametrize("kind", ["link", "hard link", "folder", "pipe", "to nothing"])
def test_what_is_no_file_of_ours_is_never_followed(
    path: Path, name: str, kind: str
) -> None:
    path.parent.mkdir()
    place, precious = path.with_name(name), path.with_name("precious")
    if kind != "to nothing":
        precious.write_bytes(b"")
    if kind in ("link", "to nothing"):
        place.symlink_to(precious)
    elif kind == "hard link":
        os.link(precious, place)
    elif kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    before = sorted(path.parent.iterdir())
    for _ in range(2):
        with pytest.raises(CassetteWriteError, match=f"^{place}: ") as caught:
            FileStore(path).begin()
        assert "delete it, or choose another" in str(caught.value)
    assert sorted(path.parent.iterdir()) == before
    assert kind == "to nothing" or precious.read_bytes() == b""


def test_a_link_is_no_journal_to_recover(path: Path, part: Path) -> None:
    path.parent.mkdir()
    other = path.with_name("other")
    other.write_bytes(writer.dumps(Cassette([made(1)])))
    part.symlink_to(other)
    with pytest.raises(CassetteWriteError, match="is a symbolic link"):
        FileStore(path).recover()
    assert numbers(other) == [1]
    assert not path.exists()


def test_a_lock_that_is_a_link_is_not_free(path: Path, part: Path) -> None:
    path.parent.mkdir()
    part.write_bytes(writer.dumps(Cassette([made(1)])))
    Path(f"{part}.lock").symlink_to(part)
    assert FileStore(path).left_over() is None


# Any of it, at any moment


VICTIM = """
import sys
from pathlib import Path
from mitmvcr.store.store import FileStore
from mitmvcr.core.errors import CassetteDamagedError, CassetteWriteError
from mitmvcr.core.model import Interaction, Request, Response
store = FileStore(Path(sys.argv[1]))
store.begin(store.load().interactions if store.exists() else ())
for number in range(int(sys.argv[2])):
    request = Request(method="GET", url=f"https://h/{number}")
    body = b"x" * (300 if number % 7 else 150_000)
    store.append(Interaction(0, request, Response(code=200, body=body)))
    print(number, flush=True)
    if number == int(sys.argv[3]):
        sys.stdin.readline()
try:
    store.publish()
except CassetteWriteError as error:
    print(error, file=sys.stderr)
    sys.exit(125)
"""


def empty_folder(part: Path) -> None:
    """What has been put in place already is not destroyed."""
    rename_folder(part)
    part.parent.mkdir()


ATTACKS = [*CHANGES, *SILENT, remove_lock, replace_lock, empty_folder]
ATTACKS.remove(remake_folder)


@pytest.mark.parametrize("chunk", range(4))
def test_an_attack_at_any_moment_loses_nothing(tmp_path: Path, chunk: int) -> None:
    """Each attack many times, each at a moment of its own, by its seed. Every second
    recorder waits for it, so that it is noticed; the others run on, and some are over
    before it comes. What was acknowledged is in the cassette or in a rescued file, and
    where it is not in the cassette the exit status says so."""
    tries = examples(20)
    for seed in range(chunk * tries, (chunk + 1) * tries):
        chance = random.Random(seed)
        path = tmp_path / str(seed) / "cassettes" / "chat.yaml"
        recording(path, 500).publish()
        attack = ATTACKS[seed % len(ATTACKS)]
        count = chance.choice((3, 30, 120))
        last = chance.randrange(count)
        waits = str(last if seed % 2 else -1)
        process = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(path), str(count), waits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for _ in range(last + 1):
            process.stdout.readline()
        name = "part.lock" if attack in (remove_lock, replace_lock) else "part"
        for _ in range(chance.choice((1, 1, 3))):
            try:
                attack(path.with_name(f"chat.yaml.{name}"))
            except OSError:
                break  # it has ended, or a first attack left nothing to attack
        _, told = process.communicate("\n", timeout=60)
        folders = [path.parent, path.parent.with_name("elsewhere")]
        kept = [each / "chat.yaml" for each in folders if (each / "chat.yaml").exists()]
        rescued = [each for f in folders for each in f.glob("chat.yaml.rescued-*")]
        where = f"seed {seed}, {attack.__name__}: {process.returncode} {told}"
        assert process.returncode in ((125,) if seed % 2 else (0, 125)), where
        places = rescued if process.returncode else kept
        got = {number for each in places for number in numbers(each)}
        assert got >= set(range(count)), where


def test_the_lock_of_the_journal_ends_with_it(path: Path, part: Path) -> None:
    store = recording(path, 1)
    with part.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    store.publish()
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


# A cassette with another name, which is written in place


@KEEPS
def test_a_cassette_with_another_name_keeps_it(path: Path, keep: bool) -> None:
    recording(path, 0).publish()
    path.chmod(0o640)
    other = path.with_name("other")
    os.link(path, other)
    recording(path, 1, keep=keep).publish()
    assert numbers(other) == [0] * keep + [1]
    assert path.samefile(other)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(path.parent.iterdir()) == [path, other]


def test_a_cassette_that_was_half_written_is_told_and_finished(path: Path) -> None:
    recording(path, 0).publish()
    whole = path.with_name("chat.yaml.whole")
    whole.write_bytes(writer.dumps(Cassette([made(1), made(2)])))
    with pytest.raises(CassetteDamagedError) as caught:
        FileStore(path).load()
    assert str(caught.value) == (
        f"{path}: is being written, or its recorder was killed as it wrote:"
        f" run 'mitmvcr cassette recover {path}'"
    )
    assert FileStore(path).recover() == 2
    assert numbers(path) == [1, 2]
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_finished_is_told(path: Path) -> None:
    path.parent.mkdir()
    whole = path.with_name("chat.yaml.whole")
    whole.write_bytes(writer.dumps(Cassette([made(1)])))
    with pytest.raises(CassetteWriteError, match="cannot be written: no such file"):
        FileStore(path).recover()
    assert numbers(whole) == [1]


def test_a_rescue_file_that_cannot_be_written_is_not_left_behind(
    path: Path, part: Path, rescued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = recording(path, 1, 2)
    part.unlink()

    def full(file: int, data: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mitmvcr.store.rescue.write_all", full)
    with pytest.raises(CassetteWriteError, match=r"[Nn]o space left"):
        store.publish()
    assert not rescued.exists()
    assert not path.exists()


def test_where_too_many_were_rescued_the_next_place_is_taken(
    path: Path, home: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescue, "_MOST", 2)
    store = recording(path, 1)
    path.with_name("chat.yaml.rescued-1").write_bytes(FOREIGN)
    part.unlink()
    place = home / "rescued" / "chat.yaml.rescued-1"
    assert f"the recording is in {place}: run" in published(store)
    assert numbers(place) == [1]


def test_a_lock_that_cannot_be_looked_at_is_taken_for_ours(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = recording(path, 1)
    lstat = os.lstat

    def fail(name: Path) -> os.stat_result:
        if str(name).endswith(".lock"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return lstat(name)

    monkeypatch.setattr(os, "lstat", fail)
    store.publish()
    assert numbers(path) == [1]


def test_a_left_over_journal_that_cannot_be_read_is_told(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    part.write_bytes(b"x")

    def fail(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", fail)
    told = FileStore(path).left_over()
    assert told == f"{part}: cannot be read: permission denied"


def test_what_was_left_is_moved_aside_whole_or_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / "a.yaml.part"
    (tmp_path / "a.yaml.rescued-1").write_text("another")
    part.write_text("left")

    def fail(*_: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(PermissionError):
            rescue.move_aside(part)
    assert part.read_text() == "left"
    moved = rescue.move_aside(part)
    assert moved == tmp_path / "a.yaml.rescued-2"
    assert moved.read_text() == "left"
    assert rescue.move_aside(part) is None
    assert len([*tmp_path.iterdir()]) == 2
