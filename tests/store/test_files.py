"""A file is replaced whole or left as it was."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from leaving_out import leave_out
from mitmvcr.core.errors import CassetteError, CassetteWriteError, VcrError
from mitmvcr.store import claiming
from mitmvcr.store.files import (
    check_replaceable,
    drop_unfinished,
    finish_in_place,
    home,
    keep_look,
    mode_for,
    put,
    replace_file,
    sync_folder,
    whole_beside,
    why,
)
from mitmvcr.store.store import FileStore


def test_a_file_is_made_or_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a"
    for data in (b"one", b"", b"three"):
        replace_file(target, data)
        assert target.read_bytes() == data
    assert list(tmp_path.iterdir()) == [target]


def test_what_can_be_replaced_stays_as_it_was_and_what_cannot_is_an_error(
    tmp_path: Path,
) -> None:
    target, lost = tmp_path / "a", tmp_path / "link"
    target.write_bytes(b"old")
    lost.symlink_to(tmp_path / "none" / "a")
    check_replaceable(target)
    check_replaceable(tmp_path / "new")
    with pytest.raises(FileNotFoundError):
        check_replaceable(lost)
    assert target.read_bytes() == b"old"
    assert {*tmp_path.iterdir()} == {target, lost}


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real" / "a")
    replace_file(link, b"one")
    assert link.is_symlink()
    assert (tmp_path / "real" / "a").read_bytes() == b"one"


def test_the_mode_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.touch()
    target.chmod(0o604)
    replace_file(target, b"one")
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_a_secret_is_never_readable_by_others_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, seen = tmp_path / "a", []
    target.touch()
    target.chmod(0o600)
    fsync = os.fsync

    def look(file: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(file).st_mode))
        fsync(file)

    monkeypatch.setattr(os, "fsync", look)
    replace_file(target, b"secret")
    assert seen[0] == 0o600


@pytest.mark.parametrize("name", ["fsync", "replace", "open"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    target = tmp_path / "a"
    target.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, name, fail)
        with pytest.raises(OSError, match="Input/output error"):
            replace_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_process_left_is_no_obstacle_and_goes(tmp_path: Path) -> None:
    target = tmp_path / "a"
    (tmp_path / ".a.mitmvcr").write_bytes(b"half")
    replace_file(target, b"new")
    assert list(tmp_path.iterdir()) == [target]


def test_what_was_to_be_a_read_only_file_can_be_opened_again(tmp_path: Path) -> None:
    """Else it would stay for good, and each process that is killed would leave one."""
    target, modes = tmp_path / "a", []

    def killed_here() -> Iterator[bytes]:
        mode = stat.S_IMODE((tmp_path / ".a.mitmvcr").stat().st_mode)
        modes.append(mode & 0o600)
        yield b"one"

    target.touch()
    target.chmod(0o440)
    replace_file(target, killed_here())
    assert modes == [0o600]
    assert stat.S_IMODE(target.stat().st_mode) == 0o440


def test_what_somebody_else_is_writing_stays(tmp_path: Path) -> None:
    """Two that write one file at once do not touch each other's."""
    target, other = tmp_path / "a", tmp_path / ".a.mitmvcr"

    def meanwhile() -> Iterator[bytes]:
        yield b"outer "
        assert other.read_bytes() == b"outer "
        (tmp_path / ".a.1.mitmvcr").write_bytes(b"left by a killed one")
        replace_file(target, b"inner")
        assert target.read_bytes() == b"inner"
        assert sorted(tmp_path.iterdir()) == [other, target]
        yield b"and whole"

    replace_file(target, meanwhile())
    assert target.read_bytes() == b"outer and whole"
    assert list(tmp_path.iterdir()) == [target]


WRITER = """
import pathlib, sys
from mitmvcr.store.files import replace_file
def data():
    yield b"a part"
    print(flush=True)
    sys.stdin.read()
replace_file(pathlib.Path(sys.argv[1]), data())
"""


@pytest.mark.parametrize("ends_it", ["replace", "record", "recover"])
def test_what_killed_processes_left_goes_and_what_living_ones_write_stays(
    tmp_path: Path, ends_it: str
) -> None:
    """What the second of two wrote that wrote at once stayed for good."""
    target, pipes = (
        tmp_path / "a",
        {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE},
    )
    command = [sys.executable, "-c", WRITER, str(target)]
    writers = [subprocess.Popen(command, **pipes)]  # the others write beside it
    for _ in range(3):
        assert writers[-1].stdout.readline() == b"\n"
        writers.append(subprocess.Popen(command, **pipes))
    assert writers[-1].stdout.readline() == b"\n"
    assert len([*tmp_path.iterdir()]) == 4
    *killed, living = writers
    for each in killed:
        each.kill()
        each.communicate()
    (tmp_path / ".a.old-1.mitmvcr").touch()  # another file's
    store = FileStore(target)
    if ends_it == "replace":
        replace_file(target, b"another")
        target.unlink()
    elif ends_it == "record":
        store.begin()
        store.leave()
    else:
        with pytest.raises(CassetteError, match="nothing to recover"):
            store.recover()
    mine = ".a.3.mitmvcr"
    assert {each.name for each in tmp_path.iterdir()} == {mine, ".a.old-1.mitmvcr"}
    living.communicate()
    assert target.read_bytes() == b"a part"


def test_what_is_looked_at_before_it_is_locked_is_left_to_who_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, lock = tmp_path / "a", claiming._lock
    looking: list[int] = []

    def look_first(file: int) -> bool:
        if not looking:
            looking.append(os.open(tmp_path / ".a.mitmvcr", os.O_RDWR))
            assert lock(looking[0])
        return lock(file)

    monkeypatch.setattr(claiming, "_lock", look_first)
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    os.close(looking[0])
    drop_unfinished(target)
    assert list(tmp_path.iterdir()) == [target]


def test_without_locks_nothing_is_taken_for_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_: int) -> bool:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(claiming, "_lock", no_locks)
    target, other = tmp_path / "a", tmp_path / ".a.mitmvcr"
    replace_file(target, b"one")
    other.write_bytes(b"of somebody")
    replace_file(target, b"two")
    assert target.read_bytes() == b"two"
    assert other.read_bytes() == b"of somebody"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_of_that_name_is_nothing_that_a_killed_process_left(
    tmp_path: Path,
) -> None:
    """It was deleted."""
    target, pipe = tmp_path / "a", tmp_path / ".a.mitmvcr"
    os.mkfifo(pipe)
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert sorted(tmp_path.iterdir()) == [pipe, target]


def test_windows_moves_no_open_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.13 has os.fchmod there too, so that it is no sign of another system."""
    target, opened = tmp_path / "a", []
    open_file, replace = os.open, os.replace

    def note(*arguments: Any) -> int:
        opened.append(open_file(*arguments))
        return opened[-1]

    def refuse_open(one: Path, other: Path) -> None:
        for each in opened:
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(each)
        replace(one, other)

    assert os.chmod in os.supports_fd
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        files = _as_on_windows()
    monkeypatch.setattr(os, "open", note)
    monkeypatch.setattr(os, "replace", refuse_open)
    files.replace_file(target, b"one")
    assert target.read_bytes() == b"one"
    assert opened


def _as_on_windows() -> ModuleType:
    """Return the module as another system would have it."""
    spec = find_spec("mitmvcr.store.files")
    assert spec
    assert spec.loader
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_mode_of_what_is_not_there_is_that_of_any_new_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch(mode=0o640)
    before = path.stat().st_mode
    assert mode_for(tmp_path / "none") == 0o666
    with path.open("rb") as file:
        assert not keep_look(file.fileno(), path, tmp_path / "none")
    assert path.stat().st_mode == before


def linked(tmp_path: Path) -> tuple[Path, Path]:
    """A file, and another name of it."""
    target, other = tmp_path / "a", tmp_path / "b"
    target.write_bytes(b"the old one")
    os.link(target, other)
    return target, other


@pytest.mark.parametrize("data", [b"", b"new", b"much longer than the old one"])
def test_other_names_are_kept(tmp_path: Path, data: bytes) -> None:
    target, other = linked(tmp_path)
    replace_file(target, data)
    assert target.samefile(other)
    assert other.read_bytes() == data
    assert sorted(tmp_path.iterdir()) == [target, other]


def test_what_was_not_written_to_its_end_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, other = linked(tmp_path)
    fsync, left = os.fsync, [0, 0]

    def fail(file: int) -> None:
        if not left:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        left.pop()
        fsync(file)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="Input/output error"):
            replace_file(target, b"new", [b" and whole"])
    assert whole_beside(target).read_bytes() == b"new and whole"
    with pytest.raises(FileExistsError, match=r"a\.whole is in the way"):
        replace_file(target, b"newer")
    finish_in_place(target)
    assert other.read_bytes() == b"new and whole"
    assert sorted(tmp_path.iterdir()) == [target, other]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EOPNOTSUPP])
def test_what_finds_no_space_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    target, other = linked(tmp_path)
    monkeypatch.setattr(os, "posix_fallocate", fail)
    if number == errno.ENOSPC:
        with pytest.raises(OSError, match="No space"):
            replace_file(target, b"new" * 20)
        assert other.read_bytes() == b"the old one"
    else:
        replace_file(target, b"new" * 20)
        assert other.read_bytes() == b"new" * 20
    assert sorted(tmp_path.iterdir()) == [target, other]


def test_the_owner_is_kept(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        leave_out("only root gives files away")
    target = tmp_path / "a"
    target.touch()
    os.chown(target, 1234, 4321)
    replace_file(target, b"new")
    assert (target.stat().st_uid, target.stat().st_gid) == (1234, 4321)


def test_attributes_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.touch()
    os.setxattr(target, "user.origin", b"mine")
    replace_file(target, b"new")
    assert os.getxattr(target, "user.origin") == b"mine"


def test_a_folder_that_is_not_there_is_not_synced(tmp_path: Path) -> None:
    sync_folder(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_the_reason_of_an_error_is_told_in_small_letters() -> None:
    assert why(OSError(errno.ENOSPC, "No space left")) == "no space left"
    assert why(OSError("Odd")) == "odd"


def test_a_file_is_written_and_its_folder_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.yaml"
    put(target, [b"a", b"b"], makes_folder=True)
    put(tmp_path / "b.yaml", b"c")
    assert (target.read_bytes(), (tmp_path / "b.yaml").read_bytes()) == (b"ab", b"c")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "no space left on device: free some space"),
        (errno.EACCES, "permission denied: make its folder writable, or choose"),
        (errno.EIO, "input/output error: choose another file"),
    ],
)
def test_what_cannot_be_written_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CassetteWriteError, match=f"a: cannot be written: {told}"):
        put(tmp_path / "a", b"new")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    target = tmp_path / "absent" / "a.yaml"
    with pytest.raises(CassetteWriteError, match=r"a\.yaml: cannot be written: "):
        put(target, b"a")
    assert not target.exists()


def test_a_home_that_is_not_known_is_told_with_what_helps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A container's user may stand in no list, and have no HOME."""
    with pytest.raises(VcrError, match=r"^~no-such-user/x: that home is not known"):
        home({"MITMVCR_HOME": "~no-such-user/x"})
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    with pytest.raises(VcrError, match=r"^~/\.mitmvcr: that home .*: let MIT"):
        home({})
