"""Calls that go both ways, message by message: what a client gets that says one thing
after another, of gRPC and of Connect."""

import json
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import current_thread

import pytest
from h2.events import PingAckReceived
from mitmproxy.http import HTTPFlow
from mitmproxy.test import tflow

from mitmvcr.core.chunks import Chunk
from mitmvcr.core.model import Interaction, Request
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.flow.player import SLOW
from mitmvcr.proxy.launch import Proxy
from mitmvcr.secrets.redactor import Redactor
from proxy.http2 import Got, Http2Client, pieces
from proxy.lanes import HOST, Outcome, Play, cassette, interaction, played
from rig import Rig, in_loop

URL = f"https://{HOST}/test.Service/Talk"
PATH = "/test.Service/Talk"
GRPC, CONNECT = "application/grpc", "application/connect+json"
OK = {"Grpc-Status": ["0"]}
END = b"\2\0\0\0\2{}"


def frame(text: str) -> bytes:
    return b"\0" + len(text).to_bytes(4, "big") + text.encode()


def frames(text: str) -> bytes:
    return b"".join(map(frame, text.split()))


def call(asked: str, said: str, turns: str, kind: str = GRPC) -> Interaction:
    made = interaction(
        URL,
        frames(said) + (END if kind == CONNECT else b""),
        method="POST",
        sent=frames(asked),
        headers={"Content-Type": [kind]},
        trailer=OK if kind == GRPC else {},
        content_length=-1,
        turns=tuple(map(int, turns.split())),
    )
    headers = {"Content-Type": [kind]}
    return replace(made, request=replace(made.request, headers=headers))


def left_behind(whole: Interaction) -> Interaction:
    """Return a call as it is recorded whose client left it."""
    response = replace(whole.response, failure="left", trailer={})
    return replace(whole, response=response)


class Talk(Http2Client):
    """One call on a connection of its own, step by step."""

    def __init__(self, proxy: Proxy, kind: str = GRPC) -> None:
        super().__init__(proxy)
        self.stream = self.begin("POST", PATH, ((b"content-type", kind.encode()),))
        self.flush()

    def say(self, *texts: str) -> None:
        """Send all of these at once."""
        for piece in pieces(b"".join(map(frame, texts))):
            self.http2.send_data(self.stream, piece)
        self.flush()

    def hear(self, body: bytes) -> bool:
        """Read until this much has come; return whether it is just that."""
        got = self.got[self.stream]
        while len(got.body) < len(body) and not got.end and self.read():
            pass
        return got.body == body

    def done(self) -> Got:
        self.http2.end_stream(self.stream)
        self.flush()
        return self.answer(self.stream)

    def reset(self) -> None:
        self.http2.reset_stream(self.stream)
        self.flush()

    def ping(self) -> None:
        """See that all that was sent until now was taken."""
        self.http2.ping(b"all done")
        self.flush()
        while PingAckReceived not in self.seen:
            assert self.read()


def answers(
    path: Path, confdir: Path, play: Play, *calls: Interaction, **options: str
) -> Outcome:
    return played(cassette(path / "calls.yaml", *calls), confdir, play, **options)


def test_each_message_releases_what_followed_it(tmp_path: Path, confdir: Path) -> None:
    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        talk.say("a")
        assert talk.hear(frame("x"))
        talk.say("b")
        assert talk.hear(frames("x y z"))
        yield dict(talk.done().trailers)[b"grpc-status"]

    found = answers(tmp_path, confdir, play, call("a b", "x y z", "1 1 2 2 3"))
    assert found.answers == [b"0"]
    assert "replayed 1, missed 0, unused 0" in found.summary


def test_a_stream_of_connect_may_go_both_ways_too(
    tmp_path: Path, confdir: Path
) -> None:
    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy, CONNECT)
        talk.say("1")
        assert talk.hear(frame("10"))
        talk.say("2")
        yield talk.done().body

    recorded = call("1 2", "10 20", "1 1 2 3 3", CONNECT)
    found = answers(tmp_path, confdir, play, recorded)
    assert found.answers == [frames("10 20") + END]
    assert "replayed 1, missed 0, unused 0" in found.summary


@pytest.mark.parametrize("kind", [GRPC, CONNECT])
@pytest.mark.parametrize("first", ["1", "other"])
def test_what_was_not_recorded_ends_the_call(
    tmp_path: Path, confdir: Path, kind: str, first: str
) -> None:
    """Before the answer has begun, and after."""

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy, kind)
        talk.say(first, "none")
        got = talk.answer(talk.stream)
        assert got.end == "all"
        if kind == GRPC:
            told = dict([*got.head, *got.trailers])
            assert told[b"grpc-status"] == b"9"
            yield told[b"grpc-message"]
            return
        before = frame("10") if first == "1" else b""
        assert got.body.startswith(before + b"\2")
        error = json.loads(got.body[len(before) + 5 :])["error"]
        assert error["code"] == "failed_precondition"
        yield error["message"].encode()

    found = answers(tmp_path, confdir, play, call("1 2", "10 20", "1 1 2 3", kind))
    assert f"no match for POST {URL}" in str(found.log)
    assert b"body message" in found.answers[0]
    assert "replayed 0, missed 1, unused 1" in found.summary


def test_what_was_not_said_yet_is_not_told_as_absent(
    tmp_path: Path, confdir: Path
) -> None:
    """It was listed behind what differed, though the call went on."""

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy, CONNECT)
        talk.say("1", '{"n": 3}')
        yield talk.answer(talk.stream).body
        ended = Talk(proxy, CONNECT)
        ended.say("1")
        yield ended.done().body

    recorded = call('1 {"n":2} 3 4', "10 20 30 40", "1 1 2 3 4 4", CONNECT)
    found = answers(tmp_path, confdir, play, recorded)
    assert b"; body message 1.n: 3 was 2; vcr_ignore_json=$.n would" in found.answers[0]
    assert b"; body message 1: absent was present; body message 2" in found.answers[1]


def test_who_leaves_has_used_up_what_its_recording_was_left_after(
    tmp_path: Path, confdir: Path
) -> None:
    left = left_behind(call("a", "x y", "1 1 1 1"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        talk.say("a")
        assert talk.hear(frames("x y"))
        talk.reset()
        yield b""

    found = answers(tmp_path, confdir, play, left)
    assert "replayed 1, missed 0, unused 0" in found.summary
    assert found.log == []


def test_who_leaves_in_the_middle_leaves_it_to_the_next(
    tmp_path: Path, confdir: Path
) -> None:
    def play(proxy: Proxy) -> Iterator[bytes]:
        for ends in (False, True):
            talk = Talk(proxy)
            talk.say("a")
            assert talk.hear(frame("x"))
            if ends:
                talk.say("b")
                yield talk.done().body
            else:
                talk.reset()

    found = answers(tmp_path, confdir, play, call("a b", "x y", "1 1 2 3"))
    assert found.answers == [frames("x y")]
    assert "replayed 1, missed 0, unused 0" in found.summary


def test_two_that_began_alike_change_places(tmp_path: Path, confdir: Path) -> None:
    """The first plays the first recording until it says what the second has."""

    def play(proxy: Proxy) -> Iterator[bytes]:
        talks = Talk(proxy), Talk(proxy)
        for talk in talks:
            talk.say("a")
            assert talk.hear(frame("same"))
        for talk, last in zip(talks, ("c", "b"), strict=True):
            talk.say(last)
            yield talk.done().body

    calls = [call(f"a {x}", f"same {x}{x}", "1 1 2 3") for x in "bc"]
    found = answers(tmp_path, confdir, play, *calls)
    assert found.answers == [frames("same cc"), frames("same bb")]
    assert "replayed 2, missed 0, unused 0" in found.summary


def test_what_breaks_off_breaks_off_again(tmp_path: Path, confdir: Path) -> None:
    whole = call("a", "x", "1 1 1")
    broken = replace(whole, response=replace(whole.response, failure="truncated"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        talk.say("a")
        got = talk.answer(talk.stream)
        yield got.body + got.end.encode()

    found = answers(tmp_path, confdir, play, broken)
    assert found.answers[0].startswith(frame("x") + b"reset")
    assert "replayed 1, missed 0, unused 0" in found.summary


def test_what_cannot_be_sent_ends_the_call_and_fails_the_session(
    tmp_path: Path, confdir: Path
) -> None:
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "def before_replay(interaction, request):\n    raise ValueError(1)\n"
    )

    def play(proxy: Proxy) -> Iterator[bytes]:
        for _ in range(2):
            talk = Talk(proxy)
            talk.say("a")
            got = dict(talk.answer(talk.stream).head)
            yield got[b"grpc-status"] + got[b"grpc-message"]

    path = cassette(tmp_path / "calls.yaml", call("a", "x", "1 1 2"))
    found = played(path, confdir, play, hooks=str(hooks), fails=True)
    for answer in found.answers:
        assert answer.startswith(b"13")
        assert b"before_replay" in answer
    assert "replayed 0, missed 0, unused 1" in found.summary


def test_who_stays_where_its_recording_was_left_may_only_keep_alive(
    tmp_path: Path, confdir: Path
) -> None:
    """It waited for ever for an answer that is not recorded."""
    left = left_behind(call("a b", "x", "0 0 2"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        assert talk.hear(frame("x"))
        talk.say("a", "b", "b", "", "c")
        got = talk.answer(talk.stream)
        yield dict(got.trailers)[b"grpc-message"]

    found = answers(tmp_path, confdir, play, left)
    assert b"body message 2: present was absent" in found.answers[0]
    assert "replayed 1, missed 1, unused 0" in found.summary


def test_who_says_something_else_than_who_left_is_told(
    tmp_path: Path, confdir: Path
) -> None:
    left = left_behind(call("a", "x", "0 0 1"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        assert talk.hear(frame("x"))
        talk.say("b")
        yield dict(talk.answer(talk.stream).trailers)[b"grpc-status"]

    found = answers(tmp_path, confdir, play, left)
    assert found.answers == [b"9"]
    assert "replayed 0, missed 1, unused 1" in found.summary


def slowly(whole: Interaction) -> Interaction:
    """Return a call whose first message comes long after its head."""
    late = (Chunk(0, 3 * 10**9),)
    return replace(whole, response=replace(whole.response, chunks=late))


def paused(proxy: Proxy, says: str = "a") -> Talk:
    """Return a call that has its head, and waits for what follows it."""
    talk = Talk(proxy)
    if says:
        talk.say(says)
    while not talk.got[talk.stream].head and talk.read():
        pass
    return talk


@pytest.mark.parametrize("how", ["resets", "is gone"])
def test_who_leaves_while_a_step_waits_leaves_it_to_the_next(
    tmp_path: Path, confdir: Path, how: str
) -> None:
    """Nothing came back from the pause of a connection that is gone."""

    def play(proxy: Proxy) -> Iterator[bytes]:
        first = paused(proxy)
        if how == "resets":
            first.reset()
            first.ping()
        else:
            first._client.close()
        yield paused(proxy).done().body

    slow = slowly(call("a", "x", "1 1 2"))
    found = answers(tmp_path, confdir, play, slow, latency="1")
    assert found.answers == [frames("x")]
    assert "replayed 1, missed 0, unused 0" in found.summary


@pytest.mark.parametrize("is_left", [False, True])
def test_what_did_not_leave_does_not_count(
    tmp_path: Path, confdir: Path, is_left: bool
) -> None:
    """Its last step counted before it had left."""
    slow = slowly(call("a", "x", "1 1 1"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        first = paused(proxy)
        first.reset()
        first.ping()
        yield from ()

    recorded = left_behind(slow) if is_left else slow
    found = answers(tmp_path, confdir, play, recorded, latency="1")
    assert "replayed 0, missed 0, unused 1" in found.summary


def test_what_is_large_is_compared_and_explained_beside_the_loop(
    tmp_path: Path, confdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[bool] = []
    hide = Redactor.request

    def noted(self: Redactor, request: Request) -> Request:
        if len(request.body) > SLOW:
            threads.append(current_thread().name.startswith("asyncio"))
        return hide(self, request)

    monkeypatch.setattr(Redactor, "request", noted)
    large = "z" * 33_000

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        talk.say(large, "b")
        assert talk.hear(frames("x y"))
        talk.say("c")
        yield dict(talk.answer(talk.stream).trailers)[b"grpc-message"]

    recorded = call(f"{large} b d", "x y", "1 1 2 4")
    found = answers(tmp_path, confdir, play, recorded)
    assert b"body message 2" in found.answers[0]
    # The message, and all that was said; what is shown of a miss comes in steps.
    assert threads[:2] == [True, True]


def test_who_speaks_at_once_is_heard_before_a_head_that_is_another_each_time(
    tmp_path: Path, confdir: Path
) -> None:
    """Calls whose heads had ids of their own could be made in one order only."""

    def named(name: str) -> Interaction:
        made = call(name, name * 2, "0 1 2")
        headers = {**made.response.headers, "X-Id": [name]}
        return replace(made, response=replace(made.response, headers=headers))

    def play(proxy: Proxy) -> Iterator[bytes]:
        talks = {name: Talk(proxy) for name in "ba"}
        for name, talk in talks.items():
            talk.say(name)
            yield dict(talk.done().head)[b"x-id"]
        waiting = paused(proxy, says="")
        yield dict(waiting.got[waiting.stream].head)[b"x-id"]
        waiting.say("c")
        yield waiting.done().body

    calls = map(named, "abcd")
    found = answers(tmp_path, confdir, play, *calls)
    assert found.answers == [b"b", b"a", b"c", frame("cc")]
    assert "replayed 3, missed 0, unused 1" in found.summary


@pytest.mark.parametrize(("ended", "turns"), [(True, ()), (False, (1, 1))])
@in_loop
async def test_an_answer_that_has_a_length_has_its_turn_too(
    tmp_path: Path, ended: bool, turns: tuple[int, ...]
) -> None:
    """A proxy's 503 made a call that goes both ways of any."""
    rig = Rig(vcr_cassette=str(tmp_path / "a.yaml"), vcr_mode="record_only")
    flow = tflow.tflow()
    flow.request.http_version = "HTTP/2.0"
    flow.request.headers["content-type"] = GRPC
    rig.vcr.streams.requestheaders(flow)
    flow.request.stream(frame("a"))
    if ended:
        rig.vcr.request(flow)
    rig.answer(flow, 503)
    (kept,) = rig.session.store.recorded()
    assert (kept.response.code, tuple(kept.response.turns)) == (503, turns)
    assert kept.request.body == frame("a")


def test_a_hook_has_a_say_in_each_message(tmp_path: Path, confdir: Path) -> None:
    """It was not asked, and an answer that it forbids was given."""
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "def match(request, recorded):\n"
        "    if request.body.endswith(b'any'):\n"
        "        return True\n"
        "    return False if request.body.endswith(b'no') else None\n"
    )

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        talk.say("any")
        assert talk.hear(frame("x"))
        talk.say("b", "no")
        yield dict(talk.answer(talk.stream).trailers)[b"grpc-status"]

    recorded = call("a b no", "x y z", "1 1 2 3 4")
    found = answers(tmp_path, confdir, play, recorded, hooks=str(hooks))
    assert found.answers == [b"9"]
    assert "replayed 0, missed 1, unused 1" in found.summary


@pytest.mark.parametrize("path", [PATH, "/test.Service/Other"])
def test_a_hook_answers_what_was_missed(
    tmp_path: Path, confdir: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proxy.test_both_ways.PATH", path)
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "from mitmvcr.core.model import Response\n"
        "def on_miss(request, miss):\n"
        "    kind = {'Content-Type': ['application/grpc']}\n"
        "    return Response(code=200, headers=kind, body=b'\\0\\0\\0\\0\\1!',\n"
        "        trailer={'Grpc-Status': ['0']}, content_length=-1)\n"
    )

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = Talk(proxy)
        talk.say("none")
        got = talk.done()
        yield got.body + dict(got.trailers)[b"grpc-status"]

    recorded = call("a", "x", "1 1 2")
    found = answers(tmp_path, confdir, play, recorded, hooks=str(hooks))
    assert found.answers == [frame("!") + b"0"]


def test_it_is_marked_by_when_others_hear_of_its_answer(
    tmp_path: Path, confdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mitmweb shows a flow as it is in that hook."""
    marks: list[str] = []
    hook = VcrAddon.response

    def noted(self: VcrAddon, flow: HTTPFlow) -> Awaitable[None] | None:
        marks.append(flow.comment)
        return hook(self, flow)

    monkeypatch.setattr(VcrAddon, "response", noted)

    def play(proxy: Proxy) -> Iterator[bytes]:
        for text in "ab":
            talk = Talk(proxy)
            talk.say(text)
            yield talk.done().body

    answers(tmp_path, confdir, play, call("a", "x", "1 1 2"))
    assert marks == ["replayed from calls.yaml #0", "no match"]


def test_who_got_no_more_than_a_head_gets_no_more_and_no_end(
    tmp_path: Path, confdir: Path
) -> None:
    """It ended, without a status, though its client had left a server that was silent;
    and where its origin had broken off, too."""
    silent = left_behind(call("a b", "", "1 2"))
    broken = call("c", "", "1 1")
    failed = replace(broken.response, failure="truncated", trailer={})

    def play(proxy: Proxy) -> Iterator[bytes]:
        talk = paused(proxy)
        talk.say("b")
        talk.ping()
        yield talk.got[talk.stream].end.encode()
        talk.reset()
        yield paused(proxy, says="c").done().end[:5].encode()

    found = answers(tmp_path, confdir, play, silent, replace(broken, response=failed))
    assert found.answers == [b"", b"reset"]
    assert "replayed 2, missed 0, unused 0" in found.summary
