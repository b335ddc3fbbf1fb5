"""Each capability switched off: one line in the log, and what is done instead."""

import ast
import asyncio
import contextlib
import logging
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import addonmanager, certs, ctx, http, optmanager, version
from mitmproxy.addons import proxyserver, tlsconfig
from mitmproxy.certs import CertStore
from mitmproxy.net.http.http1 import read
from mitmproxy.options import Options
from mitmproxy.proxy import mode_servers, server
from mitmproxy.proxy.layers import http as layers
from mitmproxy.proxy.layers import tcp as tcp_layer
from mitmproxy.proxy.layers import tls
from mitmproxy.proxy.layers.http import _http1
from mitmproxy.proxy.layers.http import _http2 as http2
from mitmproxy.test import taddons, tflow

from mitmvcr.core.errors import VcrError
from mitmvcr.options import Settings
from mitmvcr.proxy import ca
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.host import (
    alerts,
    backpressure,
    continues,
    dispatch,
    early_response,
    endings,
    exit,
    listeners,
    masters,
    messages,
    origin_ends,
    protocols,
    replays,
    resets,
    schemes,
    shared_port,
    turns,
)
from mitmvcr.proxy.host import options as host_options
from mitmvcr.proxy.host.capabilities import (
    TABLE,
    Capabilities,
    Capability,
    CapabilityError,
    capabilities,
)
from mitmvcr.proxy.host.cert_store import backdated, compare_quickly
from mitmvcr.proxy.host.goaway import let_origins_finish
from mitmvcr.proxy.host.late_imports import postpone
from mitmvcr.proxy.host.lines import Intake
from mitmvcr.proxy.host.options import add_options, set_alone
from mitmvcr.proxy.lean import is_enough
from option_samples import parse_settings

ROOT = Path(__file__).resolve().parents[3]
ROOM = ROOT / "addon" / "mitmvcr" / "proxy" / "host"
NAMES = [each.name for each in TABLE]
BY_NAME = {each.name: each for each in TABLE}
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def mitmproxy_runs(monkeypatch: Patch) -> None:
    """As far as the checks look, and nothing was looked at yet."""
    options = Options()
    master = SimpleNamespace(options=options, should_exit=asyncio.Event())
    addon = proxyserver.Proxyserver()
    addon.load(addonmanager.Loader(master))
    master.addons = SimpleNamespace(get={"proxyserver": addon}.get)
    monkeypatch.setattr(ctx, "options", options, raising=False)
    monkeypatch.setattr(ctx, "master", master, raising=False)
    monkeypatch.setattr(capabilities, "_is_there", {})


def _another(*_: object, **__: object) -> None:
    """Stands where something else stood, with other parameters."""


def _replaced(owner: Any, name: str) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(owner, name, _another)


def _removed(owner: Any, name: str) -> Callable[[Patch], None]:
    return lambda patch: patch.delattr(owner, name)


def _undeclared(owner: Any, name: str) -> Callable[[Patch], None]:
    return lambda patch: patch.delitem(owner.__annotations__, name)


def _asks_otherwise(patch: Patch) -> None:
    asks = addonmanager.AddonManager.trigger_event

    async def trigger_event(self: Any, event: Any) -> None:
        await asks(self, event)

    patch.setattr(addonmanager.AddonManager, "trigger_event", trigger_event)


def _defers_otherwise(patch: Patch) -> None:
    process = optmanager.OptManager.process_deferred

    def process_deferred(self: Any) -> None:
        process(self)

    patch.setattr(optmanager.OptManager, "process_deferred", process_deferred)


def _adds_otherwise(patch: Patch) -> None:
    add = optmanager.OptManager.add_option

    def add_option(self: Any, *args: Any) -> None:
        add(self, *args)

    patch.setattr(optmanager.OptManager, "add_option", add_option)


def _finds_addons_otherwise(patch: Patch) -> None:
    get = addonmanager.AddonManager.get
    patch.setattr(addonmanager.AddonManager, "get", lambda self, name: get(self, name))


def _has_no_limit(patch: Patch) -> None:
    patch.delattr(server, "TCP_TIMEOUT", raising=False)
    patch.setattr(ctx, "options", SimpleNamespace())


def _keeps_exits(patch: Patch) -> None:
    patch.setattr(addonmanager, "safecall", lambda: contextlib.suppress(SystemExit))


#: How mitmproxy may have changed, so that the check itself finds it.
CHANGES: dict[str, Callable[[Patch], None]] = {
    "connection refusal": _replaced(server.ConnectionHandler, "open_connection"),
    "option takeover": _replaced(layers.HttpStream, "handle_connect_regular"),
    "option check": _defers_otherwise,
    "guard round the addons": _replaced(addonmanager.AddonManager, "handle_lifecycle"),
    "open connections": _undeclared(server.ConnectionHandler, "transports"),
    "place in the chain": _finds_addons_otherwise,
    "any header value": _removed(http2.Http2Server, "h2_conf"),
    "hook dispatch": _asks_otherwise,
    "stream replay": _replaced(layers.HttpStream, "send_response"),
    "backpressure": _undeclared(server.ConnectionHandler, "transports"),
    "early response": _replaced(layers.HttpStream, "start_request_stream"),
    "early ends": _replaced(layers.HttpStream, "send_response"),
    "WebSocket replay": _replaced(layers.HttpStream, "flow_done"),
    "URLs of WebSockets": _replaced(read, "_read_request_line"),
    "upgraded connections": _replaced(tcp_layer.TCPLayer, "start"),
    "client resets": _replaced(layers.HttpStream, "handle_protocol_error"),
    "early resets": _replaced(layers.HttpStream, "handle_event"),
    "TLS alerts": _replaced(tls.ServerTLSLayer, "receive_close"),
    "end of TLS": _replaced(tls.ClientTLSLayer, "send_close"),
    "ends of origins": _replaced(_http1.Http1Client, "read_body"),
    "turns of events": _replaced(server.ConnectionHandler, "server_event"),
    "origins that leave": _replaced(layers.HttpLayer, "get_connection"),
    "trailers of HTTP/1": _replaced(_http1.Http1Client, "read_headers"),
    "errors after 100": _replaced(_http1.Http1Server, "send"),
    "cleartext HTTP/2": _replaced(layers.HttpLayer, "_handle_event"),
    "ALPN choice": _undeclared(tlsconfig.AppData, "client_alpn"),
    "raw messages": _undeclared(http.Message, "data"),
    "waiting at the end": lambda patch: patch.setattr(ctx, "master", object()),
    "exit from hooks": _keeps_exits,
    "silence limit": _has_no_limit,
    "fast lane": _replaced(mode_servers.ServerInstance, "handle_stream"),
    "mitmproxy in process": _removed(proxyserver.Proxyserver, "listen_addrs"),
    "ports of their own": _removed(proxyserver.Servers, "__getitem__"),
    "shared port": _replaced(mode_servers.AsyncioServerInstance, "listen"),
    "one option alone": _replaced(optmanager.OptManager, "update_known"),
    "options together": _adds_otherwise,
    "lean start": lambda patch: patch.setattr(version, "VERSION", "13.0.0"),
    "late imports": lambda patch: patch.setattr(version, "VERSION", "13.0.0"),
    "CA files": _removed(CertStore, "load_dhparam"),
    "certificate store": _replaced(CertStore, "expire"),
    "backdated certificates": _removed(certs, "CERT_EXPIRY"),
}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_there_in_this_mitmproxy(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert capabilities.problem(name) is None
    assert capabilities.has(name)
    assert caplog.text == ""


@pytest.mark.parametrize("name", NAMES)
def test_one_line_tells_that_it_is_off_however_often_it_is_needed(
    name: str, monkeypatch: Patch, caplog: pytest.LogCaptureFixture
) -> None:
    CHANGES[name](monkeypatch)
    fresh = Capabilities()
    assert [fresh.has(name), fresh.has(name)] == [False, False]
    fresh.look()
    told = [r for r in caplog.records if r.getMessage().startswith(f"mitmvcr: {name} ")]
    assert [record.levelno for record in told] == [logging.WARNING]
    line = told[0].getMessage()
    start, _, lost = line.partition("): ")
    begins, _, reason = start.partition(" (")
    assert begins == f"mitmvcr: {name} is off with mitmproxy {version.VERSION}"
    assert reason
    assert lost == BY_NAME[name].lost
    assert "\n" not in line


def test_all_that_is_off_is_told_at_the_start_and_what_commands_need_is_not(
    monkeypatch: Patch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("stream replay", "client resets", "CA files", "mitmproxy in process"):
        CHANGES[name](monkeypatch)
    Capabilities().look()
    told = [r.getMessage().removeprefix("mitmvcr: ")[:13] for r in caplog.records]
    assert told == [
        *("stream replay", "early respons", "early ends is", "client resets"),
        "origins that ",
    ]


def test_a_reason_is_one_line_whatever_a_check_raises() -> None:
    def check() -> None:
        raise ValueError("two\n  lines")

    odd = Capability(name="odd", check=check, lost="nothing")
    silent = Capability(name="silent", check=_raise_no_text, lost="nothing")
    found = Capabilities([odd, silent])
    assert "(two lines)" in str(found.problem("odd"))
    assert "(KeyError)" in str(found.problem("silent"))


def _raise_no_text() -> None:
    raise KeyError


# What is done instead


def _refuses_to_replay(patch: Patch, folder: Path) -> None:
    cassette = folder / "a.yaml"
    cassette.write_text("---\nversion: 2\ninteractions: []\n")

    async def replay() -> None:
        vcr = VcrAddon()
        with taddons.context(vcr, loadcore=False) as context:
            context.master.addons.add(proxyserver.Proxyserver())
            before = str(folder / "recorded.yaml")
            context.configure(vcr, vcr_cassette=before)
            player = vcr.sessions.named()
            assert player is not None
            assert player.session.records
            vcr._is_running = True
            with pytest.raises(VcrError, match="is refused"):
                vcr.use(Settings(cassette=cassette))
            assert vcr.sessions.named() is player
            assert player.session.store.name == before  # the one that was in use stays
            vcr.sessions.close()

    asyncio.run(replay())


def _keeps_headers_valid(patch: Patch, folder: Path) -> None:
    host_options.HostOptions().apply(
        ctx.options, lazy=False, whole_bodies=False, any_headers=True
    )
    assert http2.Http2Client.h2_conf.validate_inbound_headers


def _asks_as_mitmproxy_does(patch: Patch, folder: Path) -> None:
    manager = SimpleNamespace(chain=[])
    patch.setattr(ctx.master, "addons", manager)
    dispatch.open_dispatcher().close()
    dispatch.open_dispatcher()
    assert "trigger_event" not in vars(manager)


def _has_no_stream(patch: Patch, folder: Path) -> None:
    assert not replays.take_streams()
    assert layers.HttpStream.send_response is _another


def _asks_no_connection(patch: Patch, folder: Path) -> None:
    patch.delattr(ctx, "master")
    assert not backpressure.unsent(None)
    asyncio.run(backpressure.drain("client"))


def _kills_the_call(patch: Patch, folder: Path) -> None:
    flow = tflow.tflow()
    early_response.answer(flow, http.Response.make(200))
    assert flow.response is None
    assert flow.error is not None
    assert layers.HttpStream.start_request_stream is _another


def _holds_the_end(patch: Patch, folder: Path) -> None:
    early_response.pass_the_end(tflow.tflow())
    assert layers.HttpStream.send_response is _another


def _plays_no_socket(patch: Patch, folder: Path) -> None:
    script: Any = None
    assert not replays.play_websocket(tflow.tflow(), script)


def _refuses_other_schemes(patch: Patch, folder: Path) -> None:
    schemes.know_schemes()
    assert read._read_request_line is _another


def _hears_and_plays_nothing(patch: Patch, folder: Path) -> None:
    speaker: Any = None
    assert replays.overhear(tflow.tflow()) is None
    assert not replays.play_upgraded(tflow.tflow(), speaker)


def _goes_by_the_connection(patch: Patch, folder: Path) -> None:
    resets.watch_who_leaves()
    assert layers.HttpStream.handle_protocol_error is _another
    flow = tflow.tflow()
    assert not resets.was_left_by_client(flow)
    flow.client_conn.timestamp_end = 1.0
    flow.client_conn.state = type(flow.client_conn.state)(0)
    assert resets.was_left_by_client(flow)


def _waits_for_the_error_hook(patch: Patch, folder: Path) -> None:
    resets.tell_when_left(tflow.tflow(), _raise_no_text)
    assert layers.HttpStream.handle_event is _another


def _hears_no_alert(patch: Patch, folder: Path) -> None:
    data: Any = SimpleNamespace(ssl_conn=object(), conn=tflow.tserver_conn())
    alerts.hear_alerts(data)
    assert tls.ServerTLSLayer.receive_close is _another


def _leaves_the_end_unsaid(patch: Patch, folder: Path) -> None:
    endings.say_the_end()
    assert tls.ClientTLSLayer.send_close is _another


def _takes_each_end_for_the_answer_s(patch: Patch, folder: Path) -> None:
    origin_ends.see_the_end()
    assert _http1.Http1Client.read_body is _another


def _leaves_the_lock(patch: Patch, folder: Path) -> None:
    handler = SimpleNamespace()
    patch.setattr(turns, "handler_of", lambda client: handler)
    turns.wait_for_turns("a client")
    assert not vars(handler)


def _lets_them_break(patch: Patch, folder: Path) -> None:
    before = http2.Http2Client.__init__
    patch.delattr(before, "_vcr_makers", raising=False)
    let_origins_finish()
    assert http2.Http2Client.__init__ is before


def _sends_no_trailers(patch: Patch, folder: Path) -> None:
    chunked = ((b"Transfer-Encoding", b"chunked"),)
    made = messages.make_response(200, b"OK", chunked, b"a", ((b"X-Sum", b"1"),))
    assert made.trailers is None
    assert _http1.Http1Client.read_headers is _another


def _leaves_it_at_that(patch: Patch, folder: Path) -> None:
    flow = tflow.tflow()
    flow.request.headers["Expect"] = "100-continue"
    continues.await_the_answer(flow)
    assert _http1.Http1Server.send is _another


def _leaves_the_layer(patch: Patch, folder: Path) -> None:
    client, origin = tflow.tclient_conn(), tflow.tserver_conn()
    client.tls, client.alpn = False, None
    choice: Any = SimpleNamespace(
        context=SimpleNamespace(client=client, server=origin),
        layer=None,
        data_client=lambda: b"PRI * HTTP/2.0\r\n",
        data_server=bytes,
    )
    protocols.expect_cleartext_h2(choice)
    assert choice.layer is None
    assert client.alpn is None


def _leaves_alpn(patch: Patch, folder: Path) -> None:
    client = SimpleNamespace(alpn=None)
    data: Any = SimpleNamespace(
        client_hello=SimpleNamespace(alpn_protocols=[b"h2"]),
        context=SimpleNamespace(client=client),
    )
    protocols.choose_alpn(data, b"h2")
    assert client.alpn is None


def _reads_properties(patch: Patch, folder: Path) -> None:
    request = tflow.tflow().request
    request.data.authority, request.data.path = "bücher.test".encode("idna"), b"/\xff?a"
    request.data.trailers = http.Headers(a="b")
    found = messages.request_parts(request)
    assert found is not request.data
    for name in ("host", "port", "method", "scheme", "authority", "path", "trailers"):
        assert getattr(found, name) == getattr(request.data, name), name
    response = http.Response.make(200, b"x", {"a": "b"})
    response.data.reason = b"O\xffK"
    seen = messages.response_parts(response)
    for name in ("http_version", "status_code", "reason", "headers", "content"):
        assert getattr(seen, name) == getattr(response.data, name), name
    fields, trailers = ((b"a", b"b"),), ((b"c", b"d"),)
    parts = 299, b"Fine\xff", fields, b"body", trailers
    slow = messages.make_response(*parts)
    patch.undo()
    patch.setattr(capabilities, "_is_there", {})
    assert slow.data == messages.make_response(*parts).data


def _does_not_wait(patch: Patch, folder: Path) -> None:
    assert not exit.is_exiting()


def _ends_at_once(patch: Patch, folder: Path) -> None:
    code = (
        "import contextlib; from mitmproxy import addonmanager;"
        "addonmanager.safecall = lambda: contextlib.suppress(SystemExit);"
        "from mitmvcr.core.errors import VcrError;"
        "from mitmvcr.proxy.host import exit;\n"
        "with addonmanager.safecall(): exit.end_process(VcrError('it is full'))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == "mitmvcr: error: it is full"


def _never_gives_up(patch: Patch, folder: Path) -> None:
    assert host_options.gives_up_after() == float("inf")


def _takes_no_connection(patch: Patch, folder: Path) -> None:
    before = vars(mode_servers.RegularInstance).get("handle_stream")
    assert not Intake(lambda line: None).open()
    assert vars(mode_servers.RegularInstance).get("handle_stream") is before


def _makes_no_master(patch: Patch, folder: Path) -> None:
    with pytest.raises(CapabilityError, match="'mitmvcr run' cannot start"):
        masters.make_master()


def _opens_no_port(patch: Patch, folder: Path) -> None:
    with pytest.raises(CapabilityError, match="sessions have none"):
        asyncio.run(listeners.open_port())


def _compares_what_they_hold(patch: Patch, folder: Path) -> None:
    patch.setattr(certs.CertStoreEntry, "__eq__", None)
    compare_quickly()
    assert certs.CertStoreEntry.__eq__ is None


def _shares_no_port(patch: Patch, folder: Path) -> None:
    with pytest.raises(CapabilityError, match="has one worker only"):
        shared_port.share(lambda client: None)
    assert "listen" not in vars(mode_servers.RegularInstance)


def _gives_no_clock(patch: Patch, folder: Path) -> None:
    with pytest.raises(CapabilityError, match="a recording's clock"), backdated(1):
        pass


def _copies_all_options(patch: Patch, folder: Path) -> None:
    set_: list[dict[str, object]] = []
    opts: Any = SimpleNamespace(update=lambda **changes: set_.append(changes))
    set_alone(opts, "mode", ["regular"])
    assert set_ == [{"mode": ["regular"]}]


def _adds_one_option_after_the_other(patch: Patch, folder: Path) -> None:
    opts, told = Options(), []
    note = partial(_note_names, told)  # a signal holds it weakly
    opts.changed.connect(note)
    loader: Any = addonmanager.Loader(SimpleNamespace(options=opts))
    add_options(loader, [("vcr_a", str, "1", "One."), ("vcr_b", str, "2", "Two.")])
    assert told == [{"vcr_a"}, {"vcr_b"}]
    assert (opts.vcr_a, opts.vcr_b) == ("1", "2")


def _note_names(told: list[set[str]], updated: set[str]) -> None:
    told.append(updated)


def _starts_at_once(patch: Patch, folder: Path) -> None:
    path = folder / "a.yaml"
    path.write_text("version: 2\ninteractions: []\n")
    settings = parse_settings(cassette=str(path), mode="replay_only")
    assert not is_enough(settings)
    patch.undo()
    assert is_enough(settings)


def _imports_at_once(patch: Patch, folder: Path) -> None:
    patch.delitem(sys.modules, "mitmproxy.addons")
    site = "mitmproxy.addons.onboardingapp"
    before = sys.modules.get(site)
    postpone()
    assert sys.modules.get(site) is before


def _makes_no_ca(patch: Patch, folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(CapabilityError, match="have no certificate authority"):
            ca.ensure_ca(folder)
        (folder / "mitmproxy-ca.pem").write_text(
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
        )


FALLBACKS: dict[str, Callable[[Patch, Path], None]] = {
    "connection refusal": _refuses_to_replay,
    "option takeover": _refuses_to_replay,
    "option check": _refuses_to_replay,
    "guard round the addons": _refuses_to_replay,
    "open connections": _refuses_to_replay,
    "place in the chain": _refuses_to_replay,
    "any header value": _keeps_headers_valid,
    "hook dispatch": _asks_as_mitmproxy_does,
    "stream replay": _has_no_stream,
    "backpressure": _asks_no_connection,
    "early response": _kills_the_call,
    "early ends": _holds_the_end,
    "WebSocket replay": _plays_no_socket,
    "URLs of WebSockets": _refuses_other_schemes,
    "upgraded connections": _hears_and_plays_nothing,
    "client resets": _goes_by_the_connection,
    "early resets": _waits_for_the_error_hook,
    "TLS alerts": _hears_no_alert,
    "end of TLS": _leaves_the_end_unsaid,
    "ends of origins": _takes_each_end_for_the_answer_s,
    "turns of events": _leaves_the_lock,
    "origins that leave": _lets_them_break,
    "trailers of HTTP/1": _sends_no_trailers,
    "errors after 100": _leaves_it_at_that,
    "cleartext HTTP/2": _leaves_the_layer,
    "ALPN choice": _leaves_alpn,
    "raw messages": _reads_properties,
    "waiting at the end": _does_not_wait,
    "exit from hooks": _ends_at_once,
    "silence limit": _never_gives_up,
    "fast lane": _takes_no_connection,
    "mitmproxy in process": _makes_no_master,
    "ports of their own": _opens_no_port,
    "shared port": _shares_no_port,
    "one option alone": _copies_all_options,
    "options together": _adds_one_option_after_the_other,
    "lean start": _starts_at_once,
    "late imports": _imports_at_once,
    "CA files": _makes_no_ca,
    "certificate store": _compares_what_they_hold,
    "backdated certificates": _gives_no_clock,
}


@pytest.mark.parametrize("name", NAMES)
def test_without_it_there_is_another_way(
    name: str, monkeypatch: Patch, tmp_path: Path
) -> None:
    CHANGES[name](monkeypatch)
    FALLBACKS[name](monkeypatch, tmp_path)


# The table


def _asked_for() -> set[str]:
    """The names that the code asks for, wherever it is."""
    found = set()
    for file in ROOM.parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("has", "require", "problem")
                and ast.unparse(node.func.value).endswith("capabilities")
            ):
                (argument,) = node.args
                assert isinstance(argument, ast.Constant), ast.unparse(node)
                found.add(argument.value)
    return found


def test_what_is_asked_for_is_in_the_table_and_all_of_the_table_is_asked_for() -> None:
    guards = {each.name for each in TABLE if each.guards}
    assert _asked_for() | guards == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_each_has_a_change_and_a_fallback_here() -> None:
    assert set(CHANGES) == set(FALLBACKS) == set(NAMES)


def test_the_documentation_has_the_table() -> None:
    script = ROOT / "scripts" / "docs.d" / "mitmproxy_page.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
