"""The server and what it serves: all routes are listed here."""

import os
import socket
from collections.abc import Awaitable
from itertools import chain

from tornado import httpserver, web

from mitmvcr.control import openapi
from mitmvcr.control.handlers import LARGEST, Handler
from mitmvcr.control.office import PEM, Office, Problem
from mitmvcr.control.page import Window, routes
from mitmvcr.control.relay import Relay, healthy
from mitmvcr.core.urls import own_address
from mitmvcr.core.wording import authority

#: In bytes. What is longer than a body may be is still read, to say so; but not this.
_MOST = 16 * LARGEST


class Server:
    """Listens from construction until ``close``; port 0 is any free one. ``shared``:
    other processes listen there too. Raises OSError."""

    def __init__(
        self, host: str, port: int, served: web.Application, *, shared: bool = False
    ) -> None:
        listener = _bound(host, port, shared=shared)
        self._place = listener.getsockname()
        self._server = httpserver.HTTPServer(
            served, max_body_size=_MOST, max_buffer_size=_MOST + LARGEST
        )
        self._server.add_socket(listener)

    @property
    def url(self) -> str:
        """Return where this machine finds it."""
        host, port, *_ = self._place
        return f"http://{authority(own_address(host), port)}"

    def close(self) -> None:
        """Take no more requests; what is under way is answered."""
        self._server.stop()


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    """Return what listens there. tornado's own function leaves a socket that cannot to
    the garbage collector."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def application(
    office: Office,
    window: Window,
    token: str,
    relay: Relay | None = None,
    *,
    for_workers: bool = False,
) -> web.Application:
    """Return what answers; ``token`` is what callers have to know, if anything;
    ``relay`` asks other workers; ``for_workers``: it is they who ask."""
    shared = {"office": office}
    return web.Application(
        [
            ("/health", _Health, shared),
            ("/openapi.json", _Document, shared),
            ("/ca.pem", _Authority, shared),
            ("/sessions", _Sessions, shared),
            ("/sessions/([^/]+)", _Session, shared),
            ("/sessions/([^/]+)/cassette", _Cassette, shared),
            ("/sessions/([^/]+)/save", _Save, shared),
            ("/sessions/([^/]+)/variables", _Variables, shared),
            ("/ports", _Ports, shared),
            ("/ports/([^/]+)", _Port, shared),
            *routes(office, window, for_workers=for_workers),
        ],
        default_handler_class=_Nothing,
        default_handler_args=shared,
        log_function=lambda _: None,
        token=token,
        relay=relay,
    )


class _Nothing(Handler):
    def allowed(self) -> list[str]:
        return ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]

    def prepare(self) -> Awaitable[None] | None:
        super().prepare()
        remedy = "use /health, /sessions or /ports: /openapi.json lists them"
        raise Problem(404, "path", "there is nothing here", remedy)


class _Health(Handler):
    async def get(self) -> None:
        each = await self.of_all("/health", self.office.health(), all_run=True)
        self.answer(each[0] if self.relay is None else healthy(each))


class _Document(Handler):
    def get(self) -> None:
        office = self.office
        self.answer(openapi.document(office.options, office.version))


class _Authority(Handler):
    def get(self) -> None:
        self.set_header("Content-Type", PEM)
        self.finish(self.office.authority())


class _Sessions(Handler):
    async def get(self) -> None:
        each = await self.of_all("/sessions", self.office.sessions())
        self.answer([*chain.from_iterable(each)])

    async def post(self) -> None:
        self.answer(await self.office.open(self.wish()), 201)


class _Session(Handler):
    def get(self, name: str) -> None:
        self.answer(self.office.session(name))

    async def delete(self, name: str) -> None:
        self.answer(await self.office.end(name, self.fields("failed")))


class _Cassette(Handler):
    async def put(self, name: str) -> None:
        self.answer(await self.office.switch(name, self.wish()))


class _Save(Handler):
    def post(self, name: str) -> None:
        self.fields()
        self.answer(self.office.save(name))


class _Variables(Handler):
    def post(self, name: str) -> None:
        self.answer(self.office.variables(name, self.wish()))

    def get(self, name: str) -> None:
        self.answer(self.office.variables(name))


class _Ports(Handler):
    async def post(self) -> None:
        self.answer(await self.office.ports.open(self.wish()), 201)


class _Port(Handler):
    def put(self, port: str) -> None:
        self.answer(self.office.ports.point(port, self.wish()))

    async def delete(self, port: str) -> None:
        self.fields()
        self.answer(await self.office.ports.close(port))
