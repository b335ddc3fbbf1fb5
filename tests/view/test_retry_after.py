"""What makes a client wait becomes nothing; what does not stays as it is."""

import json

import pytest

from mitmvcr.core.chunks import Chunk
from mitmvcr.core.model import Response
from mitmvcr.view.retry_after import Client, without_waits


def left(code=200, agent="", codings="", trailer=None, **headers):
    """The values after, by the names in lower case."""
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    trailer = trailer or {}
    response = Response(code=code, headers=named, trailer=trailer)
    found = without_waits(response, Client(agent, codings))
    return {name.lower(): values[0] for name, values in found.headers.items()}


@pytest.mark.parametrize(
    ("name", "value", "shortest"),
    [
        ("Retry-After-Ms", "7000", "1"),
        ("retry_after_ms", "7000.5", "1"),
        ("X-Ms-Retry-After-Ms", "12", "1"),
        ("X-Amz-Retry-After", "1500", "1"),
        ("Openai-Poll-After-Ms", "5000", "1"),
        ("X-Ms-Retry-After-Ms", "00:00:00.033", "00:00:00.033"),
        ("Grpc-Retry-Pushback-Ms", "100", "1"),
        ("Grpc-Retry-Pushback-Ms", "-1", "-1"),
    ],
)
def test_milliseconds(name, value, shortest):
    assert left(**{name: value}) == {name.lower().replace("_", "-"): shortest}


@pytest.mark.parametrize("value", ["7", "Fri, 31 Dec 1999 23:59:59 GMT", ""])
def test_seconds_and_dates(value):
    assert left(Retry_After=value) == {"retry-after": "0", "retry-after-ms": "1"}
    azure = left(Retry_After=value, agent="azsdk-python-core/1.38 Python/3.13")
    assert azure == {"retry-after": "0.001", "retry-after-ms": "1"}


@pytest.mark.parametrize("code", [408, 503])
@pytest.mark.parametrize(
    "client",
    [
        {"agent": "okhttp/5.5.1", "codings": "br, gzip"},
        {"agent": "OpenAIClientImpl/Java 4.1.0", "codings": "gzip"},
    ],
)
def test_okhttp_is_not_made_to_ask_again_by_itself(code, client):
    """It does if it is told 0, and then only."""
    for value in ("7", "Fri, 31 Dec 1999 23:59:59 GMT", ""):
        assert int(left(code, **client, Retry_After=value)["retry-after"]) == 1
        assert left(429, **client, Retry_After=value)["retry-after"] == "0"
        azure = left(code, **client | {"agent": "azsdk-java"}, Retry_After=value)
        assert azure["retry-after"] == "0.001"
    for value in ("0", "00", " 0 "):
        assert left(code, **client, Retry_After=value)["retry-after"] == "0"


@pytest.mark.parametrize("value", ["100", "Fri, 31 Dec 1999 23:59:59 GMT", " 100 "])
def test_httpc_is_not_made_to_ask_again_by_itself(value):
    """It does after a 503 whose value has less than three characters."""
    assert left(503, Retry_After=value)["retry-after"] == "000"
    assert left(503, Retry_After=value, codings="gzip")["retry-after"] == "001"
    assert left(429, Retry_After=value)["retry-after"] == "0"
    assert left(503, Retry_After="99")["retry-after"] == "0"


def test_milliseconds_that_were_recorded_are_not_given_twice():
    both = left(Retry_After="7", retry_after_ms="7000")
    assert both == {"retry-after": "0", "retry-after-ms": "1"}


@pytest.mark.parametrize(
    ("name", "value", "over"),
    [
        ("X-Ratelimit-Reset", "1712345678", "0"),
        ("X-RateLimit-Reset-After", "1.25", "0"),
        ("x-ratelimit-reset-tokens", "6m0s", "0s"),
        ("x-ratelimit-reset-requests", "20ms", "0s"),
        ("X-Rate-Limit-Reset", "1712345678", "0"),
        ("RateLimit-Reset", "50", "0"),
        ("RateLimit", "limit=100, remaining=0, reset=50", None),
        ("RateLimit", '"default";r=0;t=30', None),
        (
            "anthropic-ratelimit-input-tokens-reset",
            "2026-08-10T12:10:00Z",
            "1970-01-01T00:00:00Z",
        ),
        ("X-Ratelimit-Reset", "soon", "soon"),
    ],
)
def test_the_end_of_a_window_that_is_used_up(name, value, over):
    expected = over or value.replace("50", "0").replace("30", "0")
    assert left(429, **{name: value}) == {name.lower(): expected}
    used_up = left(**{name: value, "X-Ratelimit-Remaining": "0"})
    assert used_up[name.lower()] == expected
    # Nobody waits where there is some left: it stays as it was.
    assert left(**{name: value}) == {name.lower(): value}
    some = left(**{name: value, "X-Ratelimit-Remaining": "59"})
    assert some[name.lower()] == value


def test_praw_does_not_spread_what_is_left_over_a_window():
    """It waits up to ten seconds before each request, by a good answer's headers."""
    reset, some = {"x-ratelimit-reset": "599"}, {"x-ratelimit-remaining": "500.0"}
    praw = left(agent="tests by example prawcore/4.0.0", **reset, **some)
    assert praw == {"x-ratelimit-reset": "0"} | some


@pytest.mark.parametrize(
    "name", ["X-Ratelimit-Limit", "X-Should-Retry", "Date", "X-Reset", "Look-After"]
)
def test_what_is_none_stays(name):
    response = Response(code=429, headers={name: ["7"]})
    assert without_waits(response, Client("azsdk-x")) is response


def test_a_trailer_of_grpc():
    trailer = {"Grpc-Retry-Pushback-Ms": ["5000"], "Grpc-Status": ["14"]}
    response = Response(code=200, headers={"A": ["b"]}, trailer=trailer)
    found = without_waits(response, Client())
    assert found.trailer == {"Grpc-Retry-Pushback-Ms": ["1"], "Grpc-Status": ["14"]}
    assert found.headers == {"A": ["b"]}


def body_left(body: bytes, code: int = 200, media: str = "application/json") -> bytes:
    response = Response(
        code=code,
        body=body,
        content_length=len(body),
        headers={"Content-Type": [media]},
        chunks=(Chunk(0, 0), Chunk(len(body) - 1, 5)),
    )
    found = without_waits(response, Client())
    assert found.content_length == len(found.body)
    assert found.chunks[-1].offset == len(found.body) - 1
    assert (found is response) == (found.body == body)
    return found.body


@pytest.mark.parametrize(
    ("body", "shortest"),
    [
        (
            b'{"retry_after": 65, "global": false}',
            b'{"retry_after": 1, "global": false}',
        ),
        (b'{"retry_after":0.65}', b'{"retry_after":0.001}'),
        (b'{"ok":false,"parameters":{"retry_after":35}}', None),
        (b'{"error":{"details":[{"retryDelay":"39s"}]}}', None),
        (b'[{"error":{"details":[{"retryDelay": "39.5s"}]}}]', None),
        (b'{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2000}', None),
        (b'{"kind":"Status","details":{"retryAfterSeconds":10}}', None),
        (b'{"retryAfter": 30}', b'{"retryAfter": 1}'),
        (b'{"retryAfterMs":"3000"}', b'{"retryAfterMs":"1"}'),
        (b'{"error":{"retry_after_seconds":60.0}}', None),
        (b'{"RetryAfter":9,"retryBudget":9}', b'{"RetryAfter":1,"retryBudget":9}'),
    ],
)
@pytest.mark.parametrize("code", [400, 409, 420, 429, 503, 529])
def test_what_an_error_says_of_when_to_come_back(body, shortest, code):
    changed = body_left(body, code)
    assert changed == (shortest or changed)
    assert changed != body
    json.loads(changed)
    assert body_left(body, 200) == body


def test_a_device_is_to_ask_again_soon():
    body = b'{"device_code":"d","interval":5,"expires_in":900}'
    assert body_left(body) == b'{"device_code":"d","interval":1,"expires_in":900}'
    aws = b'{"deviceCode":"d","expiresIn":600,"interval":5,"userCode":"U"}'
    assert body_left(aws) == aws.replace(b"5", b"1")
    assert body_left(b'{"interval":5}') == b'{"interval":5}'


@pytest.mark.parametrize(
    ("stream", "shortest"),
    [
        (b"retry: 3000\nid: 1\ndata:\n\n", b"retry: 0001\nid: 1\ndata:\n\n"),
        (b"data: a\n\nretry:9\r\n\r\n", b"data: a\n\nretry:1\r\n\r\n"),
        (b"data: retry: 3000\n\n", b"data: retry: 3000\n\n"),
        (b"retry: soon\n\n", b"retry: soon\n\n"),
    ],
)
def test_an_event_stream_is_opened_again_at_once(stream, shortest):
    assert body_left(stream, media="text/event-stream; charset=utf-8") == shortest
    assert body_left(stream, media="text/plain") == stream


def test_what_is_long_holds_no_hint():
    body = b'{"retry_after": 65, "text": "%b"}' % (b"x" * (1 << 16))
    assert body_left(body, 429) == body
