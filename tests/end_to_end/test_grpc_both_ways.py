"""gRPC calls that go both ways, by a real grpcio client: recorded, replayed offline in
lock-step."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.clients import CLIENT_PYTHON
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.serving import serving
from end_to_end.watch import Spy
from patience import PATIENCE

HERE = Path(__file__).resolve().parent
Steps = list[list[object]]


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    with server() as port:
        yield f"localhost:{port}"


def server() -> AbstractContextManager[int]:
    script = HERE / "grpc_talk_server.py"
    return serving(CLIENT_PYTHON, script, environment=clean_environment())


def talk(proxy: Proxy, target: str, *calls: Steps) -> list[dict[str, object]]:
    done = subprocess.run(
        [CLIENT_PYTHON, HERE / "grpc_talk_client.py", target],
        env=clean_environment(http_proxy=proxy.url, https_proxy=proxy.url),
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    return [json.loads(line) for line in done.stdout.splitlines()]


def says(*texts: str, end: str = "done", metadata: str = "") -> Steps:
    """Return the steps of a call that says these, each when it has all answers to the
    one before."""
    steps: Steps = [["with", metadata, "1"]] if metadata else []
    for text in texts:
        steps += [["say", text], ["hear", int(text.partition(":")[0])]]
    return [*steps, [end], ["end"]]


@pytest.fixture
def play(
    mitmdump: Callable[..., Proxy], target: str, tmp_path: Path
) -> Callable[..., list[dict[str, object]]]:
    """Make calls in a mode of one cassette; what the proxy sums up stands last."""

    def play(mode: str, *calls: Steps, **options: object) -> list[dict[str, object]]:
        cassette = tmp_path / "talk.yaml"
        proxy = mitmdump(cassette, mode, **options).wait_until_listening()
        heard = talk(proxy, target, *calls)
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
        (summary,) = [line for line in proxy.log.splitlines() if ", mode " in line]
        return [*heard, {"summary": summary.rpartition(": ")[2]}]

    return play


def turns(folder: Path) -> list[str]:
    items = cassettes.read(folder / "talk.yaml")
    return [item["response"].get("turns", "") for item in items]


CALLS = {
    "one after another": says("1:a", "2:b"),
    "greeted": [["with", "x-greet", "1"], ["hear", 1], *says("1:g")],
    "a head first": [["with", "x-head", "1"], ["head"], *says("1:h")],
    "compressed": says("1:" + "z" * 300, metadata="x-gzip"),
    "failed": [["say", "1:f"], ["hear", 1], ["say", "fail"], ["end"]],
    "stopped": [["say", "1:s"], ["hear", 1], ["say", "stop"], ["end"]],
    "refused": [["with", "x-refuse", "1"], ["say", "1:r"], ["end"]],
    "left": [["say", "2:w"], ["hear", 2], ["leave"]],
    "all at once": [*([["say", "1:q"]] * 5), ["hear", 5], ["done"], ["end"]],
    "large": says("1:" + "x" * 300_000, "1:" + "y" * 100_000),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_is_answered_offline_as_it_was(
    play: Callable[..., list[dict[str, object]]], tmp_path: Path, name: str
) -> None:
    *recorded, summary = play("record_only", CALLS[name])
    assert summary["summary"].startswith("recorded 1, "), summary  # type: ignore[attr-defined]
    assert any(turns(tmp_path))
    spy = Spy(tmp_path)
    *replayed, summary = play("replay_only", CALLS[name], spy=spy)
    assert replayed == recorded
    assert summary == {"summary": "recorded 0, replayed 1, missed 0, unused 0"}
    assert spy.attempts() == []


def test_calls_that_go_on_at_once_are_told_apart_by_what_they_say(
    play: Callable[..., list[dict[str, object]]],
) -> None:
    calls = [says(f"1:{name}", f"2:{name}b", "1:c") for name in "abcdefgh"]
    *recorded, _ = play("record_only", *calls)
    *replayed, summary = play("replay_only", *reversed(calls))
    assert replayed == recorded[::-1]
    assert summary == {"summary": "recorded 0, replayed 8, missed 0, unused 0"}


def test_of_calls_that_begin_alike_each_gets_its_own_answers(
    play: Callable[..., list[dict[str, object]]],
) -> None:
    """Nobody is answered before it says what only one recording has."""
    calls = [says("0:same", "0:still", f"1:{name}") for name in "abcd"]
    *recorded, _ = play("record_only", *calls)
    *replayed, summary = play("replay_only", *reversed(calls))
    assert replayed == recorded[::-1]
    assert summary == {"summary": "recorded 0, replayed 4, missed 0, unused 0"}


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        (says("1:a", "2:other"), 'body message 1 at byte 2: "2:other" was "2:b"'),
        (says("1:a"), "body message 1: absent was present"),
        (says("1:a", "2:b", "1:more"), "body message 2: present was absent"),
    ],
)
def test_what_was_not_said_is_a_miss(
    play: Callable[..., list[dict[str, object]]], calls: Steps, told: str
) -> None:
    """What was answered before that was right, and stays unused."""
    recorded, _ = play("record_only", says("1:a", "2:b"))
    missed, summary = play("replay_only", calls)
    code, details, _ = missed["status"]  # type: ignore[misc]
    assert code == "FAILED_PRECONDITION"
    assert told in details
    heard = missed["heard"]
    assert heard == recorded["heard"][: len(heard)]  # type: ignore[arg-type, index]
    assert summary == {"summary": "recorded 0, replayed 0, missed 1, unused 1"}


def test_what_is_said_first_lets_a_new_call_go_on_to_its_origin(
    play: Callable[..., list[dict[str, object]]], tmp_path: Path
) -> None:
    mode = "replay_with_new_episodes"
    old, _ = play("record_only", says("1:a", "2:b"))
    again, new, summary = play(mode, says("1:a", "2:b"), says("2:new", "1:b"))
    assert again == old
    assert summary == {"summary": "recorded 1, replayed 1, missed 0, unused 0"}
    assert turns(tmp_path) == ["1 1 2 2 3", "1 1 1 2 3"]
    *replayed, _ = play("replay_only", says("2:new", "1:b"), says("1:a", "2:b"))
    assert replayed == [new, old]


def test_the_last_answers_again_where_that_is_allowed(
    play: Callable[..., list[dict[str, object]]],
) -> None:
    call = says("1:a", "2:b")
    recorded, _ = play("record_only", call)
    for repeats in ("yes", "last"):
        *replayed, summary = play("replay_only", call, call, vcr_allow_repeats=repeats)
        assert replayed == [recorded, recorded]
        assert "replayed 2, missed 0" in str(summary)


def test_who_leaves_before_the_end_has_used_nothing_up(
    play: Callable[..., list[dict[str, object]]],
) -> None:
    play("record_only", says("1:a", "2:b"))
    leaves: Steps = [["say", "1:a"], ["hear", 1], ["leave"]]
    _, summary = play("replay_only", leaves)
    assert summary == {"summary": "recorded 0, replayed 0, missed 0, unused 1"}


def test_messages_come_at_their_times(
    play: Callable[..., list[dict[str, object]]],
) -> None:
    call = says("1:a", "1:b")
    recorded, _ = play("record_only", call, vcr_record_chunks="yes")
    started = time.monotonic()
    replayed, _ = play("replay_only", call, vcr_latency="50")
    assert replayed == recorded
    assert time.monotonic() - started > 0.05
