"""Files of mitmproxy's flows (``-w``), as interactions."""

import io
import re
from dataclasses import replace

from mitmproxy import exceptions, http
from mitmproxy.io import FlowReader

from mitmvcr.convert import Found, Note, UnreadableError
from mitmvcr.core.model import Interaction, Response
from mitmvcr.core.sendable import unfolded, why_not
from mitmvcr.proxy.flow.responses import is_own
from mitmvcr.proxy.flow.websocket import frames
from mitmvcr.proxy.host.messages import request_parts, response_parts
from mitmvcr.view import chosen
from mitmvcr.view.requests import LiveRequest

_FAILURES = (
    ("refused", re.compile(r"refused|errno 111", re.IGNORECASE)),
    ("timeout", re.compile(r"time ?d? ?out|errno 110", re.IGNORECASE)),
    ("reset", re.compile(r"reset|closed|disconnect|errno 104", re.IGNORECASE)),
)
_GATEWAY = {"timeout": (504, "504 Gateway Timeout")}
_BAD = (502, "502 Bad Gateway")


def read(data: bytes, found: Found) -> None:
    """Read a file of flows, as a recording would have recorded them. Raise
    UnreadableError."""
    view, redirects = chosen("go")
    number = 0
    try:
        for flow in FlowReader(io.BytesIO(data)).stream():
            if not isinstance(flow, http.HTTPFlow):
                kind = type(flow).__name__.removesuffix("Flow")
                found.notes.append(_left_out(number, "flow", f"is {kind}, not HTTP"))
            else:
                wire = request_parts(flow.request)
                asked = redirects.restate(view.to_request(wire), wire)
                _add(flow, asked, number, found)
                if flow.response is not None:
                    redirects.note(asked.request, response_parts(flow.response))
            number += 1
    except (exceptions.FlowReadException, ValueError, TypeError) as error:
        problem = f"ends in what is no flow, after {number}: {error}"
        if not number:
            raise UnreadableError(problem) from None
        found.notes.append(_left_out(None, "", problem))


def _left_out(number: int | None, field: str, problem: str) -> Note:
    return Note(number, field, f"left out: {problem}", is_loss=True)


def _add(flow: http.HTTPFlow, asked: LiveRequest, number: int, found: Found) -> None:
    if flow.request.method == "CONNECT":
        return  # of the tunnel alone
    response = _response(flow, asked)
    if isinstance(response, str):
        found.notes.append(_left_out(number, "response", response))
        return
    response = unfolded(response)
    field, problem = why_not(response)
    if problem:
        found.notes.append(_left_out(number, field, problem))
        return
    found.add(Interaction(0, asked.request, response))


def _response(flow: http.HTTPFlow, asked: LiveRequest) -> Response | str:
    """Return the answer, or why there is none."""
    answer = flow.response
    if answer is None:
        return _failed(flow)
    if answer.raw_content is None:
        return "its body was not kept"
    if answer.status_code == 101 and flow.websocket is None:
        return "it was upgraded, and what followed is another flow: record it instead"
    if is_own(answer):
        return "it is mitmvcr's own, of no origin"
    view, _ = chosen("go")
    wire = response_parts(answer)
    made = view.to_response(
        wire, answer.raw_content, asked, duration=_duration(flow, answer)
    )
    failure = "truncated" if flow.error is not None else ""
    return replace(made, websocket=frames(flow), failure=failure)


def _duration(flow: http.HTTPFlow, answer: http.Response) -> int:
    """Return the nanoseconds from the request's end to the head."""
    began = flow.request.timestamp_end or flow.request.timestamp_start
    # Microseconds are all that a float holds of today's seconds.
    return max(0, round((answer.timestamp_start - began) * 1e6)) * 1000


def _failed(flow: http.HTTPFlow) -> Response | str:
    reason = flow.error.msg if flow.error is not None else ""
    for failure, form in _FAILURES:
        if form.search(reason):
            code, status = _GATEWAY.get(failure, _BAD)
            return Response("HTTP/1.1", 1, 1, code=code, status=status, failure=failure)
    return f"has no answer: {reason}" if reason else "has no answer"
