"""A miss is explained, logged and counted in one place."""

import logging
import time

from mitmvcr.core.model import Request
from mitmvcr.miss.missed import Miss
from mitmvcr.proxy import responses as answers
from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")


def missed(session: Session, request: Request) -> "tuple[Miss, str]":
    """Why nothing matched a request, also in one line, which stands in the log now."""
    started = time.monotonic_ns()
    found = session.explain(request)
    session.log.missed(found, time.monotonic_ns() - started)
    told = answers.told(found)
    logger.warning("mitmvcr: no match for %s", told)
    return found, told
