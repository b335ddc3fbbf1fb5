"""The server, on this machine's own address."""

from collections.abc import Awaitable

from tornado import httpserver, netutil, web

from mitmvcr.control.handlers import ADDRESS, Handler
from mitmvcr.control.office import Office, Problem
from mitmvcr.control.page import Window, routes

_LARGEST = 1 << 20


class Server:
    """Listens from construction until ``close``; 0 is any free port. Raises OSError."""

    def __init__(self, port: int, office: Office, window: Window) -> None:
        sockets = netutil.bind_sockets(port, ADDRESS)
        self.port = int(sockets[0].getsockname()[1])
        self._server = httpserver.HTTPServer(
            _application(office, window),
            max_body_size=_LARGEST,
            max_buffer_size=2 * _LARGEST,
        )
        self._server.add_sockets(sockets)

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    def close(self) -> None:
        """Take no more requests; what is under way is answered."""
        self._server.stop()


def _application(office: Office, window: Window) -> web.Application:
    shared = {"office": office}
    return web.Application(
        [
            ("/health", _Health, shared),
            ("/sessions", _Sessions, shared),
            ("/sessions/([^/]+)", _Session, shared),
            ("/sessions/([^/]+)/cassette", _Cassette, shared),
            ("/sessions/([^/]+)/save", _Save, shared),
            ("/sessions/([^/]+)/variables", _Variables, shared),
            ("/ports", _Ports, shared),
            ("/ports/([^/]+)", _Port, shared),
            *routes(office, window),
        ],
        default_handler_class=_Nothing,
        default_handler_args=shared,
        log_function=lambda _: None,
    )


class _Nothing(Handler):
    def allowed(self) -> list[str]:
        return ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]

    def prepare(self) -> Awaitable[None] | None:
        super().prepare()
        remedy = "use /health, /sessions, /sessions/NAME or /ports"
        raise Problem(404, "path", "there is nothing here", remedy)


class _Health(Handler):
    def get(self) -> None:
        self.answer(self.office.health())


class _Sessions(Handler):
    def get(self) -> None:
        self.answer(self.office.sessions())

    async def post(self) -> None:
        self.answer(await self.office.open(self.wish()), 201)


class _Session(Handler):
    def get(self, name: str) -> None:
        self.answer(self.office.session(name))

    async def delete(self, name: str) -> None:
        self.answer(await self.office.end(name))


class _Cassette(Handler):
    async def put(self, name: str) -> None:
        self.answer(await self.office.switch(name, self.wish()))


class _Save(Handler):
    def post(self, name: str) -> None:
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
        self.answer(await self.office.ports.close(port))
