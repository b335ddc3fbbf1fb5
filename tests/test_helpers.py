"""What the tests themselves rely on: waiting, and seeing what they leave behind."""

import socket
import subprocess
import sys

import pytest

import leftovers
from patience import at_some_pace, read_line, wait_for_port, wait_until


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
