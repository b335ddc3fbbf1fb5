"""What a foreign file says of one exchange, and the interaction that comes of it.

It is made by the same view that a recording is made by, so that a converted cassette
is what mitmvcr, or go-vcr, would have recorded.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mitmvcr.codings import CodingError, CutOffError, accepted_codings, decoded
from mitmvcr.convert.tree import UnreadableError
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Interaction, Response, all_values
from mitmvcr.core.sendable import unfolded, why_not
from mitmvcr.core.wording import shown
from mitmvcr.view.golang import STATUS_TEXT, canonical, text
from mitmvcr.view.parts import Fields, PlainHeaders, PlainResponse, raw
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.responses import to_response
from mitmvcr.view.typed import live_from

#: Names and values, in the order sent.
Pairs = Sequence[tuple[str, str]]


@dataclass(slots=True, kw_only=True)
class Exchange:
    """``version`` is the response's protocol as HTTP writes it, ``duration`` in
    nanoseconds until the head. ``reason`` is the usual one where it is None.
    ``is_decoded``: the body is given without the content
    coding that the headers name; where that is not said, it is found out. A text may
    hold bytes as surrogate escapes."""

    method: str
    url: str
    headers: Pairs = ()
    body: bytes = b""
    code: int = 0
    reason: str | None = None
    answer_headers: Pairs = ()
    answer: bytes = b""
    version: str = ""
    duration: int = 0
    is_decoded: bool = False
    failure: str = ""
    frames: Sequence[Frame] = field(default_factory=tuple)

    def interaction(self) -> Interaction:
        """Return the interaction. Raise UnreadableError for what cannot be one."""
        version = _VERSIONS.get(self.version.lower(), b"HTTP/1.1")
        asked = self._asked(version)
        response = self._response(asked, version)
        field, problem = why_not(response)
        if problem:
            raise UnreadableError(problem, field)
        return Interaction(0, asked.request, response)

    def _asked(self, version: bytes) -> LiveRequest:
        if not self.method:
            raise UnreadableError("has no method", "request.method")
        headers = [each for each in self.headers if not each[0].startswith(":")]
        url = _bracketed(self.url, headers)
        try:
            return live_from(self.method, url, _spelled(headers), self.body, version)
        except ValueError as error:
            problem = f"{shown(self.url)}: {error}"
            raise UnreadableError(problem, "request.url") from None

    def _response(self, asked: LiveRequest, version: bytes) -> Response:
        headers = [each for each in self.answer_headers if each[0][:1] != ":"]
        try:
            fields = tuple((raw(name), raw(value)) for name, value in _spelled(headers))
            usual = STATUS_TEXT.get(self.code, "")
            reason = raw(usual if self.reason is None else self.reason)
        except UnicodeEncodeError as error:  # half of a pair, as JSON can spell it
            raise UnreadableError(str(error), "response.headers") from None
        wire = PlainResponse(self.code, reason, version, PlainHeaders(fields))
        asked, is_decoded = self._as_decoded(asked, fields)
        body = self.answer
        if is_decoded:
            wire = wire._replace(headers=PlainHeaders(_without_coding(fields)))
        made = to_response(wire, body, asked, duration=self.duration)
        return replace(
            unfolded(made),
            uncompressed=made.uncompressed or is_decoded,
            content_length=-1 if is_decoded else made.content_length,
            failure=self.failure,
            websocket=tuple(self.frames),
        )

    def _as_decoded(
        self, asked: LiveRequest, fields: Fields
    ) -> tuple[LiveRequest, bool]:
        """Return the request with the codings that its client undoes, and whether the
        body has none of those that the headers name. Where a recorder left out what the
        client accepts, it accepted what came."""
        named = ", ".join(
            text(v) for n, v in fields if n.lower() == b"content-encoding"
        )
        if not named or not self.answer:
            return asked, False
        if self.is_decoded:
            return asked, True
        if not all_values(asked.request.headers, "accept-encoding"):
            asked = asked._replace(decodes=accepted_codings(named))
        try:
            decoded(self.answer, named)
        except CutOffError:  # as much of what is not coded seems to be, by chance
            return asked, _is_text(self.answer)
        except CodingError:
            return asked, True
        return asked, False


#: A URL whose host is an address of IPv6 without brackets, with a port or without.
_BARE = re.compile(r"([^:/?#]+://(?:[^/?#@]*@)?)([0-9a-fA-F:.]+)(.*)", re.DOTALL)
#: A lower number is rather the end of an address than a port that is not the usual.
_LOWEST_PORT = 1000


def _bracketed(url: str, headers: Pairs) -> str:
    """Return a URL with the brackets that some recorders leave out; a ``Host`` that has
    them says whether a port is behind the address."""
    found = _BARE.fullmatch(url)
    if found is None or found[2].count(":") < 2:
        return url
    before, place, rest = found.groups()
    address, _, port = place.rpartition(":")
    forms = [f"[{place}]"] if _is_ipv6(place) else []
    if _is_ipv6(address) and port.isdecimal() and len(port) <= len("65535"):
        is_likely = int(port) >= _LOWEST_PORT
        forms.insert(0 if is_likely else len(forms), f"[{address}]:{port}")
    hosts = [value for name, value in headers if name.lower() == "host"]
    host = next((each for each in forms if each in hosts), "".join(forms[:1]) or place)
    return f"{before}{host}{rest}"


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


#: What is in a coding has some of them, and is no text in any encoding.
_CONTROLS = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]").search


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return not _CONTROLS(body)
    return True


#: What joins the values of headers that came several times, where a recorder has
#: each name once. A blank behind it is a folded line, as there once were.
_JOINED = re.compile(r"\r?\n(?![ \t])")


def _spelled(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers with their names as Go spells them, and each value apart."""
    return [
        (text(canonical(raw(name))), _as_utf_8(value))
        for name, joined in pairs
        for value in _JOINED.split(joined)
    ]


def _as_utf_8(value: str) -> str:
    """Return a value as it was sent, where UTF-8 was read as ISO-8859-1. Python's
    http.client and Node read all headers so, and recorders write what they see."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _without_coding(fields: Fields) -> Fields:
    dropped = (b"content-encoding", b"content-length")
    return tuple(each for each in fields if each[0].lower() not in dropped)


_VERSIONS = {
    "h2": b"HTTP/2.0",
    "h2c": b"HTTP/2.0",
    "http/2": b"HTTP/2.0",
    "http/2.0": b"HTTP/2.0",
    "2": b"HTTP/2.0",
    "2.0": b"HTTP/2.0",
    "h3": b"HTTP/3",
    "http/3": b"HTTP/3",
    "http/3.0": b"HTTP/3",
    "3": b"HTTP/3",
    "3.0": b"HTTP/3",
    "http/1.0": b"HTTP/1.0",
    "1.0": b"HTTP/1.0",
}
