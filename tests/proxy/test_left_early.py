"""A client that asks, and leaves before its request was looked at."""

import pytest
from mitmproxy.connection import ConnectionState
from mitmproxy.http import HTTPFlow, Response
from mitmproxy.test import tflow

from rig import Rig, in_loop

EARLY = "it asked, and left before there could be an answer"


def leave(rig: Rig, *, tls: bool = False, answered: bool = False) -> HTTPFlow:
    flow = tflow.tflow(err=True)
    flow.request.url = "https://api.test/x?token=abcd-efgh-1"
    flow.request.timestamp_end = None  # mitmproxy has not read all of it
    flow.client_conn.state = ConnectionState.CLOSED
    flow.client_conn.sni = "api.test" if tls else None
    flow.client_conn.timestamp_tls_setup = 1.0 if tls else None
    flow.client_conn.tls = tls
    if answered:
        flow.response = Response.make(400)
    assert rig.vcr.error(flow) is None
    return flow


@in_loop
async def test_it_is_named_and_counted_where_it_was_to_be_recorded(
    tmp_path, caplog: pytest.LogCaptureFixture
):
    rig = Rig(vcr_cassette=str(tmp_path / "a.yaml"), vcr_mode="record_only")
    leave(rig)
    (line,) = [each.getMessage() for each in caplog.records if "broke" in each.message]
    assert line.startswith("mitmvcr: https://api.test/x?token=*** broke off")
    assert line.endswith(f" and is not recorded: {EARLY}")
    assert rig.session.summary().lost == 1
    assert rig.session.log.broken_tls == {}


@in_loop
async def test_who_asked_within_the_handshake_may_have_refused_our_certificate(
    tmp_path,
):
    """As lftp does, which sends its request before it looks at the certificate."""
    rig = Rig(vcr_cassette=str(tmp_path / "a.yaml"), vcr_mode="record_once")
    leave(rig, tls=True)
    assert rig.session.log.broken_tls == {"api.test": EARLY}


@pytest.mark.parametrize("why", ["answered", "passes", "replays"])
@in_loop
async def test_nothing_is_missing_where_nothing_was_to_be_recorded(tmp_path, why: str):
    cassette = tmp_path / "a.yaml"
    if why == "replays":
        cassette.write_text("---\nversion: 2\ninteractions: []\n")
    rig = Rig(
        vcr_cassette=str(cassette),
        vcr_mode="replay_only" if why == "replays" else "record_once",
        vcr_passthrough=["~d api.test"] if why == "passes" else [],
    )
    leave(rig, answered=why == "answered", tls=True)
    assert rig.session.summary().lost == 0
    assert bool(rig.session.log.broken_tls) is (why == "replays")


@pytest.mark.parametrize("mode", ["record_once", "passthrough"])
@in_loop
async def test_a_request_that_went_on_unrecorded_is_not_missing_when_its_client_leaves(
    tmp_path, caplog: pytest.LogCaptureFixture, mode: str
):
    """As a program's check for updates, which it leaves when it ends."""
    rig = Rig(vcr_cassette=str(tmp_path / "a.yaml"), vcr_mode=mode)
    flow = tflow.tflow(err=True)
    flow.request.url = "https://packages.httpie.io/latest.json"
    flow.client_conn.timestamp_tls_setup = 1.0
    flow.client_conn.tls = True
    assert rig.vcr.request(flow) is None
    assert flow.response is None
    flow.client_conn.state = ConnectionState.CLOSED
    assert rig.vcr.error(flow) is None
    assert rig.session.summary().lost == 0
    assert rig.session.log.broken_tls == {}
    assert not [each for each in caplog.records if "broke" in each.getMessage()]
