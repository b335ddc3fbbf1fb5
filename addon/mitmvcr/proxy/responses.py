"""Answers that the proxy gives of itself: a miss, and a failure of ours."""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from mitmproxy import http

from mitmvcr.core.wording import shown
from mitmvcr.miss.report import miss_facts

if TYPE_CHECKING:
    from mitmvcr.miss.explain import Miss

#: No common client retries it, and nobody takes it for the origin's own answer.
MISS_STATUS = 424
#: A client may take no more than 4 KiB of headers, and a proxy before it adds its own.
_REASON_BYTES = 1000
_LONGEST_URL = 300
#: gRPC's own words for a miss, which nobody retries, and for a failure of ours.
_FAILED_PRECONDITION, _INTERNAL = "9", "13"


def told(found: "Miss") -> str:
    """The miss in one line, whatever was asked."""
    return f"{shown(found.method)} {shown(found.url, _LONGEST_URL)}: {found.reason}"


def miss(
    found: "Miss", cassette: str, mode: str, *, head: bool = False
) -> http.Response:
    """What was asked, and what the cassette holds nearest to it. With ``head`` only
    the headers, since nothing may follow them."""
    body = {
        "type": "about:blank",
        "title": "No recorded interaction matches this request",
        "status": MISS_STATUS,
        "detail": told(found),
        "cassette": cassette,
        "mode": mode,
        **miss_facts(found),
    }
    headers = {"X-Vcr-Miss": "1", "X-Vcr-Miss-Reason": _one_line(found.reason)}
    return _problem(MISS_STATUS, body, headers, head=head)


def unrecorded(response: http.Response) -> str:
    """What happened to a request whose answer is none to record: a status below 200."""
    if response.status_code != 101:
        return (
            f"was answered with {response.status_code} first, which mitmproxy takes"
            " for the answer"
        )
    if response.headers.get("upgrade", "").lower() == "websocket":
        return "became a WebSocket, and vcr_websocket is not set"
    return "was upgraded"


def blocked(reason: str, *, head: bool = False) -> http.Response:
    """Return the refusal of a request that means nothing."""
    body = {
        "type": "about:blank",
        "title": "mitmvcr blocked this request, and it was not sent anywhere",
        "status": 403,
        "detail": reason,
    }
    return _problem(403, body, {"X-Vcr-Blocked": _one_line(reason)}, head=head)


def failure(reason: str, *, head: bool = False) -> http.Response:
    """Our own code failed; the request went nowhere."""
    body = {
        "type": "about:blank",
        "title": "mitmvcr failed, and the request was not sent anywhere",
        "status": 500,
        "detail": reason,
    }
    return _problem(500, body, {"X-Vcr-Error": _one_line(reason)}, head=head)


def to_call(
    request: http.Request, reason: str, *, failed: bool = False
) -> http.Response:
    """Either of them to a gRPC client, which shows its user nothing but a status and a
    message. It is all head, and says what a program may look for in the others."""
    fields = {
        "Content-Type": request.headers.get("content-type", "application/grpc"),
        "Grpc-Status": _INTERNAL if failed else _FAILED_PRECONDITION,
        "Grpc-Message": _one_line(reason).replace("%", "%25"),
        "X-Vcr-Error" if failed else "X-Vcr-Miss": "1",
    }
    response = http.Response.make(200, b"", fields)
    del response.headers["Content-Length"]
    return response


def _problem(
    status: int, body: dict[str, object], headers: dict[str, str], *, head: bool
) -> http.Response:
    text = json.dumps(body, indent=2, ensure_ascii=False)
    content = text.encode("utf-8", "backslashreplace") + b"\n"
    response = http.Response.make(
        status,
        b"" if head else content,
        {"Content-Type": "application/problem+json", **headers},
    )
    response.reason = HTTPStatus(status).phrase  # mitmproxy 11 does not know 424
    response.headers["Content-Length"] = str(len(content))
    return response


def _one_line(text: str) -> str:
    """As a header value: printable ASCII and short."""
    line = shown(" ".join(text.split()), _REASON_BYTES)
    return line.encode("ascii", "backslashreplace")[:_REASON_BYTES].decode()
