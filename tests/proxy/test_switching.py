"""A flow obeys the settings of the session that it began in, whatever is chosen while
it is under way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mitmproxy import flow, http
from mitmproxy.test import tflow

from mitmvcr.core.errors import OptionError
from mitmvcr.core.model import Interaction
from mitmvcr.format import reader
from rig import URL, Rig, in_loop


def switch(rig: Rig, cassette: Path, **options: str) -> None:
    """Choose another cassette, and other settings with it."""
    rig.options.update(vcr_cassette=str(cassette), **options)


def loaded(path: Path) -> tuple[Interaction, ...]:
    return tuple(reader.load(path).interactions)


def break_off(rig: Rig, began: http.HTTPFlow) -> None:
    began.error = flow.Error("server closed connection")
    rig.vcr.error(began)


def stream(rig: Rig, began: http.HTTPFlow, *chunks: bytes) -> None:
    """Let an answer stream by, up to its last chunk."""
    headers = {"Content-Type": "text/event-stream"}
    began.response = http.Response.make(200, b"", headers)
    del began.response.headers["content-length"]
    began.response.content = None
    rig.vcr.responseheaders(began)
    assert callable(began.response.stream)
    for chunk in chunks:
        began.response.stream(chunk)


def fail(rig: Rig, began: http.HTTPFlow) -> None:
    break_off(rig, began)


def cut_short(rig: Rig, began: http.HTTPFlow) -> None:
    began.response = http.Response.make(200, b"12345")
    rig.vcr.responseheaders(began)
    if callable(began.response.stream):
        began.response.stream(b"123")
    began.response.content = None
    break_off(rig, began)


def leave(rig: Rig, began: http.HTTPFlow) -> None:
    stream(rig, began, b"data: 1\n\n")
    began.client_conn.timestamp_end = 1.0
    began.client_conn.state = type(began.client_conn.state)(0)
    break_off(rig, began)


def in_chunks(rig: Rig, began: http.HTTPFlow) -> None:
    stream(rig, began, b"data: 1\n\n", b"data: 2\n\n", b"")
    rig.vcr.response(began)


def upgrade(rig: Rig, began: http.HTTPFlow) -> None:
    made = tflow.twebsocketflow()
    began.response, began.websocket = made.response, made.websocket
    rig.vcr.responseheaders(began)
    rig.vcr.response(began)
    rig.vcr.streams.websocket_end(began)


def failures(path: Path) -> list[str]:
    return [each.response.failure for each in loaded(path)]


def chunked(path: Path) -> list[bool]:
    return [bool(each.response.chunks) for each in loaded(path)]


def sockets(path: Path) -> list[bool]:
    return [bool(each.response.websocket) for each in loaded(path)]


Ending = Callable[[Rig, http.HTTPFlow], None]
CASES = [
    ("record_errors", "yes", "no", fail, failures, ["reset"]),
    ("record_errors", "no", "yes", fail, failures, None),
    ("record_errors", "yes", "no", cut_short, failures, ["truncated"]),
    ("record_errors", "no", "yes", cut_short, failures, None),
    ("partial", "keep", "drop", leave, failures, ["left"]),
    ("partial", "drop", "keep", leave, failures, None),
    ("record_chunks", "yes", "no", in_chunks, chunked, [True]),
    ("record_chunks", "no", "yes", in_chunks, chunked, [False]),
    ("websocket", "yes", "no", upgrade, sockets, [True]),
    ("websocket", "no", "yes", upgrade, sockets, None),
]


@pytest.mark.parametrize(("name", "its", "other", "end", "look", "expected"), CASES)
@pytest.mark.parametrize("how", ["switched", "ejected", "kept"])
@in_loop
def test_a_flow_obeys_the_settings_that_it_began_under(
    tmp_path: Path,
    name: str,
    its: str,
    other: str,
    end: Ending,
    look: Callable[[Path], list[object]],
    expected: list[object] | None,
    how: str,
) -> None:
    option = f"vcr_{name}"
    rig = Rig(vcr_cassette=str(tmp_path / "a"), **{option: its})
    began = rig.ask()
    if how == "ejected":
        rig.options.update(vcr_cassette="", **{option: other})
    elif how == "switched":
        switch(rig, tmp_path / "b", **{option: other})
    else:  # the same cassette is recorded on, by another session
        rig.options.update(**{option: other})
    end(rig, began)
    rig.vcr.done()
    path = tmp_path / "a.yaml"
    assert (look(path) if path.exists() else None) == expected
    assert not (tmp_path / "b.yaml").exists()


@in_loop
def test_a_large_answer_spools_as_its_own_session_says(tmp_path: Path) -> None:
    """A spool of 5 bytes lets it stream; mitmproxy would hold it otherwise."""
    rig = Rig(vcr_cassette=str(tmp_path / "a"), vcr_spool="5")
    began = rig.ask()
    switch(rig, tmp_path / "b", vcr_spool="1m")
    began.response = http.Response.make(200, b"123456")
    rig.vcr.responseheaders(began)
    assert callable(began.response.stream)
    rig.vcr.response(began)
    rig.vcr.done()


@in_loop
def test_a_body_is_held_for_who_records_it_until_its_last_flow_has_ended(
    tmp_path: Path,
) -> None:
    """mitmproxy would let it pass, and nothing of it could be recorded."""
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    rig.options.update(stream_large_bodies="3")
    assert rig.options.stream_large_bodies is None
    began = rig.ask()
    rig.options.update(vcr_cassette="")
    assert rig.options.stream_large_bodies is None
    rig.answer(began)
    assert rig.options.stream_large_bodies == "3"
    assert [each.response.body for each in loaded(tmp_path / "a.yaml")] == [b"live"]


@in_loop
def test_a_redirect_is_followed_in_the_session_that_saw_it(tmp_path: Path) -> None:
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    began = rig.ask()
    switch(rig, tmp_path / "b")
    location = {"Location": "http://address:22/next"}
    began.response = http.Response.make(302, b"", location)
    rig.vcr.responseheaders(began)
    rig.vcr.response(began)
    follow_up = tflow.tflow()
    follow_up.request.path = "/next"
    follow_up.request.headers["Referer"] = URL
    rig.vcr.request(follow_up)
    rig.answer(follow_up)
    rig.vcr.done()
    (followed,) = loaded(tmp_path / "b.yaml")
    assert followed.request.proto == "HTTP/1.1"  # nobody was sent there in this one


@in_loop
def test_a_redirect_is_known_where_its_cassette_is_recorded_on(tmp_path: Path) -> None:
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    began = rig.ask()
    rig.options.update(vcr_latency="1")
    location = {"Location": "http://address:22/next"}
    began.response = http.Response.make(302, b"", location)
    rig.vcr.responseheaders(began)
    rig.vcr.response(began)
    follow_up = tflow.tflow()
    follow_up.request.path = "/next"
    follow_up.request.headers["Referer"] = URL
    rig.vcr.request(follow_up)
    rig.answer(follow_up)
    rig.vcr.done()
    _, followed = loaded(tmp_path / "a.yaml")
    assert followed.request.proto == ""  # as go-vcr records it


@in_loop
def test_a_view_stays_where_the_cassette_does(tmp_path: Path) -> None:
    rig = Rig(vcr_cassette=str(tmp_path / "a"), vcr_view="wire")
    began, same = rig.ask(), rig.ask()
    rig.answer(same)
    rig.options.update(vcr_view="go")
    rig.answer(began)
    rig.vcr.done()
    first, second = loaded(tmp_path / "a.yaml")
    assert first.response.headers == second.response.headers
    assert first.response.proto == second.response.proto


@in_loop
def test_a_view_is_that_of_the_session_a_flow_began_in(tmp_path: Path) -> None:
    rig = Rig(vcr_cassette=str(tmp_path / "a"), vcr_view="wire")
    began = rig.ask()
    switch(rig, tmp_path / "b", vcr_view="go")
    rig.answer(began)
    rig.answer(rig.ask())
    rig.vcr.done()
    (wire,), (go,) = loaded(tmp_path / "a.yaml"), loaded(tmp_path / "b.yaml")
    assert wire.request.headers != go.request.headers


@in_loop
def test_what_was_let_through_is_counted_where_it_was(tmp_path: Path) -> None:
    rig = Rig(vcr_cassette=str(tmp_path / "a"), vcr_passthrough=["~u /path"])
    passing = rig.ask()
    switch(rig, tmp_path / "b")
    rig.answer(passing)
    rig.vcr.done()
    assert not (tmp_path / "a.yaml").exists()
    assert not (tmp_path / "b.yaml").exists()


@in_loop
def test_the_network_obeys_what_is_in_play_now(tmp_path: Path) -> None:
    """What began under a recording opens no socket once a replay is chosen."""
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    rig.answer(rig.ask())
    began = rig.ask(b"other")
    assert rig.connect(began, "address", 22) is None
    rig.options.update(vcr_mode="replay_only")
    assert rig.connect(began, "address", 22)


@in_loop
def test_mitmproxys_own_options_do_not_flicker_between_two_replays(
    tmp_path: Path,
) -> None:
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    rig.answer(rig.ask())
    rig.options.update(vcr_mode="replay_only", connection_strategy="eager")
    seen: list[str] = []
    rig.options.changed.connect(note := lambda updated: seen.extend(updated))
    rig.options.update(vcr_latency="0.5")
    assert seen == ["vcr_latency"]
    assert rig.options.connection_strategy == "lazy"
    del note


def refused(rig: Rig, broken: Path) -> None:
    """Choose hooks that cannot be loaded for the session that is in play."""
    broken.write_text("raise SystemExit\n")
    player = rig.vcr.sessions.named()
    assert player is not None
    with pytest.raises(OptionError):
        rig.vcr.sessions.use(player.settings._replace(hooks=broken))
    assert rig.vcr.sessions.named() is player


@in_loop
def test_a_replay_with_marks_stays_offline_where_a_change_is_refused(
    tmp_path: Path,
) -> None:
    """What is marked is dropped before the change is looked at."""
    cassette = tmp_path / "chat.yaml"
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="record_only")
    for body in (b"one", b"two"):
        rig.answer(rig.ask(body))
    rig.vcr.done()
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    player = rig.vcr.sessions.named()
    assert player is not None
    player.dropped.add(0)
    refused(rig, tmp_path / "hooks.py")
    assert [each.request.body for each in loaded(cassette)] == [b"two"]
    assert rig.ask(b"two").response is not None
    missed = rig.ask(b"three")
    assert missed.response is not None
    assert missed.response.status_code == 424
    assert rig.connect(missed, "address", 22)
    rig.vcr.done()
    assert player.session.failure is None


@pytest.mark.parametrize("mode", ["record_once", "record_only"])
@in_loop
def test_a_recording_goes_on_where_a_change_is_refused(
    tmp_path: Path, mode: str
) -> None:
    cassette = tmp_path / "chat.yaml"
    rig = Rig(vcr_cassette=str(cassette), vcr_mode=mode)
    rig.answer(rig.ask(b"one"))
    refused(rig, tmp_path / "hooks.py")
    rig.answer(rig.ask(b"two"))
    refused(rig, tmp_path / "hooks.py")
    rig.answer(rig.ask(b"three"))
    rig.vcr.done()
    bodies = [each.request.body for each in loaded(cassette)]
    assert bodies == [b"one", b"two", b"three"]


@pytest.mark.parametrize(("method", "until"), [("DELETE", "DELETE /path"), ("GET", "")])
@in_loop
def test_a_stream_may_be_over_before_it_has_begun(
    tmp_path: Path, method: str, until: str
) -> None:
    """The DELETE that ends it came before the head of its answer."""
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    listening = rig.ask(b"")
    later = tflow.tflow()
    later.request.method = method
    rig.vcr.request(later)
    stream(rig, listening, b"")
    rig.vcr.response(listening)
    rig.answer(later)
    rig.vcr.done()
    assert loaded(tmp_path / "a.yaml")[0].response.until == until
