"""The API of several workers: each answers for all of them. What is said of a session
its own worker answers, and lists are gathered."""

import json
from collections.abc import Awaitable
from typing import Any, Protocol

from tornado.httputil import HTTPServerRequest

from mitmvcr.control.office import Facts, Office, Problem, found_at
from mitmvcr.control.within import Answer, Asked

_HERE = "127.0.0.1"


class Others(Protocol):
    """The other workers, by number."""

    def elsewhere(self, name: str) -> int | None:
        """Return the worker that has a session, None if this one answers."""

    def others(self) -> list[int]:
        """Return all of them."""

    async def ask(self, number: int, asked: Asked) -> Answer:
        """Return what one answers. Raise Problem where it has ended."""


class Answering(Protocol):
    """What a handler of the API is here."""

    request: HTTPServerRequest
    path_args: list[str]
    office: Office

    def wish(self) -> Any: ...
    def clear(self) -> None: ...
    def set_status(self, status_code: int, reason: str | None = None) -> None: ...
    def set_header(self, name: str, value: str) -> None: ...
    def finish(self, chunk: bytes) -> Any: ...


class Relay:
    """Knows who answers a request; see :class:`Others`."""

    def __init__(self, others: Others) -> None:
        self._others = others

    def pass_on(self, handler: Answering) -> Awaitable[None] | None:
        """Let another worker answer a request, if it is for it. Raise Problem for what
        cannot be with several."""
        kind = handler.request.path.split("/")[1]
        if kind == "ports":
            detail = "is not served by several workers"
            remedy = "POST /sessions gives each session a port; or start one worker"
            raise Problem(409, "port", detail, remedy)
        if kind != "sessions" or not (name := _named(handler)):
            return None
        number = self._others.elsewhere(name)
        return None if number is None else self._hand(handler, number)

    async def _hand(self, handler: Answering, number: int) -> None:
        found = await self._others.ask(number, _asked(handler.request))
        handler.clear()
        handler.set_status(found.status, found.reason)
        for name, value in found.headers:
            handler.set_header(name, value)
        await handler.finish(found.body)

    async def gathered(
        self, request: HTTPServerRequest, path: str, *, all_run: bool
    ) -> list[Any]:
        """Return what each other worker answers to GET ``path``; one that has ended has
        nothing. Raise Problem where ``all_run``, and one has ended."""
        asked = _asked(request)._replace(method="GET", target=path, body=b"")
        found = []
        for number in self._others.others():
            try:
                answer = await self._others.ask(number, asked)
            except Problem:
                if all_run:
                    raise
                continue
            facts = json.loads(answer.body)
            if answer.status == 200:
                found.append(facts)
            elif all_run:
                named = (facts[key] for key in ("field", "detail", "remedy"))
                raise Problem(answer.status, *named)
        return found


def healthy(each: list[Facts]) -> Facts:
    """Return the health of all workers as one."""
    sessions = sum(facts["sessions"] for facts in each)
    return {**each[0], "sessions": sessions, "processes": len(each)}


def _named(handler: Answering) -> str:
    """Return the session that a request is about, "" if it is about none."""
    if handler.path_args:
        return handler.path_args[0]
    if handler.request.method != "POST":
        return ""
    wish = handler.office.named(handler.wish())
    name = wish.get("name", wish.get("cassette"))
    return name if isinstance(name, str) else ""


def _asked(request: HTTPServerRequest) -> Asked:
    """Return a request for another worker. Who may ask was looked at here, so that it
    comes from this machine."""
    method = "GET" if request.method == "HEAD" else f"{request.method}"
    pairs = request.headers.get_all()
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in pairs]
    found = found_at.get()
    return Asked(method, f"{request.uri}", headers, request.body, found, _HERE)
