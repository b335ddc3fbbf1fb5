"""The 101 of a replay is spelled as WebSocket clients look for it."""

from mitmproxy import http

from mitmvcr.core.model import Response
from mitmvcr.proxy.flow.websocket import accept


def test_the_protocol_has_the_spelling_of_the_rfc() -> None:
    """gql's client looks for this one spelling alone, and go-vcr writes another."""
    recorded = Response(code=101, headers={"Sec-Websocket-Protocol": ["graphql-ws"]})
    answer = http.Response.make(101, b"", {"Sec-Websocket-Protocol": "graphql-ws"})
    request = http.Request.make("GET", "http://h/", b"", {"Sec-WebSocket-Key": "a"})
    accept(recorded, answer, request)
    spelled = [name for name, _ in answer.headers.fields]
    assert b"Sec-WebSocket-Protocol" in spelled
    assert b"Sec-Websocket-Protocol" not in spelled
    plain = http.Response.make(101, b"", {})
    accept(Response(code=101), plain, request)
    assert "Sec-WebSocket-Protocol" not in plain.headers
