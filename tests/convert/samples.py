"""Small recordings of each kind, as their recorders write them, and what reads them."""

import json
from typing import Any

from mitmvcr.convert import BY_NAME, Found, Source, format_of, lines, read
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Interaction, Request, Response

BINARY = bytes(range(256))
URL = "https://api.test/v1/items"
IN_LATIN_1 = {"X-Old": ("caf\udce9",), "X-Two": ("\u00e9", "caf\udce9")}


def found_in(
    data: bytes | str | dict[str, Any] | list[Any],
    name: str,
    *,
    files: dict[str, bytes] | None = None,
    origin: str = "",
) -> Found:
    """Read a file, whose format is known by what it holds."""
    if isinstance(data, dict | list):
        data = json.dumps(data)
    raw = data.encode() if isinstance(data, str) else data
    known = format_of(raw, "a.file")
    assert known is not None
    assert known.name == name
    source = Source(raw, "a.file", (files or {}).get, origin)
    return read(source, BY_NAME[name])


def only(found: Found) -> Interaction:
    """Return the one interaction, of which nothing was lost."""
    assert notes_of(found) == []
    (one,) = found.interactions
    return one


def notes_of(found: Found) -> list[str]:
    return [str(line) for line in lines(found.notes)]


def interaction(
    url: str = URL, *, request: dict[str, Any] | None = None, **response: Any
) -> Interaction:
    """An interaction as it is read from a cassette, with what is given of it."""
    asked = Request(
        "GET",
        url,
        "HTTP/1.1",
        1,
        1,
        host="api.test",
        headers={"Accept": ("*/*",)},
    )
    said = Response(
        "HTTP/1.1",
        1,
        1,
        headers={"Content-Type": ("text/plain",)},
        status="200 OK",
        code=200,
        body=b"hello\n",
    )
    if request:
        asked = _changed(asked, request)
    return Interaction(0, asked, _changed(said, response))


def _changed(record: Any, values: dict[str, Any]) -> Any:
    from dataclasses import replace

    return replace(record, **values)


#: One for each aspect that an interaction can have.
RICH = (
    interaction(),
    interaction(f"{URL}?a=1&b=%20x&a=2", code=404, status="404 Not Found"),
    interaction(code=200, status="200 All Is Well"),
    interaction(
        request={
            "method": "POST",
            "body": b'{"a": "\xc3\xa9"}',
            "headers": {"Content-Type": ("application/json",), "X-Two": ("1", "2")},
        },
        headers={"Set-Cookie": ("a=1", "b=2"), "Content-Type": ("text/plain",)},
    ),
    interaction(request={"method": "PUT", "body": BINARY}, body=BINARY),
    interaction(request={"headers": IN_LATIN_1}, headers=IN_LATIN_1),
    interaction(
        request={
            "identity": "ab12 *=any",
            "variables": {"id": ("x",)},
            "echoes": ("path.1",),
        },
        proto="HTTP/2.0",
        proto_major=2,
        proto_minor=0,
        duration=41_000_000,
    ),
    interaction(
        transfer_encoding=("chunked",),
        content_length=-1,
        chunks=(Chunk(0, 0), Chunk(3, 5_000_000)),
    ),
    interaction(uncompressed=True, content_length=-1, body=b"was compressed"),
    interaction(request={"trailer": {"X-End": ("1",)}}, trailer={"X-Sum": ("9",)}),
    interaction(
        code=502, status="502 Bad Gateway", failure="reset", body=b"", headers={}
    ),
    interaction(code=504, status="504 Gateway Timeout", failure="timeout", body=b""),
    interaction(failure="left", body=b"a part"),
    interaction(body=b"\0\0\0\0\x01x", turns=(1, 1, 2)),
    interaction(body=b"data: a\n\n", until="DELETE /mcp"),
    interaction(
        f"{URL}/socket",
        code=101,
        status="101 Switching Protocols",
        headers={"Upgrade": ("websocket",)},
        body=b"",
        websocket=(
            Frame(True, 1_000_000, "text", b"hi"),
            Frame(False, 2_000_000, "binary", b"\x00\xff"),
            Frame(False, 3_000_000, "close", b"1000 bye"),
        ),
    ),
)
