"""Heads of HTTP messages within bodies: batches, logs, lists of headers."""

import json

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import lists
from mitmvcr.secrets.redactor import Redactor

SECRET = "q7Rk2Zp9Wm4Xc8Vb3Nt6"
LISTED = [name for entry in lists.HEADERS for name in entry.names.split()]
LINES = [
    *(f"{name.title()}: {SECRET}" for name in LISTED),
    *(f"{name}: {SECRET}" for name in ("x-plex-token", "FASTLY-KEY", "X-Session-Id")),
    f"Proxy-Authorization: Basic {SECRET}",
    f'Proxy-Authorization: Digest username="a", response="{SECRET}"',
    f"Cookie: sid={SECRET}",
    f'cookie: theme=dark; sid="{SECRET}"; lang=de',
    f"Set-Cookie: sid={SECRET}; Path=/; HttpOnly",
    f"Set-Cookie2: sid={SECRET}; Version=1",
    f"Sec-WebSocket-Protocol: v4.channel.k8s.io, bearer.{SECRET}",
]
REQUEST = "GET /x HTTP/1.1\r\nHost: h\r\n%s\r\nAccept: text/html\r\n\r\n"
PART = "--b\r\nContent-Type: application/http\r\n\r\n%s\r\n--b--\r\n"
IN = {
    "batch": (lambda line: PART % (REQUEST % line), "multipart/mixed; boundary=b"),
    "answer": (lambda line: f"HTTP/2 200\r\nServer: h\r\n{line}\r\n", "text/plain"),
    "lines": (lambda line: (REQUEST % line).replace("\r\n", "\n"), "text/plain"),
    "curl -v": (
        lambda line: "> " + (REQUEST % line).replace("\r\n", "\n> "),
        "text/plain",
    ),
    "JSON": (lambda line: json.dumps({"log": REQUEST % line}), "application/json"),
    "within": (
        lambda line: json.dumps({"a": json.dumps({"log": REQUEST % line})}),
        "application/json",
    ),
}


def written(text: str, media: str) -> tuple[str, str]:
    """Return a body of a request and one of a response as they are recorded."""
    headers, body = {"Content-Type": [media]}, text.encode()
    made = Interaction(
        0,
        Request(method="POST", url="http://h/", headers=headers, body=body),
        Response(code=200, status="200 OK", headers=headers, body=body),
    )
    done = Redactor().interaction(made)
    return done.request.body.decode(), done.response.body.decode()


@pytest.mark.parametrize("way", IN)
@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_head_is_hidden_as_the_header_is(way: str, line: str) -> None:
    make, media = IN[way]
    text = make(line)
    assert SECRET in text
    for body in written(text, media):
        assert SECRET not in body
        assert "[REDACTED:" in body
        before, _, after = text.partition(SECRET)
        assert body.startswith(before.rpartition(": ")[0])
        assert body.endswith(after[-2:])


@pytest.mark.parametrize(
    "text",
    [
        f'["Host: h", "Cookie: sid={SECRET}"]',
        f"curl -H 'Cookie: sid={SECRET}' http://h/",
        f"[11:00] COOKIE: theme=dark; sid={SECRET}\n",
    ],
)
def test_a_cookie_shows_by_its_name_alone(text: str) -> None:
    for body in written(text, "text/plain"):
        assert body == text.replace(SECRET, "[REDACTED:sid]")


@pytest.mark.parametrize(
    "text",
    [
        REQUEST % "Cookie: theme=dark; lang=de",
        REQUEST % "Sec-WebSocket-Protocol: graphql-transport-ws, mqttv5",
        REQUEST % "Authorization: Bearer <token>",
        REQUEST % f"Idempotency-Key: {SECRET}",
        f"GET /x HTTP/1.1\r\n\r\nX-Plex-Id: {SECRET}",
        f"my_cookie: sid={SECRET}",
        f"Cookie: of {SECRET} no name\n",
        f"GET /x HTTP/1.1 {SECRET}\nand no head\n",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert written(text, "text/plain") == (text, text)
