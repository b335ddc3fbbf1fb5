"""A proxy that goes on: started, found, stopped; and what a command leaves running."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli.helpers import CLIENT_PYTHON, Cli, answer, lines, write_cassette
from mitmvcr.cli.commands.started import Place, State
from mitmvcr.cli.report.status import DISAGREED, OWN_FAILURE
from mitmvcr.proxy.ca import ensure_ca
from patience import PATIENCE, wait_for_port, wait_until

URL = "https://api.example.test/greeting"
GET = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    ensure_ca(folder)
    return folder


@pytest.fixture
def own(authority: Path, tmp_path: Path) -> Iterator[Cli]:
    """A folder of its own, in which nothing is left running."""
    home = tmp_path / "home"
    home.mkdir()
    for file in authority.iterdir():
        (home / file.name).write_bytes(file.read_bytes())
    cli = Cli(home, tmp_path)
    try:
        yield cli
    finally:
        if Place(home).runs():
            cli("stop")


def port() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return str(server.getsockname()[1])


def replaying(own: Cli, *more: str | Path) -> subprocess.CompletedProcess[str]:
    write_cassette(own.cwd / "c.yaml", answer(URL, b"hello"))
    words = ("--cassette", "c.yaml", "--mode", "replay_only", "--port", port())
    return own("start", *words, *more)


def state_of(own: Cli) -> State:
    state = Place(own.home).read()
    assert state is not None
    return state


def get(own: Cli, url: str) -> subprocess.CompletedProcess[str]:
    return own("exec", "--", CLIENT_PYTHON, "-c", GET, url)


def test_it_is_found_and_stopped_with_its_report(own: Cli):
    started = replaying(own, "--report", "-")
    assert started.returncode == 0, started.stderr
    at = state_of(own).port
    what = f"http://127.0.0.1:{at}, cassette c.yaml, mode replay_only"
    first, second = lines(started.stderr)
    assert first == f"mitmvcr: started: {what}; 'mitmvcr stop' ends it and saves"
    assert "'mitmvcr exec -- CMD'" in second
    for name in ("started.json", "started.log", "started.out"):
        assert stat.S_IMODE((own.home / name).stat().st_mode) == 0o600

    assert get(own, URL).stdout == "hello\n"
    assert f"http://127.0.0.1:{at}" in own("env").stdout
    assert get(own, f"{URL}/other").returncode == 1

    again = own("start", "--cassette", "d.yaml")
    assert again.returncode == OWN_FAILURE
    process = f"process {state_of(own).pid}"
    assert again.stderr == (
        f"mitmvcr: error: a proxy runs already: {what} ({process}); 'mitmvcr stop'"
        " ends it\n"
    )

    stopped = own("stop")
    assert stopped.returncode == DISAGREED
    summary = "cassette c.yaml, mode replay_only: recorded 0, replayed 1, missed 1"
    assert lines(stopped.stderr)[-1] == f"mitmvcr: {summary}, unused 0"
    assert "started:" not in stopped.stderr
    outcomes = [each["outcome"] for each in json.loads(stopped.stdout)["entries"]]
    assert outcomes == ["replayed", "missed"]
    assert not list(own.home.glob("started*"))
    gone = own("stop")
    assert gone.returncode == OWN_FAILURE
    assert "no proxy was started" in gone.stderr
    assert gone.stderr.count("\n") == 1


def test_one_on_another_address_is_named(own: Cli):
    started = replaying(own, "--host", "::1")
    at = state_of(own).port
    assert f"started: http://[::1]:{at}, cassette c.yaml" in started.stderr
    assert get(own, URL).stderr == (
        f"mitmvcr: error: nothing listens on 127.0.0.1:{at}: the proxy that was started"
        " has --host ::1; start it without, or with --host 0.0.0.0\n"
    )
    own("stop")


def test_it_records_and_saves(own: Cli):
    """The origin is this test's: what it served is in the cassette once it stops."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        at = server.getsockname()[1]
        serve = [sys.executable, "-m", "http.server", "-b", "127.0.0.1", f"{at}"]
    (own.cwd / "greeting").write_text("hello")
    with subprocess.Popen(serve, cwd=own.cwd, stderr=subprocess.PIPE) as origin:
        try:
            wait_for_port(at)
            words = ("--cassette", "new.yaml", "--mode", "record_only")
            assert own("start", *words, "--port", port()).returncode == 0
            program = (CLIENT_PYTHON, "-c", GET, f"http://127.0.0.1:{at}/greeting")
            ran = own("exec", "--include-localhost", "--", *program)
            assert ran.stdout == "hello\n", ran.stderr
        finally:
            origin.kill()
    stopped = own("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert "recorded 1" in stopped.stderr
    assert "body: hello" in (own.cwd / "new.yaml").read_text()


def test_one_that_was_killed_is_told(own: Cli):
    assert replaying(own).returncode == 0
    process = state_of(own).pid
    os.kill(process, signal.SIGKILL)
    wait_until("it is gone", lambda: not Place(own.home).runs())
    stopped = own("stop")
    assert stopped.returncode == OWN_FAILURE
    assert f"was started (process {process}) is gone" in stopped.stderr


def was(own: Cli, status: int | None) -> None:
    """Write what a proxy leaves that nobody has stopped."""
    facts = {"pid": 1, "host": "127.0.0.1", "port": 1, "what": "http://127.0.0.1:1"}
    state = State(**facts, cassette=f"{own.cwd}/new.yaml", told=2, status=status)
    Place(own.home).write(state)
    (own.home / "started.log").write_text("a\nb\n")


def test_a_stale_state_is_told_once(own: Cli):
    was(own, None)
    (own.cwd / "new.yaml.part").write_text("---\nversion: 2\ninteractions: []\n")
    assert "nothing listens" in own("env", "--port", port()).stderr
    stopped = own("stop")
    assert stopped.returncode == OWN_FAILURE
    assert f"{own.cwd}/new.yaml' puts what it recorded in place" in stopped.stderr
    assert stopped.stderr.startswith("b\n")
    assert own("stop").stderr.startswith("mitmvcr: error: no proxy was started")
    was(own, DISAGREED)
    stopped = own("stop")  # it ended by itself, and saved
    assert (stopped.returncode, stopped.stderr) == (DISAGREED, "b\n")
    was(own, 0)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        taken = str(server.getsockname()[1])
        again = own("start", "-c", "c.yaml", "--port", taken)
    assert again.returncode == OWN_FAILURE
    before, said, problem = again.stderr.splitlines()
    assert before.startswith("mitmvcr: the proxy before ended by itself (http:")
    assert said == "b"
    assert problem.endswith("choose --port")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a cassette: --cassette FILE, or --cassettes DIR for many"),
        (("-c", "c.yaml", "--mode", "replay", "--port", "{free}"), "c.yaml"),
        (("-c", "c.yaml", "--mode", "no such"), "--mode=no such"),
        (("-c", "c.yaml", "--report", "x.doc"), "--report=x.doc"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(own: Cli, words, said):
    ran = own("start", *(word.format(free=port()) for word in words))
    assert ran.returncode == OWN_FAILURE
    (line,) = ran.stderr.splitlines()
    assert line.startswith("mitmvcr: error: ")
    assert said in line
    assert not (own.home / "started.json").exists()


def test_a_state_that_cannot_be_read_is_told(own: Cli):
    (own.home / "started.json").write_text("{")
    for command in (("stop",), ("start", "-c", "c.yaml"), ("env",)):
        ran = own(*command)
        assert ran.returncode == OWN_FAILURE
        assert "does not say which proxy was started: delete it" in ran.stderr


LEAVES = """
import subprocess, sys
null = subprocess.DEVNULL
words = [sys.executable, "-c", "import sys; sys.stdin.read()", "a server"]
subprocess.Popen(words, stdout=null, stderr=null)
"""


def test_what_a_command_leaves_running_is_told(own: Cli):
    write_cassette(own.cwd / "c.yaml", answer(URL, b"hello"))
    words = ("run", "-c", "c.yaml", "--mode", "replay_only", "--allow-idle")
    log, streams = own.cwd / "log", {"stdin": subprocess.PIPE, "stdout": None}
    with log.open("w") as file:
        command = (*words, sys.executable, "-c", LEAVES)
        with own.start(*command, stderr=file, **streams) as process:
            assert process.wait(PATIENCE) == 0
            process.stdin.close()  # what was left ends
    *_, told, summary = lines(log.read_text())
    assert "unused 1" in summary
    assert f"left these running: {sys.executable} -c import sys" in told
    assert "'mitmvcr start'" in told


def test_a_place_for_its_files_that_cannot_be_made_is_told(own: Cli) -> None:
    (own.cwd / "taken").write_text("")
    env = {"MITMVCR_HOME": str(own.cwd / "taken" / "x")}
    done = own("start", "--cassette", "c.yaml", env=env)
    assert done.returncode == OWN_FAILURE
    assert done.stderr == (
        f"mitmvcr: error: {own.cwd}/taken/x: cannot be made: not a directory: let"
        " MITMVCR_HOME name a folder that can be written\n"
    )
