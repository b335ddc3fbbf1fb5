"""Whatever was asked, the answer is one that any client can read."""

import base64
import json
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import http

from explained import explain
from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.miss.masking import masked
from mitmvcr.proxy.flow import responses as answers

WIRE = 4096
LONG = "x" * 70_000
GRPC = {"content-type": "application/grpc+proto"}


def header_bytes(response) -> bytes:
    lines = [name + b": " + value for name, value in response.headers.fields]
    return b"\r\n".join([b"HTTP/1.1 424 Failed Dependency", *lines, b"", b""])


def missed(method: str, url: str, body: bytes, *recorded: Request):
    deck = Deck([Interaction(i, each, Response()) for i, each in enumerate(recorded)])
    return masked(explain(Request(method=method, url=url, body=body), deck))


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", f"http://h/{LONG}", b""),
        (LONG, "http://h/", b""),
        ("GET", f"http://{LONG}/?{LONG}=é{LONG}", b""),
        ("GET", "http://h/\r\nX-Injected: 1\r\n\r\n", b""),
        ("GET", "http://h/\0\x1b[31m\x7f\x85\u2028", b""),
        ("GET", "http://h/é/日本語/😀?ü=ö", b""),
        ("GET", "http://h/\udcff\udc80", b""),
        ("PO\nST", "http://h/", b"\xff\0" * 5_000_00),
        ("POST", "http://h/", ("é😀\n" * 10_000).encode()),
    ],
)
@pytest.mark.parametrize("near", ["http://h/a", f"http://h/{LONG}y", "http://h/é\n"])
def test_the_headers_stay_below_4_kib_on_lines_of_their_own(method, url, body, near):
    found = missed(
        method, url, body, Request(method="GET", url=near, body="é".encode())
    )
    answer = answers.miss(found, "chat.yaml", "replay_only")
    head = header_bytes(answer)
    assert len(head) < WIRE
    assert len(head.split(b"\r\n")) == len(answer.headers.fields) + 3
    reason = answer.headers["X-Vcr-Miss-Reason"]
    assert reason.isascii()
    assert reason.isprintable()
    assert json.loads(answer.content)["request"]["url"]
    line = answers.one_line(found)
    assert line.isprintable()
    assert len(line) < WIRE


@given(st.text(), st.text(), st.binary())
def test_any_request_gets_one(method, url, body):
    found = missed(method, url, body, Request(method="GET", url=url + "x"))
    answer = answers.miss(found, "chat.yaml", "replay_only")
    assert len(header_bytes(answer)) < WIRE
    assert b"\n" not in answer.headers["X-Vcr-Miss-Reason"].encode()
    assert json.loads(answer.content)["status"] == 424


def test_what_was_asked_and_what_is_nearest_stand_in_the_body():
    near = Request(method="GET", url="http://h/?page=2&token=abc")
    found = missed("GET", "http://h/?page=3&token=abd", b"", near)
    problem = json.loads(answers.miss(found, "chat.yaml", "replay_only").content)
    assert problem["cassette"] == "chat.yaml"
    assert problem["detail"] == answers.one_line(found)
    assert problem["reason"] in problem["detail"]
    (nearest,) = problem["nearest"]
    assert (nearest["interaction"], nearest["agree"]) == (0, ["method", "body"])
    assert {"place": "query.page", "asked": '"3"', "recorded": '"2"'} in (
        nearest["differ"]
    )
    assert "abc" not in json.dumps(problem)
    assert "abd" not in json.dumps(problem)


@pytest.mark.parametrize("make", ["miss", "failure"])
def test_after_the_headers_of_a_head_comes_nothing(make):
    found = missed("HEAD", "http://h/", b"")
    told = [
        answers.miss(found, "chat.yaml", "replay_only", head=head)
        if make == "miss"
        else answers.failure("on purpose", head=head)
        for head in (False, True)
    ]
    whole, head = told
    assert head.raw_content == b""
    assert head.headers["Content-Length"] == str(len(whole.raw_content))
    assert head.headers.fields == whole.headers.fields


@pytest.mark.parametrize(
    ("reason", "start"),
    [(LONG, "xxx"), ("é😀\r\nGrpc-Status: 0", "\\xe9"), ("100 % of\0it", "100 % of")],
)
@pytest.mark.parametrize("failed", [False, True])
def test_a_grpc_client_gets_a_status_and_a_message(reason, start, failed):
    request = http.Request.make("POST", "https://h/S/M", b"", GRPC)
    answer = answers.to_call(request, reason, failed=failed)
    assert (answer.status_code, answer.raw_content) == (200, b"")
    assert answer.headers["content-type"] == GRPC["content-type"]
    assert answer.headers["grpc-status"] == ("13" if failed else "9")
    message = answer.headers["grpc-message"]
    assert message.isascii()
    assert message.isprintable()
    assert "\n" not in unquote(message)
    assert unquote(message).startswith(start)
    assert len(header_bytes(answer)) < WIRE


@pytest.mark.parametrize("kind", ["-web", "-web+proto", "-web-text+proto"])
@pytest.mark.parametrize("failed", [False, True])
def test_a_grpc_web_client_gets_them_at_the_end_of_the_body(kind, failed):
    """It reads no trailers, which a call that has begun would be ended by."""
    headers = {"content-type": f"application/grpc{kind}"}
    request = http.Request.make("POST", "https://h/S/M", b"", headers)
    answer = answers.to_call(request, "not\r\nrecorded", failed=failed)
    frame = answer.raw_content
    frame = base64.b64decode(frame) if "-text" in kind else frame
    status, message = b"13" if failed else b"9", b"not recorded"
    end = b"grpc-status: %b\r\ngrpc-message: %b\r\n" % (status, message)
    assert frame == b"\x80" + len(end).to_bytes(4, "big") + end
    assert "grpc-status" not in answer.headers
    assert answers.is_own(answer)
