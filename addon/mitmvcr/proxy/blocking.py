"""Requests that are refused and do not count: those of a filter, and calls home."""

import logging
from collections.abc import Sequence

from mitmproxy import flowfilter, http

from mitmvcr.core.home_calls import HomeCall, home_call
from mitmvcr.options import BLOCK
from mitmvcr.proxy import responses as answers
from mitmvcr.proxy.connections import parse_filter
from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")

_NOT_KNOWN = "-known"


class Blocking:
    """What is blocked by a session's option ``block``. Raises OptionError."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._knows = _NOT_KNOWN not in texts
        self._filters: list[tuple[str, flowfilter.TFilter]] = [
            (text, parse_filter(text, BLOCK)) for text in texts if text != _NOT_KNOWN
        ]

    def by_filter(self, flow: http.HTTPFlow) -> str:
        """Return the filter that blocks the request, in any mode; empty for none."""
        for text, accepts in self._filters:
            if accepts(flow):
                return text
        return ""

    def calls_home(self, flow: http.HTTPFlow) -> HomeCall | None:
        """Return who is known to make such a request by itself, if anybody."""
        return home_call(flow.request.pretty_url) if self._knows else None

    def leaves_out(self, flow: http.HTTPFlow) -> bool:
        """Return whether a recording leaves the request out."""
        found = self.calls_home(flow)
        return found is not None and not found.is_recorded


def block(
    session: Session,
    flow: http.HTTPFlow,
    why: str,
    *,
    is_call: bool,
    was_missed: bool = False,
) -> None:
    """Refuse a request, or a gRPC call; it does not count, except as blocked."""
    session.blocked(was_missed=was_missed)
    told = f"{flow.request.method} {session.shown(flow.request.url)}: blocked: {why}"
    logger.info("mitmvcr: %s", told)
    head = flow.request.method == "HEAD"
    flow.response = (
        answers.to_call(flow.request, told)
        if is_call
        else answers.blocked(told, head=head)
    )
