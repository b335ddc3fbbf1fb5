"""gRPC requests stream to the origin while they are recorded.

A call that goes both ways ends its request when it has its answers, so a request that
is held back until it is whole would wait for ever. Such a call is recorded, and marked
(``both ways``): the recording does not say which message answers which.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from mitmproxy import http

from mitmvcr.core.model import Interaction, Request
from mitmvcr.proxy.flow import responses as answers
from mitmvcr.proxy.flow.refusals import missed
from mitmvcr.proxy.flow.streaming import Tee, pass_on
from mitmvcr.proxy.host import early_response
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.session import Session
from mitmvcr.view import View

logger = logging.getLogger("mitmvcr")


class Upload(Tee):
    """The request of a recording, on its way."""

    def __init__(self, request: http.Request, view: View, spool: int) -> None:
        super().__init__(spool)
        self._request, self._view = request, view
        self._ended = self._answered_early = False

    def watch(self, tee: Tee) -> Callable[[bytes], bytes]:
        """Return the same tee, which notes an answer that comes before the request
        ended."""

        def pass_on(chunk: bytes) -> bytes:
            if chunk and not self._ended:
                self._answered_early = True
            return tee(chunk)

        return pass_on

    def end(self) -> None:
        """Note that all of the request was sent."""
        self._ended = True

    def finish(self, recorded: Interaction) -> Interaction:
        """Return the interaction with the request as it was sent."""
        self._request.raw_content = self.body()
        response = recorded.response
        if self._answered_early and not response.failure:
            response = replace(response, failure="both ways")
        live = self._view.to_request(request_parts(self._request))
        return Interaction(0, live.request, response)


class Calls:
    """The calls that a session's cassette holds, by what counts of their URLs; each is
    looked at once."""

    def __init__(self, session: Session, view: View) -> None:
        self._session, self._view = session, view
        self._positions: defaultdict[Hashable, list[int]] = defaultdict(list)
        self._read = 0
        #: By its first position: how many like it were looked at, and what was found.
        self._both_ways: dict[int, tuple[int, bool]] = {}

    def of(self, request: http.Request) -> list[int]:
        """Return the positions of calls of this method at a URL that counts as the
        same. Its body is not known yet."""
        deck = self._session.deck
        if len(deck) > self._read:
            for position, url in enumerate(islice(deck.urls(), self._read, None)):
                self._positions[self._key(url)].append(self._read + position)
            self._read = len(deck)
        live = self._live(request)
        positions = self._positions.get(self._key(live.url))
        if positions is None:  # it may hold a secret, and the recorded one does not
            seen = self._session.redactor.request(live)
            positions = self._positions.get(self._key(seen.url), [])
        return positions

    def _key(self, url: str) -> Hashable:
        matcher = self._session.deck.matcher
        return matcher.bucket(url), urlsplit(matcher.url(url)).path

    def _live(self, request: http.Request) -> Request:
        return self._view.to_request(request_parts(request)).request

    def may_match(self, request: http.Request) -> bool:
        """Return whether a call may match, whatever its body will be, by the parts
        of its URL that count."""
        live, deck = self._live(request), self._session.deck
        seen = self._session.redactor.request(live)
        return deck.holds(live.url) or deck.holds(seen.url)

    def go_both_ways(self, positions: list[int]) -> bool:
        if not positions:
            return False
        count, both_ways = self._both_ways.get(positions[0], (0, False))
        deck = self._session.deck
        both_ways = both_ways or any(
            deck.head(position).response.failure == "both ways"
            for position in positions[count:]
        )
        self._both_ways[positions[0]] = len(positions), both_ways
        return both_ways


def let_pass(session: Session, flow: http.HTTPFlow) -> None:
    """Let it straight through as it comes, and its answer too (addon.py:
    responseheaders)."""
    session.passed()
    flow.request.stream = pass_on


def miss(session: Session, flow: http.HTTPFlow, view: View) -> None:
    """Tell the caller, who may wait for an answer before the request ends."""
    session.refused()
    live = view.to_request(request_parts(flow.request))
    _, line, answer = missed(session, live.request)
    if answer is not True:
        session.blocked(was_missed=True)
    early_response.answer(flow, answers.to_call(flow.request, line))


def block(session: Session, flow: http.HTTPFlow, why: str) -> None:
    """Refuse a call that a filter names, before its request ends."""
    session.blocked()
    early_response.answer(flow, answers.to_call(flow.request, f"blocked: {why}"))


def refuse(session: Session, flow: http.HTTPFlow) -> None:
    """Say so to the caller, whose request has not ended, and in the log."""
    session.refused()
    url = session.shown(flow.request.url)
    reason = session.spelling.text(
        f"{url} is a call that goes both ways: it is recorded, and cannot be replayed,"
        " since the recording does not say which message answers which;"
        f" vcr_passthrough='~u {urlsplit(url).path}' lets it reach the origin"
    )
    early_response.answer(flow, answers.to_call(flow.request, reason))
    logger.warning("mitmvcr: %s", reason)
