"""The entry of baggage that names a session is no part of what is recorded."""

import pytest

from mitmvcr.view import responses, wire
from mitmvcr.view.parts import PlainHeaders, PlainRequest


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (["vcr-session=a"], []),
        ([" vcr-session = a%2Fb;ttl=1\t"], []),
        (["userId=1,vcr-session=a, isProd=false"], ["userId=1, isProd=false"]),
        (["vcr-session=a, userId=1;p=2 ,  b"], ["userId=1;p=2 ,  b"]),
        (["userId=1", "vcr-session=a"], ["userId=1"]),
        # All others stay as they were sent.
        (["userId = Am%C3%A9lie ;p , x"], ["userId = Am%C3%A9lie ;p , x"]),
        (["my-vcr-session=1,a=vcr-session,b;vcr-session=2"],) * 2,
    ],
)
@pytest.mark.parametrize("view", [responses, wire])
def test_only_the_entry_of_the_session_is_left_out(
    view: object, sent: list[str], kept: list[str]
) -> None:
    fields = [(b"Baggage", each.encode()) for each in sent]
    fields.append((b"X-Other", b"vcr-session=a"))
    live = view.to_request(
        PlainRequest(
            host="api.test",
            port=443,
            method=b"GET",
            scheme=b"https",
            authority=b"api.test",
            path=b"/",
            http_version=b"HTTP/1.1",
            headers=PlainHeaders(tuple(fields)),
            content=b"",
            trailers=None,
        )
    )
    headers = dict(live.request.headers)
    assert headers.pop("Baggage", []) == kept
    assert headers["X-Other"] == ["vcr-session=a"]
