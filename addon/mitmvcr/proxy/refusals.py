"""Requests that are answered here and go nowhere: a miss, or a failure of the
recorder, is explained, logged and counted in one place."""

import logging
import time

from mitmproxy import http

from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Request
from mitmvcr.miss.report import Miss
from mitmvcr.proxy import responses as answers
from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")


def missed(session: Session, request: Request) -> tuple[Miss, str]:
    """Return why nothing matched a request, also in one line, which stands in the log
    now."""
    started = time.monotonic_ns()
    miss = session.explain(request)
    session.log.missed(miss, time.monotonic_ns() - started)
    line = answers.one_line(miss)
    logger.warning("mitmvcr: no match for %s", line)
    return miss, line


def refuse(session: Session, flow: http.HTTPFlow, request: Request) -> None:
    """Answer a request that nothing matched."""
    miss, line = missed(session, request)
    if answers.is_grpc(flow.request):
        flow.response = answers.to_call(flow.request, line)
        return
    summary = session.summary()
    flow.response = answers.miss(
        miss, summary.cassette, summary.mode, head=flow.request.method == "HEAD"
    )


def fail(session: Session, flow: http.HTTPFlow, error: Exception) -> None:
    """Answer a request that went wrong here, so that it goes nowhere; the session knows
    of it then."""
    reason = answers.describe(error)
    flow.response = (
        answers.to_call(flow.request, reason, failed=True)
        if answers.is_grpc(flow.request)
        else answers.failure(reason, head=flow.request.method == "HEAD")
    )
    session.note_failure(error)
    logger.error(
        "mitmvcr: %s %s: %s",
        flow.request.method,
        session.shown(flow.request.url),
        reason,
        exc_info=None if isinstance(error, VcrError) else error,
    )


def turn_away(flow: http.HTTPFlow, error: Exception) -> None:
    """Answer a request that can have no session."""
    reason = answers.describe(error)
    flow.request.stream = False  # mitmproxy takes no answer to what is on its way
    flow.response = (
        answers.to_call(flow.request, reason, failed=True)
        if answers.is_grpc(flow.request)
        else answers.no_session(reason, head=flow.request.method == "HEAD")
    )
    logger.error(
        "mitmvcr: a request to %s has no session: %s",
        flow.request.host,
        reason,
        exc_info=None if isinstance(error, VcrError) else error,
    )
