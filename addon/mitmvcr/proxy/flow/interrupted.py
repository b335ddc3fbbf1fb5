"""What is kept of an exchange that did not reach its end, and why it did not.

Who ended it makes the difference. A client that leaves has what it wanted, and what
was delivered is worth keeping; an origin that breaks off is a failure, which is never
recorded as if it were whole.
"""

from dataclasses import replace
from typing import NamedTuple

from mitmproxy import http

from mitmvcr.codings import CodingError, are_accepted, decoded_start
from mitmvcr.core.events import has_ended
from mitmvcr.core.model import Interaction, Response
from mitmvcr.proxy.flow.exchange import Exchange
from mitmvcr.proxy.flow.streaming import TimedTee, with_chunks
from mitmvcr.proxy.flow.unreached import SHOW, with_remedy
from mitmvcr.proxy.host.messages import response_parts
from mitmvcr.proxy.host.options import gives_up_after
from mitmvcr.proxy.host.resets import was_left_by_client

#: What mitmproxy says where there was no reason, and how long before its first request
#: it opens a connection, in seconds.
_CLOSED, _AHEAD = "server closed connection", 1.0
_TIMED_OUT = ("timed out", "timeout", "Errno 110", "Errno 10060")
_GATEWAY = {
    "refused": (502, "502 Bad Gateway"),
    "reset": (502, "502 Bad Gateway"),
    "timeout": (504, "504 Gateway Timeout"),
}


class Broken(NamedTuple):
    """What is to be recorded, if anything, and what the log says, if anything."""

    interaction: Interaction | None
    line: str = ""


def broken(
    exchange: Exchange,
    response: http.Response | None,
    flow: http.HTTPFlow | None,
    now: int,
) -> Broken:
    """Return what to keep of an exchange. ``flow`` is None where the proxy itself
    ends; ``now`` is monotonic, in ns."""
    reason = _reason(flow)
    if response is not None and exchange.tee is not None:
        by_client = flow is None or was_left_by_client(flow)
        return _cut_short(exchange, response, reason, by_client=by_client)
    if flow is None or (response is not None and was_left_by_client(flow)):
        return Broken(None, f"broke off and is not recorded: {reason}")
    if response is not None:  # all of it was to come before any went on
        return Broken(None, _not_recorded(exchange, reason))
    if was_left_by_client(flow):
        silent = (now - exchange.sent) / 1e9
        if silent < gives_up_after():
            return Broken(None, f"broke off and is not recorded: {reason}")
        # It was mitmproxy that closed the client's connection.
        reason = f"timed out: there was no answer for {silent:.0f} s"
    return _failed(exchange, flow, reason, now)


def _reason(flow: http.HTTPFlow | None) -> str:
    """Return why it ended. A TLS alert of the origin says more than that the connection
    was closed."""
    if flow is None or flow.error is None:
        return "mitmproxy ends"
    return str(flow.server_conn.error or flow.error.msg)


def _cut_short(
    exchange: Exchange,
    response: http.Response,
    reason: str,
    *,
    by_client: bool,
) -> Broken:
    settings = exchange.player.settings
    came = _what_came(exchange, response)
    kept = Interaction(0, exchange.live_request.request, came)
    size = f"{len(came.body)} bytes"
    if has_ended(response.headers.get("content-type", ""), _plain(response, came)):
        return Broken(kept)
    if by_client:
        if settings.partial == "drop":
            return Broken(None, f"was left after {size} and is dropped (vcr_partial)")
        cut = replace(kept, response=replace(came, failure="left"))
        line = f"was left before its end: the {size} that came are recorded"
        return Broken(cut, line)
    if not settings.record_errors:
        return Broken(None, _not_recorded(exchange, reason))
    cut = replace(kept, response=replace(came, failure="truncated"))
    return Broken(cut, f"broke off after {size}, and is recorded so: {reason}")


def _plain(response: http.Response, came: Response) -> bytes:
    """Return the body as a program reads it, also where it is recorded in its
    coding."""
    if came.uncompressed:
        return came.body
    try:
        return decoded_start(came.body, _codings(response))
    except CodingError:
        return came.body


def _codings(response: http.Response) -> str:
    codings: str = response.headers.get("content-encoding", "")
    return codings


def _not_recorded(exchange: Exchange, reason: str, via: object = None) -> str:
    spelling = exchange.player.session.spelling
    return f"broke off and is not recorded: {with_remedy(reason, via, spelling)}"


def _what_came(exchange: Exchange, response: http.Response) -> Response:
    assert exchange.tee is not None
    body = exchange.tee.body()
    duration = exchange.head - exchange.sent
    wire, to_response = response_parts(response), exchange.player.view.to_response
    recorded = to_response(wire, body, exchange.live_request, duration=duration)
    codings = _codings(response)
    if not recorded.uncompressed and are_accepted(
        codings, exchange.live_request.decodes
    ):
        recorded = _decoded(recorded, body, codings)
    if isinstance(exchange.tee, TimedTee):
        recorded = with_chunks(recorded, exchange.tee, exchange.head, codings)
    return recorded


def _decoded(recorded: Response, body: bytes, codings: str) -> Response:
    """Return the response with its body decoded as far as that goes."""
    try:
        plain = decoded_start(body, codings)
    except CodingError:
        return recorded
    dropped = ("content-encoding", "content-length")
    kept = {n: v for n, v in recorded.headers.items() if n.lower() not in dropped}
    return replace(
        recorded, body=plain, headers=kept, uncompressed=True, content_length=-1
    )


def _failed(exchange: Exchange, flow: http.HTTPFlow, reason: str, now: int) -> Broken:
    """Return what to keep of an exchange without an answer."""
    if not exchange.player.settings.record_errors:
        if _may_be_refused(flow, reason):
            return Broken(None, f"broke off and is not recorded: {reason} ({SHOW})")
        return Broken(None, _not_recorded(exchange, reason, flow.server_conn.via))
    failure = _kind(flow, reason)
    code, status = _GATEWAY[failure]
    body = f"{reason}\n".encode("utf-8", "surrogateescape")
    response = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(body),
        body=body,
        headers={"Content-Type": ("text/plain",)},
        status=status,
        code=code,
        duration=now - exchange.sent,
        failure=failure,
    )
    kept = Interaction(0, exchange.live_request.request, response)
    return Broken(kept, f"failed, and is recorded so ({failure}): {reason}")


def _may_be_refused(flow: http.HTTPFlow, reason: str) -> bool:
    """Return whether the first request of a connection was answered by its end: under
    TLS 1.3 that may be all that comes of an alert, as whoever closes a socket with a
    request unread takes back what it has sent."""
    origin, asked = flow.server_conn, flow.request.timestamp_start
    begun = origin.timestamp_tls_setup
    is_first = begun is not None and begun > asked - _AHEAD
    return reason == _CLOSED and origin.tls_version == "TLSv1.3" and is_first


def _kind(flow: http.HTTPFlow, reason: str) -> str:
    if any(word in reason for word in _TIMED_OUT):
        return "timeout"
    return "reset" if flow.server_conn.timestamp_tcp_setup else "refused"
