"""The page: its files, what it shows, and the events that say what has changed."""

import asyncio
import json
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from tornado.iostream import StreamClosedError

from mitmvcr.control.handlers import Handler
from mitmvcr.control.office import Facts, Office, Problem

#: Nothing but what is served here, nothing inline, and nobody's frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOLDER = Path(__file__).parent.parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
#: In seconds: as often it looks whether anything has changed, and so long it is silent
#: at most.
_PACE, _SILENCE = 0.25, 15.0
#: So many rows are sent at once.
_MOST = 1000
_MARKS = "/marks"


class Window(Protocol):
    """Shows what the sessions do. Methods with a session's name raise Problem."""

    def log(self, name: str, first: int, most: int) -> Facts:
        """Return what became of requests, from the entry ``first`` on: ``rows``, and
        ``total``."""

    def unused(self, name: str, first: int, most: int) -> Facts:
        """Return the interactions that nothing asked for, likewise."""

    def entry(self, name: str, number: int) -> Facts:
        """Return an entry of the log whole: its interaction, or why it missed."""

    def interaction(self, name: str, position: int) -> Facts:
        """Return an interaction whole."""

    async def search(self, name: str, text: str) -> Facts:
        """Return the positions of the interactions whose bodies hold a text."""

    def drop(self, name: str, position: int, *, dropped: bool) -> Facts:
        """Mark an interaction: it is not in the cassette when the session has ended."""

    def marks(self) -> Facts:
        """Return, by session, a value that differs when anything has changed, as
        ``sessions``; and as ``refused`` why clients could have none (``why``), and how
        many requests of theirs it was (``times``)."""


def routes(office: Office, window: Window, *, for_workers: bool) -> list[Any]:
    """Return what the page needs, as tornado's routes; ``for_workers``: what another
    worker needs to show it."""
    shown = {"office": office, "window": window}
    marks = [(_MARKS, _Marks, shown)] if for_workers else []
    name = "/sessions/([^/]+)"
    return [
        ("/(|page.js|page.css|view.js|lit-html.js)", _File, {"office": office}),
        ("/events", _Events, shown),
        (f"{name}/log", _Log, shown),
        (f"{name}/log/(\\d{{1,15}})", _Entry, shown),
        (f"{name}/unused", _Unused, shown),
        (f"{name}/search", _Search, shown),
        (f"{name}/interactions/(\\d{{1,15}})", _Interaction, shown),
        (f"{name}/interactions/(\\d{{1,15}})/dropped", _Dropped, shown),
        *marks,
    ]


@lru_cache(maxsize=16)
def file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


class _File(Handler):
    def get(self, name: str) -> None:
        name = name or "index.html"
        self.set_header("Content-Type", _TYPES[Path(name).suffix])
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(file(name))


class _Shown(Handler):
    def initialize(self, office: Office, window: Window) -> None:  # type: ignore[override]
        super().initialize(office)
        self.window = window

    def number(self, name: str, default: int) -> int:
        text = self.get_query_argument(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise Problem(400, name, "is no number", "use one from 0")
        return int(text)

    def span(self) -> tuple[int, int]:
        return self.number("from", 0), min(self.number("most", _MOST), _MOST)


class _Log(_Shown):
    def get(self, name: str) -> None:
        self.answer(self.window.log(name, *self.span()))


class _Unused(_Shown):
    def get(self, name: str) -> None:
        self.answer(self.window.unused(name, *self.span()))


class _Entry(_Shown):
    def get(self, name: str, number: str) -> None:
        self.answer(self.window.entry(name, int(number)))


class _Interaction(_Shown):
    def get(self, name: str, position: str) -> None:
        self.answer(self.window.interaction(name, int(position)))


class _Search(_Shown):
    async def get(self, name: str) -> None:
        text = self.get_query_argument("text", "", strip=False)
        if not text:
            raise Problem(400, "text", "is missing", "add ?text=")
        self.answer(await self.window.search(name, text))


class _Dropped(_Shown):
    def put(self, name: str, position: str) -> None:
        dropped = self.fields("dropped").get("dropped")
        if not isinstance(dropped, bool):
            raise Problem(422, "dropped", "is no switch", "use true or false")
        self.answer(self.window.drop(name, int(position), dropped=dropped))


class _Marks(_Shown):
    def get(self) -> None:
        self.answer(self.window.marks())


class _Events(_Shown):
    """Server-sent events: ``sessions`` has the state of all, and ``refused`` why
    clients could have none, each time something changed."""

    def head(self, *_: str) -> None:
        self._begin()

    def _begin(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("X-Accel-Buffering", "no")

    async def get(self) -> None:
        self._begin()
        seen: list[Facts] | None = None
        told: list[Facts] = []
        silent = 0.0
        try:
            while True:
                marks = await self.of_all(_MARKS, self.window.marks())
                if marks != seen:
                    seen, silent = marks, 0.0
                    each = await self.of_all("/sessions", self.office.sessions())
                    self.write(_event("sessions", [*chain.from_iterable(each)]))
                    refused = [each for one in marks for each in one["refused"]]
                    if refused != told:
                        told = refused
                        self.write(_event("refused", refused))
                    await self.flush()
                elif silent >= _SILENCE:
                    silent = 0.0
                    self.write(": still here\n\n")
                    await self.flush()
                await asyncio.sleep(_PACE)
                silent += _PACE
        except (StreamClosedError, asyncio.CancelledError):
            return  # whoever looked on has gone, or mitmproxy ends


def _event(name: str, facts: object) -> bytes:
    text = json.dumps(facts, ensure_ascii=True)
    return f"event: {name}\ndata: {text}\n\n".encode()
