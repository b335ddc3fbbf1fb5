"""Long work leaves the event loop to others: an explanation, and what the first
request of a session needs."""

import asyncio
import time
from collections.abc import Iterator

from mitmproxy.test import tflow

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from mitmvcr.proxy.flow import turns
from mitmvcr.session import Session
from rig import Rig, in_loop

RESPONSE = Response(code=200, status="200 OK", body=b"x")


def write(path, count=3):
    requests = [Request(method="GET", url=f"http://a.test/{n}") for n in range(count)]
    recorded = [Interaction(n, each, RESPONSE) for n, each in enumerate(requests)]
    path.write_bytes(writer.dumps(Cassette(recorded)))
    return str(path)


def strict(tmp_path, **options):
    cassette = write(tmp_path / "a.yaml")
    return Rig(vcr_cassette=cassette, vcr_mode="replay_only", **options)


def asked(rig, url):
    flow = tflow.tflow()
    flow.request.url = url
    flow.request.content = b""
    return flow, rig.vcr.request(flow)


@in_loop
async def test_others_are_answered_while_a_miss_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_TURN", -1.0)  # a turn is over at once
    rig = strict(tmp_path)
    missing, waiting = asked(rig, "http://a.test/none")
    explaining = asyncio.ensure_future(waiting)
    monkeypatch.setattr(turns, "_are_done", _one_step)
    steps = 0
    while missing.response is None:
        await asyncio.sleep(0)
        steps += 1
        if steps == 3:
            found, none = asked(rig, "http://a.test/1")
            assert none is None
            assert found.response.status_code == 200
            assert missing.response is None
    await explaining
    assert missing.response.status_code == 424
    assert "http://a.test/0" in missing.response.text
    assert steps > 5
    assert rig.session.summary().missed == 1


def _one_step(steps):
    return next(steps, StopIteration) is StopIteration


@in_loop
async def test_an_explanation_that_fails_is_answered(tmp_path, monkeypatch):
    def failing(self: Session, request: Request, *_: object) -> Iterator[None]:
        yield
        raise ZeroDivisionError

    rig = strict(tmp_path)
    monkeypatch.setattr(turns, "_are_done", _one_step)
    monkeypatch.setattr(Session, "explaining", failing)
    flow, waiting = asked(rig, "http://a.test/none")
    await waiting
    assert flow.response.status_code == 500
    assert isinstance(rig.session.failure, ZeroDivisionError)


@in_loop
async def test_the_first_miss_imports_what_explains_it_beside_the_loop(
    tmp_path, monkeypatch
):
    rig = strict(tmp_path)
    monkeypatch.setattr(turns, "_NEEDED", "not imported")
    flow, waiting = asked(rig, "http://a.test/none")
    assert flow.response is None
    await waiting
    assert flow.response.status_code == 424


@in_loop
async def test_a_request_waits_until_its_session_is_prepared(tmp_path):
    rig = strict(tmp_path)
    assert not rig.session.is_prepared
    await rig.vcr.connections.requestheaders(tflow.tflow())
    assert rig.session.is_prepared
    assert rig.vcr.connections.requestheaders(tflow.tflow()) is None


@in_loop
async def test_requests_that_wait_for_their_session_go_on_in_their_order(
    tmp_path, monkeypatch
):
    """Equal ones are answered, and recorded, in the order in which they were made."""
    rig, order, calls = strict(tmp_path), [], []
    prepare = Session.prepare

    def slow(session):
        calls.append(session)
        if len(calls) == 1:  # the others would be first
            time.sleep(0.2)
        prepare(session)

    async def ask(number):
        waiting = rig.vcr.connections.requestheaders(tflow.tflow())
        if waiting is not None:
            await waiting
        order.append(number)

    monkeypatch.setattr(Session, "prepare", slow)
    asking = [asyncio.ensure_future(ask(number)) for number in range(4)]
    while not rig.session.is_prepared:
        await asyncio.sleep(0)
    await asyncio.gather(*asking, ask(4))
    assert order == [0, 1, 2, 3, 4]
    assert len(calls) == 1


@in_loop
async def test_a_request_that_can_have_no_session_waits_for_none(tmp_path, monkeypatch):
    rig = strict(tmp_path)
    monkeypatch.setattr(rig.vcr.sessions, "of", lambda _: 1 / 0)
    assert rig.vcr.connections.requestheaders(tflow.tflow()) is None
    flow, waiting = asked(rig, "http://a.test/1")
    assert waiting is None
    assert flow.response.status_code == 400


@in_loop
async def test_a_session_that_cannot_be_prepared_is_so_for_its_requests(
    tmp_path, monkeypatch
):
    rig = strict(tmp_path)
    monkeypatch.setattr(Session, "prepare", lambda _: 1 / 0)
    await rig.vcr.connections.requestheaders(tflow.tflow())
    assert not rig.session.is_prepared
    monkeypatch.setattr(rig.session, "plan", lambda _: 1 / 0)
    flow, _ = asked(rig, "http://a.test/1")
    assert flow.response.status_code == 500
    assert "ZeroDivisionError" in flow.response.headers["x-vcr-error"]


@in_loop
async def test_what_a_hook_may_be_given_is_read_ahead(tmp_path, monkeypatch):
    hooks = tmp_path / "hooks.py"
    hooks.write_text("def match(request, recorded):\n    return None\n")
    read = []
    rig = strict(tmp_path, vcr_hooks=str(hooks))
    monkeypatch.setattr(rig.session.deck, "request", read.append)
    await rig.vcr.connections.requestheaders(tflow.tflow())
    while len(read) < 3:
        await asyncio.sleep(0)
    assert read == [0, 1, 2]
    while turns._reading:
        await asyncio.sleep(0)


def many(tmp_path, **options):
    """Return a rig with many interactions of one URL, of which few are read at once."""
    recorded = [
        Interaction(n, Request("POST", "http://a.test/", body=b"%d" % n), RESPONSE)
        for n in range(20)
    ]
    path = tmp_path / "many.yaml"
    path.write_bytes(writer.dumps(Cassette(recorded)))
    rig = Rig(vcr_cassette=str(path), vcr_mode="replay_only", **options)
    rig.session.deck.most_read = 2
    return rig


def posted(rig, body):
    flow = tflow.tflow()
    flow.request.method = "POST"
    flow.request.headers.clear()
    flow.request.url = "http://a.test/"
    flow.request.content = body
    return flow, rig.vcr.request(flow)


@in_loop
async def test_what_has_to_be_read_first_is_read_in_turns(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_TURN", -1.0)  # a turn is over at once
    rig = many(tmp_path)
    monkeypatch.setattr(turns, "_are_done", _one_step)
    last, waiting = posted(rig, b"19")
    assert last.response is None
    reading = asyncio.ensure_future(waiting)
    for _ in range(5):
        await asyncio.sleep(0)
    first, none = posted(rig, b"0")
    assert none is None
    assert first.response.status_code == 200
    assert last.response is None
    await reading
    assert last.response.status_code == 200
    missing, waiting = posted(rig, b"x")
    await waiting
    assert missing.response.status_code == 424
    assert rig.session.summary().missed == 1


@in_loop
async def test_what_turns_out_to_be_ever_more_is_read_at_once(tmp_path, monkeypatch):
    rig = many(tmp_path)
    tries = []

    async def go_on(steps):
        tries.append(next(steps))

    monkeypatch.setattr(turns, "_go_on", go_on)
    last, waiting = posted(rig, b"19")
    await waiting
    assert last.response.status_code == 200
    assert len(tries) == 3


@in_loop
async def test_what_a_hook_fails_on_in_a_turn_is_answered(tmp_path):
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "def match(request, recorded):\n    return recorded.body == b'5'\n"
    )
    rig = many(tmp_path, vcr_hooks=str(hooks))
    flow, waiting = posted(rig, b"x")
    await waiting
    assert flow.response.status_code == 200
    hooks.write_text("def match(request, recorded):\n    1 / (recorded.body != b'5')\n")
    rig = many(tmp_path, vcr_hooks=str(hooks))
    flow, waiting = posted(rig, b"x")
    await waiting
    assert flow.response.status_code == 500
    assert "ZeroDivisionError" in flow.response.headers["x-vcr-error"]
