"""Whether a journal is in use or left over is told by a lock, across real processes."""

import errno
import fcntl
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.store import claiming
from mitmvcr.store.claiming import _by_flock, _by_library
from mitmvcr.store.journal import Journal
from mitmvcr.store.rescue import without_cut_off
from mitmvcr.store.store import FileStore
from mitmvcr.store.waiting import Piece
from patience import PATIENCE

RECORDER = """
import sys
from pathlib import Path
from mitmvcr.store.store import FileStore
from mitmvcr.core.model import Interaction, Request, Response
store = FileStore(Path(sys.argv[1]))
store.begin()
for number in range(int(sys.argv[2])):
    request = Request(method="GET", url=f"http://other/{number}")
    store.append(Interaction(0, request, Response(code=200)))
print("ready", flush=True)
sys.stdin.readline()
store.publish()
"""
ONE = Interaction(0, Request(method="GET", url="http://h/"), Response(code=200))

Recorder = Callable[[int], subprocess.Popen[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.yaml"


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "chat.yaml.part"


@pytest.fixture
def recorder(path: Path) -> Iterator[Recorder]:
    """Start a process that has recorded so many interactions, and goes on."""
    started: list[subprocess.Popen[str]] = []

    def start(count: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", RECORDER, str(path), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def begin(path: Path) -> FileStore:
    store = FileStore(path)
    store.begin()
    return store


def urls(path: Path) -> list[str]:
    return [each.request.url for each in reader.load(path).interactions]


@pytest.mark.parametrize("count", [0, 1])
def test_a_journal_that_another_process_uses_is_left_to_it(
    path: Path, part: Path, recorder: Recorder, count: int
) -> None:
    process = recorder(count)
    for _ in range(2):
        with pytest.raises(CassetteWriteError) as caught:
            begin(path)
        assert re.fullmatch(
            f"{path}: is being recorded already by mitmvcr"
            rf" \(process {process.pid} on {re.escape(socket.gethostname())},"
            r" since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\): end that first,"
            r" or choose another cassette",
            str(caught.value),
        )
    process.communicate("\n", timeout=PATIENCE)
    assert process.returncode == 0
    assert path.exists() is (count > 0)
    assert not part.exists()


def test_an_empty_journal_of_a_killed_process_is_taken_over(
    path: Path, part: Path, recorder: Recorder
) -> None:
    process = recorder(0)
    process.kill()
    process.wait()
    assert part.exists()
    store = begin(path)
    store.append(ONE)
    store.publish()
    assert urls(path) == ["http://h/"]
    assert not part.exists()


def test_a_journal_that_holds_something_is_left_over_for_recovery(
    path: Path, part: Path, recorder: Recorder
) -> None:
    process = recorder(2)
    process.kill()
    process.wait()
    before = part.read_bytes()
    for _ in range(2):
        with pytest.raises(CassetteWriteError) as caught:
            begin(path)
        assert str(caught.value) == (
            f"{part}: holds 2 interactions of a recording that was not saved:"
            f" run 'mitmvcr cassette recover {path}' to keep it; to record"
            " anew, delete the file"
        )
    assert part.read_bytes() == before
    assert FileStore(path).recover() == 2
    assert urls(path) == ["http://other/0", "http://other/1"]


def test_a_journal_taken_over_is_held_against_others(
    path: Path, part: Path, recorder: Recorder
) -> None:
    part.write_bytes(writer.preamble())
    process = recorder(0)
    with pytest.raises(CassetteWriteError, match="is being recorded already"):
        begin(path)
    process.communicate("\n", timeout=PATIENCE)
    assert not part.exists()


BEGUN = writer.dumps(Cassette([ONE]))[:-1]


def test_a_journal_cut_off_before_an_interaction_was_whole_is_taken_over(
    path: Path, part: Path
) -> None:
    for size in range(len(BEGUN) + 1):
        part.write_bytes(BEGUN[:size])
        assert FileStore(path).left_over() is None
        store = begin(path)
        assert part.read_bytes() == writer.preamble(), size
        store.append(ONE)
        store.publish()
        assert urls(path) == ["http://h/"]


@pytest.mark.parametrize("data", [b"mine", b"---\nversion: 1", b"x" * 100_000])
def test_a_file_that_only_has_the_name_of_a_journal_is_left_as_it_is(
    path: Path, part: Path, data: bytes
) -> None:
    part.write_bytes(data)
    with pytest.raises(CassetteWriteError, match="does not hold a recording, and"):
        begin(path)
    assert part.read_bytes() == data


def test_a_refused_recording_lets_go_of_the_lock(path: Path, part: Path) -> None:
    part.write_bytes(b"mine")
    with pytest.raises(CassetteWriteError):
        begin(path)
    part.write_bytes(b"")
    begin(path).publish()
    assert not part.exists()


# What two processes can do to each other at the same moment


def test_a_lock_that_is_being_looked_at_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock, busy = fcntl.flock, [True, True]

    def looked_at(file: int, how: int) -> None:
        if busy:
            raise BlockingIOError(errno.EAGAIN, f"busy {busy.pop()}")
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", looked_at)
    begin(path).publish()
    assert not busy


def test_a_lock_that_was_deleted_as_it_was_taken_is_taken_anew(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who had it has just ended; another one may have made its own by now."""
    lock, flock, seen = Path(f"{part}.lock"), fcntl.flock, []

    def deleted_before(file: int, how: int) -> None:
        flock(file, how)
        if len(seen) < 2:
            lock.unlink()
        if len(seen) == 1:
            lock.write_text("another one's, free")
        seen.append(file)

    monkeypatch.setattr(fcntl, "flock", deleted_before)
    store = begin(path)
    assert len(seen) == 4  # the journal has a lock of its own
    with pytest.raises(CassetteWriteError, match="is being recorded already by"):
        begin(path)
    store.publish()
    assert list(path.parent.iterdir()) == []


def test_a_holder_that_gave_no_name_is_another_process(path: Path, part: Path) -> None:
    lock = Path(f"{part}.lock")
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(CassetteWriteError, match="already by another process: end"):
            begin(path)


def test_a_lock_that_cannot_be_signed_is_let_go(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(CassetteWriteError, match="no space left on device"):
            begin(path)
    assert list(path.parent.iterdir()) == []
    begin(path).publish()


@pytest.mark.parametrize("mine", [_by_flock, _by_library])
@pytest.mark.parametrize("other", [_by_flock, _by_library])
def test_the_library_and_flock_heed_each_other(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mine: Callable[[int], bool],
    other: Callable[[int], bool],
) -> None:
    monkeypatch.setattr(claiming, "_lock", mine)
    store = begin(path)
    monkeypatch.setattr(claiming, "_lock", other)
    with pytest.raises(CassetteWriteError, match="is being recorded already by"):
        begin(path)
    store.publish()
    begin(path).publish()
    assert list(path.parent.iterdir()) == []


def test_nobody_takes_a_journal_over_before_it_is_gone(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink, tried = Path.unlink, []

    def try_before(self: Path, missing_ok: bool = False) -> None:
        if not tried:
            tried.append(self)
            with pytest.raises(CassetteWriteError, match="is being recorded already"):
                begin(path)
        unlink(self, missing_ok)

    store = begin(path)
    monkeypatch.setattr(Path, "unlink", try_before)
    store.publish()
    assert tried == [part]


def test_nobody_takes_a_journal_over_before_it_is_in_place(
    path: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, tried = os.replace, []

    def try_before(source: Path, target: Path) -> None:
        tried.append(source)
        with pytest.raises(CassetteWriteError, match="is being recorded already"):
            begin(path)
        replace(source, target)

    store = begin(path)
    store.append(ONE)
    monkeypatch.setattr(os, "replace", try_before)
    store.publish()
    assert tried == [part]
    assert urls(path) == ["http://h/"]


# What is left over is told of


def test_readers_are_told_of_a_journal_that_nobody_uses(
    path: Path, part: Path, recorder: Recorder
) -> None:
    assert FileStore(path).left_over() is None
    process = recorder(2)
    assert FileStore(path).left_over() is None  # it is in use
    process.kill()
    process.wait()
    told = (
        f"{part}: holds 2 interactions of a recording that was not saved:"
        f" run 'mitmvcr cassette recover {path}' to keep it; to record"
        " anew, delete the file"
    )
    assert FileStore(path).left_over() == told
    Path(f"{part}.lock").unlink()
    assert FileStore(path).left_over() == told
    part.write_bytes(writer.dumps(Cassette([ONE])))
    assert ": holds 1 interaction of a" in (FileStore(path).left_over() or "")


def test_a_journal_that_cannot_be_read_is_told_of_too(path: Path, part: Path) -> None:
    part.mkdir()
    assert (FileStore(path).left_over() or "").startswith(f"{part}: is a folder")
    part.rmdir()
    os.mkfifo(part)  # to read it would take for ever
    assert (FileStore(path).left_over() or "").startswith(f"{part}: is no plain file")


# A file system without locks


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", fail)


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_recording_goes_as_ever(path: Path, part: Path) -> None:
    store = begin(path)
    store.append(ONE)
    store.publish()
    assert urls(path) == ["http://h/"]
    part.write_bytes(writer.dumps(Cassette([ONE])))
    assert FileStore(path).recover() == 1


@pytest.mark.usefixtures("no_locks")
def test_without_locks_no_journal_is_taken_over(path: Path, part: Path) -> None:
    part.write_bytes(writer.preamble())
    with pytest.raises(CassetteWriteError) as caught:
        begin(path)
    assert str(caught.value) == (
        f"{part}: holds 0 interactions of a recording that was not saved, or is under"
        f" way: run 'mitmvcr cassette recover {path}' to keep it; to record"
        " anew, delete the file"
    )
    assert part.exists()


# Many at once


READER = """
import sys
from mitmvcr.format import reader
path, seen = sys.argv[1], set()
print("ready", flush=True)
while "last" not in seen:
    seen = {each.request.url for each in reader.load(path).interactions}
    assert seen and len(seen) % 2, seen
"""
#: Waits for its turn, so that all begin at the same moment.
RIVAL = """
import sys, time
from pathlib import Path
from mitmvcr.store.store import FileStore
from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.model import Interaction, Request, Response
print("ready", flush=True)
sys.stdin.readline()
done = 0
while done < 8:
    store = FileStore(Path(sys.argv[1]))
    try:
        store.begin(store.load().interactions if store.exists() else ())
    except CassetteWriteError as error:
        known = (" is being recorded already by ", " was changed by another process")
        assert any(each in str(error) for each in known), error
        continue
    request = Request(method="GET", url=f"http://{sys.argv[2]}/{done}")
    store.append(Interaction(0, request, Response(code=200)))
    store.publish()
    done += 1
"""


def ready(code: str, *words: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_reader_always_sees_a_whole_cassette_while_another_writes(
    path: Path,
) -> None:
    begin_and_publish(path, ["first"])
    readers = [ready(READER, path) for _ in range(2)]
    for count in range(60):
        begin_and_publish(path, [f"{n}" for n in range(1 + 2 * (count % 20))])
    begin_and_publish(path, ["last"])
    for process in readers:
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


def begin_and_publish(path: Path, names: list[str]) -> None:
    store = begin(path)
    for name in names:
        request = Request(method="GET", url=name)
        store.append(Interaction(0, request, Response(code=200, body=b"x" * 5000)))
    store.publish()


def test_rivals_take_turns_and_none_loses_what_it_recorded(path: Path) -> None:
    """Each loads what the other published, or is refused."""
    rivals = [ready(RIVAL, path, name) for name in "abc"]
    for process in rivals:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in rivals:
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert list(path.parent.iterdir()) == [path]
    for name in "abc":
        mine = [url for url in urls(path) if url.startswith(f"http://{name}/")]
        assert mine == [f"http://{name}/{n}" for n in range(8)]


# By itself


def test_a_journal_gives_back_what_was_appended(path: Path) -> None:
    journal = Journal(path, "chat.yaml")
    assert not journal.is_open
    journal.begin()
    journal.append(Piece(lambda: (b"one",), 3, ONE.request))
    assert journal.is_open
    assert journal.read() == writer.preamble() + b"one"
    journal.append(Piece(lambda: (b"two",), 3, ONE.request))
    assert journal.path.read_bytes() == writer.preamble() + b"onetwo"
    journal.remove()
    journal.close()
    journal.close()
    assert not journal.is_open
    assert list(path.parent.iterdir()) == []


def test_what_is_no_journal_is_not_cut() -> None:
    for data in (b"mine", b"mine\n", b"---\nversion: 1\n"):
        assert without_cut_off(data) == data
