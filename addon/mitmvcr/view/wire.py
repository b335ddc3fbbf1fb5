"""Messages as they were on the wire: the view ``vcr_view=wire``.

The same functions as in ``responses``, which has the Go view. What differs:

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

from mitmvcr.core.model import Headers, Request, Response
from mitmvcr.view import responses as translate
from mitmvcr.view.golang import announced, text
from mitmvcr.view.parts import (
    Fields,
    HeaderFields,
    RequestParts,
    ResponseParts,
    value_of,
)
from mitmvcr.view.redirects import Redirects
from mitmvcr.view.requests import PROXY_HEADERS, LiveRequest


def to_request(wire: RequestParts) -> LiveRequest:
    """Return the request as the client sent it."""
    asked = translate.to_request(wire)
    body, proto = wire.content or b"", text(wire.http_version)
    major, minor = _version(proto)
    length = value_of(wire.headers, b"content-length") or ""
    request = replace(
        asked.request,
        proto=proto,
        proto_major=major,
        proto_minor=minor,
        content_length=announced(length, -1 if body else 0),
        transfer_encoding=_codings(wire.headers),
        trailer=_trailers(wire.trailers),
        # Those for a proxy are for this one, and never sent on.
        headers=_headers(asked.fields, drop=PROXY_HEADERS),
    )
    return asked._replace(request=request, decodes=())


def to_response(
    wire: ResponseParts, body: bytes, asked: LiveRequest, *, duration: int
) -> Response:
    """Return the response as the origin sent it; ``duration`` in nanoseconds."""
    length = value_of(wire.headers, b"content-length") or ""
    return replace(
        translate.to_response(wire, body, asked, duration=duration),
        content_length=announced(length),
        transfer_encoding=_codings(wire.headers),
        trailer=_trailers(wire.trailers),
        headers=_headers(wire.headers.fields),
    )


class NoRedirects(Redirects):
    """In the Go view the follow-up of a redirect is written in another way."""

    def note(self, asked: Request, wire: ResponseParts) -> None:
        """Do nothing: redirects are recorded as they were sent."""


def _trailers(trailers: HeaderFields | None) -> Headers:
    return _headers(trailers.fields) if trailers else {}


def _headers(fields: Fields, drop: frozenset[bytes] = frozenset()) -> Headers:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        if name.lower() not in drop:
            found.setdefault(text(name), []).append(text(value))
    return found


def _codings(headers: HeaderFields) -> tuple[str, ...]:
    """Return the codings as Go has them, which knows only ``chunked``."""
    chunked = "chunked" in (value_of(headers, b"transfer-encoding") or "").lower()
    return ("chunked",) if chunked else ()


def _version(version: str) -> tuple[int, int]:
    major, _, minor = version.removeprefix("HTTP/").partition(".")
    return int(major or 0), int(minor or 0)
