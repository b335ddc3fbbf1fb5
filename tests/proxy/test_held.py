"""Which later request a stream is recorded to have waited for, and how long a replay
holds it for that."""

from types import SimpleNamespace

import pytest
from mitmproxy import http

from mitmvcr.core.holds import Holds
from mitmvcr.core.model import Request
from mitmvcr.proxy import recording, replay
from rig import Rig, in_loop


@pytest.mark.parametrize(("at_once", "until"), [(0, "GET /path"), (1 << 60, "")])
@in_loop
async def test_an_end_right_behind_the_last_event_waited_for_nobody(
    tmp_path, monkeypatch, at_once, until
):
    """A request may have been sent at the same time. Found by a model of random
    sessions."""
    monkeypatch.setattr(recording, "_AT_ONCE", at_once)
    rig = Rig(vcr_cassette=str(tmp_path / "a.yaml"), vcr_mode="record_only")
    flow = rig.ask()
    flow.response = http.Response.make(
        200, b"", {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}
    )
    rig.vcr.responseheaders(flow)
    flow.response.stream(b"data: 1\n\n")
    flow.response.content = None
    rig.answer(rig.ask())
    rig.vcr.response(flow)
    streams = [
        each.response
        for each in rig.session.store.recorded()
        if each.response.body.startswith(b"data")
    ]
    assert [each.until for each in streams] == [until]


def test_a_session_that_asks_for_nothing_waits_half_a_minute(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(replay.time, "monotonic", lambda: now[0])
    awaited = Request(method="GET", url="http://a.test/later")
    deck = SimpleNamespace(still_asked=lambda _: [awaited])
    session = SimpleNamespace(holds=Holds(), deck=deck)
    waits = replay._until(session, "GET /later")
    now[0] = 29
    assert waits()
    session.holds.met(Request(method="GET", url="http://a.test/other"))
    assert waits()
    now[0] = 58
    assert waits()
    now[0] = 60
    assert not waits()
