"""Streams that wait for another request, as they did when they were recorded: MCP's
listening GET ends with the DELETE of its session, and the answer to a call goes on once
the client has answered what the server asked on it."""

import json
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


def is_until(text: str) -> bool:
    """Return whether a text is one that :func:`until` may have returned."""
    return _UNTIL.fullmatch(text) is not None


def is_end_of(listening: Request, method: str, url: str) -> bool:
    """Return whether a later request ends what a stream was asked for by, as MCP's
    DELETE of a session does."""
    opens = listening.method in ("", "GET")
    return opens and method == "DELETE" and _path(url) == _path(listening.url)


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

    @property
    def is_deletion(self) -> bool:
        """Return whether it waits for a DELETE."""
        return self._kind.startswith("DELETE ")

    def may_be(self, url: str) -> bool:
        """Return whether a request to this URL may be what it waits for."""
        return self._kind.endswith(f" {_path(url)}")

    def expect(self, requests: Iterable[Request]) -> None:
        """Wait for no more than these, since no others can be replayed any more."""
        self._left = min(self._left, sum(map(self._is_one, requests)))

    def met(self, request: Request) -> None:
        """Note that a request was replayed, as it was recorded."""
        self._left -= self._is_one(request)

    def _is_one(self, request: Request) -> bool:
        return f"{request.method or 'GET'} {_path(request.url)}" == self._kind

    def stays(self) -> bool:
        """Return whether to hold the stream open still."""
        return self._left > 0


class Reply:
    """One stream that is held until the client answers a question of JSON-RPC's."""

    def __init__(self, number: object) -> None:
        self._number, self._waits = number, True

    def __repr__(self) -> str:
        return f"<Reply {self._number!r} {self._waits}>"

    def met(self, request: Request) -> None:
        """Note that a request was replayed, as it was recorded."""
        self._waits = self._waits and not is_reply(request.body, self._number)

    def stays(self) -> bool:
        """Return whether to hold the stream still."""
        return self._waits


def question_in(event: bytes) -> object | None:
    """Return the id of what a server asks in an event of a stream (MCP's sampling and
    elicitation); None where it asks nothing."""
    lines = [line[5:] for line in event.splitlines() if line.startswith(b"data:")]
    said = _said(b"\n".join(lines))
    return said.get("id") if "method" in said else None


def is_reply(body: bytes, number: object) -> bool:
    """Return whether a body answers the question that has this id."""
    said = _said(body)
    return "method" not in said and said.get("id", said) == number


def _said(text: bytes) -> dict[str, object]:
    """Return a message of JSON-RPC; nothing of another text."""
    if b'"jsonrpc"' not in text:
        return {}
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


class Holds:
    """All held streams of a session. ``heard`` is how many requests were replayed while
    there were any."""

    def __init__(self) -> None:
        self._all: list[Hold | Reply] = []
        self.heard = 0

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, text: str) -> Hold:
        hold = Hold(text)
        self._all.append(hold)
        return hold

    def add_reply(self, number: object) -> Reply:
        """Hold a stream until this question is answered."""
        reply = Reply(number)
        self._all.append(reply)
        return reply

    def met(self, request: Request) -> None:
        """Note that a request was replayed, as it was recorded."""
        self.heard += 1
        for hold in self._all:
            hold.met(request)
        self._all = [hold for hold in self._all if hold.stays()]
