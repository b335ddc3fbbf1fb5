"""A message between the wire and the cassette: as go-vcr sees it, or as it was sent."""

from typing import Protocol

from mitmvcr.core.model import Response
from mitmvcr.parsing import View as Name
from mitmvcr.view import responses, wire
from mitmvcr.view.parts import RequestParts, ResponseParts
from mitmvcr.view.redirects import Redirects
from mitmvcr.view.requests import LiveRequest


class View(Protocol):
    """What is recorded of a flow: the modules ``responses`` and ``wire`` are views."""

    def to_request(self, wire: RequestParts) -> LiveRequest: ...

    def to_response(
        self, wire: ResponseParts, body: bytes, asked: LiveRequest, *, duration: int
    ) -> Response: ...


def chosen(name: Name) -> tuple[View, Redirects]:
    """Return the view of that name, and what it makes of redirects."""
    if name == "go":
        return responses, Redirects()
    return wire, wire.NoRedirects()
