"""Which requests Go's http.Client makes by itself."""

from collections import deque
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, urljoin

from mitmvcr.core.matching import url_key
from mitmvcr.core.model import Request, header
from mitmvcr.view.golang import text
from mitmvcr.view.parts import RequestParts, ResponseParts, value_of
from mitmvcr.view.requests import LiveRequest


class Redirects:
    """Tells the requests that Go's http.Client makes itself to follow a redirect.

    go-vcr records those with an empty proto and host, and its matcher compares
    them. They are known by an earlier redirect to this URL and by the Referer that
    Go sends (client.go: refererForURL). Each redirect is followed once.
    """

    _KEPT = 1000

    def __init__(self) -> None:
        self._expected: deque[_Redirect] = deque(maxlen=self._KEPT)

    @property
    def expects(self) -> bool:
        """Return whether some redirect was not followed yet."""
        return bool(self._expected)

    def note(self, asked: Request, wire: ResponseParts) -> None:
        if wire.status_code not in (301, 302, 303, 307, 308):
            return
        location = value_of(wire.headers, b"location")
        if location is None:
            return
        try:
            target = urljoin(asked.url, _escaped(location))
        except ValueError:
            return  # no URL: Go does not follow it either
        self._expected.append(
            _Redirect(target, url_key(target), _referers(asked, target))
        )

    def restate(self, asked: LiveRequest, wire: RequestParts) -> LiveRequest:
        """Return a follow-up as go-vcr records it, and any other request as it is."""
        followed = self._take(asked.request)
        if followed is None:
            return asked
        request = asked.request
        # An override of the Host is kept by Go where the Location is relative.
        named = request.url.startswith(f"{text(wire.scheme)}://{request.host}/")
        request = replace(
            request,
            proto="",
            proto_major=0,
            proto_minor=0,
            host="" if named else request.host,
            url=followed.target,
        )
        return asked._replace(request=request)

    def _take(self, request: Request) -> "_Redirect | None":
        url = url_key(request.url)
        referer = url_key(header(request.headers, "Referer"))
        for redirect in self._expected:
            if redirect.key == url and referer in redirect.referers:
                self._expected.remove(redirect)
                return redirect
        return None


class _Redirect(NamedTuple):
    """``target`` as Go's URL has it, its key, and the Referers that its follow-up may
    have."""

    target: str
    key: str
    referers: frozenset[str]


def _referers(asked: Request, target: str) -> frozenset[str]:
    """Return the Referers that may be sent: the page that was left, or what the
    program has set on its first request; neither is sent to http from https unless
    the program has set it."""
    set_by_program = url_key(header(asked.headers, "Referer"))
    if asked.url.startswith("https:") and target.startswith("http:"):
        return frozenset({"", set_by_program})
    return frozenset({url_key(asked.url), set_by_program} - {""})


def _escaped(location: str) -> str:
    """Return a Location with its path in ASCII, as Go sends it; the query goes out
    as it came."""
    path, mark, rest = location.partition("?")
    path = quote(path, safe="!#$%&'()*+,/:;=@[]~", errors="surrogateescape")
    return path + mark + rest
