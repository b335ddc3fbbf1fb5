"""Several sessions at once: each flow and each connection obeys its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import HttpRequestHook
from mitmproxy.proxy.layers.http._http2 import Http2Server
from mitmproxy.proxy.server_hooks import ServerConnectHook, ServerConnectionHookData
from mitmproxy.test import tflow

from authority import copy_to
from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode
from mitmvcr.format import reader, writer
from mitmvcr.options import Settings
from mitmvcr.proxy import host
from mitmvcr.proxy.host import chain
from rig import URL, Rig, in_loop, let

#: The port by which a client chooses the session that records.
RECORDER = 8081


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "one.yaml"
    request = Request(method="GET", url=URL, body=b"content")
    response = Response(code=200, status="200 OK", body=b"recorded")
    path.write_bytes(writer.dumps(Cassette([Interaction(0, request, response)])))
    return path


@in_loop
def test_what_a_folder_of_cassettes_trusts_holds_before_a_session_begins(
    tmp_path: Path,
) -> None:
    pem = copy_to(tmp_path / "authority") / "mitmproxy-ca.pem"
    options = {"vcr_upstream_ca": str(pem), "vcr_client_cert": str(pem)}
    rig = Rig(vcr_dir=str(tmp_path), confdir=str(tmp_path), **options)
    assert rig.vcr.sessions.in_play() == ()
    trusted = Path(rig.options.ssl_verify_upstream_trusted_ca)
    assert pem.read_bytes().strip() in trusted.read_bytes()
    assert rig.options.client_certs == str(pem)


@in_loop
def test_a_session_may_reach_an_origin_where_the_others_replay(tmp_path: Path) -> None:
    """It begins in a mode of its own; a file that is gone holds up no replay."""
    pem = copy_to(tmp_path / "authority") / "mitmproxy-ca.pem"
    rig = Rig(
        vcr_dir=str(tmp_path),
        vcr_mode="replay_only",
        confdir=str(tmp_path),
        vcr_upstream_ca=str(pem),
        vcr_client_cert=str(tmp_path / "gone.pem"),
        vcr_insecure_upstream="yes",
    )
    trusted = Path(rig.options.ssl_verify_upstream_trusted_ca)
    assert pem.read_bytes().strip() in trusted.read_bytes()
    assert rig.options.client_certs is None
    assert rig.options.ssl_insecure


@in_loop
def test_what_a_session_trusts_ends_with_it_though_others_are_in_play(
    tmp_path: Path,
) -> None:
    pem = str(copy_to(tmp_path / "authority") / "mitmproxy-ca.pem")
    rig = Rig(vcr_dir=str(tmp_path), vcr_client_cert=pem)
    root = rig.vcr.sessions.root
    assert root is not None
    rig.vcr.sessions.use(root._replace(cassette=tmp_path / "a.yaml"), "a")
    rig.options.update(vcr_client_cert="")
    assert rig.options.client_certs == pem  # it began with it
    rig.vcr.sessions.use(Settings(tmp_path / "b.yaml"), "b")
    rig.vcr.sessions.eject("a")
    assert rig.options.client_certs is None


class Two(Rig):
    """A session that replays, the default one, and one that records."""

    def __init__(self, cassette: Path, recorded: Path) -> None:
        super().__init__(
            vcr_cassette=str(cassette),
            vcr_mode="replay_only",
            vcr_dir=str(recorded.parent),
        )
        self.vcr.sessions.use(Settings(recorded), "recorder")
        self.vcr.sessions.routes.ports[RECORDER] = "recorder"

    def flow(self, port: int) -> http.HTTPFlow:
        flow = tflow.tflow()
        flow.client_conn.sockname = ("127.0.0.1", port)
        flow.client_conn.id = f"client of {port}"
        return flow

    def begin(self, port: int) -> http.HTTPFlow:
        flow = self.flow(port)
        let(self.vcr.request(flow))
        return flow

    def hook(self, event: HttpRequestHook | ServerConnectHook) -> None:
        """As the guard is asked, where no addon is."""
        manager = self.context.master.addons
        watch = chain.watch_of(manager)
        assert watch is not None
        watch.after(event)


@in_loop
def test_one_replays_while_the_other_records(cassette: Path, tmp_path: Path) -> None:
    two = Two(cassette, tmp_path / "new.yaml")
    replayed, recorded = two.begin(8080), two.begin(RECORDER)
    assert replayed.response is not None
    assert replayed.response.content == b"recorded"
    assert recorded.response is None
    assert two.connect(replayed, "address", 22)
    assert two.connect(recorded, "address", 22) is None
    two.answer(recorded)
    two.answer(replayed)
    miss = two.begin(8080)
    assert miss.response is not None
    assert miss.response.status_code == 424
    assert two.session.summary().missed == 1
    two.vcr.done()
    (kept,) = reader.load(tmp_path / "new.yaml").interactions
    assert kept.response.body == b"live"


@in_loop
def test_the_guard_holds_for_the_one_that_replays(
    cassette: Path, tmp_path: Path
) -> None:
    two = Two(cassette, tmp_path / "new.yaml")
    replayed, recorded = two.flow(8080), two.flow(RECORDER)
    for flow in (replayed, recorded):
        flow.server_conn.error = None
        flow.server_conn.address = ("address", 22)
        data = ServerConnectionHookData(flow.server_conn, flow.client_conn)
        two.hook(ServerConnectHook(data))
        two.hook(HttpRequestHook(flow))
    assert replayed.server_conn.error
    assert replayed.response is not None
    assert recorded.server_conn.error is None
    assert recorded.response is None
    two.vcr.done()
    shut = two.flow(RECORDER)  # nobody says any more whose it is
    two.hook(HttpRequestHook(shut))
    assert shut.response is not None


def checks_values(rig: Rig) -> bool:
    """Say whether a connection does that begins now."""
    line = Http2Server(Context(tflow.tclient_conn(), rig.options))
    return bool(line.h2_conf.validate_inbound_headers)


@in_loop
def test_mitmproxys_own_options_are_as_all_need_them(
    cassette: Path, tmp_path: Path
) -> None:
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    assert not checks_values(rig)  # nothing is sent on
    assert rig.options.validate_inbound_headers is True  # lengths are checked still
    rig.options.update(vcr_latency="0.5", stream_large_bodies="3")
    assert rig.options.stream_large_bodies is None
    rig.options.update(vcr_dir=str(tmp_path))  # one that records may begin
    assert checks_values(rig)
    assert rig.options.connection_strategy == "lazy"
    rig.options.update(vcr_cassette="", vcr_mode="record_once")
    assert rig.options.connection_strategy == "lazy"
    assert rig.options.stream_large_bodies is None
    rig.options.update(vcr_dir="")
    assert rig.options.connection_strategy == "eager"
    assert rig.options.stream_large_bodies == "3"


@pytest.fixture
def few_files() -> Iterator[None]:
    """As many systems give a process."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    # What tests before this one have left open is theirs.
    few = 128 + len(os.listdir("/dev/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("few_files")
@in_loop
def test_a_thousand_sessions_are_open_at_once_and_none_crosses(tmp_path: Path) -> None:
    """All ask the same; each tenth records."""
    count = 1_000
    request = Request(method="GET", url=URL, body=b"content")
    for n in range(count):
        if n % 10 == 0:
            continue
        response = Response(code=200, status="200 OK", body=b"%d" % n)
        recorded = Cassette([Interaction(0, request, response)])
        (tmp_path / f"{n}.yaml").write_bytes(writer.dumps(recorded))
    rig = Rig(vcr_dir=str(tmp_path))
    flows = []
    for n in range(count):
        flow = tflow.tflow()
        flow.request.headers["X-Vcr-Cassette"] = f"{n}"
        let(rig.vcr.request(flow))
        flows.append(flow)
    assert len(rig.vcr.sessions.in_play()) == count
    assert rig.vcr.sessions.offline
    for n, flow in enumerate(flows):
        replayed = n % 10 != 0
        assert (flow.response is not None) == replayed
        assert (rig.connect(flow, "address", 22) is None) != replayed
        flow.response = flow.response or http.Response.make(200, b"%d" % n)
        assert flow.response.content == b"%d" % n
        rig.answer(flow)
    rig.vcr.done()
    for n in range(count):
        (kept,) = reader.load(tmp_path / f"{n}.yaml").interactions
        assert kept.response.body == b"%d" % n


@in_loop
def test_each_ends_on_its_own(cassette: Path, tmp_path: Path) -> None:
    two = Two(cassette, tmp_path / "new.yaml")
    sessions = two.vcr.sessions
    began = two.begin(RECORDER)
    sessions.eject("recorder")
    assert sessions.named("recorder") is None
    assert sessions.named() is not None
    assert repr(sessions).endswith("1 flows under way>")
    assert not (tmp_path / "new.yaml").exists()
    two.answer(began)
    assert (tmp_path / "new.yaml").exists()
    assert sessions.offline
    two.options.update(vcr_cassette="", vcr_mode="record_once")
    assert not sessions.offline


@in_loop
def test_what_keeps_a_replay_in_is_asked_for_once_before_it_is_in_play(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    check = host.capabilities.require_guards
    monkeypatch.setattr(
        host.capabilities, "require_guards", lambda: asked.append(True) or check()
    )
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only")
    assert asked == [True]
    assert rig.session.offline

    def refuse() -> None:
        raise VcrError("on purpose")

    monkeypatch.setattr(host.capabilities, "require_guards", refuse)
    before = rig.session
    with pytest.raises(VcrError, match="on purpose"):
        rig.vcr.use(Settings(cassette, Mode.REPLAY_ONLY, latency=1.0))
    assert rig.session is before


@in_loop
async def test_a_session_that_cannot_be_had_any_more_is_no_fault_of_a_hook(
    tmp_path: Path,
) -> None:
    """It may end while its first request waits for it. Found by a model of sessions
    that end at random."""
    rig = Rig(vcr_dir=str(tmp_path), vcr_mode="record_only")
    flow = tflow.tflow()
    flow.request.headers["X-Vcr-Cassette"] = "../gone"
    flow.request.stream = True
    assert rig.vcr.streams.requestheaders(flow) is None
    assert not flow.request.stream  # else it would leave before it is looked at
    let(rig.vcr.request(flow))
    assert flow.response is not None
    assert flow.response.status_code == 400
