"""The 101 of a replay is spelled as WebSocket clients look for it."""

import pytest
from mitmproxy import http

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.proxy.flow.websocket import accept


def test_the_protocol_has_the_spelling_of_the_rfc() -> None:
    """gql's client looks for this one spelling alone, and go-vcr writes another."""
    recorded = Response(code=101, headers={"Sec-Websocket-Protocol": ["graphql-ws"]})
    answer = http.Response.make(101, b"", {"Sec-Websocket-Protocol": "graphql-ws"})
    request = http.Request.make("GET", "http://h/", b"", {"Sec-WebSocket-Key": "a"})
    accept(Interaction(0, Request(), recorded), answer, request)
    spelled = [name for name, _ in answer.headers.fields]
    assert b"Sec-WebSocket-Protocol" in spelled
    assert b"Sec-Websocket-Protocol" not in spelled
    plain = http.Response.make(101, b"", {})
    accept(Interaction(0, Request(), Response(code=101)), plain, request)
    assert "Sec-WebSocket-Protocol" not in plain.headers


@pytest.mark.parametrize(
    ("recorded", "agreed", "live", "answered"),
    [
        ("[REDACTED:x]", "[REDACTED:x]", "t0ken", "t0ken"),
        ("chat, [REDACTED:x]", "[REDACTED:x]", "chat, t0ken", "t0ken"),
        ("chat, [REDACTED:x]", "chat", "chat, t0ken", "chat"),
        ("chat, [REDACTED:x]", "other", "chat, t0ken", "other"),
        ("[REDACTED:x]", "[REDACTED:x]", "chat, t0ken", "[REDACTED:x]"),
    ],
)
def test_a_token_that_was_agreed_on_is_the_one_that_is_offered_now(
    recorded: str, agreed: str, live: str, answered: str
) -> None:
    name = "Sec-WebSocket-Protocol"
    met = Interaction(
        0,
        Request(headers={"Sec-Websocket-Protocol": [recorded]}),
        Response(code=101, headers={"Sec-Websocket-Protocol": [agreed]}),
    )
    answer = http.Response.make(101, b"", {"Sec-Websocket-Protocol": agreed})
    request = http.Request.make("GET", "http://h/", b"", {name: live})
    accept(met, answer, request)
    assert answer.headers[name] == answered
