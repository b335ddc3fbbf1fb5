"""The hooks, driven one by one; whole processes are in ``end_to_end``."""

import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from mitmproxy import exceptions, http
from mitmproxy.proxy.layers import http as http_layers
from mitmproxy.proxy.server_hooks import ServerConnectHook, ServerConnectionHookData
from mitmproxy.test import taddons, tflow

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.proxy import host
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.flow import responses as answers
from mitmvcr.values import Values
from rig import URL, Rig, in_loop


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    """One interaction, which answers what ``Rig.ask`` asks."""
    path = tmp_path / "one.yaml"
    request = Request(method="GET", url=URL, body=b"content")
    response = Response(
        code=200, status="200 OK", body=b"recorded", proto="HTTP/2.0", proto_major=2
    )
    path.write_bytes(writer.dumps(Cassette([Interaction(0, request, response)])))
    return path


@in_loop
def test_a_match_is_answered_from_the_cassette_once(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    flow = rig.ask()
    assert flow.response.content == b"recorded"
    rig.answer(flow)
    assert rig.session.summary().replayed == 1
    second = rig.ask()
    assert second.response.status_code == 424
    assert second.response.headers["x-vcr-miss"] == "1"
    assert "used up" in second.response.headers["x-vcr-miss-reason"]


@in_loop
def test_a_client_that_broke_off_gets_it_again(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    flow = rig.ask()
    rig.vcr.error(flow)
    assert rig.session.summary().replayed == 0
    assert rig.ask().response.content == b"recorded"


@in_loop
def test_what_is_answered_already_is_left_alone(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    flow = tflow.tflow(resp=True)
    rig.vcr.request(flow)
    rig.vcr.response(flow)
    assert flow.response.content == b"message"
    assert rig.session.summary().unused == 1


@in_loop
def test_an_exception_of_ours_is_answered_and_not_forwarded(cassette, monkeypatch):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    monkeypatch.setattr(rig.session, "plan", lambda _: 1 / 0)
    flow = rig.ask()
    assert flow.response.status_code == 500
    assert "ZeroDivisionError" in flow.response.headers["x-vcr-error"]
    assert isinstance(rig.session.failure, ZeroDivisionError)


@in_loop
def test_a_grpc_client_is_told_of_an_exception_too(cassette, monkeypatch):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    monkeypatch.setattr(rig.session, "plan", lambda _: 1 / 0)
    flow = tflow.tflow()
    flow.request.http_version = "HTTP/2.0"
    flow.request.headers["content-type"] = "application/grpc"
    rig.vcr.request(flow)
    assert flow.response.headers["grpc-status"] == "13"
    assert "ZeroDivisionError" in flow.response.headers["grpc-message"]
    assert isinstance(rig.session.failure, ZeroDivisionError)


@in_loop
def test_offline_no_socket_is_opened(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    assert rig.connect(tflow.tflow(), "address", 22)


@in_loop
def test_the_socket_stays_shut_when_the_check_itself_raises(cassette, monkeypatch):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")

    def broken(_: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr(rig.vcr.connections, "may_connect", broken)
    assert rig.connect(tflow.tflow(), "address", 22)


@in_loop
def test_a_socket_without_an_address_stays_shut(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    data = SimpleNamespace(
        server=SimpleNamespace(error=None, address=None), client=tflow.tclient_conn()
    )
    rig.vcr.connections.server_connect(data)
    assert data.server.error


@in_loop
def test_passthrough_opens_the_socket_for_that_client_and_place_only(cassette):
    rig = Rig(
        vcr_cassette=str(cassette),
        vcr_mode="replay_only",
        vcr_passthrough=["~u /path", "~d other"],
    )
    flow = rig.ask()
    assert flow.response is None
    assert rig.connect(flow, "address", 22) is None
    assert rig.connect(flow, "address", 23)
    assert rig.connect(flow, "elsewhere", 22)
    other = tflow.tflow()
    other.client_conn.id = "somebody else"
    assert rig.connect(other, "address", 22)
    rig.vcr.connections.client_disconnected(flow.client_conn)
    assert rig.connect(flow, "address", 22)


@in_loop
def test_recording_lets_every_socket_open_but_keeps_the_errors_of_others(tmp_path):
    rig = Rig(vcr_cassette=str(tmp_path / "new"), vcr_mode="record_once")
    flow = tflow.tflow()
    assert rig.connect(flow, "address", 22) is None
    data = ServerConnectionHookData(flow.server_conn, flow.client_conn)
    data.server.error = "refused by another addon"
    rig.vcr.connections.server_connect(data)
    assert data.server.error == "refused by another addon"
    rig.vcr.done()


@in_loop
def test_a_recording_is_in_the_journal_at_once_and_in_place_at_the_end(tmp_path):
    rig = Rig(vcr_cassette=str(tmp_path / "new"))
    flow = rig.ask()
    assert flow.response is None
    rig.answer(flow)
    assert reader.load(tmp_path / "new.yaml.part").interactions[0].request.url == URL
    assert not (tmp_path / "new.yaml").exists()
    rig.vcr.done()
    (got,) = reader.load(tmp_path / "new.yaml").interactions
    assert got.response.body == b"live"
    assert got.response.duration > 0


@pytest.mark.parametrize(
    ("scheme", "via", "left"),
    [("http", None, 1), ("https", None, 4), ("http", ("http", ("up.test", 1)), 4)],
)
def test_what_was_meant_for_this_proxy_is_not_sent_on(tmp_path, scheme, via, left):
    @in_loop
    def go():
        rig = Rig(vcr_cassette=str(tmp_path / "new"))
        flow = tflow.tflow()
        flow.request.scheme = scheme
        flow.server_conn.via = via
        flow.request.headers = http.Headers(
            [
                (b"Proxy-Authorization", b"Basic eA=="),
                (b"proxy-connection", b"close"),
                (b"Proxy-Connection", b"keep-alive"),
                (b"accept", b"*/*"),
            ]
        )
        rig.vcr.request(flow)
        assert len(flow.request.headers.fields) == left
        assert flow.request.headers["accept"] == "*/*"
        rig.vcr.error(flow)
        rig.vcr.done()

    go()


@in_loop
def test_an_upgraded_connection_is_not_recorded_and_it_is_said(tmp_path, caplog):
    rig = Rig(vcr_cassette=str(tmp_path / "new"))
    rig.answer(rig.ask(), status=101)
    rig.vcr.done()
    assert "upgraded" in caplog.text
    assert not (tmp_path / "new.yaml").exists()


@in_loop
def test_an_exchange_that_broke_off_is_not_recorded_and_it_is_said(tmp_path, caplog):
    rig = Rig(vcr_cassette=str(tmp_path / "new"))
    rig.vcr.error(rig.ask())
    rig.vcr.done()
    assert f"{URL} broke off" in caplog.text
    assert not (tmp_path / "new.yaml").exists()


@in_loop
def test_a_failure_to_record_is_said_and_the_traffic_goes_on(
    tmp_path, caplog, monkeypatch
):
    rig = Rig(vcr_cassette=str(tmp_path / "new"))
    flow = rig.ask()
    session = rig.session
    monkeypatch.setattr(session, "keep", lambda *_: 1 / 0)
    rig.answer(flow)
    assert "is not recorded: ZeroDivisionError" in caplog.text
    assert flow.response.content == b"live"
    assert session.failure is not None
    rig.vcr.done()


@in_loop
def test_an_ejected_session_is_saved_after_its_last_flow(tmp_path):
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    late = rig.ask()
    rig.vcr.commands.use_cassette(str(tmp_path / "b"))
    assert not (tmp_path / "a.yaml").exists()
    rig.answer(late)
    assert (tmp_path / "a.yaml").exists()
    rig.answer(rig.ask(b"other"))
    rig.vcr.commands.eject()
    assert rig.vcr.commands.status() == "no cassette in use"
    assert len(reader.load(tmp_path / "b.yaml").interactions) == 1


@in_loop
def test_a_change_of_mode_replays_what_was_just_recorded(tmp_path):
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    rig.answer(rig.ask())
    rig.vcr.commands.use_mode("replay")
    flow = rig.ask()
    assert flow.response.content == b"live"
    assert "mode replay_only" in rig.vcr.commands.status()


@in_loop
def test_a_cassette_taken_up_again_gets_what_was_under_way(tmp_path):
    """Two sessions of one cassette share it, by whatever name."""
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    early, late, last = (rig.ask(bytes([n])) for n in b"123")
    rig.answer(early)
    rig.vcr.commands.use_cassette(str(tmp_path / "b"))
    rig.vcr.commands.use_mode("new_episodes")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a.yaml")
    rig.vcr.commands.use_cassette(str(tmp_path / "link.yaml"))
    assert bodies(tmp_path / "a.yaml") == [b"1"]
    rig.answer(late)
    rig.vcr.done()
    rig.answer(last)
    assert bodies(tmp_path / "a.yaml") == [b"1", b"2", b"3"]
    assert not (tmp_path / "b.yaml").exists()


@in_loop
def test_what_is_under_way_as_a_cassette_is_replayed_goes_behind_it(tmp_path):
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    late = rig.ask(b"late")
    rig.answer(rig.ask(b"early"))
    rig.vcr.commands.use_mode("replay_only")
    rig.answer(late)
    assert bodies(tmp_path / "a.yaml") == [b"early", b"late"]


@in_loop
def test_what_comes_after_the_end_is_recorded_after_all(tmp_path, caplog):
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    answered, broken = rig.ask(b"2"), rig.ask(b"3")
    rig.answer(rig.ask(b"1"))
    rig.vcr.done()
    assert bodies(tmp_path / "a.yaml") == [b"1"]
    rig.answer(answered)
    rig.vcr.error(broken)
    rig.vcr.done()
    assert bodies(tmp_path / "a.yaml") == [b"1", b"2"]
    assert caplog.text.count("was cut off and is not recorded") == 2
    assert caplog.text.count("came late, and is recorded") == 1
    assert "broke off" not in caplog.text


def bodies(path: Path) -> list[bytes]:
    return [each.request.body for each in reader.load(path).interactions]


@in_loop
def test_flows_are_saved_to_the_cassette_that_is_being_recorded(tmp_path):
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    rig.answer(rig.ask(b"recorded"))
    rig.vcr.commands.save([tflow.tflow(resp=True), tflow.tflow()], str(tmp_path / "a"))
    rig.vcr.done()
    assert bodies(tmp_path / "a.yaml") == [b"recorded", b"content"]


@in_loop
def test_a_wrong_value_while_running_is_refused_and_the_old_one_stays(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    rig.vcr.running()
    with pytest.raises(exceptions.CommandError, match="vcr_mode=bogus: use one of"):
        rig.vcr.commands.use_mode("bogus")
    assert rig.options.vcr_mode == "replay_only"
    with pytest.raises(exceptions.CommandError, match="not found"):
        rig.vcr.commands.use_cassette(str(cassette.with_name("absent")))
    assert rig.ask().response.content == b"recorded"


@in_loop
def test_a_replay_that_cannot_be_opened_anew_stays_off_the_network(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    rig.vcr.running()
    cassette.write_text("garbage: [")
    with pytest.raises(exceptions.CommandError, match="not YAML"):
        rig.vcr.commands.use_mode("record_once")
    assert rig.connect(tflow.tflow(), "address", 22)
    assert rig.ask().response.content == b"recorded"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"vcr_mode": "bogus"}, "vcr_mode=bogus: use one of"),
        ({"vcr_mode": "replay_only"}, "needs a cassette"),
        ({"vcr_latency": "-1"}, "vcr_latency=-1"),
        ({"vcr_cassette": "x", "vcr_passthrough": ["~zz("]}, "not a flow filter"),
    ],
)
def test_a_wrong_value_at_the_start_ends_the_process(options, line):
    @in_loop
    def start():
        Rig(**options)

    with pytest.raises(SystemExit, match=f"^mitmvcr: error: .*{line}"):
        start()


@pytest.mark.parametrize(
    "given", ["vcr_mode=bogus", "vcr_mode=replay_only", "vcr_prove=x", "vcr_mod=x"]
)
@in_loop
async def test_nothing_leaves_while_a_process_ends_that_could_not_start(given):
    """mitmproxy listens by then, and serves who has connected until its loop is
    closed: a request went out where a mistyped option was to be told."""
    vcr, context = VcrAddon(), taddons.context(loadcore=False)
    context.options.set(given, defer=True)

    def start():
        context.master.addons.add(vcr)
        vcr.configure(context.options.keys())  # as at the load of a script
        vcr.running()

    with pytest.raises(SystemExit):
        start()
    flow = tflow.tflow()
    flow.server_conn.error = None
    data = ServerConnectionHookData(flow.server_conn, flow.client_conn)
    await context.master.addons.handle_lifecycle(ServerConnectHook(data))
    assert "nothing may reach the network" in (data.server.error or "")


@in_loop
def test_whatever_goes_wrong_with_configured_options_ends_the_process():
    """mitmproxy would go on without the addon, and let all traffic through."""

    def fail() -> Values:
        raise RecursionError("on purpose")

    with pytest.raises(SystemExit, match="mitmvcr: error: RecursionError: on purpose"):
        taddons.context(VcrAddon(configured=fail), loadcore=False)


@in_loop
def test_a_mistyped_vcr_option_is_told_with_the_one_it_means(cassette):
    rig = Rig(vcr_cassette=str(cassette))
    rig.options.set("vcr_ignore_jsn=1", defer=True)
    with pytest.raises(SystemExit, match=r"did you mean vcr_ignore_json\?$"):
        rig.vcr.running()


@in_loop
def test_an_unknown_vcr_option_ends_the_process(cassette):
    rig = Rig(vcr_cassette=str(cassette))
    rig.options.set("vcr_typo=1", defer=True)
    with pytest.raises(SystemExit, match="vcr_typo=1: no such option; there are vcr_"):
        rig.vcr.running()


@in_loop
def test_mitmproxys_own_options_are_put_back_after_a_session(cassette):
    rig = Rig()
    rig.options.update(stream_large_bodies="3m", connection_strategy="eager")
    rig.vcr.commands.use_cassette(str(cassette))
    assert rig.options.connection_strategy == "lazy"
    assert rig.options.stream_large_bodies is None
    rig.vcr.commands.eject()
    assert rig.options.connection_strategy == "eager"
    assert rig.options.stream_large_bodies == "3m"


@in_loop
def test_mitmproxys_own_options_may_be_set_together_with_ours(cassette):
    rig = Rig(vcr_cassette=str(cassette))
    rig.options.update(vcr_latency="1", stream_large_bodies="3m")
    assert rig.options.stream_large_bodies is None
    rig.vcr.commands.eject()
    assert rig.options.stream_large_bodies == "3m"


@in_loop
def test_a_request_is_never_streamed_before_it_is_looked_up(cassette):
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    flow = tflow.tflow()
    flow.request.stream = True
    rig.vcr.streams.requestheaders(flow)
    assert flow.request.stream is False


@pytest.mark.parametrize(
    ("offers", "sni", "address", "chosen"),
    [
        ([b"h2", b"http/1.1"], "address", "other.test", b"h2"),
        ([b"http/1.1"], "address", "address", None),
        ([b"h2"], "unknown.test", "other.test", None),
        ([b"h2"], "unknown.test", "address", b"h2"),
        ([b"h2"], None, "address", b"h2"),
        ([b"h2"], None, None, None),
    ],
)
def test_the_client_gets_the_recorded_protocol(cassette, offers, sni, address, chosen):
    client = SimpleNamespace(alpn=None)
    server = SimpleNamespace(address=address and (address, 443))
    hello = SimpleNamespace(sni=sni, alpn_protocols=offers)
    context = SimpleNamespace(client=client, server=server)

    @in_loop
    def greet():
        rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
        rig.vcr.connections.tls_clienthello(
            SimpleNamespace(client_hello=hello, context=context)
        )

    greet()
    assert client.alpn == chosen


@in_loop
def test_without_a_cassette_all_goes_through_and_it_is_said(caplog):
    rig = Rig()
    rig.vcr.running()
    assert "no cassette is chosen" in caplog.text
    assert rig.ask().response is None
    assert rig.connect(tflow.tflow(), "address", 22) is None


def test_the_end_waits_for_what_is_under_way(tmp_path):
    async def main():
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        flow = rig.ask()
        rig.context.master.should_exit.set()
        ending = asyncio.ensure_future(rig.vcr.done())
        await asyncio.sleep(0.1)
        assert not ending.done()
        rig.answer(flow)
        await ending

    asyncio.run(main())
    assert len(reader.load(tmp_path / "a.yaml").interactions) == 1


def test_what_does_not_end_in_time_is_named(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("mitmvcr.proxy.host.exit.DRAIN_SECONDS", 0.05)

    async def main():
        rig = Rig(vcr_cassette=str(tmp_path / "a"))
        rig.ask()
        rig.context.master.should_exit.set()
        await rig.vcr.done()

    asyncio.run(main())
    assert f"{URL} was cut off" in caplog.text


def test_latency_waits_before_the_first_byte(cassette, monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    async def main():
        rig = Rig(vcr_cassette=str(cassette), vcr_latency="0.5")
        monkeypatch.setattr("asyncio.sleep", sleep)
        flow = tflow.tflow()
        await rig.vcr.request(flow)
        assert flow.response.content == b"recorded"

    asyncio.run(main())
    assert slept == [0.0]


def test_where_mitmproxy_has_changed_its_error_hook_gives_a_replay_back(
    cassette, monkeypatch, caplog
):
    changed = Mock()
    monkeypatch.setattr(http_layers.HttpStream, "handle_event", changed)
    monkeypatch.setattr(host.capabilities, "_is_there", {})

    async def main():
        rig = Rig(vcr_cassette=str(cassette), vcr_latency="0.5")
        for _ in range(2):
            flow = tflow.tflow()
            await rig.vcr.request(flow)
            assert flow.response.content == b"recorded"
            rig.vcr.error(flow)
        assert rig.session.deck.unused_count == 1

    asyncio.run(main())
    assert http_layers.HttpStream.handle_event is changed
    assert caplog.text.count("early resets is off with mitmproxy") == 1


@in_loop
def test_chosen_flows_are_saved_behind_what_a_cassette_holds(cassette, caplog):
    caplog.set_level(logging.INFO)
    rig = Rig()
    whole = tflow.tflow(resp=True)
    others = [tflow.tflow(resp=True, err=each) for each in (True, False, False, False)]
    _, own, socket, empty = others
    own.response = answers.failure("no", head=False)
    socket.response.status_code = 101
    empty.response.raw_content = None
    flows = [whole, *others, tflow.tflow(), tflow.tflow(), tflow.ttcpflow()]
    rig.vcr.commands.save(flows, str(cassette))
    assert caplog.messages[-1] == (
        f"mitmvcr: saved 1 of 8 flows to {cassette}; left out: 1 that broke off,"
        " 1 answered by mitmvcr itself, 1 that switched protocols, as a WebSocket,"
        " 1 whose body was not kept, 2 without an answer, 1 not of HTTP"
    )
    rig.vcr.commands.save([], str(cassette))
    assert caplog.messages[-1].endswith(f"saved 0 of 0 flows to {cassette}")
    first, second = reader.load(cassette).interactions
    assert (first.id, second.id) == (0, 1)
    assert second.response.body == b"message"


@in_loop
def test_a_damaged_cassette_is_not_saved_over(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("garbage: [")
    with pytest.raises(exceptions.CommandError, match=r"bad\.yaml"):
        Rig().vcr.commands.save([tflow.tflow(resp=True)], str(path))
    assert path.read_text() == "garbage: ["


@in_loop
def test_idle_addons_are_passed_over_while_it_runs_and_no_longer() -> None:
    rig = Rig()
    manager = rig.context.master.addons
    rig.vcr.running()
    assert "trigger_event" in vars(manager)
    rig.vcr.done()
    assert "trigger_event" not in vars(manager)
