"""What takes its time to look through is looked through in a thread, and in turn."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.flow import Error
from mitmproxy.test import tflow

from mitmvcr.core.model import Interaction
from mitmvcr.format import reader
from mitmvcr.proxy.flow.player import SLOW
from patience import PATIENCE
from rig import Rig

SECRET = b'{"password":"x9y8z7w6-%d","rest":"' + b"-" * (SLOW + 1) + b'"}'


def large(number: int = 0) -> http.Response:
    return http.Response.make(200, SECRET % number)


def kept(path: Path) -> list[bytes]:
    return [each.response.body[:40] for each in reader.load(path).interactions]


def test_answers_are_recorded_in_the_order_in_which_they_ended(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        flows = [rig.ask(b"%d" % number) for number in range(4)]
        goes_on, redactor = threading.Event(), rig.session.redactor
        plain = redactor.with_known

        def interaction(met: Interaction) -> Interaction:
            assert goes_on.wait(PATIENCE)
            return plain(met)

        redactor.with_known = interaction  # type: ignore[method-assign]
        flows[0].response, flows[2].response = large(0), large(2)
        waiting = []
        for flow in flows[:3]:
            flow.response = flow.response or http.Response.make(200, b"small")
            each = rig.vcr.response(flow)
            assert each is not None, "a small one waits for its turn too"
            waiting.append(asyncio.ensure_future(each))
            await asyncio.sleep(0)
        assert len(rig.vcr.sessions.recordings()) == 4  # under way till it is written
        goes_on.set()
        await asyncio.gather(*waiting)
        rig.answer(flows[3])
        rig.vcr.done()

    asyncio.run(main())
    start = b'{"password":"[REDACTED:password]","rest"'
    assert kept(tmp_path / "a.yaml") == [start, b"small", start, b"live"]


LONG_HEAD = http.Response.make(200, b"", {"x-long": "-" * (SLOW + 1)})


@pytest.mark.parametrize("answer", [large(), LONG_HEAD], ids=["body", "head"])
def test_it_is_looked_through_in_a_thread(
    answer: http.Response, tmp_path: Path
) -> None:
    threads: set[threading.Thread] = set()

    async def main() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        redactor = rig.session.redactor
        plain = redactor.with_known

        def interaction(met: object) -> object:
            threads.add(threading.current_thread())
            return plain(met)  # type: ignore[arg-type]

        redactor.with_known = interaction  # type: ignore[assignment, method-assign]
        flow = rig.ask()
        flow.response = answer
        waiting = rig.vcr.response(flow)
        assert waiting is not None
        await waiting
        rig.vcr.done()

    asyncio.run(main())
    assert threads
    assert threading.main_thread() not in threads


def test_a_failure_in_the_thread_is_said(tmp_path: Path, caplog) -> None:
    async def main() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        flow = rig.ask()
        flow.response = large()
        rig.session.redactor.with_known = lambda _: 1 / 0  # type: ignore[assignment, method-assign, return-value]
        waiting = rig.vcr.response(flow)
        assert waiting is not None
        await waiting
        assert "is not recorded: ZeroDivisionError" in caplog.text
        assert rig.session.failure is not None
        rig.vcr.done()

    asyncio.run(main())
    assert not (tmp_path / "a.yaml").exists()


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
def test_the_end_waits_for_it_however_long_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog, kind: str
) -> None:
    """It is our own work. A stream of 4 MiB had been taken for one that was left."""
    monkeypatch.setattr("mitmvcr.proxy.host.exit.DRAIN_SECONDS", 0.05)

    async def main() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        plain = rig.session.redactor.with_known

        def slowly(met: object) -> object:
            time.sleep(0.5)
            return plain(met)  # type: ignore[arg-type]

        rig.session.redactor.with_known = slowly  # type: ignore[assignment, method-assign]
        flow = rig.ask()
        flow.response = large()
        flow.response.headers["content-type"] = kind
        rig.vcr.responseheaders(flow)
        if callable(flow.response.stream):
            content, flow.response.content = flow.response.content, None
            flow.response.stream(content)
            flow.response.stream(b"")
        waiting = asyncio.ensure_future(rig.vcr.response(flow))
        await asyncio.sleep(0)
        rig.context.master.should_exit.set()
        await rig.vcr.done()
        await waiting

    asyncio.run(main())
    (item,) = reader.load(tmp_path / "a.yaml").interactions
    assert item.response.failure == ""
    assert caplog.text.count("\n") == caplog.text.count("INFO")


def test_the_end_waits_for_nobody_who_goes_on_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mitmvcr.proxy.host.exit.DRAIN_SECONDS", 0.05)
    asked = 40

    async def main() -> int:
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        plain = rig.session.redactor.with_known

        def slowly(met: object) -> object:
            time.sleep(0.05)
            return plain(met)  # type: ignore[arg-type]

        rig.session.redactor.with_known = slowly  # type: ignore[assignment, method-assign]
        behind: list[asyncio.Future[None]] = []

        async def go_on_asking() -> None:
            for _ in range(asked):
                flow = rig.ask()
                flow.response = large()
                behind.append(asyncio.ensure_future(rig.vcr.response(flow)))
                await asyncio.sleep(0.04)

        asking = asyncio.ensure_future(go_on_asking())
        await asyncio.sleep(0.1)
        rig.context.master.should_exit.set()
        await rig.vcr.done()
        recorded = len(reader.load(tmp_path / "a.yaml").interactions)
        asking.cancel()
        await asyncio.gather(asking, *behind, return_exceptions=True)
        return recorded

    assert 0 < asyncio.run(main()) < asked


def test_a_session_that_follows_meanwhile_gets_it_redacted(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        flow = rig.ask()
        flow.response = large()
        waiting = rig.vcr.response(flow)
        assert waiting is not None
        rig.vcr.commands.use_cassette(str(tmp_path / "b"))
        rig.vcr.commands.use_mode("new_episodes")
        rig.vcr.commands.use_cassette(str(tmp_path / "a"))
        await waiting
        rig.vcr.done()

    asyncio.run(main())
    assert kept(tmp_path / "a.yaml") == [b'{"password":"[REDACTED:password]","rest"']


def test_a_large_request_is_looked_up_in_a_thread(tmp_path: Path) -> None:
    async def look_up(rig: Rig, number: int) -> http.HTTPFlow:
        flow = tflow.tflow()
        flow.request.content = SECRET % number
        waiting = rig.vcr.request(flow)
        assert waiting is not None
        await waiting
        return flow

    async def main() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "a"), vcr_mode="new_episodes")
        flow = await look_up(rig, 0)
        assert flow.response is None
        flow.response = http.Response.make(200, b"live")
        waiting = rig.vcr.response(flow)
        assert waiting is not None
        await waiting
        rig.vcr.done()
        rig = Rig(vcr_cassette=str(tmp_path / "a"), vcr_mode="replay")
        flow = await look_up(rig, 1)
        assert flow.response is not None
        assert flow.response.content == b"live"
        rig.vcr.response(flow)
        rig.session.redactor.request = lambda _: 1 / 0  # type: ignore[assignment, method-assign, return-value]
        flow = await look_up(rig, 2)
        assert flow.response is not None
        assert flow.response.status_code >= 500  # it fails closed
        rig.vcr.done()

    asyncio.run(main())
    assert b"x9y8z7w6" not in (tmp_path / "a.yaml").read_bytes()


def test_what_broke_off_is_looked_through_in_a_thread_too(
    tmp_path: Path, caplog
) -> None:
    async def main() -> None:
        rig = Rig(vcr_cassette=str(tmp_path / "a"), vcr_record_errors="true")
        for fails in (False, True):
            flow = rig.ask(SECRET % 1)
            flow.error = Error("Connection refused")
            if fails:
                rig.session.redactor.with_known = lambda _: 1 / 0  # type: ignore[assignment, method-assign, return-value]
            waiting = rig.vcr.error(flow)
            assert waiting is not None
            task = asyncio.ensure_future(waiting)
            await asyncio.sleep(0)
            assert rig.vcr.sessions.are_busy()
            await task
            assert not rig.vcr.sessions.are_busy()
        assert "is not recorded: ZeroDivisionError" in caplog.text
        rig.vcr.done()

    asyncio.run(main())
    (item,) = reader.load(tmp_path / "a.yaml").interactions
    assert item.response.failure
    assert item.request.body.startswith(b'{"password":"[REDACTED:password]","rest"')
