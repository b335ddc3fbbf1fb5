"""gRPC requests stream to the origin while they are recorded.

A call that goes both ways ends its request when it has its answers, so a request that
is held back until it is whole would wait for ever. Such a call is recorded, and marked
(``both ways``): in a replay nobody could tell what an answer was an answer to.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from mitmproxy import http

from mitmvcr.core.keys import url_key
from mitmvcr.core.model import Interaction
from mitmvcr.mitm import answers, early
from mitmvcr.mitm.streaming import Tee
from mitmvcr.mitm.view import View
from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")


class Upload(Tee):
    """The request of a recording, on its way."""

    def __init__(self, request: http.Request, view: View, spool: int) -> None:
        super().__init__(spool)
        self._request, self._view = request, view
        self._ended = self._answered_early = False

    def watch(self, tee: Tee) -> Callable[[bytes], bytes]:
        """The same tee, which notes an answer that comes before the request ended."""

        def pass_on(chunk: bytes) -> bytes:
            if chunk and not self._ended:
                self._answered_early = True
            return tee(chunk)

        return pass_on

    def end(self) -> None:
        """All of the request was sent."""
        self._ended = True

    def finish(self, recorded: Interaction) -> Interaction:
        """With the request as it was sent."""
        self._request.data.content = self.body()
        response = recorded.response
        if self._answered_early and not response.failure:
            response = replace(response, failure="both ways")
        return Interaction(0, self._view.to_request(self._request).request, response)


class BothWays:
    """The URLs of one session's calls that went both ways, each looked for once."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def includes(self, session: Session, url: str) -> bool:
        if url not in self._known:
            key, deck = url_key(url), session.deck
            self._known[url] = any(
                deck[position].response.failure == "both ways"
                for position, recorded in enumerate(deck.urls())
                if url_key(recorded) == key
            )
        return self._known[url]


def refuse(session: Session, flow: http.HTTPFlow) -> None:
    """Say so to the caller, whose request has not ended, and in the log."""
    session.refused()
    url = session.shown(flow.request.url)
    reason = (
        f"{url} is a call that goes both ways: it is recorded, and cannot be replayed,"
        " since nobody could tell what an answer was an answer to;"
        f" vcr_passthrough='~u {urlsplit(url).path}' lets it reach the origin"
    )
    early.answer(flow, answers.refused_call(flow.request, reason))
    logger.warning("mitmvcr: %s", reason)
