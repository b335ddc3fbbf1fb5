"""Recorded requests, asked of the live API through a proxy that records the answers."""

import http.client
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from mitmvcr.core.dates import parse_date
from mitmvcr.core.model import Request

#: In seconds: how long an answer may take, and how long an API may ask to wait for the
#: next request.
_TIMEOUT, _LONGEST_WAIT = 60, 120
_TRIES = 3
#: What holds for one connection, and what is said anew.
_OWN = {
    *("host", "connection", "proxy-connection", "keep-alive", "transfer-encoding"),
    *("content-length", "upgrade", "te", "trailer", "proxy-authorization"),
}
#: What stands where something is hidden.
HIDDEN = re.compile(
    r"\[REDACTED:([\w.-]+)\]|%5BREDACTED:([\w.-]+)%5D|<([A-Z][A-Z0-9_]+)>"
)


class NotAskedError(Exception):
    """A request that is not sent, or got no answer; says why."""


@dataclass(slots=True)
class Asker:
    """Sends requests through the proxy at a port of this machine. ``pause`` is the time
    between two requests to one host, in seconds."""

    port: int
    ca: Path
    pause: float = 0.2
    more: Sequence[tuple[str, str]] = ()
    _last: dict[str, float] = field(default_factory=dict)

    def ask(self, request: Request) -> tuple[int, int]:
        """Send a request, again where the API says when to come back; return the status
        of the answer, and how many answers came. Raise NotAskedError."""
        for tries in range(1, _TRIES + 1):
            status, headers = self._once(request)
            waits = _told_to_wait(status, headers)
            if waits is None:
                return status, tries
            if waits > _LONGEST_WAIT:
                raise NotAskedError(f"the API wants {waits:.0f} s of rest ({status})")
            time.sleep(waits)
        raise NotAskedError(f"the API limits requests ({status})")

    def _once(self, request: Request) -> tuple[int, Mapping[str, str]]:
        host = urlsplit(request.url).netloc
        now = time.monotonic()
        time.sleep(max(0.0, self._last.get(host, 0.0) + self.pause - now))
        self._last[host] = time.monotonic()
        try:
            return self._sent(request)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise NotAskedError(f"no answer: {reason}") from error

    def _sent(self, request: Request) -> tuple[int, Mapping[str, str]]:
        parts = urlsplit(request.url)
        connection = self._connection(parts.scheme, parts.netloc)
        is_tls = parts.scheme == "https"
        target = request.url if not is_tls else parts._replace(scheme="", netloc="")
        words = target if isinstance(target, str) else target.geturl() or "/"
        try:
            connection.putrequest(
                request.method, words, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self._headers(request, parts.netloc):
                connection.putheader(name, value.encode("utf-8", "surrogateescape"))
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            said = answer.read()
            headers = {k.lower(): v for k, v in answer.getheaders()}
            if headers.get("server", "").startswith("mitmproxy"):
                raise NotAskedError(f"no answer: {_text(said)}")
            return answer.status, headers
        finally:
            connection.close()

    def _connection(self, scheme: str, place: str) -> http.client.HTTPConnection:
        if scheme != "https":
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT)
        context = ssl.create_default_context(cafile=str(self.ca))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=_TIMEOUT, context=context
        )
        parts = urlsplit(f"//{place}")
        assert parts.hostname is not None
        connection.set_tunnel(parts.hostname, parts.port or 443)
        return connection

    def _headers(self, request: Request, place: str) -> list[tuple[str, str]]:
        given = {name.lower() for name, _ in self.more}
        kept = [
            (name, value)
            for name, values in request.headers.items()
            for value in values
            if name.lower() not in _OWN | given
        ]
        length = [("Content-Length", str(len(request.body)))] if request.body else []
        return [("Host", place), *kept, *self.more, *length]


def _text(page: bytes) -> str:
    """Return what the proxy's page of an error says."""
    text = re.sub(r"<head>.*</head>|<[^>]*>", " ", page.decode(), flags=re.DOTALL)
    return " ".join(text.split())


def _told_to_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds an answer says to wait before the same is asked
    again; None where it is an answer."""
    if status not in (429, 503):
        return None
    said = headers.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    until = parse_date(said)
    if until is not None:  # by the API's clock: one of the two may be wrong
        now = parse_date(headers.get("date", "")) or datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    return 1.0 if status == 429 else None


def what_is_hidden(request: Request) -> str:
    """Return the name of the first hidden value that a request would be sent with."""
    texts = [request.url, request.body.decode("latin-1")]
    texts += [value for each in request.headers.values() for value in each]
    for text in texts:
        if found := HIDDEN.search(text):
            return found[1] or found[2] or found[3]
    return ""
