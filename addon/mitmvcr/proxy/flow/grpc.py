"""gRPC requests stream to the origin while they are recorded.

A call that goes both ways ends its request when it has its answers, so a request that
is held back until it is whole would wait for ever. Such a call is recorded with whose
turn it was (see core/calls.py). One of an older cassette, whose recording does not say
which message answers which (``both ways``), is refused.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Sequence
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from mitmproxy import http

from mitmvcr.core.calls import Part, Turns
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.steps import Steps
from mitmvcr.proxy.flow import responses as answers
from mitmvcr.proxy.flow.marks import mark_missed
from mitmvcr.proxy.flow.refusals import answered
from mitmvcr.proxy.flow.refusals import missing as why_missing
from mitmvcr.proxy.flow.streaming import Tee, pass_on
from mitmvcr.proxy.host import early_response
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.session import Seen, Session
from mitmvcr.view import View

logger = logging.getLogger("mitmvcr")

_OLD = "both ways"
#: One of these stands in each call that goes both ways.
_SIGNS = b"turns", _OLD.encode()


class Upload(Tee):
    """The request of a recording, on its way."""

    def __init__(self, request: http.Request, view: View, spool: int) -> None:
        super().__init__(spool)
        self._request, self._view = request, view
        self._turns = Turns()

    def __call__(self, chunk: bytes) -> bytes:
        self._turns.ask(chunk)
        return super().__call__(chunk)

    def sent(self) -> bytes | None:
        """Return what was sent so far, so that it can be sent again."""
        try:
            return self.body()
        except OSError:  # it is told where it is to be recorded
            return None

    def begin_answer(self) -> None:
        """Note that the head of the answer has come."""
        self._turns.begin_answer()

    def watch(self, tee: Tee) -> Callable[[bytes], bytes]:
        """Return the same tee, which notes whose turn it is."""

        def pass_on(chunk: bytes) -> bytes:
            self._turns.answer(chunk)
            return tee(chunk)

        return pass_on

    def end(self) -> None:
        """Note that all of the request was sent."""
        self._turns.end_request()

    def finish(self, recorded: Interaction) -> Interaction:
        """Return the interaction with the request as it was sent."""
        self._request.raw_content = self.body()
        response = replace(recorded.response, turns=self._turns.noted())
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
        some = (at for at in positions[count:] if deck.may_have(at, _SIGNS))
        heads = (deck.head(position).response for position in some)
        both_ways = both_ways or any(
            head.turns or head.failure == _OLD for head in heads
        )
        self._both_ways[positions[0]] = len(positions), both_ways
        return both_ways

    def parts(
        self, live: Request, positions: Sequence[int], roles: Container[int]
    ) -> Steps[list[Part]]:
        """Find what may answer a call, of which no message is known yet, the best
        first; also what others play, who may play another one. Each is read."""
        deck = self._session.deck
        seen = self._session.redactor.request(live)
        equals = yield from deck.equals_of(positions)
        open_ones = [at for at in positions if deck.may_answer(at) or at in roles]
        ranked = deck.ranked(open_ones, seen, live, equals)
        return [Part(position, deck.__getitem__) for position in ranked]


def playable(parts: Sequence[Part]) -> Steps[list[Part]]:
    """Find the recordings that say whose turn it was."""
    found = []
    for part in parts:
        if part.recorded.response.failure != _OLD:
            found.append(part)
        yield
    return found


def let_pass(session: Session, flow: http.HTTPFlow) -> None:
    """Let it straight through as it comes, and its answer too (addon.py:
    responseheaders)."""
    session.passed()
    flow.request.stream = pass_on
    early_response.pass_the_end(flow)


def missing(session: Session, flow: http.HTTPFlow, request: Request) -> Steps[None]:
    """Tell the caller, who may wait for an answer before the request ends."""
    told = yield from telling(session, flow, request)
    early_response.answer(flow, told)


def telling(
    session: Session,
    flow: http.HTTPFlow,
    request: Request,
    foreseen: Seen | None = None,
    said: int | None = None,
) -> Steps[http.Response]:
    """Find the answer to a call that is a miss, as far as its request is known; of one
    that goes on, ``said`` is the number of its messages until now."""
    session.refused()
    _, line, answer = yield from why_missing(session, request, foreseen, said)
    if isinstance(answer, Response) and flow.response is None:
        return answered(session, flow, request, answer)
    if answer is True:
        mark_missed(flow)
    else:
        session.blocked(was_missed=True)
    return answers.to_call(flow.request, line)


def block(session: Session, flow: http.HTTPFlow, why: str) -> None:
    """Refuse a call that a filter names, before its request ends."""
    session.blocked()
    early_response.answer(flow, answers.to_call(flow.request, f"blocked: {why}"))


def refuse(session: Session, flow: http.HTTPFlow) -> None:
    """Say so to the caller, whose request has not ended, and in the log."""
    session.refused()
    url = session.shown(flow.request.url)
    reason = session.spelling.text(
        f"{url} is a call that goes both ways, of a recording that does not say which"
        f" message answers which: record it anew, or vcr_passthrough='~u"
        f" {urlsplit(url).path}' lets it reach the origin"
    )
    early_response.answer(flow, answers.to_call(flow.request, reason))
    logger.warning("mitmvcr: %s", reason)
