"""The same traffic as a cassette and as mitmproxy's flows."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from material import origin
from mitmproxy import connection, http
from mitmproxy.io import FlowWriter

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format import writer

HOST = "api.example.com"
MIB = 1 << 20
_TEXT = b'{"id": 1, "name": "a widget", "price": 9.99, "tags": ["x", "y"]}\n'
_BODY = origin.body(1024)


def urls(count: int, *, https: bool = False) -> list[str]:
    scheme = "https" if https else "http"
    return [f"{scheme}://{HOST}/v1/widgets/{n}?expand=tags" for n in range(count)]


def urls_of_hosts(count: int) -> list[str]:
    """Return one of each of so many hosts."""
    return [f"https://api-{n}.example.com/v1/widgets/{n}" for n in range(count)]


def text_mib() -> bytes:
    """Lines of JSON, 1 MiB of them."""
    return (_TEXT * (MIB // len(_TEXT) + 1))[:MIB]


def write_cassette(path: Path, asked: Sequence[str], body: bytes = _BODY) -> None:
    """All with one body, which may be large: the file is written in pieces."""
    with path.open("wb") as file:
        file.write(writer.preamble())
        for number, url in enumerate(asked):
            made = _interaction(number, url, body)
            file.writelines(writer.item_pieces(made, number, "v4"))


def _interaction(position: int, url: str, body: bytes) -> Interaction:
    fields = (*origin.FIELDS, (b"Content-Length", b"%d" % len(body)))
    request = Request(
        method="GET",
        url=url,
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        host=urlsplit(url).netloc,
        form={"expand": ["tags"]} if "?" in url else {},
        headers={"Accept": ["application/json"], "User-Agent": ["bench/1"]},
    )
    response = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(body),
        body=body,
        headers={name.decode(): [value.decode()] for name, value in fields},
        status="200 OK",
        code=200,
        duration=12_345_678,
    )
    return Interaction(position, request, response)


def write_flows(path: Path, asked: Sequence[str]) -> None:
    client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2))
    fields = [*origin.FIELDS, (b"Content-Length", b"%d" % len(_BODY))]
    with open(path, "wb") as file:
        flows = FlowWriter(file)  # type: ignore[no-untyped-call] # mitmproxy's
        for url in asked:
            server = connection.Server(address=(urlsplit(url).netloc, 80))
            flow = http.HTTPFlow(client, server)
            flow.request = http.Request.make("GET", url)
            flow.response = http.Response.make(200, _BODY, fields)
            flows.add(flow)
