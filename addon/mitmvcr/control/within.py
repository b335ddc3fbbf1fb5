"""The API and its page without a connection of their own: what came to the proxy's port
is answered in place, by the same handlers."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from tornado import httputil, web
from tornado.iostream import StreamClosedError

from mitmvcr.control.office import found_at
from mitmvcr.core.media import PROBLEM
from mitmvcr.core.urls import is_loopback

#: The paths of the proxy's own port that are the API's.
PREFIX = "/_vcr"


class Asked(NamedTuple):
    """A request; ``target`` is its path and query. ``host`` is the name that the client
    has for the proxy, ``reached`` the address that it came to."""

    method: str
    target: str
    headers: Iterable[tuple[bytes, bytes]]
    body: bytes
    host: str
    reached: str

    def packed(self) -> dict[str, Any]:
        """Return it as JSON can have it."""
        headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in self.headers]
        text = self.body.decode("latin-1")
        return {**self._asdict(), "headers": headers, "body": text}

    @classmethod
    def unpacked(cls, found: dict[str, Any]) -> "Asked":
        headers = [
            (n.encode("latin-1"), v.encode("latin-1")) for n, v in found["headers"]
        ]
        body = found["body"].encode("latin-1")
        return cls(**{**found, "headers": headers, "body": body})


class Live(Protocol):
    """What follows the beginning of a body that has no end yet."""

    async def next(self) -> bytes:
        """Return what comes next, b"" at the end."""

    def close(self) -> None:
        """End it: its client has left."""


class Answer(NamedTuple):
    """A response; ``body`` is all of it, or its beginning where there is a ``rest``."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    rest: Live | None = None

    def packed(self) -> list[Any]:
        """Return it as JSON can have it; what has no end yet ends."""
        if self.rest is not None:
            self.rest.close()
        return [*self[:3], self.body.decode("latin-1")]


def packed_answer(found: list[Any]) -> Answer:
    """Return what :meth:`Answer.packed` has made."""
    status, reason, headers, body = found
    pairs = [(name, value) for name, value in headers]
    return Answer(status, reason, pairs, body.encode("latin-1"))


def is_meant(target: str) -> bool:
    """Return whether a path is one of the API's."""
    return target[len(PREFIX) : len(PREFIX) + 1] in ("", "/", "?") and (
        target.startswith(PREFIX)
    )


async def answer(served: web.Application, asked: Asked) -> Answer:
    """Return what the API answers."""
    path, _, query = asked.target.partition("?")
    if path == PREFIX:  # what the page asks for stands beside it
        return _elsewhere(f"{PREFIX}/{query and '?'}{query}")
    connection = _Connection(asked.reached)
    try:
        request = _request(asked, connection)
    except httputil.HTTPInputError as error:
        return _refused(f"{error}")
    place = found_at.set(asked.host)
    try:
        served(request)
        return await connection.answered
    finally:
        found_at.reset(place)


def _request(asked: Asked, connection: "_Connection") -> httputil.HTTPServerRequest:
    """Raise HTTPInputError."""
    headers = httputil.HTTPHeaders()
    for name, value in asked.headers:
        headers.add(name.decode("latin-1"), value.decode("latin-1"))
    return httputil.HTTPServerRequest(
        asked.method,
        asked.target.removeprefix(PREFIX),
        "HTTP/1.1",
        headers,
        asked.body,
        connection=connection,
    )


def _elsewhere(place: str) -> Answer:
    headers = [("Location", place), ("Content-Length", "0")]
    return Answer(308, "Permanent Redirect", headers, b"")


def _refused(detail: str) -> Answer:
    title, status = "Bad Request", 400
    facts = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body = f"{json.dumps(facts, indent=2)}\n".encode()
    headers = [("Content-Type", PROBLEM), ("Content-Length", f"{len(body)}")]
    return Answer(status, title, headers, body)


class _Connection(httputil.HTTPConnection):
    """Collects what a handler writes; of what has no length it hands on one part after
    another, as :class:`Live`."""

    def __init__(self, reached: str) -> None:
        self._loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[Answer] = self._loop.create_future()
        self.is_from_here = is_loopback(reached)
        self._head: tuple[int, str, list[tuple[str, str]]] = (500, "", [])
        self._body = b""
        #: The parts that nobody has taken; None where there is a length.
        self._parts: asyncio.Queue[bytes] | None = None
        self._is_left = False

    def set_close_callback(self, _: object) -> None:
        """Take it as a connection that stays open; ``write`` says that it did not."""

    def write_headers(
        self, start_line: Any, headers: httputil.HTTPHeaders, chunk: bytes | None = None
    ) -> "asyncio.Future[None]":
        self._head = start_line.code, start_line.reason, list(headers.get_all())
        if "Content-Length" not in headers and start_line.code not in (204, 304):
            self._parts = asyncio.Queue()
            self._answer(chunk or b"", self)
            return self._written()
        return self.write(chunk or b"")

    def write(self, chunk: bytes) -> "asyncio.Future[None]":
        if self._parts is None:
            self._body += chunk
        elif not self._is_left:
            self._parts.put_nowait(chunk)
        return self._written()

    def finish(self) -> None:
        if self._parts is None:
            self._answer(self._body)
        else:
            self._parts.put_nowait(b"")

    async def next(self) -> bytes:
        return b"" if self._parts is None or self._is_left else await self._parts.get()

    def close(self) -> None:
        self._is_left = True
        self.finish()

    def _answer(self, body: bytes, rest: Live | None = None) -> None:
        if not self.answered.done():  # its client may have left
            self.answered.set_result(Answer(*self._head, body, rest))

    def _written(self) -> "asyncio.Future[None]":
        written: asyncio.Future[None] = self._loop.create_future()
        if self._is_left:
            written.set_exception(StreamClosedError())
            written.exception()  # tornado does not look at each
        else:
            written.set_result(None)
        return written
