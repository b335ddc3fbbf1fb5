"""A constant response as a user would write it: what a replay is compared with."""

from mitmproxy import http

BODY = b"[" + b"1," * 511 + b"]"


def request(flow: http.HTTPFlow) -> None:
    flow.response = http.Response.make(
        200,
        BODY,
        {
            "Content-Type": "application/json",
            "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
            "X-Request-Id": "req_0123456789abcdef",
        },
    )
