"""Requests that are answered here and go nowhere: a miss, or a failure of the
recorder, is explained, logged and counted in one place."""

import logging
import time
from collections.abc import Awaitable
from typing import NamedTuple

from mitmproxy import http

from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.steps import Steps, finished
from mitmvcr.miss.report import Miss
from mitmvcr.proxy.flow import responses as answers
from mitmvcr.proxy.flow.marks import mark_missed
from mitmvcr.proxy.flow.turns import in_turns
from mitmvcr.proxy.host.messages import make_response, request_parts
from mitmvcr.session import Seen, Session
from mitmvcr.session.summary import SUMMED_UP
from mitmvcr.spelling import Spelling
from mitmvcr.view.restore import to_wire

logger = logging.getLogger("mitmvcr")


class Missed(NamedTuple):
    """``line`` is the miss in one line. ``answer`` is what a hook said: whether the
    miss counts, or a response."""

    miss: Miss
    line: str
    answer: Response | bool


def missing(
    session: Session,
    request: Request,
    foreseen: Seen | None = None,
    said: int | None = None,
) -> Steps[Missed]:
    """Say in steps why nothing matched a request; of a call that goes on, ``said`` is
    the number of its messages until now. Where it counts, it stands in the log
    then."""
    started = time.monotonic_ns()
    miss = yield from session.explaining(request, foreseen, said)
    answer = session.on_miss(request, miss)
    line = answers.one_line(miss)
    if answer is True:
        session.log.missed(miss, time.monotonic_ns() - started)
        logger.warning(
            "mitmvcr: %sno match for %s", session.whose, line, extra=SUMMED_UP
        )
    return Missed(miss, line, answer)


def tell(session: Session, request: Request, *, counts: bool) -> None:
    """Tell of a miss that nobody is answered, if it counts."""
    try:
        if not counts or finished(missing(session, request)).answer is not True:
            session.blocked(was_missed=True)
    except Exception as error:  # noqa: BLE001 - a hook's, whatever it is
        session.note_failure(error)


def refuse(
    session: Session, flow: http.HTTPFlow, request: Request
) -> Awaitable[None] | None:
    """Answer a request that nothing matched; the loop goes on while it is explained.
    What this returns may raise."""
    return in_turns(_refusing(session, flow, request))


def _refusing(session: Session, flow: http.HTTPFlow, request: Request) -> Steps[None]:
    miss, line, answer = yield from missing(session, request)
    if answer is True:
        mark_missed(flow)
    if answer is False:
        block(session, flow, "on_miss returned False", was_missed=True)
    elif isinstance(answer, Response):
        flow.response = answered(session, flow, request, answer)
    elif answers.is_call(flow.request):
        flow.response = answers.to_call(flow.request, line)
    else:
        summary = session.summary()
        head = flow.request.method == "HEAD"
        flow.response = answers.miss(miss, summary.cassette, summary.mode, head=head)


def answered(
    session: Session, flow: http.HTTPFlow, request: Request, answer: Response
) -> http.Response:
    """Return the answer of a hook as it is sent."""
    session.answered()
    sent = to_wire(Interaction(0, request, answer), request_parts(flow.request))
    return make_response(*sent)


def block(
    session: Session, flow: http.HTTPFlow, why: str, *, was_missed: bool = False
) -> None:
    """Refuse a request; it does not count, except as blocked."""
    session.blocked(was_missed=was_missed)
    line = f"{flow.request.method} {session.shown(flow.request.url)}: blocked: {why}"
    line = session.spelling.text(line)
    logger.info("mitmvcr: %s%s", session.whose, line)
    head = flow.request.method == "HEAD"
    flow.response = (
        answers.to_call(flow.request, line)
        if answers.is_call(flow.request)
        else answers.blocked(line, head=head)
    )


def fail(session: Session, flow: http.HTTPFlow, error: Exception) -> None:
    """Answer a request that went wrong here, so that it goes nowhere; the session knows
    of it then."""
    reason = session.spelling.text(answers.describe(error))
    flow.response = (
        answers.to_call(flow.request, reason, failed=True)
        if answers.is_call(flow.request)
        else answers.failure(reason, head=flow.request.method == "HEAD")
    )
    session.note_failure(error)
    logger.error(
        "mitmvcr: %s%s %s: %s",
        session.whose,
        flow.request.method,
        session.shown(flow.request.url),
        reason,
        exc_info=None if isinstance(error, VcrError) else error,
    )


def turn_away(flow: http.HTTPFlow, error: Exception, spelling: Spelling) -> None:
    """Answer a request that can have no session."""
    reason = spelling.text(answers.describe(error))
    flow.request.stream = False  # mitmproxy takes no answer to what is on its way
    flow.response = (
        answers.to_call(flow.request, reason, failed=True)
        if answers.is_call(flow.request)
        else answers.no_session(reason, head=flow.request.method == "HEAD")
    )
    logger.error(
        "mitmvcr: a request to %s has no session: %s",
        flow.request.host,
        reason,
        exc_info=None if isinstance(error, VcrError) else error,
    )
