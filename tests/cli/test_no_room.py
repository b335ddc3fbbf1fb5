"""Where a command finds no room: one line that names what could not be written, and
nothing that was there is half."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from cli.helpers import Cli, answer, write_cassette
from mitmvcr import cli as command_line
from mitmvcr.cli.child.own_folder import own_folder
from mitmvcr.cli.commands.started import write_private
from mitmvcr.cli.isolate.namespace import Namespace
from mitmvcr.cli.tools.edit import edit_body
from mitmvcr.core.errors import VcrError
from patience import PATIENCE

resource = pytest.importorskip("resource")

_REMEDY = "make room for a few megabytes there, or set TMPDIR to another folder"
#: Else Python leaves half a compiled module, which no later process can read.
UNCOMPILED = {"PYTHONDONTWRITEBYTECODE": "1"}


def limited(size: int) -> Callable[[], None]:
    """A disk that is full behind so many bytes of each file, on any system."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def ran_within(
    limit: Callable[[], None], told: dict[str, str], *words: object
) -> "subprocess.CompletedProcess[str]":
    """Run a command of ours in a process that ``limit`` has narrowed."""
    return subprocess.run(
        [sys.executable, "-m", "mitmvcr", *map(str, words)],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        env=told,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("words", [["run", "--"], ["doctor"]])
def test_what_a_run_cannot_write_of_its_own_is_named(
    words: list[str], cli: Cli, tmp_path: Path
) -> None:
    cassette = write_cassette(tmp_path / "c.yaml", answer("http://h/", b""))
    told = cli.environment(
        TMPDIR=str(tmp_path), MITMVCR_CASSETTE=str(cassette), **UNCOMPILED
    )
    ran = ran_within(limited(4096), told, *words, "curl")
    assert ran.returncode == 125
    assert ran.stderr.startswith(f"mitmvcr: error: {tmp_path}/mitmvcr-")
    end = f"/roots.pem: cannot be written: file too large: {_REMEDY}\n"
    assert ran.stderr.endswith(end)
    assert len(ran.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == [cassette]


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def within(roots: Path) -> Namespace:
    """A namespace whose file of authorities is this one."""
    file = os.open(roots, os.O_RDWR)
    nothing = {"proxy": (), "allowed": (), "name_servers": (), "tap": None}
    return Namespace((), 0, **nothing, tunnel=None, blind="", roots=[file])


def test_an_authority_is_added_where_a_file_system_reserves_no_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"one\n")
    monkeypatch.setattr(os, "posix_fallocate", failing(errno.EOPNOTSUPP), raising=False)
    namespace = within(roots)
    namespace.trust(b"two\n")
    namespace.close()
    assert roots.read_bytes() == b"one\ntwo\n"


def test_an_authority_that_finds_no_room_spoils_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"one\n")
    namespace, write = within(roots), os.write

    def half(file: int, data: bytes) -> int:
        monkeypatch.setattr(os, "write", failing(errno.ENOSPC))
        return write(file, data[:2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(VcrError, match=f"no space left on .*: {_REMEDY}"):
        namespace.trust(b"two\n")
    monkeypatch.undo()
    namespace.close()
    assert roots.read_bytes() == b"one\n"


def test_a_temporary_folder_that_cannot_be_made_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "mkdir", failing(errno.ENOSPC))
    told = f"temporary files cannot be created: no space left on .*: {_REMEDY}"
    with pytest.raises(VcrError, match=told), own_folder():
        pass


def test_what_stands_in_the_way_of_its_end_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with monkeypatch.context() as patch, own_folder() as folder:
        (folder / "a").touch()
        patch.setattr(os, "unlink", failing(errno.EIO))
    assert folder.parent == tmp_path


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space", "a"), "a: no space"),
        (OSError(errno.EMFILE, "Too many", "a.py"), "a.py: too many"),
        (OSError(errno.EAGAIN, "Not now"), "the system: not now"),
        (OSError(errno.EACCES, "Denied", "a"), "a: denied"),
        (
            OSError(errno.ENOENT, "None", "b"),
            "FileNotFoundError: [Errno 2] None: 'b' (a fault of mitmvcr;"
            " MITMVCR_DEBUG=1 shows where)",
        ),
    ],
)
def test_what_the_system_is_short_of_is_no_fault_of_ours(
    error: OSError,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.delenv("MITMVCR_DEBUG", raising=False)
    monkeypatch.setattr(command_line.app, "main", fail)
    assert command_line.main([]) == 125
    assert capsys.readouterr() == ("", f"mitmvcr: error: {told}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("marshal data too short", "a module that Python compiled is cut off: delete"),
        ("no more", "EOFError: no more (a fault of mitmvcr; MITMVCR_DEBUG=1 shows"),
    ],
)
def test_the_end_of_a_file_is_no_interruption(
    text: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """click says so of it: the exit code was that of Ctrl-C, and nothing was told."""

    @click.command
    def broken() -> None:
        raise EOFError(text)

    monkeypatch.delenv("MITMVCR_DEBUG", raising=False)
    monkeypatch.setattr(command_line, "app", broken)
    assert command_line.main([]) == 125
    assert capsys.readouterr().err.lstrip().startswith(f"mitmvcr: error: {told}")


def test_a_merge_that_finds_no_room_leaves_our_version_whole(
    cli: Cli, tmp_path: Path
) -> None:
    """It was emptied first, and then merged as text with theirs."""
    base, ours, theirs = (
        write_cassette(
            tmp_path / name, *(answer(f"http://h/{n}", b"") for n in range(n))
        )
        for name, n in (("base", 1), ("ours", 3), ("theirs", 2))
    )
    before = ours.read_bytes()
    names = base, ours, theirs, 7, "c.yaml"
    told = cli.environment(**UNCOMPILED)
    ran = ran_within(limited(64), told, "git", "merge-driver", *names)
    assert ran.returncode == 1
    why = "not merged, ours stays: cannot be written: file too large"
    assert ran.stderr == f"mitmvcr: c.yaml: {why}: merge it again\n"
    assert ours.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == sorted([base, ours, theirs])


@pytest.mark.parametrize("name", ["write", "open"])
def test_a_body_that_cannot_be_laid_out_for_the_editor_changes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    path = write_cassette(tmp_path / "c.yaml", answer("http://h/", b"text\n"))
    before = path.read_bytes()

    def no_file(*_: object, **__: object) -> tuple[int, str]:
        if name == "open":
            raise OSError(errno.ENOSPC, "No space")
        (place / "a.txt").touch()
        return os.open("/dev/full", os.O_WRONLY), str(place / "a.txt")

    if name == "write" and not Path("/dev/full").exists():
        pytest.skip("/dev/full is Linux's")
    monkeypatch.setattr(tempfile, "mkstemp", no_file)
    with pytest.raises(VcrError, match=f"no space.*: {_REMEDY}"):
        edit_body(path, 0, {}, of_request=False, as_json=False)
    assert path.read_bytes() == before
    assert list(place.iterdir()) == []


def test_the_state_of_a_proxy_that_was_started_is_named_where_it_finds_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC))
    place = tmp_path / "state.tmp"
    with pytest.raises(VcrError, match=rf"^{place}: cannot be written: no space left"):
        write_private(place, b"state")


_MANY = 60


def few_files() -> None:
    """As macOS gives a process, on a smaller scale."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))


@pytest.mark.parametrize("mode", ["replay_only", "replay_with_new_episodes"])
def test_more_clients_at_once_than_the_system_gives_files_at_first_are_answered(
    mode: str, cli: Cli, tmp_path: Path
) -> None:
    """Each took 25 seconds and had no answer, and 300,000 lines were logged."""
    answers = (answer(f"http://h.test/{n}", b"%d" % n) for n in range(_MANY))
    cassette = write_cassette(tmp_path / "c.yaml", *answers)
    code = (
        "import os, socket\n"
        "place = os.environ['http_proxy'].rpartition('/')[2].split(':')\n"
        f"all = [socket.create_connection(place) for _ in range({_MANY})]\n"
        "for n, each in enumerate(all):\n"
        "    ask = f'GET http://h.test/{n} HTTP/1.1\\r\\nHost: h.test\\r\\n\\r\\n'\n"
        "    each.sendall(ask.encode())\n"
        "print(sum(each.recv(15) == b'HTTP/1.1 200 OK' for each in all))\n"
    )
    words = "run", "--cassette", cassette, "--mode", mode, "--", *cli.python(code)
    ran = ran_within(few_files, cli.environment(), *words)
    assert (ran.returncode, ran.stdout) == (0, f"{_MANY}\n")
    assert ran.stderr.endswith(f"replayed {_MANY}, missed 0, unused 0\n")
    assert len(ran.stderr.splitlines()) == 1


def no_more_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


@pytest.mark.parametrize("mode", ["replay_only", "replay_with_new_episodes"])
def test_clients_that_find_no_file_are_told_of_once_and_leave_it_to_others(
    mode: str, cli: Cli, tmp_path: Path
) -> None:
    """asyncio and mitmproxy logged a traceback hundreds of times a second."""
    cassette = write_cassette(tmp_path / "c.yaml", answer("http://h.test/0", b"0"))
    code = (
        "import os, socket, time\n"
        "place = os.environ['http_proxy'].rpartition('/')[2].split(':')\n"
        "all = [socket.create_connection(place) for _ in range(60)]\n"
        "files = f'/proc/{os.getppid()}/fd'\n"
        "while len(os.listdir(files)) < 64: time.sleep(0.01)\n"
        "for each in all: each.close()\n"
        "each = socket.create_connection(place)\n"
        "each.sendall(b'GET http://h.test/0 HTTP/1.1\\r\\nHost: h.test\\r\\n\\r\\n')\n"
        "print(each.recv(15).decode())\n"
    )
    words = "run", "--cassette", cassette, "--mode", mode, "--", *cli.python(code)
    ran = ran_within(no_more_files, cli.environment(), *words)
    assert (ran.returncode, ran.stdout) == (0, "HTTP/1.1 200 OK\n"), ran.stderr
    told, summary = ran.stderr.splitlines()
    assert told == (
        "mitmvcr: 64 files are open, and no more may be: further clients wait until"
        " others leave; let it have more ('ulimit -n', LimitNOFILE= of systemd,"
        " --ulimit nofile= of docker)"
    )
    assert summary.endswith("replayed 1, missed 0, unused 0")


@pytest.mark.parametrize("mode", ["replay_only", "replay_with_new_episodes"])
def test_a_command_may_have_as_many_files_open_as_without_us(
    mode: str, cli: Cli, tmp_path: Path
) -> None:
    cassette = write_cassette(tmp_path / "c.yaml", answer("http://h.test/0", b"0"))
    code = (
        "import resource, urllib.request\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE))\n"
        "urllib.request.urlopen('http://h.test/0').read()\n"
    )
    words = "run", "--cassette", cassette, "--mode", mode, "--", *cli.python(code)
    ran = ran_within(few_files, cli.environment(), *words)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert (ran.returncode, ran.stdout) == (0, f"(64, {most})\n")
    assert ran.stderr.endswith("replayed 1, missed 0, unused 0\n")


_FEW = (
    "mitmvcr: error: no more than 40 files may be open at once, which is too few for"
    " clients and what they ask for: let it have 64 or more ('ulimit -n', LimitNOFILE="
    " of systemd, --ulimit nofile= of docker)\n"
)


def hardly_any_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))


@pytest.mark.parametrize("mode", ["replay_only", "record_once"])
def test_too_few_files_for_any_client_are_one_line_before_anything_is_sent(
    mode: str, cli: Cli, tmp_path: Path
) -> None:
    """Clients had answers that could not be recorded, as no module could be imported
    any more, or had none at all."""
    cassette = tmp_path / "c.yaml"
    if mode == "replay_only":
        write_cassette(cassette, answer("http://h.test/0", b"0"))
    before = sorted(tmp_path.iterdir())
    words = "run", "--cassette", cassette, "--mode", mode, "--", *cli.python("")
    ran = ran_within(hardly_any_files, cli.environment(), *words)
    assert (ran.returncode, ran.stdout) == (125, "")
    assert ran.stderr == _FEW
    assert sorted(tmp_path.iterdir()) == before


def test_too_few_files_for_any_session_are_told_before_one_begins(
    cli: Cli, tmp_path: Path
) -> None:
    words = "serve", "--cassettes", tmp_path / "all", "--port", "1"
    ran = ran_within(hardly_any_files, cli.environment(), *words)
    assert (ran.returncode, ran.stdout, ran.stderr) == (125, "", _FEW)
