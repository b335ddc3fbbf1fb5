"""Cassettes for tests, in memory, as a file holds them."""

from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.tools import Entry, Sheet

URL = "https://api.example.com"


def met(
    path: str = "/",
    answer: bytes = b"",
    *,
    method: str = "GET",
    body: bytes = b"",
    media: str = "application/json",
    day: int = 0,
    code: int = 200,
    **more: object,
) -> Interaction:
    """An interaction; ``day`` is of its Date, 0 for none, ``more`` of its response."""
    headers = {"Content-Type": [media]}
    if day:
        headers["Date"] = [f"Sun, {day:02} Nov 2026 10:00:00 GMT"]
    headers |= {name: [value] for name, value in more.pop("given", {}).items()}
    url = path if "://" in path else URL + path
    request = Request(method, url, body=body, content_length=len(body))
    length = len(answer)
    response = Response(
        body=answer, headers=headers, code=code, content_length=length, **more
    )
    return Interaction(0, request, response)


def data(*held: Interaction, layout: Layout = "v4") -> bytes:
    return writer.dumps(Cassette(held), layout)


def sheet(*held: Interaction, name: str = "chat.yaml") -> Sheet:
    """A sheet as it is read from a file of go-vcr's."""
    return of(data(*held), name)


def of(written: bytes, name: str = "chat.yaml") -> Sheet:
    return Sheet(reader.loads(written, name, lazy=True).interactions, name)


def paths(entries: list[Entry]) -> list[str]:
    return [each.request.url.removeprefix(URL) for each in entries]
