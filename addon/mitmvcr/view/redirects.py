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

#: A URL, and the Referer that leads to it.
Link = tuple[str, str]


class Redirects:
    """Recognizes the requests that Go's http.Client makes to follow a redirect.

    go-vcr records those with an empty proto and host, and its matcher compares these.
    They are recognized by an earlier redirect to the URL and by the Referer that Go
    sends (client.go: refererForURL). Each redirect is followed once.
    """

    _KEPT = 1000

    def __init__(self) -> None:
        self._expected: deque[_Redirect] = deque()
        #: The same redirects by the links that may follow them, in order.
        self._by_link: dict[Link, deque[_Redirect]] = {}

    @property
    def expects(self) -> bool:
        """Return whether some redirect was not followed yet."""
        return bool(self._expected)

    def expects_link(self, link: Link) -> bool:
        """Return whether a request with this link would follow a redirect."""
        return link in self._by_link

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
        if len(self._expected) >= self._KEPT:
            self._forget(self._expected[0])
        found = _Redirect(target, _links(asked, target))
        self._expected.append(found)
        for link in found.links:
            self._by_link.setdefault(link, deque()).append(found)

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
        return asked._replace(request=request, follows=True)

    def _take(self, request: Request) -> "_Redirect | None":
        expected = self._by_link.get(link_of(request))
        if not expected:
            return None
        first = expected[0]
        self._forget(first)
        return first

    def _forget(self, redirect: "_Redirect") -> None:
        self._expected.remove(redirect)
        for link in redirect.links:
            expected = self._by_link[link]
            expected.remove(redirect)
            if not expected:
                del self._by_link[link]


class _Redirect(NamedTuple):
    """``target`` as Go's URL has it, and the links that its follow-up may have."""

    target: str
    links: frozenset[Link]


def link_of(request: Request) -> Link:
    """Return the URL and the Referer of a request, as they are compared."""
    return url_key(request.url), url_key(header(request.headers, "Referer"))


def _links(asked: Request, target: str) -> frozenset[Link]:
    """Return the links that may follow a redirect. The Referer is the page that was
    left, or the one that the program set on its first request; from https to http only
    the latter is sent."""
    set_by_program = url_key(header(asked.headers, "Referer"))
    if asked.url.startswith("https:") and target.startswith("http:"):
        referers = {"", set_by_program}
    else:
        referers = {url_key(asked.url), set_by_program} - {""}
    key = url_key(target)
    return frozenset((key, referer) for referer in referers)


def _escaped(location: str) -> str:
    """Return a Location with its path in ASCII, as Go sends it; the query goes out
    as it came."""
    path, mark, rest = location.partition("?")
    path = quote(path, safe="!#$%&'()*+,/:;=@[]~", errors="surrogateescape")
    return path + mark + rest
