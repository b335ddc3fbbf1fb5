"""What was sent, as it was sent."""

import pytest
from mitmproxy import http

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.proxy.host.messages import make_response, request_parts, response_parts
from mitmvcr.view import wire as wireview
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import to_wire

ASKED = LiveRequest(Request(method="GET"), decodes=())


def _ask(fields, body=b"", version="HTTP/1.1", method="GET"):
    made = http.Request.make(method, "https://h.test/p", body)
    made.headers = http.Headers(fields)
    made.http_version = version
    return request_parts(made)


def _answer(fields, body=b"", status=200):
    made = http.Response.make(status, body)
    made.headers = http.Headers(fields)
    return response_parts(made)


def test_gos_own_headers_stay():
    fields = [
        (b"Host", b"h.test"),
        (b"User-Agent", b"Go-http-client/1.1"),
        (b"Accept-Encoding", b"gzip"),
        (b"Connection", b"close"),
    ]
    got = wireview.to_request(_ask(fields))
    assert got.decodes == ()
    assert got.request.headers == {n.decode(): [v.decode()] for n, v in fields}


def test_what_is_meant_for_the_proxy_is_left_out():
    fields = [(b"PROXY-Authorization", b"Basic eA=="), (b"Proxy-Connection", b"close")]
    assert wireview.to_request(_ask(fields)).request.headers == {}


@pytest.mark.parametrize(
    ("connected", "host", "url"),
    [
        ("127.0.0.1:4566", "localhost:4566", "http://localhost:4566/p"),
        ("localhost:80", "127.0.0.1", "http://127.0.0.1/p"),
        ("[::1]:80", "LocalHost:80", "http://LocalHost:80/p"),
        ("127.0.0.1:4566", "localhost:4567", "http://127.0.0.1:4566/p"),
        ("127.0.0.1:80", "127.0.0.2", "http://127.0.0.1/p"),
        ("127.0.0.1:80", "api.test", "http://127.0.0.1/p"),
        ("api.test:80", "localhost", "http://api.test/p"),
    ],
)
def test_this_machine_has_the_name_that_the_program_uses(connected, host, url):
    made = http.Request.make("GET", f"http://{connected}/p")
    made.headers["Host"] = host
    assert wireview.to_request(request_parts(made)).request.url == url


def test_a_name_spelled_twice_stands_twice():
    got = wireview.to_request(_ask([(b"x-a", b"1"), (b"X-A", b"2"), (b"x-a", b"3")]))
    assert got.request.headers == {"x-a": ["1", "3"], "X-A": ["2"]}


def test_a_length_is_what_was_announced():
    lengths = [
        wireview.to_request(_ask(fields, body, method="POST")).request.content_length
        for fields, body in [
            ([], b""),
            ([(b"Content-Length", b"2")], b"ab"),
            ([(b"Transfer-Encoding", b"Chunked")], b"ab"),
            ([(b"Content-Length", "²".encode())], b"ab"),
        ]
    ]
    assert lengths == [0, 2, -1, -1]


def test_a_protocol_that_has_no_minor_version():
    got = wireview.to_request(_ask([], version="HTTP/3")).request
    assert (got.proto, got.proto_major, got.proto_minor) == ("HTTP/3", 3, 0)


def test_trailers_are_kept_as_spelled():
    response = http.Response.make(200)
    response.trailers = http.Headers([(b"x-sum", b"1")])
    got = wireview.to_response(response_parts(response), b"", ASKED, duration=1)
    assert got.trailer == {"x-sum": ["1"]}


def test_a_body_keeps_its_coding():
    fields = [(b"content-ENCODING", b"gzip"), (b"Connection", b"close")]
    got = wireview.to_response(_answer(fields), b"\x1f\x8b", ASKED, duration=7)
    assert (got.body, got.uncompressed) == (b"\x1f\x8b", False)
    assert got.headers == {"content-ENCODING": ["gzip"], "Connection": ["close"]}
    assert (got.content_length, got.duration) == (-1, 7)


def _replayed(body, *, code=200, once="gzip", now="identity"):
    recorded = Response(
        code=code, status="200 OK", body=body, headers={"content-ENCODING": ["gzip"]}
    )
    request = Request(headers={"accept-encoding": [once]})
    live = _ask([(b"Accept-Encoding", now.encode())])
    return make_response(*to_wire(Interaction(0, request, recorded), live))


def test_what_cannot_be_decoded_is_replayed_as_it_was():
    for again in (_replayed(b"no gzip"), _replayed(b"\x1f\x8b", code=206)):
        assert again.headers["content-encoding"] == "gzip"
        assert again.headers["content-length"] == str(len(again.raw_content))
