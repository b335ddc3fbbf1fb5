"""What a client says of its session is read once, and taken out."""

from base64 import b64encode

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from mitmvcr.core.errors import OptionError
from mitmvcr.core.modes import Mode
from mitmvcr.proxy.connections import refuse_proxy_passwords
from mitmvcr.proxy.flow.player import DEFAULT
from mitmvcr.proxy.sessions.routes import Routes, Wanted
from rig import Rig, in_loop


def saying(*headers: tuple[str, str], client: str = "client") -> http.HTTPFlow:
    flow = tflow.tflow()
    flow.client_conn.id = client
    for name, value in headers:
        flow.request.headers.add(name, value)
    return flow


def user(text: str) -> tuple[str, str]:
    return "Proxy-Authorization", f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ([], Wanted(DEFAULT)),
        ([user(":")], Wanted(DEFAULT)),
        ([("Proxy-Authorization", "Basic")], Wanted(DEFAULT)),
        ([user("ok:")], Wanted("ok")),
        ([user("ok:x")], Wanted("ok")),
        ([("proxy-authorization", user("ok:x")[1].replace("B", "b"))], Wanted("ok")),
        ([user("ok:replay")], Wanted("ok", Mode.REPLAY_ONLY)),
        ([user("grüße:x")], Wanted("grüße")),
        ([("x-vcr-cassette", "a/b")], Wanted("a/b")),
        ([("X-Vcr-Cassette", "a"), ("X-Vcr-Cassette", "a")], Wanted("a")),
        ([("X-Vcr-Cassette", "a"), user("b:x")], Wanted("b")),
        ([("baggage", "vcr-session=a")], Wanted("a")),
        ([("Baggage", "k=1, vcr-session = a%2Fb;ttl=1 ,z=vcr-session")], Wanted("a/b")),
        ([("baggage", "k=1"), ("baggage", "vcr-session=a")], Wanted("a")),
        ([("baggage", "vcr-session=a,vcr-session=a")], Wanted("a")),
        ([("baggage", "vcr-session=a"), ("X-Vcr-Cassette", "b")], Wanted("b")),
        ([("baggage", "vcr-session=a"), user("b:x")], Wanted("b")),
        (
            [("baggage", "VCR-Session=a,my-vcr-session=b,vcr-session2=c")],
            Wanted(DEFAULT),
        ),
    ],
)
def test_a_session_is_named(headers: list[tuple[str, str]], wanted: Wanted) -> None:
    flow = saying(*headers)
    routes = Routes()
    assert routes.of(flow) == routes.of(flow) == wanted
    assert not {"proxy-authorization", "x-vcr-cassette"} & {
        name.lower() for name in flow.request.headers
    }


@pytest.mark.parametrize(
    ("headers", "line"),
    [
        ([("Proxy-Authorization", "Bearer abc")], "cannot be read"),
        ([("Proxy-Authorization", "Basic ***")], "cannot be read"),
        ([("Proxy-Authorization", "Basic /w==")], "cannot be read"),
        ([user("a:x"), user("b:x")], "Proxy-Authorization names several"),
        ([("X-Vcr-Cassette", "a"), ("X-Vcr-Cassette", "b")], "names several"),
        ([("X-Vcr-Cassette", "")], "has an empty part"),
        ([user("../a:x")], "leaves the folder"),
        ([("baggage", "vcr-session=..%2Fa")], "leaves the folder"),
        ([("baggage", "vcr-session")], "has an empty part"),
        (
            [("baggage", "vcr-session=a"), ("baggage", "vcr-session=b")],
            "vcr-session in baggage names several",
        ),
        ([user("a:b:x")], "holds ':'"),
        ([user("a:often")], "mode in the place of the password"),
    ],
)
def test_what_names_none_has_a_fault(headers: list[tuple[str, str]], line: str) -> None:
    wanted = Routes().of(saying(*headers))
    assert wanted.fault is not None
    assert line in str(wanted.fault)
    assert str(wanted.fault).startswith("session ")


def test_a_tunnel_has_one_session_and_a_port_comes_before_all() -> None:
    routes = Routes()
    connect = saying(user("ok:x"))
    routes.tunnel(connect)
    assert routes.of(saying(("X-Vcr-Cassette", "b"))) == Wanted("ok")
    assert routes.of(saying(("X-Vcr-Cassette", "b"), client="other")) == Wanted("b")
    assert routes.names(connect.client_conn) == ["ok"]
    at_port = saying(user("ok:x"))
    at_port.client_conn.sockname = ("127.0.0.1", 9)
    routes.ports[9] = "worker"
    assert routes.of(at_port) == Wanted("worker")
    assert routes.names(at_port.client_conn) == ["worker"]
    routes.tunnel(saying(client="third"))  # without a name each flow has its own
    assert routes.of(saying(("X-Vcr-Cassette", "c"), client="third")) == Wanted("c")
    assert routes.of(saying(client="third")) == Wanted(DEFAULT)
    assert routes.forget("third") == ["c", DEFAULT]
    assert routes.forget("third") == []
    assert routes.unnamed == 1


@in_loop
def test_a_connection_may_leave_only_for_a_session_that_it_was_used_for(
    tmp_path: object,
) -> None:
    rig = Rig(vcr_dir=str(tmp_path), vcr_mode="replay_only")
    nobody = saying()
    assert rig.connect(nobody, "address", 22)  # the default one cannot begin
    recorder = saying(user("new:record_only"), client="recorder")
    assert rig.connect(recorder, "address", 22)
    rig.vcr.choice.requestheaders(recorder)
    rig.vcr.request(recorder)
    assert recorder.response is None
    assert rig.connect(recorder, "address", 22) is None
    assert rig.connect(nobody, "address", 22)
    refused = saying(user("..:x"), client="refused")
    rig.vcr.choice.requestheaders(refused)
    assert refused.response is not None
    assert rig.connect(refused, "address", 22)
    assert not rig.vcr.connections.may_look_up(refused.client_conn)
    assert rig.vcr.connections.may_look_up(recorder.client_conn)
    rig.answer(recorder)
    rig.vcr.done()


@in_loop
def test_a_request_is_not_sent_where_nobody_read_its_session(tmp_path: object) -> None:
    """Another addon may have ended the hook in which it is read."""
    rig = Rig(vcr_dir=str(tmp_path), vcr_mode="record_once")
    refused = saying(user("..:x"))
    rig.vcr.request(refused)
    assert refused.response is not None
    assert refused.response.status_code == 400
    call = saying(user("..:x"), ("content-type", "application/grpc"))
    call.request.http_version = "HTTP/2.0"
    rig.vcr.request(call)
    assert call.response is not None
    assert "leaves the folder" in call.response.headers["grpc-message"]
    rig.vcr.done()


@in_loop
def test_mitmproxys_own_passwords_are_refused_beside_a_folder(tmp_path: object) -> None:
    rig = Rig()
    rig.options.add_option("proxyauth", str, "any", "")
    with pytest.raises(OptionError, match=r"proxyauth=\.\.\.: vcr_dir takes"):
        refuse_proxy_passwords(rig.options)


def test_a_port_that_no_session_owns_is_never_the_default_sessions() -> None:
    routes = Routes()

    def at_port() -> http.HTTPFlow:
        flow = saying(user("ok:x"))
        flow.client_conn.sockname = ("127.0.0.1", 9)
        return flow

    routes.point(9, "suite")
    assert routes.of(at_port()) == Wanted("suite")
    assert routes.take_ports("suite") == []  # it is not closed with the session
    for _ in ("without a session", "closed"):
        flow = at_port()
        assert "of port 9: it has none now" in str(routes.of(flow).fault)
        assert routes.names(flow.client_conn) == [""]
        routes.close(9)
    routes.point(9, "one")
    assert routes.names(at_port().client_conn) == ["one"]
    assert routes.port_of("one") == 9
