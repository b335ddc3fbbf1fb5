"""Files of mitmproxy's flows, as interactions."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from mitmproxy import flow as flows
from mitmproxy import http, websocket
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow
from wsproto.frame_protocol import Opcode

from mitmvcr.cli import main
from mitmvcr.convert import BY_NAME, Found, Source, format_of, lines, read
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.frames import Frame
from mitmvcr.format import reader
from mitmvcr.proxy.flow import saved


def written(*items: flows.Flow) -> bytes:
    file = io.BytesIO()
    writer = FlowWriter(file)
    for item in items:
        writer.add(item)
    return file.getvalue()


def found_in(*items: flows.Flow) -> Found:
    data = written(*items)
    form = format_of(data, "a")
    assert form is BY_NAME["mitmproxy"]
    return read(Source(data, "a"), form, saved.read)


def flow(url: str = "https://api.test/v1/a?b=1", **headers: str) -> http.HTTPFlow:
    made: http.HTTPFlow = tflow.tflow(resp=True)
    made.request = http.Request.make("POST", url, b"asked", {"Accept": "*/*"})
    made.request.timestamp_start, made.request.timestamp_end = 10.0, 11.0
    made.response = http.Response.make(201, b"made", headers)
    made.response.timestamp_start, made.response.timestamp_end = 11.25, 12.0
    return made


def notes_of(found: Found) -> Sequence[str]:
    return [str(line) for line in lines(found.notes)]


def test_a_flow_is_what_would_have_been_recorded() -> None:
    found = found_in(flow())
    (one,) = found.interactions
    assert notes_of(found) == []
    assert (one.request.method, one.request.body) == ("POST", b"asked")
    assert one.request.url == "https://api.test/v1/a?b=1"
    assert (one.response.code, one.response.body) == (201, b"made")
    assert one.response.duration == 250_000_000


def test_one_over_http_2_has_trailers_and_no_coding() -> None:
    made = flow()
    assert made.response is not None
    made.request.headers["Accept-Encoding"] = "gzip"
    made.response.http_version = "HTTP/2.0"
    made.response.headers["Content-Encoding"] = "gzip"
    made.response.content = b"made"
    made.response.trailers = http.Headers(((b"x-sum", b"9"),))
    (one,) = found_in(made).interactions
    assert (one.response.proto, one.response.body) == ("HTTP/2.0", b"made")
    assert one.response.uncompressed
    assert one.response.trailer == {"X-Sum": ["9"]}


@pytest.mark.parametrize(
    ("reason", "failure", "code"),
    [
        ("[Errno 111] Connect call failed", "refused", 502),
        ("Connection timed out", "timeout", 504),
        ("server closed connection", "reset", 502),
    ],
)
def test_one_that_failed_is_a_failure(reason: str, failure: str, code: int) -> None:
    made = flow()
    made.response, made.error = None, flows.Error(reason)
    (one,) = found_in(made).interactions
    assert (one.response.failure, one.response.code) == (failure, code)


def test_one_that_broke_off_is_truncated() -> None:
    made = flow()
    made.error = flows.Error("server closed connection")
    (one,) = found_in(made).interactions
    assert (one.response.failure, one.response.body) == ("truncated", b"made")


def test_messages_of_a_websocket() -> None:
    made = flow()
    assert made.response is not None
    made.response = http.Response.make(101, b"", {"Upgrade": "websocket"})
    made.response.timestamp_start = made.response.timestamp_end = 12.0
    made.websocket = websocket.WebSocketData(
        messages=[websocket.WebSocketMessage(Opcode.TEXT, True, b"hi", 12.5)]
    )
    (one,) = found_in(made).interactions
    assert one.response.websocket == (Frame(True, 500_000_000, "text", b"hi"),)


def test_what_is_no_exchange_is_left_out() -> None:
    silent, streamed, odd, tunnel = flow(), flow(), flow(), flow()
    silent.response = None
    strange = flow()
    strange.response, strange.error = None, flows.Error("what is this?")
    assert streamed.response is not None
    streamed.response.content = None
    assert odd.response is not None
    odd.response.status_code = 42
    tunnel.request.method = "CONNECT"
    refused = flow(**{"X-Vcr-Blocked": "it is to"})
    upgraded = flow()
    upgraded.response = http.Response.make(101, b"", {"Upgrade": "tcp"})
    found = found_in(
        *(tflow.ttcpflow(), silent, strange, streamed, odd, tunnel, tflow.tdnsflow()),
        *(refused, upgraded),
    )
    assert found.interactions == []
    assert notes_of(found) == [
        "interaction 0: flow: left out: is TCP, not HTTP",
        "interaction 1: response: left out: has no answer",
        "interaction 2: response: left out: has no answer: what is this?",
        "interaction 3: response: left out: its body was not kept",
        "interaction 4: response.code: left out: 42 is not a status from 200 to 999",
        "interaction 6: flow: left out: is DNS, not HTTP",
        "interaction 7: response: left out: it is mitmvcr's own, of no origin",
        "interaction 8: response: left out: it was upgraded, and what followed is"
        " another flow: record it instead",
    ]


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    data = written(flow(), flow())[:-10]
    found = read(Source(data, "a"), BY_NAME["mitmproxy"], saved.read)
    assert len(found.interactions) == 1
    assert "left out: ends in what is no flow, after 1: " in notes_of(found)[0]
    with pytest.raises(CassetteError, match="is not read as a file of mitmproxy's"):
        read(Source(data[:100], "a"), BY_NAME["mitmproxy"], saved.read)


def test_the_command_converts_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mitm"
    path.write_bytes(written(flow()))
    words = ["cassette", "convert", f"{path}", "-o", f"{tmp_path / 'b.yaml'}"]
    assert main(words) == 0
    assert len(reader.load(tmp_path / "b.yaml").interactions) == 1
    asked = ["--url", "https://api.test/v1/a?b=1", "--method", "POST"]
    assert main(["cassette", "explain", f"{path}", *asked, "--body", "asked"]) == 0
