"""Streams that end only after another request, as they did when they were recorded:
MCP's listening GET ends with the DELETE of its session."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from mitmvcr.core.model import Request

_UNTIL = re.compile(r"(?:([0-9]{1,9}) )?(\S+) (.*)", re.DOTALL)


def until(began: Iterable[tuple[str, str]]) -> str:
    """Return what a stream waited for, as written in a cassette: the last of these
    requests, each a method and a URL, with its number among those of its kind, unless
    it was the first."""
    kinds = [f"{method or 'GET'} {_path(url)}" for method, url in began]
    if not kinds:
        return ""
    number = kinds.count(kinds[-1])
    return kinds[-1] if number == 1 else f"{number} {kinds[-1]}"


def _path(url: str) -> str:
    return urlsplit(url).path or "/"


class Hold:
    """One stream that is held open; ``text`` is what :func:`until` returned."""

    def __init__(self, text: str) -> None:
        found = _UNTIL.fullmatch(text)
        self._kind = f"{found[2]} {found[3]}" if found else ""
        self._left = int(found[1] or 1) if found else 0

    def __repr__(self) -> str:
        return f"<Hold {self._left} {self._kind}>"

    def met(self, request: Request) -> None:
        """Note that a request was replayed, as it was recorded."""
        if f"{request.method or 'GET'} {_path(request.url)}" == self._kind:
            self._left -= 1

    def stays(self) -> bool:
        """Return whether to hold the stream open still."""
        return self._left > 0


class Holds:
    """All held streams of a session."""

    def __init__(self) -> None:
        self._all: list[Hold] = []

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, text: str) -> Hold:
        hold = Hold(text)
        self._all.append(hold)
        return hold

    def met(self, request: Request) -> None:
        """Note that a request was replayed, as it was recorded."""
        for hold in self._all:
            hold.met(request)
        self._all = [hold for hold in self._all if hold.stays()]
