"""Answers that the proxy gives of itself: a miss, and a failure of ours."""

import json
from typing import TYPE_CHECKING

from mitmproxy import http

if TYPE_CHECKING:
    from mitmvcr.core.matching import Miss

#: No common client retries it, and nobody takes it for the origin's own answer.
MISS_STATUS = 424
_REASON_BYTES = 1000


def miss(found: "Miss", cassette: str, mode: str) -> http.Response:
    """What was asked, and what the cassette holds nearest to it."""
    body = {
        "type": "about:blank",
        "title": "No recorded interaction matches this request",
        "status": MISS_STATUS,
        "detail": f"{found.method} {found.url}: {found.reason}",
        "cassette": cassette,
        "mode": mode,
        "request": {"method": found.method, "url": found.url, "body": found.body},
        "nearest": [
            {
                "interaction": near.position,
                "method": near.method,
                "url": near.url,
                "used": near.used,
                "agree": list(near.agree),
                "differ": [
                    {"place": d.place, "asked": d.asked, "recorded": d.recorded}
                    for d in near.differ
                ],
            }
            for near in found.nearest
        ],
        "remedy": "record it again with mode record_only, or let new requests be"
        " recorded with mode replay_with_new_episodes",
    }
    headers = {"X-Vcr-Miss": "1", "X-Vcr-Miss-Reason": _one_line(found.reason)}
    return _problem(MISS_STATUS, body, headers)


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


def failure(reason: str) -> http.Response:
    """Our own code failed; the request went nowhere."""
    body = {
        "type": "about:blank",
        "title": "mitmvcr failed, and the request was not sent anywhere",
        "status": 500,
        "detail": reason,
    }
    return _problem(500, body, {"X-Vcr-Error": _one_line(reason)})


def _problem(
    status: int, body: dict[str, object], headers: dict[str, str]
) -> http.Response:
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return http.Response.make(
        status,
        text.encode("utf-8", "backslashreplace") + b"\n",
        {"Content-Type": "application/problem+json", **headers},
    )


def _one_line(text: str) -> str:
    """As a header value: printable ASCII and short."""
    line = " ".join(text.split()).encode("ascii", "backslashreplace").decode()
    return line[:_REASON_BYTES]
