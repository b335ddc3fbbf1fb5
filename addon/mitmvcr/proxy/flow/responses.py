"""Answers that the proxy gives of itself: a miss, and a failure of the recorder."""

import base64
import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from mitmproxy import http

from mitmvcr.core.errors import VcrError
from mitmvcr.core.media import CONNECT, GRPC, PROBLEM, is_base64
from mitmvcr.core.wording import shown
from mitmvcr.miss.report import Miss, miss_facts
from mitmvcr.proxy.host.messages import request_parts

#: No common client retries it, and nobody takes it for the origin's own answer.
MISS_STATUS = 424
#: A client may take no more than 4 KiB of headers, and a proxy before it adds its own.
_REASON_BYTES = 1000
_LONGEST_URL = 300
_OWN = ("X-Vcr-Miss", "X-Vcr-Blocked", "X-Vcr-Error")
#: gRPC's own words for a miss, which nobody retries, and for our own failure.
_FAILED_PRECONDITION, _INTERNAL = "9", "13"
_CALLS = (GRPC.encode(), CONNECT.encode())
#: The flags of Connect's last message, which has the error, and of gRPC-Web's, which
#: has the trailers.
_END, _TRAILERS = b"\2", b"\x80"


def is_own(response: http.Response) -> bool:
    """Return whether the proxy gave an answer, and no origin."""
    return any(name in response.headers for name in _OWN)


def is_call(request: http.Request) -> bool:
    """Return whether it is a call of gRPC, or a stream of Connect, over HTTP/2: either
    may go both ways."""
    if request_parts(request).http_version != b"HTTP/2.0":
        return False
    for name, value in request.headers.fields:
        if name == b"content-type":  # over HTTP/2 names are in lower case
            return value.startswith(_CALLS)
    return False


def describe(error: Exception) -> str:
    """Return an error in one line."""
    if isinstance(error, VcrError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def one_line(explained: Miss) -> str:
    """Return a miss in one line, whatever was asked."""
    method, url = shown(explained.method), shown(explained.url, _LONGEST_URL)
    return f"{method} {url}: {explained.reason}"


def miss(
    explained: Miss, cassette: str, mode: str, *, head: bool = False
) -> http.Response:
    """Return the answer to a miss: what was requested, and what the cassette holds
    nearest to it. With ``head`` only the headers, since nothing may follow them."""
    title = "No recorded interaction matches this request"
    more = {"cassette": cassette, "mode": mode, **miss_facts(explained)}
    headers = {"X-Vcr-Miss": "1", "X-Vcr-Miss-Reason": _as_header(explained.reason)}
    return _problem(MISS_STATUS, title, one_line(explained), headers, more, head=head)


def unrecorded(response: http.Response, login: str) -> str:
    """Return what happened to a request whose answer is none to record: a status
    below 200, or one of a proxy on the way, to which ``login`` says how to get on."""
    if response.status_code == 407:
        of_proxy = "was answered with 407 by the proxy on the way out"
        return f"{of_proxy} ({login})"
    if response.status_code != 101:
        return (
            f"was answered with {response.status_code} first, which mitmproxy takes"
            " for the answer"
        )
    if response.headers.get("upgrade", "").lower() == "websocket":
        return "became a WebSocket, and vcr_websocket is not set"
    return "was upgraded to something else, which vcr_websocket would record"


def blocked(reason: str, *, head: bool = False) -> http.Response:
    """Return the refusal of a request that means nothing."""
    title = "mitmvcr blocked this request, and it was not sent anywhere"
    return _problem(
        403, title, reason, {"X-Vcr-Blocked": _as_header(reason)}, head=head
    )


def failure(reason: str, *, head: bool = False) -> http.Response:
    """Return the answer for a request that our own code failed on: nothing was sent."""
    title = "mitmvcr failed, and the request was not sent anywhere"
    return _problem(500, title, reason, {"X-Vcr-Error": _as_header(reason)}, head=head)


def unreachable(reason: str) -> http.Response:
    """Say that a tunnel leads nowhere, and what helps."""
    title = "the origin could not be reached"
    return _problem(502, title, reason, {"X-Vcr-Error": _as_header(reason)})


def no_session(reason: str, *, head: bool = False) -> http.Response:
    """Say that the client named no session that it can have; the request went nowhere.

    With 400 every client shows the body, and none tries again: 407 lets some ask for
    other credentials and lose the reason, and of an answer to CONNECT most show the
    status alone.
    """
    title = "mitmvcr has no session for this request, and did not send it"
    return _problem(400, title, reason, {"X-Vcr-Error": _as_header(reason)}, head=head)


def to_call(
    request: http.Request, reason: str, *, failed: bool = False
) -> http.Response:
    """Return a miss or a failure for a client of gRPC or Connect, which shows its user
    only a status and a message. gRPC's is a head alone, Connect's and gRPC-Web's a
    last message; the headers are those of the other answers."""
    kind = request.headers.get("content-type", GRPC)
    fields, told, body = {"Content-Type": kind}, _of_grpc(reason, failed=failed), b""
    if kind.startswith(CONNECT):
        body = _last_message(reason, failed=failed)
    elif kind.startswith(f"{GRPC}-web"):
        lines = "".join(f"{name.lower()}: {told[name]}\r\n" for name in told)
        body = _framed(_TRAILERS, lines.encode())
        body = base64.b64encode(body) if is_base64(kind) else body
    else:
        fields |= told
    fields["X-Vcr-Error" if failed else "X-Vcr-Miss"] = "1"
    response = http.Response.make(200, body, fields)
    del response.headers["Content-Length"]
    return response


def _of_grpc(reason: str, *, failed: bool) -> dict[str, str]:
    message = _as_header(reason).replace("%", "%25")
    status = _INTERNAL if failed else _FAILED_PRECONDITION
    return {"Grpc-Status": status, "Grpc-Message": message}


def _last_message(reason: str, *, failed: bool) -> bytes:
    code = "internal" if failed else "failed_precondition"
    error = {"code": code, "message": shown(reason, _REASON_BYTES)}
    return _framed(_END, json.dumps({"error": error}).encode())


def _framed(flag: bytes, said: bytes) -> bytes:
    return flag + len(said).to_bytes(4, "big") + said


def _problem(
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str],
    more: Mapping[str, object] = MappingProxyType({}),
    *,
    head: bool = False,
) -> http.Response:
    facts = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    text = json.dumps({**facts, **more}, indent=2, ensure_ascii=False)
    content = text.encode("utf-8", "backslashreplace") + b"\n"
    response = http.Response.make(
        status,
        b"" if head else content,
        {"Content-Type": PROBLEM, **headers},
    )
    response.reason = HTTPStatus(status).phrase  # mitmproxy 11 does not know 424
    response.headers["Content-Length"] = str(len(content))
    return response


def _as_header(text: str) -> str:
    """Return a text as a header value: printable ASCII and short."""
    line = shown(" ".join(text.split()), _REASON_BYTES)
    return line.encode("ascii", "backslashreplace")[:_REASON_BYTES].decode()
