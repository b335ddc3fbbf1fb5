"""How an exchange that failed is known by what mitmproxy says."""

import gzip

import pytest
from mitmproxy import flow, http
from mitmproxy.connection import ConnectionState
from mitmproxy.test import tflow

from memory_store import MemoryStore
from mitmvcr.core.modes import Mode, Repeats
from mitmvcr.options import Settings
from mitmvcr.parsing import View as Name
from mitmvcr.proxy.flow.exchange import forward
from mitmvcr.proxy.flow.interrupted import broken
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.flow.streaming import Tee
from mitmvcr.proxy.flow.unreached import with_remedy
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.session import Session
from mitmvcr.spelling import IN_MITMPROXY, OF_API, ON_COMMAND_LINE
from mitmvcr.view import View
from mitmvcr.view import responses as translate
from mitmvcr.view import wire as wireview

ALL = Settings(record_errors=True)
SECOND = 10**9


def fail(
    reason: str,
    *,
    connected: bool,
    settings: Settings = ALL,
    answer: http.Response | None = None,
) -> tuple[str, int]:
    failed = tflow.tflow()
    failed.error = flow.Error(reason)
    if not connected:
        failed.server_conn.timestamp_tcp_setup = None
    if reason == "Client disconnected.":
        failed.client_conn.state = ConnectionState.CLOSED
    session = Session(MemoryStore(), Mode.RECORD_ONLY, Repeats.NO, exists=False)
    asked = translate.to_request(request_parts(failed.request))
    exchange = forward({}, failed, Player(session, settings), asked)
    exchange.sent = SECOND
    found = broken(exchange, answer, failed, 3 * SECOND)
    if found.interaction is None:
        return found.line, 0
    response = found.interaction.response
    assert response.duration == 2 * SECOND
    assert reason.encode() in response.body
    return response.failure, response.code


@pytest.mark.parametrize(
    ("reason", "connected", "expected"),
    [
        ("[Errno 111] Connect call failed ('::1', 1)", False, ("refused", 502)),
        ("[Errno -2] Name or service not known", False, ("refused", 502)),
        ("[Errno 110] Connect call failed ('10.0.0.1', 1)", False, ("timeout", 504)),
        ("connection timed out", True, ("timeout", 504)),
        ("server closed connection", True, ("reset", 502)),
    ],
)
def test_a_failure_has_a_kind(
    reason: str, connected: bool, expected: tuple[str, int]
) -> None:
    assert fail(reason, connected=connected) == expected


def test_without_the_option_it_is_told_how_to_record_it() -> None:
    told, _ = fail("server closed connection", connected=True, settings=Settings())
    assert told == (
        "broke off and is not recorded: server closed connection"
        " (vcr_record_errors=yes would record the failure)"
    )


def test_so_is_an_answer_of_known_length_that_broke_off() -> None:
    """What its client left is no failure of the origin's."""
    cut, left = "closed (received 9 bytes, expected 100)", "Client disconnected."
    for reason, more in {
        cut: " (vcr_record_errors=yes would record the failure)",
        left: "",
    }.items():
        told, _ = fail(
            reason, connected=True, settings=Settings(), answer=http.Response.make()
        )
        assert told == f"broke off and is not recorded: {reason}{more}"


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("unable to get local issuer certificate", "vcr_upstream_ca=FILE trusts its"),
        ("self-signed certificate", "vcr_upstream_ca=FILE trusts its authority"),
        ("self-signed certificate in certificate chain", "vcr_upstream_ca=FILE trusts"),
        ("certificate has expired", "no authority helps there: vcr_insecure_upstream"),
        ("certificate is not yet valid", "no authority helps there"),
        ("hostname mismatch", "no authority helps there: vcr_insecure_upstream=yes"),
        ("IP address mismatch", "no authority helps there: vcr_insecure_upstream=yes"),
    ],
)
def test_the_cure_is_one_that_helps(reason: str, cure: str) -> None:
    told = with_remedy(f"Certificate verify failed: {reason}")
    assert told.startswith(f"Certificate verify failed: {reason} ({cure}")


def test_an_answer_that_mitmproxy_takes_for_an_attack_can_be_let_pass() -> None:
    """Old servers send chunks over HTTP/1.0."""
    why = "Received unexpected HTTP transfer-encoding b'chunked' for HTTP/1.0 from"
    why += " server, refusing to prevent request smuggling attacks"
    advice = ". Disable the validate_inbound_headers option to skip this check."
    told = with_remedy(why + advice)
    assert told == f"{why} (--set validate_inbound_headers=false takes it as it is)"


def test_who_asks_a_proxy_as_an_origin_is_told_that_it_is_one() -> None:
    told = with_remedy("Request destination unknown. Unable to figure out where")
    assert "(this port is a proxy, and it was asked as an origin is: give it" in told


@pytest.mark.parametrize(
    "reason",
    [
        "[Errno -2] Name or service not known",
        "[Errno -3] Temporary failure in name resolution",
        "[Errno -5] No address associated with hostname",
        "[Errno 8] nodename nor servname provided, or not known",
        "[Errno 11001] getaddrinfo failed",
    ],
)
def test_a_name_that_nobody_knows_is_the_origin_s_or_the_proxy_s(reason: str) -> None:
    proxy = ("http", ("nonsense", 80))
    for spelling, names in (
        (IN_MITMPROXY, "--set mode=upstream:URL name"),
        (ON_COMMAND_LINE, "HTTPS_PROXY"),
        (OF_API, "HTTPS_PROXY"),
    ):
        origin_s = with_remedy(reason, None, spelling)
        assert origin_s.startswith(f"{reason} (no such host is known here; where a pro")
        proxy_s = with_remedy(reason, proxy, spelling)
        assert proxy_s.startswith(f"{reason} (that is the proxy that {names}")
        assert names in origin_s


@pytest.mark.parametrize(
    "reason",
    [
        "Upstream proxy gate:8080 refused HTTP CONNECT request: 407 Proxy Authentic...",
        "The socks proxy gate:1080: it wants a user and a password",
        "The socks proxy gate:1080: it refuses this user and password",
    ],
)
def test_a_login_that_a_proxy_refuses_is_told_with_where_it_stands(reason: str) -> None:
    by_mode = f"{reason} (--set upstream_auth=USER:PASSWORD tells it"
    assert with_remedy(reason).startswith(by_mode)
    told = with_remedy(reason, None, ON_COMMAND_LINE)
    assert told.startswith(
        f"{reason} (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names that proxy; the "
    )
    assert "NO_PROXY" not in told


@pytest.mark.parametrize("view", [translate, wireview])
@pytest.mark.parametrize(("last", "failure"), [("[DONE]", ""), ("more", "left")])
def test_a_stream_that_was_left_ended_by_its_own_account_in_any_coding(
    view: View, last: str, failure: str
) -> None:
    made = http.Request.make("GET", "http://h/", headers={"Accept-Encoding": "gzip"})
    asked = view.to_request(request_parts(made))
    headers = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
    answer = http.Response.make(200, b"", headers)
    session = Session(MemoryStore(), Mode.RECORD_ONLY, Repeats.NO, exists=False)
    name: Name = "go" if view is translate else "wire"
    player = Player(session, Settings(view=name))
    exchange = forward({}, tflow.tflow(), player, asked)
    exchange.sent, exchange.tee = SECOND, Tee()
    exchange.tee(gzip.compress(f"data: {last}\n\n".encode()))
    found = broken(exchange, answer, None, 3 * SECOND)
    assert found.interaction is not None
    assert found.interaction.response.failure == failure
