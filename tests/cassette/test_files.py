"""A file is replaced whole or left as it was."""

import errno
import os
import stat
from pathlib import Path

import pytest

from mitmvcr.cassette.files import keep_mode, mode_for, replace_file, sync_folder, why


def test_a_file_is_made_or_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a"
    for data in (b"one", b"", b"three"):
        replace_file(target, data)
        assert target.read_bytes() == data
    assert list(tmp_path.iterdir()) == [target]


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


def test_what_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    target = tmp_path / "a"
    (tmp_path / f".a.{os.getpid()}.tmp").write_bytes(b"half")
    replace_file(target, b"new")
    assert list(tmp_path.iterdir()) == [target]


def test_the_mode_of_what_is_not_there_is_that_of_any_new_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch(mode=0o640)
    before = path.stat().st_mode
    assert mode_for(tmp_path / "none") == 0o666
    keep_mode(path, tmp_path / "none")
    assert path.stat().st_mode == before


def test_a_folder_that_is_not_there_is_not_synced(tmp_path: Path) -> None:
    sync_folder(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_the_reason_of_an_error_is_told_in_small_letters() -> None:
    assert why(OSError(errno.ENOSPC, "No space left")) == "no space left"
    assert why(OSError("Odd")) == "odd"
