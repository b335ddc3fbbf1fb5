"""The API without a connection of its own: what came to the proxy's port is answered in
place, by the same handlers."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from tornado import httputil, web

from mitmvcr.control.guards import is_loopback
from mitmvcr.control.handlers import PROBLEM
from mitmvcr.control.office import found_at

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


class Answer(NamedTuple):
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


def is_meant(target: str) -> bool:
    """Return whether a path is one of the API's."""
    return target[len(PREFIX) : len(PREFIX) + 1] in ("", "/", "?") and (
        target.startswith(PREFIX)
    )


async def answer(served: web.Application, asked: Asked) -> Answer:
    """Return what the API answers."""
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
    target = asked.target.removeprefix(PREFIX)
    return httputil.HTTPServerRequest(
        asked.method,
        target if target.startswith("/") else f"/{target}",
        "HTTP/1.1",
        headers,
        asked.body,
        connection=connection,
    )


def _refused(detail: str) -> Answer:
    title, status = "Bad Request", 400
    facts = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body = f"{json.dumps(facts, indent=2)}\n".encode()
    headers = [("Content-Type", PROBLEM), ("Content-Length", f"{len(body)}")]
    return Answer(status, title, headers, body)


class _Connection(httputil.HTTPConnection):
    """Collects what a handler writes."""

    def __init__(self, reached: str) -> None:
        self._loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[Answer] = self._loop.create_future()
        self.is_from_here = is_loopback(reached)
        self._status, self._reason = 500, ""
        self._headers: list[tuple[str, str]] = []
        self._body = b""

    def set_close_callback(self, _: object) -> None:
        """Take it as a connection that stays open."""

    def write_headers(
        self, start_line: Any, headers: httputil.HTTPHeaders, chunk: bytes | None = None
    ) -> "asyncio.Future[None]":
        self._status, self._reason = start_line.code, start_line.reason
        self._headers = list(headers.get_all())
        return self.write(chunk or b"")

    def write(self, chunk: bytes) -> "asyncio.Future[None]":
        self._body += chunk
        written: asyncio.Future[None] = self._loop.create_future()
        written.set_result(None)
        return written

    def finish(self) -> None:
        found = Answer(self._status, self._reason, self._headers, self._body)
        if not self.answered.done():  # its client may have left
            self.answered.set_result(found)
