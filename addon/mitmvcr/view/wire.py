"""mitmproxy's flows as they were on the wire: the view ``vcr_view=wire``.

The same functions as in ``translate``, which has the Go view. What differs:

- Headers are all of them, named as sent; framing, ``Host`` and ``Connection`` too.
- Bodies keep their content coding, so ``uncompressed`` is never set.
- The request's protocol is the one that the client spoke, also for a redirect's
  follow-up, and nothing that Go's transport adds is taken out.
- ``content_length`` is what was announced, and -1 where nothing was; 0 for a request
  with no body.

A URL, a host and a form are written as in the Go view: they are what a request is
found by, here and in go-vcr. Credentials are left out of this view too.
"""

from dataclasses import replace

from mitmproxy import http

from mitmvcr.core.model import Headers, Request, Response
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.view import responses as translate
from mitmvcr.view.golang import text
from mitmvcr.view.redirects import Redirects
from mitmvcr.view.requests import Asked

#: Meant for this proxy, and never sent on.
_TO_PROXY = ("proxy-authorization", "proxy-connection")


def to_request(wire: http.Request) -> Asked:
    """The request as the client sent it."""
    asked = translate.to_request(wire)
    parts = request_parts(wire)
    body = parts.content or b""
    major, minor = _version(wire.http_version)
    headers = _headers(wire.headers)
    request = replace(
        asked.request,
        proto=wire.http_version,
        proto_major=major,
        proto_minor=minor,
        content_length=_announced(wire.headers, -1 if body else 0),
        transfer_encoding=_codings(wire.headers),
        trailer=_headers(parts.trailers),
        headers={n: each for n, each in headers.items() if n.lower() not in _TO_PROXY},
    )
    return asked._replace(request=request, decodes=())


def to_response(
    wire: http.Response, body: bytes, asked: Asked, *, duration: int
) -> Response:
    """The response as the origin sent it; ``duration`` in nanoseconds."""
    return replace(
        translate.to_response(wire, body, asked, duration=duration),
        content_length=_announced(wire.headers, -1),
        transfer_encoding=_codings(wire.headers),
        trailer=_headers(wire.trailers),
        headers=_headers(wire.headers),
    )


class NoRedirects(Redirects):
    """In the Go view the follow-up of a redirect is written in another way."""

    def note(self, asked: Request, wire: http.Response) -> None:
        """Nothing follows from it."""


def _headers(headers: http.Headers | None) -> Headers:
    found: dict[str, list[str]] = {}
    for name, value in headers.fields if headers else ():
        found.setdefault(text(name), []).append(text(value))
    return found


def _announced(headers: http.Headers, otherwise: int) -> int:
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() else otherwise


def _codings(headers: http.Headers) -> tuple[str, ...]:
    """As Go has them, which knows only ``chunked``."""
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    return ("chunked",) if chunked else ()


def _version(version: str) -> tuple[int, int]:
    major, _, minor = version.removeprefix("HTTP/").partition(".")
    return int(major or 0), int(minor or 0)
