"""One cassette, its requests and what a client reads, by the lane and by mitmproxy's
own way."""

import asyncio
import json
import logging
import re
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from mitmvcr.control.guards import HEADER
from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from mitmvcr.proxy.answering import over_http2
from mitmvcr.proxy.lane_answers import LaneAnswers, SlowError
from mitmvcr.proxy.launch import Proxy, running_proxy
from option_samples import parse_settings
from patience import PATIENCE

HOST = "api.test"


@dataclass
class Outcome:
    """All that can be seen of a replay. ``lane`` is how many requests the lane itself
    has answered, ``again`` how many of those as it had before, and ``passed`` how many
    it has left to mitmproxy."""

    answers: list[bytes] = field(default_factory=list)
    summary: str = ""
    entries: list[object] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    #: How often mitmproxy's log says that a client has come.
    connects: int = 0
    lane: int = 0
    again: int = 0
    passed: int = 0

    def unlike(self, other: "Outcome") -> list[str]:
        """Return in what the other differs, but for which way it went: the first few of
        each list, since pytest compares long ones for minutes."""
        ways = dict.fromkeys(("lane", "again", "passed"), 0)
        one, two = (vars(replace(each, **ways)) for each in (self, other))
        return [line for name in one for line in _unlike(name, one[name], two[name])]


def _unlike(name: str, one: object, other: object) -> list[str]:
    if isinstance(one, list) and isinstance(other, list):
        pairs = enumerate(zip_longest(one, other))
        found = [(f"{name}[{at}]", *pair) for at, pair in pairs]
    else:
        found = [(name, one, other)]
    return [f"{at}: {a!r:.500} != {b!r:.500}" for at, a, b in found if a != b][:5]


def cassette(path: Path, *interactions: Interaction) -> Path:
    path.write_bytes(writer.dumps(Cassette(list(interactions))))
    return path


def interaction(
    url: str,
    body: bytes = b"recorded",
    *,
    method: str = "GET",
    sent: bytes = b"",
    code: int = 200,
    **response: Any,
) -> Interaction:
    response.setdefault("headers", {"Content-Type": ["text/plain"]})
    request = Request(method=method, url=url, body=sent)
    answer = Response(code=code, status=f"{code} OK", body=body, **response)
    return Interaction(0, request, answer)


#: Who says that a client has come.
_SERVER = "mitmproxy.proxy.server"


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.connects = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            self.lines.append(record.getMessage())
        self.connects += record.getMessage() == "client connect"


@contextmanager
def watched(outcome: Outcome) -> Iterator[None]:
    """Count what the lane answers, and keep the log."""
    now, later, again = LaneAnswers.now, LaneAnswers.later, LaneAnswers.again
    kept = _Kept()

    def counted(answer: Any) -> Any:
        outcome.lane += answer is not None
        outcome.passed += answer is None
        return answer

    def counted_now(self: LaneAnswers, *args: Any) -> Any:
        try:
            return counted(now(self, *args))
        except SlowError:
            if over_http2 in args:  # else it is counted later
                counted(None)
            raise

    async def counted_later(self: LaneAnswers, *args: Any) -> Any:
        return counted(await later(self, *args))

    def counted_again(self: LaneAnswers, *args: Any) -> Any:
        answered = again(self, *args)
        outcome.lane += answered is not None
        outcome.again += answered is not None
        return answered

    logging.getLogger().addHandler(kept)
    logging.getLogger(_SERVER).setLevel(logging.INFO)
    counting = {"now": counted_now, "later": counted_later, "again": counted_again}
    try:
        with patch.multiple(LaneAnswers, **counting):
            yield
    finally:
        logging.getLogger().removeHandler(kept)
        logging.getLogger(_SERVER).setLevel(logging.NOTSET)
        outcome.connects = kept.connects
        # A client's port is another one each time.
        outcome.log = [re.sub(r"127\.0\.0\.1:\d+", "CLIENT", x) for x in kept.lines]


Play = Callable[[Proxy], Iterable[bytes]]


def played(
    path: Path | None,
    confdir: Path,
    *plays: Play,
    sets: Sequence[str] = (),
    fails: bool = False,
    **options: Any,
) -> Outcome:
    """Return what comes of plays on a cassette; ``fails``: an error of the session is
    part of them."""
    options = {"mode": "replay_only"} | options
    if path is not None:
        options["cassette"] = str(path)
    settings = parse_settings(**options)
    outcome = Outcome()

    async def main() -> None:
        async with running_proxy(settings, confdir=confdir, sets=sets) as proxy:
            proxy.in_play.log_all()
            for play in plays:
                outcome.answers += await asyncio.to_thread(_all, play, proxy)
            _look(outcome, proxy)

    with watched(outcome), pytest.raises(VcrError) if fails else nullcontext():
        asyncio.run(main())
    return outcome


def _all(play: Play, proxy: Proxy) -> list[bytes]:
    return list(play(proxy))


def _look(outcome: Outcome, proxy: Proxy) -> None:
    outcome.summary = proxy.summary().line() + f", came {proxy.summary().came}"
    for session in proxy.sessions:
        outcome.entries += map(_timeless, session.log.entries)
        outcome.misses += map(str, session.log.misses)
    outcome.broken = proxy.broken_tls


def _timeless(entry: Any) -> object:
    return replace(entry, duration=0) if hasattr(entry, "duration") else entry


def call(proxy: Proxy, method: str, path: str, **sent: object) -> Any:
    """Ask the control API."""
    request = urllib.request.Request(f"{proxy.control_url}{path}", method=method)
    request.add_header(HEADER, "1")
    if sent:
        request.data = json.dumps(sent).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        request, timeout=PATIENCE
    ) as answer:
        return json.load(answer)


def opened(proxy: Proxy, name: str) -> int:
    """Begin a session, and return its port."""
    port: int = call(proxy, "POST", "/sessions", cassette=name)["port"]
    return port


class Client:
    """A connection whose bytes a test writes and reads as they are, in a thread."""

    def __init__(self, proxy: Proxy, port: int | None = None) -> None:
        self._proxy = proxy
        address = "127.0.0.1", port or proxy.port
        self.socket = socket.create_connection(address, PATIENCE)
        self._file = self.socket.makefile("rb")

    def secure(
        self, host: str = HOST, protocols: Sequence[str] = (), version: str = "1.1"
    ) -> "Client":
        """Go on within a tunnel."""
        self.socket.sendall(f"CONNECT {host}:443 HTTP/{version}\r\n\r\n".encode())
        self.connected = self._head()
        context = ssl.create_default_context(cafile=self._proxy.ca_file)
        if protocols:
            context.set_alpn_protocols(list(protocols))
        self.socket = context.wrap_socket(self.socket, server_hostname=host)
        self._file = self.socket.makefile("rb")
        return self

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, data: bytes) -> bytes:
        """Send a request, and return its answer as it came."""
        self.send(data)
        return self.answer(data.partition(b" ")[0])

    def answer(self, method: bytes = b"GET") -> bytes:
        try:
            return self._answer(method)
        except ConnectionError:
            return b""

    def _answer(self, method: bytes) -> bytes:
        head = self._head()
        if head.startswith(b"HTTP/1.1 100"):
            return head + self.answer(method)
        if not head or method == b"HEAD" or head.split(b" ", 2)[1] in (b"204", b"304"):
            return head
        if b"chunked" in head:
            return head + self._chunks()
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        return head + self._file.read(int(length[1]) if length else -1)

    def _head(self) -> bytes:
        return self._until(b"\r\n")

    def _chunks(self) -> bytes:
        return self._until(b"0\r\n") + self._file.readline()

    def _until(self, last: bytes) -> bytes:
        lines = []
        while line := self._file.readline():
            lines.append(line)
            if line == last:
                break
        return b"".join(lines)

    def rest(self) -> bytes:
        """Return what comes until the other end has closed."""
        try:
            return self._file.read()
        except ConnectionError:
            return b""

    def close(self) -> None:
        self._file.close()
        self.socket.close()

    __del__ = close
