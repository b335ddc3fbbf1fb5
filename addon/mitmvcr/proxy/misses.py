"""A miss is explained, logged and counted in one place."""

import logging
import time
from typing import NamedTuple

from mitmvcr.core.model import Request, Response
from mitmvcr.miss.explain import Miss
from mitmvcr.proxy import responses as answers
from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")


class Refusal(NamedTuple):
    """``told`` is the miss in one line. ``answer`` is what a hook said: whether the
    miss counts, or a response."""

    found: Miss
    told: str
    answer: Response | bool


def missed(session: Session, request: Request) -> Refusal:
    """Return why nothing matched a request. Where it counts, it stands in the log
    now."""
    started = time.monotonic_ns()
    found = session.explain(request)
    answer = session.told_miss(request, found)
    told = answers.told(found)
    if answer is True:
        session.log.missed(found, time.monotonic_ns() - started)
        logger.warning("mitmvcr: no match for %s", told)
    return Refusal(found, told, answer)
