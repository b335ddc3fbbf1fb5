"""All texts of a request and a response, each put through a function.

One walk serves all: learning, cleaning, finding, and telling whose a request is.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from mitmvcr.core import mqtt
from mitmvcr.core.bodies import form_fields
from mitmvcr.core.chunks import moved
from mitmvcr.core.frames import Frame
from mitmvcr.core.jsontext import is_json, read_value, write_value
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets.containers import (
    NOTHING,
    Leaf,
    Look,
    Said,
    said_by,
    through,
    through_message,
)
from mitmvcr.secrets.headers import (
    PROTOCOLS,
    masked_cookies,
    masked_protocols,
    masked_set_cookie,
)
from mitmvcr.secrets.lists import SET_COOKIES
from mitmvcr.secrets.names import BINARY, Names
from mitmvcr.secrets.runs import decoded_base64, encoded_as
from mitmvcr.secrets.scan import BYTES, Place

_MARK = re.compile(r"\[REDACTED:([\w.-]+)\]")
_AS_JSON = {"Content-Type": ["application/json"]}


class Text(NamedTuple):
    """A text in a message. ``where`` is as ``request.headers.Cookie``. ``name`` is that
    of a header, a cookie or a field whose whole value it is, in a ``place``; else
    ``kind`` is its Content-Type. Only what is known is looked for in one that is
    ``kept``. ``depth`` is how often it was encoded in the message."""

    where: str
    data: bytes
    name: str = ""
    place: Place = Place.TEXT
    kind: str = ""
    look: Look = Look.ALL
    is_kept: bool = False
    depth: int = 0


#: What is written in the place of a text.
Visit = Callable[[Text], bytes]


#: No client names a field so.
_NO_NAME = re.compile(r'["<{}\s]')


def _never(_: str) -> bool:
    return False


class Walk:
    """Goes through messages; ``kept`` are the only headers of requests that are
    written, None for all. Without ``names`` no name is that of a secret: all texts are
    visited as they stand."""

    def __init__(
        self,
        visit: Visit,
        names: Names | None = None,
        kept: frozenset[str] | None = None,
    ) -> None:
        self._visit, self._kept = visit, kept
        self._is_secret = names.header if names else _never
        self._is_kept = names.is_kept if names else _never

    def interaction(self, met: Interaction) -> Interaction:
        """Return an interaction as it may be written; the same one where nothing
        changed."""
        request, response = self.request(met.request), self.response(met.response)
        if request is met.request and response is met.response:
            return met
        return replace(met, request=request, response=response)

    def request(self, request: Request) -> Request:
        """Return a request as it may be written, without the headers that are nothing
        but a secret; the same one where nothing changed."""
        headers = self.request_headers(request.headers)
        body, headers = self._body(request, "request", headers)
        new = replace(
            request,
            url=self._text("request.url", request.url),
            host=self._text("request.host", request.host),
            content_length=_length(request, body),
            body=body,
            form=self._form(request, body),
            variables=self._variables(request.variables),
            echoes=tuple(self._text("request.echoes", e) for e in request.echoes),
            headers=headers,
            trailer=self._headers(request.trailer, "request.trailer"),
        )
        return request if new == request else new

    def request_headers(self, headers: Headers) -> Headers:
        seen = self._headers(headers, "request.headers")
        return {
            name: values
            for name, values in seen.items()
            if not self._is_secret(name)
            and (self._kept is None or name.lower() in self._kept)
        }

    def response(self, response: Response) -> Response:
        """Return a response as it may be written; the same one where nothing
        changed."""
        headers = self._headers(response.headers, "response.headers")
        body, headers = self._body(response, "response", headers)
        new = replace(
            response,
            status=self._text("response.status", response.status),
            content_length=_length(response, body),
            body=body,
            headers=headers,
            trailer=self._headers(response.trailer, "response.trailer"),
            chunks=moved(response.chunks, response.body, body),
            websocket=tuple(self._frames(response.websocket)),
        )
        return response if new == response else new

    def _frames(self, frames: Sequence[Frame]) -> Iterator[Frame]:
        """Yield the messages of a conversation; those that together are one packet are
        looked through as that."""
        parts = mqtt.connecting(frames)
        packet = self.message(b"".join(frames[at].content for at in parts))
        for at, frame in enumerate(frames):
            if at not in parts:
                content = self.message(frame.content)
            else:
                size = len(packet) if at == parts[-1] else len(frame.content)
                content, packet = packet[:size], packet[size:]
            yield frame._replace(content=content)

    def message(self, content: bytes) -> bytes:
        """Return a message of a WebSocket."""
        return through_message(content, self._leaf("response.websocket", NOTHING))

    def _text(self, where: str, text: str, *, is_kept: bool = False) -> str:
        if not text:
            return text
        return self._visited(text, Text(where, text.encode(*BYTES), is_kept=is_kept))

    def _named(self, where: str, name: str, value: str, place: Place) -> str:
        return self._visited(
            value, Text(where, value.encode(*BYTES), name or " ", place)
        )

    def _visited(self, text: str, seen: Text) -> str:
        new = self._visit(seen)
        return text if new is seen.data else new.decode(*BYTES)

    def _form(self, request: Request, body: bytes) -> Headers:
        """Return the fields of a form. Those of what is none, as the JSON that curl
        calls one, are pieces of it, in which a name may stand without its value: where
        something was hidden in it, they are those of what is left."""
        form = self._fields(request.form, "request.form")
        if body == request.body or not any(map(_NO_NAME.search, request.form)):
            return form
        own = {name for name, _ in form_fields(request.body)}
        others = {n: values for n, values in request.form.items() if n not in own}
        found = self._fields(others, "request.form")
        for name, value in form_fields(body):
            found[name] = [*found.get(name, ()), value]
        return found

    def _fields(self, form: Headers, where: str) -> dict[str, Sequence[str]]:
        names = "\n".join(form)
        is_same = self._text(where, names) is names
        found: dict[str, Sequence[str]] = {}
        for name, values in form.items():
            new = name if is_same else self._text(where, name)
            items = self._items(f"{where}.{new}", name, values)
            found[new] = [*found[new], *items] if new in found else items
        return found

    def _items(self, where: str, name: str, values: Sequence[str]) -> Sequence[str]:
        """Return the values of a field; the same ones where nothing changed, since an
        interaction of which nothing changed is not written anew."""
        new = [self._named(where, name, each, Place.QUERY) for each in values]
        return values if new == [*values] else new

    def _variables(self, variables: Headers) -> Headers:
        """Return what a test made up: a text as in a form, anything else as in JSON."""
        return {name: self._variable(name, each) for name, each in variables.items()}

    def _variable(self, name: str, items: Sequence[str]) -> Sequence[str]:
        where = f"request.variables.{name}"
        if not is_json(items):
            return self._items(where, name, items)
        body = json.dumps({name: read_value(items)}).encode()
        new = self._pieces(body, _AS_JSON, where)
        return items if new == body else write_value(*json.loads(new).values())

    # Headers

    def _headers(self, headers: Headers, where: str) -> Headers:
        names = "\n".join(headers)  # in one look: hardly ever is a secret in one
        is_same = self._text(where, names) is names
        return {
            name if is_same else self._name(where, name): self._values(
                f"{where}.{name}", name, values
            )
            for name, values in headers.items()
        }

    def _name(self, where: str, name: str) -> str:
        """Return a header's name; brackets cannot stand in one."""
        return _MARK.sub(r"redacted-\1", self._text(where, name))

    def _values(self, where: str, name: str, values: Sequence[str]) -> Sequence[str]:
        new = [self._value(where, name, value) for value in values]
        return values if new == list(values) else new

    def _value(self, where: str, name: str, value: str) -> str:
        def mask(cookie: str, secret: str) -> str:
            return self._named(where, cookie, secret, Place.COOKIE)

        lower = name.lower()
        if self._is_secret(name):
            if lower.endswith(BINARY):
                return self._binary(where, name[: -len(BINARY)], value)
            return self._named(where, name, value, Place.HEADER)
        if lower == "cookie":
            return masked_cookies(value, mask)
        if lower in SET_COOKIES:
            return masked_set_cookie(value, mask)
        if lower == PROTOCOLS and where.startswith("request"):

            def mask_piece(piece: str) -> str:
                return self._named(where, name, piece, Place.HEADER)

            value = masked_protocols(value, mask_piece)
        return self._text(where, value, is_kept=self._is_kept(name))

    def _binary(self, where: str, name: str, value: str) -> str:
        """Return a header in base64, which its client decodes."""
        plain = decoded_base64(value.encode(*BYTES))
        if plain is None:
            return self._named(where, name, value, Place.HEADER)
        new = self._visit(Text(where, plain, name, Place.HEADER))
        if new is plain:
            return value
        return encoded_as(value.encode(*BYTES), new, in_url=False).decode()

    # Bodies

    def _body(
        self, message: Request | Response, where: str, headers: Headers
    ) -> tuple[bytes, Headers]:
        """Return the body, and the headers with its length."""
        body = self._pieces(message.body, message.headers, where + ".body")
        if body is message.body:
            return body, headers
        length = [str(len(body))]
        return body, {
            name: length if name.lower() == "content-length" else values
            for name, values in headers.items()
        }

    def _pieces(self, body: bytes, headers: Headers, where: str) -> bytes:
        said = said_by(headers)
        return through(body, said, self._leaf(where, said))

    def _leaf(self, where: str, said: Said) -> Leaf:
        def leaf(data: bytes, look: Look) -> bytes:
            return self._visit(Text(where, data, kind=said.media, look=look))

        return leaf


def _length(message: Request | Response, body: bytes) -> int:
    """Return the length of a body. A HEAD has none: its length stays."""
    length = message.content_length
    is_same = body is message.body or length <= 0
    return length if is_same else len(body)
