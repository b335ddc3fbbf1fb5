"""Interactions in a table, one of them whole, and what became of requests."""

from typing import Any, NamedTuple

from mitmvcr.core.frames import Frame, close_parts
from mitmvcr.core.media import media_kind
from mitmvcr.core.model import Headers, Interaction, Request, Response, header
from mitmvcr.core.raw_dialogue import spoken
from mitmvcr.miss.report import Entry, miss_facts
from mitmvcr.show.bodies import USUAL, Limits, body_facts

Facts = dict[str, Any]


class Row(NamedTuple):
    """An interaction in a table; ``id`` is its position in the file, ``size`` that of
    its response's body as recorded, ``duration_ms`` until the response's head and
    ``lasted_ms`` until its end, as far as that is known."""

    id: int
    method: str
    url: str
    status: int
    size: int
    duration_ms: float
    lasted_ms: float
    protocol: str
    kind: str
    failure: str

    def has_status(self, wanted: str) -> bool:
        """Return whether it has a status, or is of a class as ``4xx``."""
        one, other = str(self.status), wanted.lower()
        return one[:1] == other[:1] if other.endswith("xx") else one == other


def row(position: int, found: Interaction, url: str) -> Row:
    """Return an interaction for a table; ``url`` is its own as it may be shown."""
    request, response = found.request, found.response
    return Row(
        id=position,
        method=printable(request.method) or "GET",
        url=printable(url),
        status=response.code,
        size=len(response.body),
        duration_ms=_ms(response.duration),
        lasted_ms=_ms(response.lasted),
        protocol=printable(spoken(response)) or response.proto or request.proto,
        kind=media_kind(header(response.headers, "content-type")),
        failure=response.failure,
    )


def described(position: int, found: Interaction, limits: Limits = USUAL) -> Facts:
    """Return an interaction whole, as values for JSON. Secrets have to be out of it.

    ``request`` and ``response`` have ``headers`` as pairs in their order, ``trailer``,
    ``body`` as :func:`mitmvcr.show.body_facts` has it, and ``own`` where the cassette
    says more than go-vcr would, as pairs.
    """
    request, response = found.request, found.response
    facts: Facts = row(position, found, request.url)._asdict()
    facts["host"] = request.host
    facts["request"] = {
        "protocol": request.proto,
        "headers": _pairs(request.headers),
        "trailer": _pairs(request.trailer),
        "body": body_facts(request.body, request.headers, limits=limits),
        **_own(_of_request(request)),
    }
    facts["response"] = {
        "protocol": response.proto,
        "status": printable(response.status),
        "headers": _pairs(response.headers),
        "trailer": _pairs(response.trailer),
        "body": body_facts(response.body, response.headers, response.chunks, limits),
        **_own(_of_response(response)),
    }
    if response.websocket:
        facts["messages"] = [_message(frame) for frame in response.websocket]
    return facts


def _own(headers: Headers) -> Facts:
    pairs = _pairs({name: [" ".join(each)] for name, each in headers.items() if each})
    return {"own": pairs} if pairs else {}


def _of_request(request: Request) -> Headers:
    made_up = {f"variables.{name}": each for name, each in request.variables.items()}
    identity = [request.identity] if request.identity else []
    return {"identity": identity, "echoes": request.echoes, **made_up}


def _of_response(response: Response) -> Headers:
    until = [response.until] if response.until else []
    return {"until": until, "turns": [*map(str, response.turns)]}


def _pairs(headers: Headers) -> list[list[str]]:
    return [
        [printable(name), printable(value)]
        for name, values in headers.items()
        for value in values
    ]


def _message(frame: Frame) -> Facts:
    side = "client" if frame.from_client else "server"
    facts: Facts = {"from": side, "at_ms": _ms(frame.at), "type": frame.kind}
    if frame.kind == "close" and frame.content:
        code, reason = close_parts(frame)
        return facts | {"kind": "text", "text": f"{code} {reason}".rstrip()}
    shown = body_facts(frame.content, {})
    return facts | {key: shown[key] for key in shown if key != "type"}


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)


def printable(text: str) -> str:
    """Return a text in which bytes that are not UTF-8 stand as ``\\xff``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def entry_facts(
    number: int, entry: Entry, span: tuple[float, float] | None = None
) -> Facts:
    """Return an entry of a session's log as values for JSON, without its miss; ``span``
    is when it began and ended, in seconds since the epoch."""
    facts: Facts = {
        "n": number,
        "outcome": str(entry.outcome),
        "method": printable(entry.method),
        "url": printable(entry.url),
        "interaction": entry.interaction,
        "status": entry.status,
        "size": entry.size,
        "duration_ms": None if entry.duration is None else entry.duration / 1e6,
        "protocol": entry.protocol,
        "media": entry.media,
        "note": entry.note,
    }
    if span is not None:
        began, ended = span
        facts |= {
            "began": round(began, 4),
            "lasted_ms": round((ended - began) * 1e3, 2),
        }
    return facts


def missed_facts(entry: Entry) -> Facts:
    """Return why an entry missed; nothing where it did not."""
    return {} if entry.miss is None else {"miss": miss_facts(entry.miss)}
