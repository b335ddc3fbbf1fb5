"""Answers name options as whoever started the proxy can give them, as the log does."""

import tomllib
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.model import Cassette
from mitmvcr.format import writer
from mitmvcr.proxy.flow import grpc, refusals
from mitmvcr.session import Session
from mitmvcr.spelling import IN_MITMPROXY, OF_API, ON_COMMAND_LINE, Spelling
from rig import Rig, in_loop

SPELLINGS = {
    IN_MITMPROXY: ("vcr_passthrough='~u /x'", "vcr_dir=d", "vcr_secret=A_KEY"),
    ON_COMMAND_LINE: ("--passthrough '~u /x'", "--cassettes d", "--secret A_KEY"),
    OF_API: ("passthrough='~u /x'", " dir=d", " secret=A_KEY"),
}
spelled = pytest.mark.parametrize("spelling", SPELLINGS, ids=["set", "typed", "API"])


def replaying(tmp_path: Path, spelling: Spelling) -> Session:
    cassette = tmp_path / "a.yaml"
    cassette.write_bytes(writer.dumps(Cassette([])))
    rig = Rig()
    rig.vcr.sessions.spelling = spelling
    rig.options.update(vcr_cassette=str(cassette), vcr_mode="replay_only")
    return rig.session


def said(flow: http.HTTPFlow) -> str:
    assert flow.response is not None
    return f"{flow.response.headers} {flow.response.text}"


@spelled
@in_loop
def test_a_call_that_cannot_be_replayed(tmp_path: Path, spelling: Spelling) -> None:
    session = replaying(tmp_path, spelling)
    flow = tflow.tflow()
    flow.request.path = "/x"
    flow.request.headers["content-type"] = "application/grpc"
    grpc.refuse(session, flow)
    assert SPELLINGS[spelling][0] in said(flow)


@spelled
@pytest.mark.parametrize("media", ["", "application/grpc"])
@in_loop
def test_a_failure(tmp_path: Path, spelling: Spelling, media: str) -> None:
    session = replaying(tmp_path, spelling)
    flow = tflow.tflow()
    flow.request.headers["content-type"] = media
    refusals.fail(session, flow, VcrError("lost: see vcr_secret=A_KEY"))
    assert SPELLINGS[spelling][2] in said(flow)


@spelled
@pytest.mark.parametrize("media", ["", "application/grpc"])
def test_one_that_can_have_no_session(spelling: Spelling, media: str) -> None:
    flow = tflow.tflow()
    flow.request.headers["content-type"] = media
    refusals.turn_away(flow, OptionError("vcr_cassette", "", "vcr_dir=d"), spelling)
    assert SPELLINGS[spelling][1] in said(flow)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("(vcr_record_errors=yes would)", "(record_errors=yes would)"),
        ("--set vcr_cassette=FILE, or", "cassette=FILE, or"),
        ("vcr_unknown=1, a/vcr_mode", "vcr_unknown=1, a/vcr_mode"),
    ],
)
def test_the_api_has_no_prefix(text: str, named: str) -> None:
    assert OF_API.text(text) == named


def test_a_remedy_of_the_api_can_stand_in_a_file() -> None:
    options = [
        "vcr_match=method,path",
        "vcr_ignore_json=$.a=",
        'vcr_ignore_json=$.n["x,y"]=',
        "vcr_ignore_body=it's",
    ]
    assert OF_API.options(options) == (
        "match='method,path' ignore_json=['$.a=', '$.n[\"x,y\"]=']"
        ' ignore_body=["it\'s"]'
    )
    assert tomllib.loads(OF_API.options(options[1:3])) == {
        "ignore_json": ["$.a=", '$.n["x,y"]=']
    }
