"""The same traffic as a cassette and as mitmproxy's flows."""

from collections.abc import Sequence
from pathlib import Path

from mitmproxy import connection, http
from mitmproxy.io import FlowWriter

import origin
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer

HOST = "api.example.com"
SIZE = 1024


def urls(count: int, *, https: bool = False) -> list[str]:
    scheme = "https" if https else "http"
    return [f"{scheme}://{HOST}/v1/widgets/{n}?expand=tags" for n in range(count)]


def _interaction(position: int, url: str) -> Interaction:
    fields = (*origin.FIELDS, (b"Content-Length", b"%d" % SIZE))
    request = Request(
        method="GET",
        url=url,
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        host=HOST,
        form={"expand": ["tags"]},
        headers={"Accept": ["application/json"], "User-Agent": ["bench/1"]},
    )
    response = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=SIZE,
        body=origin.body(SIZE),
        headers={name.decode(): [value.decode()] for name, value in fields},
        status="200 OK",
        code=200,
        duration=12_345_678,
    )
    return Interaction(position, request, response)


def write_cassette(path: Path, asked: Sequence[str]) -> None:
    found = [_interaction(position, url) for position, url in enumerate(asked)]
    path.write_bytes(writer.dumps(Cassette(found)))


def write_flows(path: Path, asked: Sequence[str]) -> None:
    client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2))
    server = connection.Server(address=(HOST, 80))
    fields = [*origin.FIELDS, (b"Content-Length", b"%d" % SIZE)]
    with open(path, "wb") as file:
        flows = FlowWriter(file)  # type: ignore[no-untyped-call] # mitmproxy's
        for url in asked:
            flow = http.HTTPFlow(client, server)
            flow.request = http.Request.make("GET", url)
            flow.response = http.Response.make(200, origin.body(SIZE), fields)
            flows.add(flow)
