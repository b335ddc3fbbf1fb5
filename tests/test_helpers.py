"""What the tests themselves rely on: waiting, and seeing what they leave behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import leftovers
import warm
from patience import PATIENCE, at_some_pace, read_line, wait_for_port, wait_until


def test_what_is_waited_for_in_vain_is_named_with_what_was_said() -> None:
    def log() -> str:
        return "the log"

    with pytest.raises(AssertionError, match=r"waited 0 s for a sign\nthe log"):
        wait_until("a sign", lambda: False, shown=log, seconds=0)


def test_a_port_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wait_for_port(listener.getsockname()[1])


def test_a_process_that_ends_without_a_word_is_named() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "raise SystemExit(7)"], stdout=subprocess.PIPE
    )
    with process, pytest.raises(AssertionError, match="ended with 7 before it sang"):
        read_line(process, "it sang")


@pytest.mark.parametrize(("passes_at", "tried"), [(1, [1]), (25, [1, 5, 25])])
def test_a_pace_is_slower_each_time(passes_at: int, tried: list[int]) -> None:
    paces: list[float] = []

    def attempt(slower: float) -> None:
        paces.append(slower)
        assert slower == passes_at

    at_some_pace(attempt)
    assert paces == tried


def test_what_passes_at_no_pace_fails() -> None:
    def attempt(slower: float) -> None:
        raise AssertionError(f"at {slower}")

    with pytest.raises(AssertionError, match="at 25"):
        at_some_pace(attempt)


@pytest.mark.skipif(sys.platform != "linux", reason="only there is /proc")
def test_a_process_that_is_left_behind_is_seen() -> None:
    """Also one whose parent has gone."""
    program = (
        "import subprocess; from subprocess import DEVNULL;"
        "print(subprocess.Popen(['sleep', '77'], stdout=DEVNULL).pid)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True
    )
    pid = int(ran.stdout)
    assert f"{pid}: sleep 77 " in leftovers.left_behind()
    subprocess.run(["kill", "-9", str(pid)], check=True)
    wait_until(
        "its end",
        lambda: not [x for x in leftovers.left_behind() if x.startswith(f"{pid}:")],
    )


ENDS = {
    "at its end": ("", 0),
    "with a status": ("raise SystemExit(7)", 7),
    "with a word": ("raise SystemExit('a word')", 1),
    "with an error": ("1 / 0", 1),
    "by a signal": (f"os.kill(os.getpid(), {signal.SIGKILL:d})", -signal.SIGKILL),
    "by Ctrl-C": (f"os.kill(os.getpid(), {signal.SIGINT:d})", -signal.SIGINT),
}
SAYS = """
import atexit, os, sys
said = sys.stdin.read()
print(said, len(os.listdir("/proc/self/fd")) < 9, os.getcwd(), os.environ["GIVEN"])
print(sys.argv, sys.path, __name__, sys.modules["__main__"].said, flush=True)
print("größe", file=sys.stderr)
atexit.register(print, "left")
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("end", ENDS)
def test_a_warm_process_is_as_a_fresh_one(
    tmp_path: Path, end: str, unbuffered: str
) -> None:
    code, status = ENDS[end]
    command = [sys.executable, "-c", f"{SAYS}\n{code}", "a", "b c"]
    environment = {**os.environ, "GIVEN": "é", "PYTHONUNBUFFERED": unbuffered}
    pipe = subprocess.PIPE
    results = []
    for fresh in (True, False):
        with warm.popen(
            command,
            **{"env": environment, "cwd": tmp_path, "fresh": fresh, "text": True},
            **{"stdin": pipe, "stdout": pipe, "stderr": pipe},
        ) as process:
            out, err = process.communicate("asked", PATIENCE)
            told = [line for line in err.splitlines() if "File" not in line]
            results.append((process.returncode, out, told[:1], told[-1:]))
    assert results[0] == results[1]
    assert results[0][0] == status


def test_a_warm_process_is_one_of_its_own() -> None:
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True)"]
    command[-1] += "; time.sleep(99)"
    with warm.popen(command, env=os.environ, stdout=subprocess.PIPE) as process:
        assert int(read_line(process, "its number")) == process.pid != os.getpid()
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.terminate()
        assert process.wait(PATIENCE) == process.poll() == -signal.SIGTERM


def test_what_is_read_at_a_start_needs_one() -> None:
    words = [sys.executable, "-c", ""]
    assert warm.can_be_warm(words, os.environ)
    assert not warm.can_be_warm(words, {**os.environ, "PYTHONPATH": "/elsewhere"})
    assert not warm.can_be_warm(["ip", "netns", *words], os.environ)
    assert not warm.can_be_warm([sys.executable, "-W", "error", "a.py"], os.environ)
