"""What is recorded of a flow: the Go view, or what was on the wire."""

from typing import Protocol

from mitmvcr.core.model import Response
from mitmvcr.parsing import View as Name
from mitmvcr.view import responses as translate
from mitmvcr.view import wire as wireview
from mitmvcr.view.parts import RequestParts, ResponseParts
from mitmvcr.view.redirects import Redirects
from mitmvcr.view.requests import LiveRequest


class View(Protocol):
    """The module ``translate`` is one, ``wireview`` the other."""

    def to_request(self, wire: RequestParts) -> LiveRequest: ...

    def to_response(
        self, wire: ResponseParts, body: bytes, asked: LiveRequest, *, duration: int
    ) -> Response: ...


def chosen(name: Name) -> tuple[View, Redirects]:
    """Asked for once, so that no flow has to ask."""
    if name == "go":
        return translate, Redirects()
    return wireview, wireview.NoRedirects()
